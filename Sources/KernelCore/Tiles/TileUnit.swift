/// A unit that multiplies matrices in tiles of bfloat16, as Intel's AMX does (Intel, Instruction Set
/// Extensions Programming Reference, chapter 3).
///
/// It has four tiles of 16 tokens' sums with 16 rows of weights, two of tokens and two of weights:
/// a block of 32 by 32 sums takes four products for four loads.
public protocol TileUnit: SendableMetatype {
  /// A unit at rest.
  init()
  /// Sets the tiles up on this thread; nothing is in them.
  mutating func begin()
  /// Gives the tiles up.
  mutating func end()
  /// Makes sums zero.
  mutating func clearSums(_ index: Int)
  /// Reads sums of 16 tokens, each token's 16 floats `stride` bytes after the one before.
  mutating func loadSums(_ index: Int, _ p: UnsafeRawPointer, stride: Int)
  /// Writes sums of 16 tokens likewise.
  mutating func storeSums(_ index: Int, _ p: UnsafeMutableRawPointer, stride: Int)
  /// Reads 16 tokens' 32 values.
  mutating func loadTokens(_ index: Int, _ p: UnsafeRawPointer)
  /// Reads 16 pairs of columns of 16 rows.
  mutating func loadWeights(_ index: Int, _ p: UnsafeRawPointer)
  /// Adds the products of tokens with weights to the sums `2 * tokens + weights`.
  mutating func addProducts(tokens: Int, weights: Int)
}

import Kernels

/// Tiles of AMX as the manual defines them (Intel, Instruction Set Extensions Programming
/// Reference, TDPBF16PS), so that what is built on them is tested on every machine.
struct EmulatedTiles: TileUnit {
  /// `[4][16 tokens][16 rows]`.
  private let sums = Buffer<Float>.made(4 * 256)
  /// `[2][16 tokens][32 columns]`.
  private let tokens = Buffer<UInt16>.made(2 * 512)
  /// `[2][16 pairs][16 rows][2]`.
  private let weights = Buffer<UInt16>.made(2 * 512)
  private var isSetUp = false

  init() {}

  mutating func begin() {
    precondition(!isSetUp, "tiles are set up twice")
    isSetUp = true
    for index in 0..<4 { clearSums(index) }
  }

  mutating func end() {
    precondition(isSetUp, "tiles were not set up")
    isSetUp = false
  }

  mutating func clearSums(_ index: Int) {
    (sums.pointer + index * 256).update(repeating: 0, count: 256)
  }

  mutating func loadSums(_ index: Int, _ p: UnsafeRawPointer, stride: Int) {
    for token in 0..<16 {
      for row in 0..<16 {
        sums.pointer[index * 256 + token * 16 + row] =
          (p + token * stride + row * 4).load(as: Float.self)
      }
    }
  }

  mutating func storeSums(_ index: Int, _ p: UnsafeMutableRawPointer, stride: Int) {
    for token in 0..<16 {
      for row in 0..<16 {
        (p + token * stride + row * 4).storeBytes(
          of: sums.pointer[index * 256 + token * 16 + row], as: Float.self)
      }
    }
  }

  mutating func loadTokens(_ index: Int, _ p: UnsafeRawPointer) {
    precondition(isSetUp, "tiles were not set up")
    let words = p.assumingMemoryBound(to: UInt16.self)
    (tokens.pointer + index * 512).update(from: words, count: 512)
  }

  mutating func loadWeights(_ index: Int, _ p: UnsafeRawPointer) {
    let words = p.assumingMemoryBound(to: UInt16.self)
    (weights.pointer + index * 512).update(from: words, count: 512)
  }

  mutating func addProducts(tokens tokenTile: Int, weights weightTile: Int) {
    let sums = sums.pointer + (2 * tokenTile + weightTile) * 256
    let tokens = tokens.pointer + tokenTile * 512
    let weights = weights.pointer + weightTile * 512
    for token in 0..<16 {
      for row in 0..<16 {
        var even: Float = 0
        var odd: Float = 0
        for pair in 0..<16 {
          even +=
            Self.value(tokens[token * 32 + 2 * pair]) * Self.value(weights[pair * 32 + 2 * row])
          odd +=
            Self.value(tokens[token * 32 + 2 * pair + 1])
            * Self.value(weights[pair * 32 + 2 * row + 1])
        }
        sums[token * 16 + row] += even + odd
      }
    }
  }

  private static func value(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }
}

extension KernelSet {
  /// Scalar kernels, and for many tokens emulated tiles.
  static let emulatedTiles = makePortable().withTiles(
    named: "emulated tiles", Portable.self, EmulatedTiles.self)

  /// Scalar kernels, and for many tokens bytes.
  static let portableBytes = makePortable().withBytes(named: "portable bytes", Portable.self)

  /// Scalar kernels, and for many tokens pairs of bfloat16.
  static let portablePairs = makePortable().withPairs(named: "portable bfloat16", Portable.self)

  /// What this machine can run, and what any can.
  static let tested = supported + [emulatedTiles, portableBytes, portablePairs]

  /// One of `tested`.
  static func tested(_ name: String) throws -> KernelSet {
    try tested.first { $0.name == name } ?? select(name)
  }
}

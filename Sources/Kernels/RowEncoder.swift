import BlockFormats
import KernelCore

/// How thoroughly an encoder searches for the codes nearest to the values.
public enum EncodingEffort: Int, Sendable, CaseIterable {
  /// What the reference does, or better at its speed.
  case normal
  /// A joint search of scales and codes: slower, and nearer.
  case high
}

/// Writes rows of floats in a weight format.
public struct RowEncoder: Sendable {
  private let effort: EncodingEffort

  /// An encoder for the chosen kernel set.
  public init(effort: EncodingEffort = .normal) { self.effort = effort }

  /// Writes one row.
  ///
  /// - Parameters:
  ///   - values: `[count]`, a multiple of the format's block.
  ///   - count: Values in the row.
  ///   - importance: What a squared error of each value costs, or nil if all cost the same.
  ///   - format: The format.
  ///   - row: Receives the blocks.
  public func encode(
    _ values: UnsafePointer<Float>, count: Int, importance: UnsafePointer<Float>?,
    as format: WeightFormat, into row: UnsafeMutableRawPointer
  ) {
    format.blocks.encodeRow(values, count: count, into: row)
  }
}

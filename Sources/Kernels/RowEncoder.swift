import BlockFormats
import KernelCore

/// How thoroughly an encoder searches for the codes nearest to the values.
public enum EncodingEffort: Int, Sendable, CaseIterable {
  /// What the reference does, or better at its speed; without importance, legacy formats get the
  /// reference's bits.
  case normal
  /// A joint search of scales and codes: slower, and nearer.
  case high
}

/// Writes rows of floats in a weight format.
///
/// Rows may be written by many threads at once; the bytes depend neither on the threads nor on
/// the kernel set.
public struct RowEncoder: Sendable {
  private let effort: EncodingEffort
  private let kernels: KernelSet

  /// An encoder by the kernels of a set, the machine's best if nil.
  public init(effort: EncodingEffort = .normal, kernels: KernelSet? = nil) {
    self.effort = effort
    let supported = KernelSet.supported
    self.kernels = kernels ?? supported[supported.count - 1]
  }

  /// Writes one row.
  ///
  /// In quantized formats a block that holds NaN or an infinity becomes zeros, and values beyond
  /// what the format can hold are clamped.
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
    precondition(
      count >= 0 && count % format.blocks.blockSize == 0, "a row is not a whole number of blocks")
    if let kernel = kernels.encode[format.rawValue] {
      kernel(values, count, importance, effort.rawValue, row)
    } else {
      format.blocks.encodeRow(values, count: count, into: row)
    }
  }
}

import BlockFormats
import KernelCore

/// A weight matrix where it lies in the file: `[rows][columns]`, each row in blocks.
public struct Matrix: @unchecked Sendable {
  /// How the weights are written.
  public let format: WeightFormat
  /// The first row; valid while the file is mapped.
  public let weights: UnsafeRawPointer
  /// Values that a product gives for a token.
  public let rows: Int
  /// Values that a product takes for a token.
  public let columns: Int
  /// Bytes from one row to the next.
  public let rowBytes: Int

  /// A view of rows in memory that the caller keeps alive.
  public init(
    format: WeightFormat, weights: UnsafeRawPointer, rows: Int, columns: Int
  ) {
    let blocks = format.blocks
    precondition(columns % blocks.blockSize == 0, "a row is not a whole number of blocks")
    self.format = format
    self.weights = weights
    self.rows = rows
    self.columns = columns
    rowBytes = columns / blocks.blockSize * blocks.blockBytes
  }

  /// Some of the rows.
  public func rows(_ range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows out of range")
    return Matrix(
      format: format, weights: weights + range.lowerBound * rowBytes, rows: range.count,
      columns: columns)
  }

  /// Writes one row as floats.
  public func decodeRow(_ row: Int, into out: UnsafeMutablePointer<Float>) {
    format.blocks.decodeRow(weights + row * rowBytes, count: columns, into: out)
  }
}

extension WeightFormat {
  /// Bits of a weight, with its share of the block's scales.
  public var bits: Double { Double(8 * blocks.blockBytes) / Double(blocks.blockSize) }

  /// The definition of the format.
  public var blocks: any BlockFormat.Type {
    switch self {
    case .f32: F32.self
    case .f16: F16.self
    case .bf16: BF16.self
    case .q4_0: Q4_0.self
    case .q4_1: Q4_1.self
    case .q5_0: Q5_0.self
    case .q5_1: Q5_1.self
    case .q8_0: Q8_0.self
    case .q2_K: Q2_K.self
    case .q3_K: Q3_K.self
    case .q4_K: Q4_K.self
    case .q5_K: Q5_K.self
    case .q6_K: Q6_K.self
    case .iq4_NL: IQ4_NL.self
    case .iq4_XS: IQ4_XS.self
    }
  }
}

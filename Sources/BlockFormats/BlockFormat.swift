/// A weight format: blocks of a fixed number of values in a fixed number of bytes.
///
/// The conforming types are the definition of their formats: `decode` gives the same bits as the
/// reference implementation, and everything faster is tested against it.
public protocol BlockFormat: SendableMetatype {
  /// The name as ggml spells it.
  static var name: String { get }
  /// Values in a block.
  static var blockSize: Int { get }
  /// Bytes in a block.
  static var blockBytes: Int { get }
  /// Writes a block's values.
  static func decode(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>)
  /// Writes values as a block, rounding to what the format can hold.
  static func encode(_ values: UnsafePointer<Float>, into block: UnsafeMutableRawPointer)
}

extension BlockFormat {
  /// Writes a row's values; the count is a multiple of the block's.
  public static func decodeRow(
    _ row: UnsafeRawPointer, count: Int, into values: UnsafeMutablePointer<Float>
  ) {
    for block in 0..<count / blockSize {
      decode(row + block * blockBytes, into: values + block * blockSize)
    }
  }

  /// Writes a row of blocks; the count is a multiple of the block's.
  public static func encodeRow(
    _ values: UnsafePointer<Float>, count: Int, into row: UnsafeMutableRawPointer
  ) {
    for block in 0..<count / blockSize {
      encode(values + block * blockSize, into: row + block * blockBytes)
    }
  }
}

/// All formats.
public enum BlockFormats {
  /// By the names' order in ggml.
  public static let all: [any BlockFormat.Type] = [
    F32.self, F16.self, BF16.self, Q4_0.self, Q4_1.self, Q5_0.self, Q5_1.self, Q8_0.self,
    Q2_K.self, Q3_K.self, Q4_K.self, Q5_K.self, Q6_K.self, IQ4_NL.self, IQ4_XS.self,
  ]
}

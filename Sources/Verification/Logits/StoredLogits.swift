import Foundation

/// How llama.cpp's file stores a row: logarithms of probabilities in 16 bits, from 16 below the
/// largest upward, as `scale · code + smallest`.
///
/// A row is the scale and the smallest logarithm (f32), then a code (u16) for each token; a
/// vocabulary of odd size is followed by one code more.
enum StoredLogits {
  /// Logarithms at and below this count as no probability, as for llama.cpp.
  static let floor = -16.0
  private static let range: Float = 16
  /// What a row's probabilities may add up to: those of unlikely tokens are stored as too large, by a
  /// ten-millionth of the largest each.
  static let sums = 0.9...1.5

  /// Bytes of a row.
  static func byteCount(vocabulary: Int) -> Int { 2 * (2 * ((vocabulary + 1) / 2) + 4) }

  /// Stores logits.
  ///
  /// - Parameters:
  ///   - logits: The logits.
  ///   - row: Where to, `byteCount` bytes.
  /// - Returns: Whether there was something to store: false where a logit is not finite.
  static func encode(
    _ logits: UnsafeBufferPointer<Float>, into row: UnsafeMutableRawBufferPointer
  ) -> Bool {
    var (largest, smallest) = (-Float.infinity, Float.infinity)
    for logit in logits {
      guard logit.isFinite else { return false }
      largest = max(largest, logit)
      smallest = min(smallest, logit)
    }
    smallest = max(smallest, largest - range)
    var sum = 0.0
    for logit in logits { sum += exp(Double(logit - largest)) }
    let scale = (largest - smallest) / 65535
    let inverse = scale > 0 ? 1 / scale : 0
    store((scale.bitPattern, (smallest - largest - Float(log(sum))).bitPattern), row)
    for index in logits.indices {
      let logit = logits[index]
      let code =
        logit > smallest
        ? UInt16(min(65535, (inverse * (logit - smallest)).rounded(.toNearestOrEven))) : 0
      row.storeBytes(of: code.littleEndian, toByteOffset: 8 + 2 * index, as: UInt16.self)
    }
    if logits.count % 2 == 1 {
      row.storeBytes(of: 0, toByteOffset: 8 + 2 * logits.count, as: UInt16.self)
    }
    return true
  }

  /// Reads a row.
  ///
  /// - Parameters:
  ///   - row: `byteCount` bytes.
  ///   - logs: Where the logarithms of the probabilities go, `[vocabulary]`.
  /// - Returns: Whether the row's scale and smallest logarithm can be ones.
  static func decode(
    _ row: UnsafeRawBufferPointer, into logs: UnsafeMutableBufferPointer<Float>
  ) -> Bool {
    let scale = Float(bitPattern: load(row, 0))
    let smallest = Float(bitPattern: load(row, 4))
    // What follows from a range of 16, or the 24 of ik_llama.cpp, with some room.
    guard scale >= 0, scale < 1, smallest > -1e6, smallest <= 0 else { return false }
    for index in logs.indices {
      let code = row.loadUnaligned(fromByteOffset: 8 + 2 * index, as: UInt16.self)
      logs[index] = scale * Float(UInt16(littleEndian: code)) + smallest
    }
    return true
  }

  private static func store(_ pair: (UInt32, UInt32), _ row: UnsafeMutableRawBufferPointer) {
    row.storeBytes(of: pair.0.littleEndian, toByteOffset: 0, as: UInt32.self)
    row.storeBytes(of: pair.1.littleEndian, toByteOffset: 4, as: UInt32.self)
  }

  private static func load(_ row: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
    UInt32(littleEndian: row.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }
}

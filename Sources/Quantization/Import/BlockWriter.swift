import BlockFormats
import GGUF

/// Writes codes with their scale as a block of a format (`BlockFormats` defines the layouts).
enum BlockWriter {
  /// Writes a block.
  ///
  /// - Parameters:
  ///   - codes: A block's codes.
  ///   - fit: What the block gets.
  ///   - type: A format of `BlockRange.all`.
  ///   - block: Where the block goes.
  static func write(
    _ codes: UnsafePointer<UInt8>, _ fit: GroupFit, as type: TensorType,
    to block: UnsafeMutableRawPointer
  ) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: type.blockSize) { stored in
      guard let kept = stored.baseAddress else { return }
      for i in 0..<type.blockSize { kept[i] = fit.stored(codes[i]) }
      switch type {
      case .q4_0: Q4_0.pack(codes: kept, d: fit.scale, into: block)
      case .q4_1: Q4_1.pack(codes: kept, d: fit.scale, m: fit.offset, into: block)
      case .q5_0: Q5_0.pack(codes: kept, d: fit.scale, into: block)
      case .q5_1: Q5_1.pack(codes: kept, d: fit.scale, m: fit.offset, into: block)
      case .q8_0: Q8_0.pack(codes: kept, d: fit.scale, into: block)
      case .q2_K: pack(Q2_K.self, kept, fit, to: block)
      case .q3_K: pack(Q3_K.self, kept, fit, to: block)
      case .q4_K: pack(Q4_K.self, kept, fit, to: block)
      case .q5_K: pack(Q5_K.self, kept, fit, to: block)
      case .q6_K: pack(Q6_K.self, kept, fit, to: block)
      default: preconditionFailure("blocks of \(type.name)")
      }
    }
  }

  /// All sub-blocks have the group's scale.
  private static let ones = [Int8](repeating: 1, count: 16)

  private static func pack(
    _ format: any SymmetricSuperBlock.Type, _ codes: UnsafePointer<UInt8>, _ fit: GroupFit,
    to block: UnsafeMutableRawPointer
  ) {
    format.pack(codes: codes, scales: ones, d: fit.scale, into: block)
  }

  private static func pack(
    _ format: any AffineSuperBlock.Type, _ codes: UnsafePointer<UInt8>, _ fit: GroupFit,
    to block: UnsafeMutableRawPointer
  ) {
    format.pack(
      codes: codes, scales: ones, minimums: [Int8](repeating: Int8(fit.multiple), count: 16),
      d: fit.scale, dmin: fit.offset, into: block)
  }
}

extension UnsafeMutableRawPointer {
  /// Writes a number of any alignment, little-endian.
  func store(_ value: some FixedWidthInteger, at offset: Int) {
    storeBytes(of: value.littleEndian, toByteOffset: offset, as: type(of: value))
  }
}

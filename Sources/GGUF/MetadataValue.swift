/// The type of a metadata value, by its id in the file.
public enum MetadataType: UInt32, Sendable, CaseIterable {
  case uint8 = 0
  case int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

  /// Bytes of a value; nil where they vary.
  var fixedSize: Int? {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    case .string, .array: nil
    }
  }
}

/// A metadata value.
public enum MetadataValue: Sendable, Equatable {
  case uint8(UInt8)
  case int8(Int8)
  case uint16(UInt16)
  case int16(Int16)
  case uint32(UInt32)
  case int32(Int32)
  case float32(Float)
  case bool(Bool)
  /// Bytes that should be UTF-8 but need not be.
  case string([UInt8])
  case array(MetadataArray)
  case uint64(UInt64)
  case int64(Int64)
  case float64(Double)

  /// The value's type.
  public var type: MetadataType {
    switch self {
    case .uint8: .uint8
    case .int8: .int8
    case .uint16: .uint16
    case .int16: .int16
    case .uint32: .uint32
    case .int32: .int32
    case .float32: .float32
    case .bool: .bool
    case .string: .string
    case .array: .array
    case .uint64: .uint64
    case .int64: .int64
    case .float64: .float64
    }
  }

  /// The value as an integer; nil if it is none or too large.
  public var integer: Int? {
    switch self {
    case .uint8(let v): Int(v)
    case .int8(let v): Int(v)
    case .uint16(let v): Int(v)
    case .int16(let v): Int(v)
    case .uint32(let v): Int(v)
    case .int32(let v): Int(v)
    case .uint64(let v): Int(exactly: v)
    case .int64(let v): Int(v)
    default: nil
    }
  }
}

/// An array in the metadata, kept as the bytes that lie in the file.
///
/// Its bounds are checked when the file is opened; its elements are decoded when they are asked
/// for.
public struct MetadataArray: Sendable, Equatable {
  /// The elements' type.
  public let elementType: MetadataType
  /// How many elements there are.
  public let count: Int
  /// The elements as they lie in the file; strings each after their length of 8 bytes.
  let bytes: MappedBytes

  /// The elements if they are strings.
  public var strings: [[UInt8]]? {
    guard elementType == .string else { return nil }
    var result: [[UInt8]] = []
    result.reserveCapacity(count)
    forEachString { result.append(Array($0)) }
    return result
  }

  /// Calls the body with each string's bytes.
  public func forEachString(_ body: (UnsafeRawBufferPointer) -> Void) {
    guard elementType == .string else { return }
    let buffer = bytes.buffer
    var offset = 0
    for _ in 0..<count {
      let length = Int(buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian)
      body(UnsafeRawBufferPointer(rebasing: buffer[offset + 8..<offset + 8 + length]))
      offset += 8 + length
    }
  }

  /// The elements if they are integers or booleans.
  public var integers: [Int]? {
    switch elementType {
    case .uint8, .bool: decode(UInt8.self)
    case .int8: decode(Int8.self)
    case .uint16: decode(UInt16.self)
    case .int16: decode(Int16.self)
    case .uint32: decode(UInt32.self)
    case .int32: decode(Int32.self)
    case .uint64: decode(UInt64.self)
    case .int64: decode(Int64.self)
    case .float32, .float64, .string, .array: nil
    }
  }

  /// The elements if they are floating-point numbers.
  public var floats: [Float]? {
    let buffer = bytes.buffer
    switch elementType {
    case .float32:
      return (0..<count).map {
        Float(
          bitPattern: buffer.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self).littleEndian)
      }
    case .float64:
      return (0..<count).map {
        Float(
          Double(
            bitPattern: buffer.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self).littleEndian))
      }
    default: return nil
    }
  }

  private func decode<T: FixedWidthInteger>(_: T.Type) -> [Int] {
    let buffer = bytes.buffer
    let size = MemoryLayout<T>.size
    return (0..<count).map {
      Int(
        clamping: T(littleEndian: buffer.loadUnaligned(fromByteOffset: $0 * size, as: T.self)))
    }
  }
}

/// A stretch of memory with what keeps it alive.
struct MappedBytes: @unchecked Sendable, Equatable {
  let buffer: UnsafeRawBufferPointer
  let owner: AnyObject

  static func == (a: Self, b: Self) -> Bool { a.buffer.elementsEqual(b.buffer) }
}

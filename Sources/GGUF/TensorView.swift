import Foundation

/// A tensor where it lies in the mapped file.
public struct TensorView: @unchecked Sendable {
  /// GGUF's name.
  public let name: String
  /// The format.
  public let type: TensorType
  /// Dimensions, the contiguous one first.
  public let shape: [Int]
  /// The blocks; valid while the `GGUFFile` lives.
  public let bytes: UnsafeRawBufferPointer
  /// Whether the bytes lie in a file, from which they can be read again.
  let isMapped: Bool

  /// A tensor in memory that the caller keeps alive.
  public init(name: String, type: TensorType, shape: [Int], bytes: UnsafeRawBufferPointer) {
    self.name = name
    self.type = type
    self.shape = shape
    self.bytes = bytes
    isMapped = false
  }

  /// A tensor in a mapped file.
  init(
    name: String, type: TensorType, shape: [Int], mappedBytes: UnsafeRawBufferPointer
  ) {
    self.name = name
    self.type = type
    self.shape = shape
    bytes = mappedBytes
    isMapped = true
  }

  /// Values in the tensor.
  public var elementCount: Int { shape.reduce(1, *) }

  /// Takes pages of the tensor from the process's memory.
  ///
  /// They are read from the file again when they are needed. Of a tensor that lies in no file,
  /// nothing is taken.
  ///
  /// - Parameter range: Bytes of the tensor.
  public func releasePages(_ range: Range<Int>) {
    guard isMapped, let start = bytes.baseAddress, !range.isEmpty else { return }
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    // Neighbours on the first and last page only come back a little later.
    let first = UInt(bitPattern: start + range.lowerBound) / UInt(page) * UInt(page)
    let count = Int(UInt(bitPattern: start + range.upperBound) - first)
    madvise(UnsafeMutableRawPointer(bitPattern: first), count, MADV_DONTNEED)
  }
}

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

  /// A tensor in memory that the caller keeps alive.
  public init(name: String, type: TensorType, shape: [Int], bytes: UnsafeRawBufferPointer) {
    self.name = name
    self.type = type
    self.shape = shape
    self.bytes = bytes
  }

  /// Values in the tensor.
  public var elementCount: Int { shape.reduce(1, *) }
}

/// A tensor that is to be written.
public struct TensorDescription: Sendable, Equatable {
  /// GGUF's name.
  public let name: String
  /// The format.
  public let type: TensorType
  /// Dimensions, the contiguous one first.
  public let shape: [Int]

  /// A tensor; a row's length must be a multiple of the format's block.
  public init(name: String, type: TensorType, shape: [Int]) {
    self.name = name
    self.type = type
    self.shape = shape
  }

  /// Values in a row.
  public var columns: Int { shape.first ?? 1 }
  /// Rows in all further dimensions together.
  public var rows: Int { shape.dropFirst().reduce(1, *) }
  /// Bytes of a row.
  public var rowBytes: Int { columns / type.blockSize * type.blockBytes }
  /// Bytes of the tensor.
  public var byteCount: Int { rows * rowBytes }
}

import GGUF

/// A tensor of a model that is to be written, under GGUF's name, wherever its values come from.
///
/// Values are read by rows, from any thread, so that no tensor is ever in memory as a whole.
public protocol TensorSource: Sendable {
  /// GGUF's name.
  var name: String { get }
  /// The file that the values are from, for messages; nil where several are.
  var origin: String? { get }
  /// Dimensions, the contiguous one first.
  var shape: [Int] { get }
  /// The format that holds the values as they are.
  var type: TensorType { get }

  /// Reads whole rows as floats.
  ///
  /// - Parameters:
  ///   - rows: Rows in all dimensions but the first together.
  ///   - values: Receives `[rows][columns]`.
  /// - Throws: What is wrong with the source.
  func read(rows: Range<Int>, into values: UnsafeMutablePointer<Float>) throws

  /// Copies whole rows in the source's format.
  ///
  /// - Parameters:
  ///   - rows: Rows in all dimensions but the first together.
  ///   - bytes: Receives the rows' blocks.
  /// - Throws: What is wrong with the source.
  func copy(rows: Range<Int>, into bytes: UnsafeMutableRawPointer) throws

  /// Says that rows will not be read again soon, so that the memory behind them can go.
  ///
  /// - Parameter rows: Rows in all dimensions but the first together.
  func release(rows: Range<Int>)
}

extension TensorSource {
  /// No single file.
  public var origin: String? { nil }

  /// Nothing to let go of.
  public func release(rows: Range<Int>) {}
}

extension TensorSource {
  /// The tensor as it is written in a format.
  public func description(as type: TensorType) -> TensorDescription {
    TensorDescription(name: name, type: type, shape: shape)
  }
}

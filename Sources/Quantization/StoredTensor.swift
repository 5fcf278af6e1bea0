import GGUF
import Inference
import Kernels

/// A tensor of a GGUF file as a source.
public struct StoredTensor: TensorSource {
  private let file: GGUFFile
  private let view: TensorView
  private let matrix: Matrix?

  public var name: String { view.name }
  public var origin: String? { file.path }
  public var shape: [Int] { view.shape }
  public var type: TensorType { view.type }

  /// A tensor of a file that stays open as long as the source.
  public init(_ view: TensorView, in file: GGUFFile) {
    self.file = file
    self.view = view
    let columns = view.shape.first ?? 1
    matrix = WeightFormat(view.type).flatMap { format in
      view.bytes.baseAddress.map {
        Matrix(
          format: format, weights: $0, rows: view.shape.dropFirst().reduce(1, *), columns: columns)
      }
    }
  }

  public func read(rows: Range<Int>, into values: UnsafeMutablePointer<Float>) throws {
    guard let matrix else {
      throw GGUFError(
        file.path, "\(name): has format \(type.name), expected one whose values can be read")
    }
    let columns = shape.first ?? 1
    for (index, row) in rows.enumerated() {
      matrix.decodeRow(row, into: values + index * columns)
    }
  }

  public func copy(rows: Range<Int>, into bytes: UnsafeMutableRawPointer) throws {
    let rowBytes = description(as: type).rowBytes
    let source = view.bytes[rows.lowerBound * rowBytes..<rows.upperBound * rowBytes]
    UnsafeMutableRawBufferPointer(start: bytes, count: source.count).copyMemory(
      from: UnsafeRawBufferPointer(rebasing: source))
  }

  /// Takes the rows' pages from the process; the system keeps them in its cache.
  public func release(rows: Range<Int>) {
    let rowBytes = description(as: type).rowBytes
    view.releasePages(rows.lowerBound * rowBytes..<rows.upperBound * rowBytes)
  }
}

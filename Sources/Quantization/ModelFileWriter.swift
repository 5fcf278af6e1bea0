import Foundation
import GGUF
import Inference
import Kernels
import Synchronization

/// Writes a model's tensors to a GGUF file, each in the format that was chosen for it: rows are
/// read, checked, encoded and written piece by piece on all threads.
public final class ModelFileWriter {
  /// A tensor and what becomes of it.
  public struct Item: Sendable {
    /// Where the values come from.
    public var source: any TensorSource
    /// The format to write.
    public var type: TensorType
    /// Importance of each column, of each expert in turn; nil to let all columns count the same.
    public var importance: [Float]?

    /// A tensor to write in a format.
    public init(_ source: any TensorSource, as type: TensorType, importance: [Float]? = nil) {
      self.source = source
      self.type = type
      self.importance = importance
    }

    var description: TensorDescription { source.description(as: type) }
  }

  /// How far the work is.
  public struct Progress: Sendable {
    /// The tensor at work.
    public let tensor: String
    /// Bytes written so far.
    public let doneBytes: Int
    /// Bytes to write.
    public let totalBytes: Int
  }

  private static let pieceValues = 1 << 18
  private let parallel: Parallel
  private let encoder: RowEncoder

  /// A writer on some threads.
  ///
  /// - Parameters:
  ///   - threads: How many.
  ///   - effort: How thoroughly formats are searched for the values nearest to the model's.
  public init(threads: Int, effort: EncodingEffort = .normal) {
    parallel = Parallel(threads: threads)
    encoder = RowEncoder(effort: effort)
  }

  /// Writes a file; it appears when it is complete.
  ///
  /// - Parameters:
  ///   - items: The tensors, in the file's order.
  ///   - metadata: All pairs.
  ///   - path: The file.
  ///   - maximumBytes: Tensor bytes in one part of a split set; nil for one file.
  ///   - progress: Is told how far the work is, and stops it by throwing.
  /// - Throws: What is wrong with a source's values or with the target, or what `progress` threw.
  public func write(
    _ items: [Item], metadata: [(key: String, value: MetadataValue)], to path: String,
    maximumBytes: Int? = nil, progress: (Progress) throws -> Void = { _ in }
  ) throws {
    let file = try GGUFWriter(
      path: path, metadata: metadata, tensors: items.map(\.description), maximumBytes: maximumBytes)
    let total = file.tensors.reduce(0) { $0 + $1.byteCount }
    var done = 0
    for (index, item) in items.enumerated() {
      try write(item, index, to: file) { bytes in
        try progress(
          Progress(tensor: item.source.name, doneBytes: done + bytes, totalBytes: total))
      }
      done += file.tensors[index].byteCount
    }
    try file.commit()
  }

  /// Writes a tensor in rounds of one piece for each thread, so that progress can be told between.
  private func write(
    _ item: Item, _ index: Int, to file: GGUFWriter, progress: (Int) throws -> Void
  ) throws {
    let description = file.tensors[index]
    guard description.byteCount > 0 else { return }
    let rowsInPiece = max(1, Self.pieceValues / max(1, description.columns))
    let pieces = (description.rows + rowsInPiece - 1) / rowsInPiece
    let failure = Mutex<(any Error)?>(nil)
    let inRound = 4 * parallel.threads
    for first in stride(from: 0, to: pieces, by: inRound) {
      parallel(over: min(inRound, pieces - first)) { piece, _ in
        let start = (first + piece) * rowsInPiece
        let rows = start..<min(description.rows, start + rowsInPiece)
        do {
          try write(rows, of: item, description, index, to: file)
        } catch {
          failure.withLock { $0 = $0 ?? error }
        }
      }
      if let error = failure.withLock({ $0 }) { throw error }
      try progress(min(description.rows, (first + inRound) * rowsInPiece) * description.rowBytes)
    }
  }

  private func write(
    _ rows: Range<Int>, of item: Item, _ description: TensorDescription, _ index: Int,
    to file: GGUFWriter
  ) throws {
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: rows.count * description.rowBytes, alignment: 64)
    defer { bytes.deallocate() }
    if item.type == item.source.type {
      try item.source.copy(rows: rows, into: bytes.baseAddress!)
    } else {
      try encode(rows, of: item, description, into: bytes.baseAddress!)
    }
    try file.write(
      UnsafeRawBufferPointer(bytes), of: index, at: rows.lowerBound * description.rowBytes)
  }

  private func encode(
    _ rows: Range<Int>, of item: Item, _ description: TensorDescription,
    into bytes: UnsafeMutableRawPointer
  ) throws {
    let columns = description.columns
    guard let format = WeightFormat(item.type) else {
      throw QuantizationError("\(item.source.name): no values can be written as \(item.type.name)")
    }
    let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: rows.count * columns)
    defer { values.deallocate() }
    try item.source.read(rows: rows, into: values.baseAddress!)
    let limit =
      item.type == .f16 ? Float(Float16.greatestFiniteMagnitude) : Float.greatestFiniteMagnitude
    if let bad = values.firstIndex(where: { !(abs($0) <= limit) }) {
      throw QuantizationError.value(
        values[bad], tensor: item.source.name, row: rows.lowerBound + bad / columns,
        column: bad % columns, type: item.type)
    }
    let rowsOfExpert = description.shape.count > 1 ? description.shape[1] : 1
    for (place, row) in rows.enumerated() {
      let weights = item.importance.map { importance in
        (row / rowsOfExpert * columns) % max(1, importance.count)
      }
      item.importance.withPointer(at: weights) { importance in
        encoder.encode(
          values.baseAddress! + place * columns, count: columns, importance: importance,
          as: format, into: bytes + place * description.rowBytes)
      }
    }
  }
}

extension [Float]? {
  /// The address of an element, if there is an array.
  fileprivate func withPointer(at index: Int?, _ body: (UnsafePointer<Float>?) -> Void) {
    guard let self, let index else { return body(nil) }
    self.withUnsafeBufferPointer { body($0.baseAddress.map { $0 + index }) }
  }
}

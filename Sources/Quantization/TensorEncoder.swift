import GGUF
import Inference
import Kernels
import Synchronization

/// Turns a tensor's rows into blocks of a format, piece by piece on all threads.
final class TensorEncoder {
  /// Takes a piece's bytes, which go to an offset in the tensor; called from any thread.
  typealias Sink = @Sendable (_ bytes: UnsafeRawBufferPointer, _ offset: Int) throws -> Void

  private static let pieceValues = 1 << 18
  private let parallel: Parallel
  private let encoder: RowEncoder
  private let checksCopies: Bool

  /// An encoder on some threads.
  ///
  /// - Parameters:
  ///   - threads: How many.
  ///   - effort: How thoroughly the nearest codes are searched.
  ///   - checksCopies: Whether weights that keep their format must be finite too.
  init(threads: Int, effort: EncodingEffort, checksCopies: Bool = true) {
    parallel = Parallel(threads: threads)
    encoder = RowEncoder(effort: effort)
    self.checksCopies = checksCopies
  }

  /// Encodes a tensor, in rounds of a few pieces for each thread, so that progress can be told
  /// between.
  ///
  /// - Parameters:
  ///   - item: The tensor and its format.
  ///   - sink: Receives the bytes.
  ///   - progress: Is told the bytes done, and stops the work by throwing.
  /// - Throws: What is wrong with the values, and what `sink` and `progress` threw.
  func encode(
    _ item: ModelFileWriter.Item, into sink: Sink, progress: (Int) throws -> Void = { _ in }
  ) throws {
    let description = item.description
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
          try encode(rows, of: item, description, into: sink)
        } catch {
          failure.withLock { $0 = $0 ?? error }
        }
      }
      if let error = failure.withLock({ $0 }) { throw error }
      let done = min(description.rows, (first + inRound) * rowsInPiece)
      item.source.release(rows: first * rowsInPiece..<done)
      try progress(done * description.rowBytes)
    }
  }

  private func encode(
    _ rows: Range<Int>, of item: ModelFileWriter.Item, _ description: TensorDescription,
    into sink: Sink
  ) throws {
    let bytes = try Buffer<UInt8>(count: rows.count * description.rowBytes, for: item.source.name)
    let start = UnsafeMutableRawPointer(bytes.pointer)
    if item.type == item.source.type {
      try item.source.copy(rows: rows, into: start)
      if checksCopies { try checkCopy(rows, of: item, description, start) }
    } else {
      try encode(rows, of: item, description, into: start)
    }
    try sink(
      UnsafeRawBufferPointer(start: start, count: bytes.count),
      rows.lowerBound * description.rowBytes)
  }

  /// Refuses values that are no numbers, or larger than the format holds.
  private func check(
    _ values: UnsafePointer<Float>, rows: Range<Int>, columns: Int,
    of item: ModelFileWriter.Item, limit: Float
  ) throws {
    let count = rows.count * columns
    guard let index = FiniteValues.firstBeyond(values, count: count, limit: limit) else { return }
    throw QuantizationError.value(
      values[index], tensor: (item.source.origin.map { "\($0): " } ?? "") + item.source.name,
      row: rows.lowerBound + index / columns,
      column: index % columns, type: item.type, largest: limit)
  }

  /// Refuses weights that are copied as they are and are no numbers; formats that cannot be read pass.
  private func checkCopy(
    _ rows: Range<Int>, of item: ModelFileWriter.Item, _ description: TensorDescription,
    _ bytes: UnsafeRawPointer
  ) throws {
    guard let format = WeightFormat(item.type) else { return }
    let columns = description.columns
    let matrix = Matrix(format: format, weights: bytes, rows: rows.count, columns: columns)
    let values = try Buffer<Float>(count: columns)
    for row in 0..<rows.count {
      matrix.decodeRow(row, into: values.pointer)
      let place = rows.lowerBound + row
      try check(
        values.pointer, rows: place..<place + 1, columns: columns, of: item,
        limit: .greatestFiniteMagnitude)
    }
  }

  private func encode(
    _ rows: Range<Int>, of item: ModelFileWriter.Item, _ description: TensorDescription,
    into bytes: UnsafeMutableRawPointer
  ) throws {
    let columns = description.columns
    guard let format = WeightFormat(item.type) else {
      throw QuantizationError("\(item.source.name): no values can be written as \(item.type.name)")
    }
    let values = try Buffer<Float>(count: rows.count * columns, for: item.source.name)
    try item.source.read(rows: rows, into: values.pointer)
    try check(
      values.pointer, rows: rows, columns: columns, of: item, limit: format.largestValue)
    // The rows of each expert have importances of their own.
    let rowsOfExpert = description.shape.count > 1 ? description.shape[1] : 1
    func write(_ importance: UnsafeBufferPointer<Float>?) {
      for (place, row) in rows.enumerated() {
        let weights = importance.flatMap { importance in
          importance.baseAddress.map { $0 + row / rowsOfExpert * columns % importance.count }
        }
        encoder.encode(
          values.pointer + place * columns, count: columns, importance: weights, as: format,
          into: bytes + place * description.rowBytes)
      }
    }
    if let importance = item.importance {
      importance.withUnsafeBufferPointer { write($0) }
    } else {
      write(nil)
    }
  }
}

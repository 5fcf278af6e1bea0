import Foundation
import GGUF
import Inference
import Kernels

/// Writes a model's logits over a text as llama.cpp's `--kl-divergence-base` file, a few rows at a
/// time; the file appears when it is complete.
public final class LogitsFileWriter {
  private let header: LogitsFileHeader
  private let file: AtomicFile
  private let session: Session
  private let parallel: Parallel
  private let logits: Buffer<Float>  // [row][vocabulary]
  private let stored: Buffer<UInt8>  // [row][rowBytes]
  private var done = 0
  private var losses: [[Double]] = []

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - model: The model.
  ///   - tokens: The text's tokens, stretch by stretch, as they are in the text.
  ///   - options: Threads, kernels, and the longest stretch as the context.
  /// - Throws: `GGUFError` if the file cannot be written; as `Session.init`.
  public init(
    _ path: String, _ model: Model, tokens: [[Int32]], options: SessionOptions = SessionOptions()
  ) throws {
    let length = tokens.first?.count ?? 0
    precondition(length >= 3, "stretches of fewer than three tokens")
    precondition(tokens.allSatisfy { $0.count == length }, "stretches of different lengths")
    header = LogitsFileHeader(
      length: length, vocabulary: model.vocabularySize, stretches: tokens.count)
    guard let byteCount = header.byteCount else {
      throw GGUFError(path, "found a text of \(tokens.count) stretches, expected fewer")
    }
    session = try Session(model, options)
    parallel = Parallel(threads: max(1, options.threads ?? Parallel.processorCount))
    logits = try Buffer(count: ComparedRows.group * header.vocabulary, for: "logits")
    stored = try Buffer(count: ComparedRows.group * header.rowBytes, for: "logits")
    file = try AtomicFile(path: path)
    try file.reserve(byteCount)
    try header.bytes.withUnsafeBytes { try file.write($0, at: 0) }
    for (index, stretch) in tokens.enumerated() {
      try stretch.map(\.littleEndian).withUnsafeBytes {
        try file.write($0, at: header.tokenOffset(index))
      }
    }
  }

  /// Bytes of the file.
  public var byteCount: Int { header.byteCount ?? 0 }
  /// The mean loss of what was written so far; its exponential is the perplexity.
  public var loss: ClusteredMean { ClusteredMean(losses) }

  /// Reads the next stretch and writes its rows.
  ///
  /// - Parameter tokens: The stretch as the model reads it: llama.cpp puts the token that begins a
  ///   text in the place of the first.
  /// - Throws: `GGUFError` if it cannot be written or a logit is not finite; as `Session.append`.
  public func append(_ tokens: [Int32]) throws {
    precondition(tokens.count == header.length && done < header.stretches, "no such stretch")
    session.rewind(to: 0)
    session.minimumLength = tokens.count
    var losses: [Double] = []
    // In the parts of `LockStep`, so that the model says the same to the last bit.
    for start in stride(from: 0, to: tokens.count - 1, by: ComparedRows.group) {
      let end = min(tokens.count - 1, start + ComparedRows.group)
      let skipped = min(end - start, max(0, header.first - start))
      var row = 0
      try session.appendEach(Array(tokens[start..<end]), skipping: skipped) { values in
        (logits.pointer + row * header.vocabulary).update(
          from: values.baseAddress.unsafelyUnwrapped, count: header.vocabulary)
        losses.append(
          TokenComparison.loss(
            UnsafeBufferPointer(values), of: tokens[start + skipped + row + 1]))
        row += 1
      }
      if row > 0 { try flush(row, at: start + skipped - header.first) }
    }
    self.losses.append(losses)
    done += 1
  }

  /// Gives the file its name.
  ///
  /// - Throws: `GGUFError` if it cannot be completed.
  public func finish() throws(GGUFError) {
    precondition(done == header.stretches, "stretches are missing")
    try file.commit()
  }

  private func flush(_ rows: Int, at first: Int) throws(GGUFError) {
    let (vocabulary, rowBytes) = (header.vocabulary, header.rowBytes)
    let (logits, stored) = (logits, stored)
    let isFinite = UnsafeMutablePointer<Bool>.allocate(capacity: rows)
    defer { isFinite.deallocate() }
    parallel(over: rows) { row, _ in
      isFinite[row] = StoredLogits.encode(
        UnsafeBufferPointer(start: logits.pointer + row * vocabulary, count: vocabulary),
        into: UnsafeMutableRawBufferPointer(
          start: stored.pointer + row * rowBytes, count: rowBytes))
    }
    for row in 0..<rows where !isFinite[row] {
      throw GGUFError(
        file.path,
        "found logits that are not finite after token \(header.first + first + row) of stretch "
          + "\(done), expected numbers")
    }
    try file.write(
      UnsafeRawBufferPointer(start: stored.pointer, count: rows * rowBytes),
      at: header.rowOffset(done) + first * rowBytes)
  }
}

import Foundation
import GGUF
import Kernels
import Quantization
import Synchronization

/// Measures the error of one tensor after the other, by rows on all threads.
struct TensorErrorMeter {
  private static let pieceValues = 1 << 18
  private let parallel: Parallel

  init(threads: Int) { parallel = Parallel(threads: threads) }

  /// The error of a tensor of the same shape in both files.
  ///
  /// - Parameters:
  ///   - reference: The reference's.
  ///   - candidate: The candidate's.
  ///   - weights: What squared errors weigh; nil for no weighted error.
  /// - Returns: The error.
  /// - Throws: `GGUFError` if a format cannot be read.
  func measure(
    _ reference: StoredTensor, _ candidate: StoredTensor, weights: Activity.Weights?
  ) throws -> TensorError {
    let description = candidate.description(as: candidate.type)
    let (rows, columns) = (description.rows, description.columns)
    let rowsInPiece = max(1, Self.pieceValues / max(1, columns))
    let pieces = (rows + rowsInPiece - 1) / rowsInPiece
    let buffers = try (0..<2 * parallel.threads).map { _ in try Buffer<Float>(count: columns) }
    let inRound = 4 * parallel.threads
    let failure = Mutex<(any Error)?>(nil)
    var total = ErrorSums()
    var sums = [ErrorSums](repeating: ErrorSums(), count: inRound)
    for first in stride(from: 0, to: pieces, by: inRound) {
      let count = min(inRound, pieces - first)
      let start = first * rowsInPiece
      let end = min(rows, start + count * rowsInPiece)
      sums.withUnsafeMutableBufferPointer { sums in
        parallel(over: count) { piece, worker in
          let (x, y) = (buffers[2 * worker].pointer, buffers[2 * worker + 1].pointer)
          var own = ErrorSums()
          let start = (first + piece) * rowsInPiece
          do {
            for row in start..<min(rows, start + rowsInPiece) {
              try reference.read(rows: row..<row + 1, into: x)
              try candidate.read(rows: row..<row + 1, into: y)
              own.add(x, y, count: columns, row: row, weights)
            }
          } catch {
            failure.withLock { $0 = $0 ?? error }
          }
          sums[piece] = own
        }
      }
      if let error = failure.withLock({ $0 }) { throw error }
      // In order, so that the result does not depend on the threads.
      for piece in 0..<count { total.add(sums[piece]) }
      reference.release(rows: start..<end)
      candidate.release(rows: start..<end)
    }
    return TensorError(
      total, reference, candidate, bytes: description.byteCount, isWeighted: weights != nil)
  }
}

extension TensorError {
  fileprivate init(
    _ sums: ErrorSums, _ reference: StoredTensor, _ candidate: StoredTensor, bytes: Int,
    isWeighted: Bool
  ) {
    let noise = sums.noise.squareRoot()
    let norms = sums.reference.squareRoot() * sums.candidate.squareRoot()
    // Two vectors of zeros point the same way; a vector and zeros point nowhere together.
    let cosine = norms > 0 ? sums.product / norms : sums.reference == sums.candidate ? 1 : 0
    self.init(
      name: candidate.name, shape: candidate.shape, referenceType: reference.type,
      candidateType: candidate.type, candidateBytes: bytes,
      rmse: (sums.noise / Double(max(1, sums.count))).squareRoot(),
      relativeError: sums.reference > 0 ? noise / sums.reference.squareRoot() : noise,
      cosine: sums.noise == 0 ? 1 : max(-1, min(1, cosine)),
      signalToNoise: Self.decibels(sums.reference, sums.noise), largest: sums.largest,
      referenceNotFinite: sums.referenceNotFinite, candidateNotFinite: sums.candidateNotFinite,
      weightedError: isWeighted ? sums.weightedNoise : nil,
      weightedRelativeError: isWeighted
        ? sums.weightedReference > 0
          ? (sums.weightedNoise / sums.weightedReference).squareRoot()
          : sums.weightedNoise.squareRoot()
        : nil)
  }

  private static func decibels(_ signal: Double, _ noise: Double) -> Double? {
    guard noise > 0 else { return nil }
    // A reference of zeros has no signal at all: as little as a double can say.
    return 10 * log10(max(signal, .leastNormalMagnitude) / noise)
  }
}

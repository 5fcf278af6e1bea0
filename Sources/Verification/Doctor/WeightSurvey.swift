import GGUF
import Inference
import Kernels
import Synchronization

/// The figures of a file's tensors, read once from beginning to end; pages are let go as it reads.
struct WeightSurvey: Sendable {
  /// Figures by tensor; formats whose values cannot be read are left out.
  private(set) var figures: [String: TensorFigures] = [:]

  private static let pieceValues = 1 << 17

  /// Reads the tensors.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - threads: How many.
  ///   - progress: Is told the bytes read of how many, and stops the work by throwing.
  /// - Throws: What `progress` threw.
  init(_ file: GGUFFile, threads: Int, progress: (Int, Int) throws -> Void) throws {
    let parallel = Parallel(threads: threads)
    let total = file.tensorBytes
    var done = 0
    for tensor in file.tensors {
      if let format = WeightFormat(tensor.type), !tensor.bytes.isEmpty {
        let before = done
        figures[tensor.name] = try Self.read(tensor, format, parallel) { bytes in
          try progress(before + bytes, total)
        }
      }
      done += tensor.bytes.count
    }
  }

  private static func read(
    _ tensor: TensorView, _ format: WeightFormat, _ parallel: Parallel,
    progress: (Int) throws -> Void
  ) throws -> TensorFigures {
    let blocks = format.blocks
    let count = tensor.bytes.count / blocks.blockBytes * blocks.blockSize
    // Pieces are whole rows where rows are short, and parts of one where they are long.
    let columns = max(1, tensor.shape.first ?? 1)
    let inPiece =
      columns >= pieceValues
      ? pieceValues : max(blocks.blockSize, pieceValues / columns * columns)
    let pieces = (count + inPiece - 1) / inPiece
    let rowCount = count / columns
    let hasRows = rowCount > 1 && columns >= 32
    let sums = Mutex([Double](repeating: 0, count: hasRows ? rowCount : 0))
    let result = Mutex(TensorFigures())
    let inRound = 4 * parallel.threads
    let buffers = try (0..<parallel.threads).map { _ in
      try Buffer<Float>(count: min(inPiece, count), for: tensor.name)
    }
    for first in stride(from: 0, to: pieces, by: inRound) {
      parallel(over: min(inRound, pieces - first)) { piece, worker in
        let start = (first + piece) * inPiece
        let length = min(inPiece, count - start)
        let values = buffers[worker]
        let bytes = tensor.bytes[
          start / blocks.blockSize * blocks.blockBytes..<(start + length) / blocks.blockSize
            * blocks.blockBytes]
        blocks.decodeRow(
          UnsafeRawBufferPointer(rebasing: bytes).baseAddress.unsafelyUnwrapped, count: length,
          into: values.pointer)
        var figures = TensorFigures()
        var rows: [Double] = []
        var position = 0
        while position < length {
          let end = min(length, ((start + position) / columns + 1) * columns - start)
          rows.append(
            figures.add(values.pointer + position, end - position, from: start + position))
          position = end
        }
        figures.hash = Self.hash(UnsafeRawBufferPointer(rebasing: bytes), seed: UInt64(start))
        let (part, found) = (figures, rows)
        if hasRows {
          sums.withLock { sums in
            for (offset, sum) in found.enumerated() { sums[start / columns + offset] += sum }
          }
        }
        result.withLock { $0.add(part) }
      }
      let end = min(count, (first + inRound) * inPiece) / blocks.blockSize * blocks.blockBytes
      tensor.releasePages(first * inPiece / blocks.blockSize * blocks.blockBytes..<end)
      try progress(end)
    }
    // A fault maps pages before its own as well, which come back behind each round.
    tensor.releasePages(0..<tensor.bytes.count)
    var figures = result.withLock { $0 }
    figures.rows = sums.withLock { $0.map { Float(($0 / Double(columns)).squareRoot()) } }
    return figures
  }

  private static func hash(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
    var hash = (seed ^ 0x9E37_79B9_7F4A_7C15) &* 0xE703_7ED1_A0B4_28DB
    func mix(_ word: UInt64) {
      let product = (hash ^ word).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
      hash = product.high ^ product.low &+ 1
    }
    var offset = 0
    while offset + 8 <= bytes.count {
      mix(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      offset += 8
    }
    while offset < bytes.count {
      mix(UInt64(bytes[offset]))
      offset += 1
    }
    return hash
  }
}

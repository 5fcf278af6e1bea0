import GGUF
import Kernels
import Synchronization

/// The format that a quantized matrix is kept in, and what it does to the weights.
struct KeptFormat {
  let type: TensorType
  /// What is rounded; nil where all weights are as they were.
  var rounding: ImportRounding?
  /// The block format and its codes; nil where weights are rounded one by one.
  var range: BlockRange?

  /// The codes of a matrix, its groups, and what may be done to them.
  struct Matrix: Sendable {
    let codes: PackedCodes
    let groups: CodeGroups
    let rows: Int
    let columns: Int
    let precision: ImportPrecision
    /// The file and tensor, for errors.
    let source: String

    /// The largest code.
    var top: Int { (1 << codes.bits) - 1 }
  }

  /// The smallest format whose blocks hold a matrix's codes, or else the one that was asked for.
  init(_ matrix: Matrix) throws {
    let (columns, size) = (matrix.columns, matrix.groups.size)
    var reason = "groups of \(size) in rows of \(columns) are no blocks of 32"
    for range in BlockRange.all where Self.divides(range.type.blockSize, columns, size) {
      switch try Self.check(range, matrix) {
      case .success(let change):
        type = range.type
        self.range = range
        if change > 0 {
          rounding = ImportRounding(words: ImportRounding.scales, change: change)
        }
        return
      case .failure(let misfit): reason = Self.words(misfit, matrix)
      }
    }
    let largest = try Self.largest(matrix)
    if matrix.precision == .blocks, matrix.codes.bits > 5, Self.divides(32, columns, size),
      let nearest = try Self.nearest(matrix)
    {
      self = nearest
      return
    }
    type = matrix.precision == .f32 || largest > 65504 ? .f32 : .f16
    rounding = type == .f32 ? nil : ImportRounding(words: reason, change: nil)
  }

  /// A format that is as asked, if its blocks hold a matrix's codes.
  init?(_ type: TensorType, _ matrix: Matrix) throws {
    guard Self.divides(type.blockSize, matrix.columns, matrix.groups.size),
      let range = BlockRange.all.first(where: { $0.type == type }),
      case .success(let change) = try Self.check(range, matrix)
    else { return nil }
    self.type = type
    self.range = range
    if change > 0 {
      rounding = ImportRounding(words: ImportRounding.scales, change: change)
    }
  }

  private static func divides(_ block: Int, _ columns: Int, _ group: Int) -> Bool {
    columns % block == 0 && (group % block == 0 || group >= columns)
  }

  /// The largest change of a weight if all groups fit a format.
  private static func check(
    _ range: BlockRange, _ matrix: Matrix
  ) throws -> Result<Double, GroupFit.Misfit> {
    let isExact = matrix.precision != .blocks
    var change = 0.0
    let misfit = try visit(matrix) { group -> GroupFit.Misfit? in
      switch range.fit(group, top: matrix.top, isExact: isExact) {
      case .success(let fit):
        change = max(change, fit.change)
        return nil
      case .failure(let misfit): return misfit
      }
    }
    return misfit.map { .failure($0) } ?? .success(change)
  }

  /// The largest magnitude that a weight may have.
  private static func largest(_ matrix: Matrix) throws -> Double {
    var largest = 0.0
    _ = try visit(matrix) { group -> Void? in
      largest = max(largest, group.largest(matrix.top))
      return nil
    }
    return largest
  }

  /// Calls a body with all groups until it gives something.
  private static func visit<Found>(
    _ matrix: Matrix, _ body: (CodeGroup) -> Found?
  ) throws -> Found? {
    let groups = matrix.groups
    for start in stride(from: 0, to: matrix.rows, by: groups.rowsAtOnce) {
      let loaded = try groups.load(rows: start..<min(matrix.rows, start + groups.rowsAtOnce))
      for index in 0..<loaded.count {
        let group = loaded[index]
        guard group.scale.isFinite, group.bias.isFinite else {
          throw QuantizationError(
            "\(matrix.source): found scale \(group.scale) and bias \(group.bias) in row "
              + "\(start + index / groups.count), group \(index % groups.count), expected numbers")
        }
        if let found = body(group) { return found }
      }
    }
    return nil
  }

  private static func words(_ misfit: GroupFit.Misfit, _ matrix: Matrix) -> String {
    let bits = matrix.codes.bits
    let isExact = matrix.precision != .blocks
    let problem = isExact ? "are more precise than half precision" : "are beyond half precision"
    switch misfit {
    case .scale: return "scales \(problem)"
    case .bias: return "biases \(problem)"
    case .codes:
      if case .biases = matrix.groups.offset {
        return "\(bits)-bit codes with biases are in no format"
      }
      return "\(bits)-bit codes with zeros of their own are in no format"
    }
  }

  /// Q8_0 with the nearest codes, where its blocks have not the matrix's own ones; nil if scales are
  /// too small for half precision.
  private static func nearest(_ matrix: Matrix) throws -> KeptFormat? {
    let rowsAtOnce = max(1, (1 << 18) / matrix.columns)
    let pieces = (matrix.rows + rowsAtOnce - 1) / rowsAtOnce
    let outcome = Mutex<Result<NearestChange, any Error>>(.success(NearestChange()))
    let parallel = Parallel(threads: Parallel.processorCount)
    for first in stride(from: 0, to: pieces, by: 1 << 16) {
      parallel(over: min(1 << 16, pieces - first)) { piece, _ in
        guard outcome.withLock({ (try? $0.get())?.fits ?? false }) else { return }
        let start = (first + piece) * rowsAtOnce
        let found = Result {
          try NearestChange(matrix, rows: start..<min(matrix.rows, start + rowsAtOnce))
        }
        outcome.withLock { outcome in
          guard case .success(let before) = outcome else { return }
          outcome = found.map { before.joined(with: $0) }
        }
      }
    }
    let change = try outcome.withLock { try $0.get() }
    guard change.fits else { return nil }
    return KeptFormat(change.rounding(matrix))
  }

  private init(_ nearest: ImportRounding?) {
    type = .q8_0
    rounding = nearest
  }
}

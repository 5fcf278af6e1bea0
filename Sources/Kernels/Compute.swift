import KernelCore
import Platform

/// Kernels and a team of threads, with the scratch memory that products need.
///
/// One thread at a time may use it; every method returns when its result is written.
public final class Compute {
  /// The kernels of the chosen instruction set.
  public let kernels: KernelSet
  /// The team.
  public let parallel: Parallel

  /// Sees each product's matrix and its `[tokens][columns]` activations before it is done.
  public typealias Observer = (_ matrix: Matrix, _ x: UnsafePointer<Float>, _ tokens: Int) -> Void

  /// Who watches the products; nil for nobody.
  public var observer: Observer?

  /// Who wants to know where the time goes; nil for nobody.
  public var profile: StepProfile?

  private var input = Input()
  private var quantized = Buffer<UInt8>()
  private var planes = Buffer<UInt8>()
  private var padded = Buffer<Float>()
  private var rounded = Buffer<UInt8>()
  /// One panel and one small scratch for every worker.
  private var panels: [Buffer<UInt8>] = []
  /// First rows of a product's pieces, and the rows' end.
  private var pieceStarts: [Int] = []

  /// A context for one user.
  public init(kernels: KernelSet, threads: Int) {
    self.kernels = kernels
    parallel = Parallel(threads: threads)
    panels = (0..<parallel.threads).map { _ in Buffer() }
  }

  /// Makes sure that products of up to `tokens` tokens and `columns` values find their memory.
  ///
  /// - Throws: `MemoryError` if the system has no more.
  public func reserve(tokens: Int, columns: Int) throws(MemoryError) {
    let size = scratchSize(tokens: tokens, columns: columns)
    try Self.grow(&quantized, size.quantized)
    try Self.grow(&planes, size.planes)
    try Self.grow(&padded, size.padded)
    try Self.grow(&rounded, size.rounded)
    for worker in panels.indices { try Self.grow(&panels[worker], size.panel) }
  }

  private static func grow<Element>(
    _ buffer: inout Buffer<Element>, _ count: Int
  ) throws(MemoryError) {
    guard buffer.count < count else { return }
    // The old memory is given back first: its values are of no use.
    buffer = Buffer()
    buffer = try Buffer(count: count, for: "activations")
  }

  /// What products take beside the activations: values of each buffer.
  private struct ScratchSize {
    let quantized: Int
    let planes: Int
    let padded: Int
    let rounded: Int
    let panel: Int
  }

  private func scratchSize(tokens: Int, columns: Int) -> ScratchSize {
    let rounded = roundedKernels(tokens)
    return ScratchSize(
      quantized: tokens * QuantizedActivations.groups(columns) * QuantizedActivations.groupBytes,
      planes: min(tokens, Self.fewTokens) * PlaneActivations.quads(columns)
        * PlaneActivations.quadBytes,
      padded: columns % 16 == 0 ? 0 : tokens * (columns + 15) / 16 * 16 + 16 * tokens,
      rounded: rounded.map {
        $0.tiles(tokens) * QuantizedActivations.groups(columns) * $0.groupBytes
      } ?? 0,
      panel: Self.sumsOffset + (tokens > 1 ? sumTokens(tokens) * Self.sumBytes : 0))
  }

  /// Bytes of one token's sums beside a panel.
  private static let sumBytes =
    panelsInPiece * WeightPanel.rows * MemoryLayout<Float>.stride

  // A worker's memory: scratch for decoding, a panel, the panel rounded, sums.
  private static let roundedOffset = WeightPanel.scratchBytes + WeightPanel.bytes
  private static let sumsOffset = roundedOffset + RoundedKernels.panelBytes

  /// What multiplies so many tokens, if that rounds.
  private func roundedKernels(_ tokens: Int) -> RoundedKernels? {
    tokens > Self.fewTokens ? kernels.rounded : nil
  }

  /// Tokens for which a panel's product has sums at most.
  private func sumTokens(_ tokens: Int) -> Int {
    roundedKernels(tokens).map { $0.tiles(tokens) * $0.tokens } ?? tokens
  }

  /// Takes the activations that the next products share, for which `reserve` has found memory.
  ///
  /// - Parameters:
  ///   - x: `[tokens][columns]`; must stay as it is until those products are done.
  ///   - tokens: How many tokens.
  ///   - columns: The width that the matrices take.
  public func prepare(_ x: UnsafePointer<Float>, tokens: Int, columns: Int) {
    let size = scratchSize(tokens: tokens, columns: columns)
    precondition(
      size.quantized <= quantized.count && size.planes <= planes.count
        && size.padded <= padded.count && size.rounded <= rounded.count
        && size.panel <= panels[0].count, "no memory is reserved for so many activations")
    input = Input(x: x, tokens: tokens, columns: columns)
  }

  /// Writes the product of a matrix with the prepared activations.
  ///
  /// - Parameters:
  ///   - matrix: The weights.
  ///   - out: `[tokens][rows]`.
  ///   - stride: The distance between tokens in `out`; the matrix's rows where it is nil.
  public func multiply(
    _ matrix: Matrix, into out: UnsafeMutablePointer<Float>, stride: Int? = nil
  ) {
    precondition(matrix.columns == input.columns, "the activations have another width")
    guard let x = input.x, input.tokens > 0 else { return }
    observer?(matrix, x, input.tokens)
    let rounded = roundedKernels(input.tokens)
    let roundedProduct = rounded?.products[matrix.format.rawValue]
    let stride = stride ?? matrix.rows
    /// Does the products, counted under their format's name.
    func products(_ work: () -> Void) {
      timed("products of \(matrix.format)", bytes: matrix.rows * matrix.rowBytes, work)
    }
    if let rounded, let roundedProduct {
      timed("rounding of activations") { roundInput(rounded) }
      return products {
        self.roundedProduct(matrix, rounded, roundedProduct, into: out, stride: stride)
      }
    }
    let isFew = input.tokens <= (matrix.format.isFloat ? Self.fewFloatTokens : Self.fewTokens)
    timed("rounding of activations") {
      if let packed = kernels.packed[matrix.format.rawValue] {
        if isFew { cutInput(packed.order) } else { quantizeInput() }
      } else {
        padInput()
      }
    }
    let floats = input.columns % 16 == 0 ? x : UnsafePointer(padded.pointer)
    products {
      switch (isFew, matrix.format.isFloat) {
      case (true, true): floatVectors(matrix, floats, into: out, stride: stride)
      case (true, false): packedVectors(matrix, into: out, stride: stride)
      case (false, _): panelProduct(matrix, floats, into: out, stride: stride)
      }
    }
  }

  /// Does a part of a step, and counts its time where somebody asks.
  public func timed(_ part: @autoclosure () -> String, bytes: Int = 0, _ work: () -> Void) {
    guard let profile else { return work() }
    profile.measure(part(), bytes: bytes, work)
  }

  // MARK: Activations

  private struct Input {
    var x: UnsafePointer<Float>?
    var tokens = 0
    var columns = 0
    var isQuantized = false
    var planesOrder: GroupOrder?
    var isPadded = false
    var isRounded = false
  }

  /// Quantizes the input of many tokens.
  private func quantizeInput() {
    guard !input.isQuantized, let x = input.x else { return }
    input.isQuantized = true
    let columns = input.columns
    let groupBytes = QuantizedActivations.groupBytes
    let out = UnsafeMutableRawPointer(quantized.pointer)
    let (quantize, tokens) = (kernels.quantize, input.tokens)
    parallel(over: tokens) { token, _ in
      quantize(x + token * columns, columns, out + token * groupBytes, tokens * groupBytes)
    }
  }

  /// Quantizes the input of few tokens in two planes, unless it was for the last product: a matrix
  /// whose format takes another order has it done anew, which costs little beside reading the matrix.
  private func cutInput(_ order: GroupOrder) {
    guard input.planesOrder != order, let x = input.x else { return }
    input.planesOrder = order
    let (tokens, columns) = (input.tokens, input.columns)
    let out = UnsafeMutableRawPointer(planes.pointer)
    let quadBytes = PlaneActivations.quadBytes
    let heaviest = kernels.rounded == nil ? 0 : PlaneActivations.heaviest
    for token in 0..<tokens {
      kernels.quantizePlanes(
        x + token * columns, columns, order, heaviest, out + token * quadBytes,
        tokens * quadBytes)
    }
  }

  /// Lengthens float rows with zeros to a multiple of 16.
  private func padInput() {
    guard !input.isPadded, input.columns % 16 != 0, let x = input.x else { return }
    input.isPadded = true
    let width = (input.columns + 15) / 16 * 16
    for token in 0..<input.tokens {
      let row = padded.pointer + token * width
      row.update(from: x + token * input.columns, count: input.columns)
      (row + input.columns).update(repeating: 0, count: width - input.columns)
    }
  }

  private func roundInput(_ kernels: RoundedKernels) {
    guard !input.isRounded, let x = input.x else { return }
    input.isRounded = true
    let (input, out) = (input, UnsafeMutableRawPointer(rounded.pointer))
    let (tokens, tiles) = (kernels.tokens, kernels.tiles(input.tokens))
    parallel(over: tiles) { tile, _ in
      kernels.pack(
        x + tile * tokens * input.columns, input.columns,
        min(tokens, input.tokens - tile * tokens), input.columns,
        out + tile * kernels.groupBytes, tiles * kernels.groupBytes)
    }
  }

  // MARK: One token or a few

  /// Rows to a piece: 32 KiB of weights keep the cost of claiming one below a percent.
  private func pieceRows(_ matrix: Matrix) -> Int {
    let fair = (matrix.rows + parallel.threads * 4 - 1) / (parallel.threads * 4)
    let large = max(1, (32 << 10) / max(1, matrix.rowBytes))
    return max(4, (max(fair / 4, min(fair, large)) + 3) / 4 * 4)
  }

  /// Tokens up to which reading a piece of float weights from cache for each costs less than
  /// laying them down in a panel.
  private static let fewFloatTokens = 6

  private func floatVectors(
    _ matrix: Matrix, _ x: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>,
    stride: Int
  ) {
    guard let kernel = kernels.float[matrix.format.rawValue]?.vector else { return }
    let rows = pieceRows(matrix)
    let (tokens, width) = (input.tokens, (input.columns + 15) / 16 * 16)
    parallel(over: (matrix.rows + rows - 1) / rows) { piece, _ in
      let first = piece * rows
      for token in 0..<tokens {
        kernel(
          matrix.weights + first * matrix.rowBytes, matrix.rowBytes,
          min(rows, matrix.rows - first), matrix.columns, x + token * width,
          out + token * stride + first)
      }
    }
  }

  /// Tokens up to which decoding the weights for each pair or four of them costs less than laying
  /// them down in a panel.
  private static let fewTokens = 6

  private func packedVectors(
    _ matrix: Matrix, into out: UnsafeMutablePointer<Float>, stride: Int
  ) {
    guard let kernel = kernels.packed[matrix.format.rawValue]?.vectors else { return }
    let activations = UnsafeRawPointer(planes.pointer)
    let rows = pieceRows(matrix)
    let (panels, tokens) = (panels, input.tokens)
    parallel(over: (matrix.rows + rows - 1) / rows) { piece, worker in
      let first = piece * rows
      kernel(
        matrix.weights + first * matrix.rowBytes, matrix.rowBytes, min(rows, matrix.rows - first),
        matrix.columns, activations, tokens, UnsafeMutableRawPointer(panels[worker].pointer),
        out + first, stride)
    }
  }

  // MARK: Many tokens

  /// Panels that share one walk over the activations: what one panel has brought into the
  /// second-level cache the next ones find there.
  private static let panelsInPiece = 4

  /// Cuts rows into pieces, the last ones of a panel: so the threads are done at the same time.
  private func cutPieces(_ rows: Int) {
    pieceStarts.removeAll(keepingCapacity: true)
    var first = 0
    while first < rows {
      pieceStarts.append(first)
      let left = (rows - first + WeightPanel.rows - 1) / WeightPanel.rows
      let fair = left / (2 * parallel.threads)
      first += max(1, min(Self.panelsInPiece, fair)) * WeightPanel.rows
    }
    pieceStarts.append(rows)
  }

  private func panelProduct(
    _ matrix: Matrix, _ x: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>,
    stride: Int
  ) {
    let (kernels, tokens) = (kernels, input.tokens)
    let quantized = UnsafeRawPointer(quantized.pointer)
    let packed = kernels.packed[matrix.format.rawValue]
    let float = kernels.float[matrix.format.rawValue]
    forEachPiece(matrix, into: out, stride: stride, sumTokens: tokens) { part, scratch, sums in
      if let packed {
        Self.packedPanels(part, packed, kernels, quantized, tokens, scratch, into: sums)
      } else if let float {
        Self.floatPanels(part, float, kernels, x, tokens, scratch, into: sums)
      }
    }
  }

  private func roundedProduct(
    _ matrix: Matrix, _ kernels: RoundedKernels, _ product: RoundedKernels.Product,
    into out: UnsafeMutablePointer<Float>, stride: Int
  ) {
    let (tiles, x) = (kernels.tiles(input.tokens), UnsafeRawPointer(rounded.pointer))
    let sumTokens = tiles * kernels.tokens
    forEachPiece(matrix, into: out, stride: stride, sumTokens: sumTokens) { part, scratch, sums in
      Self.roundedPanels(part, kernels, product, x, tiles, scratch, into: sums)
    }
  }

  /// Calls the body for some panels' rows at a time, on all threads, and puts the sums that it has
  /// written, `[panel][sumTokens][32]`, in their place.
  private func forEachPiece(
    _ matrix: Matrix, into out: UnsafeMutablePointer<Float>, stride: Int, sumTokens: Int,
    _ body: (
      _ part: Matrix, _ scratch: UnsafeMutableRawPointer, _ sums: UnsafeMutablePointer<Float>
    ) -> Void
  ) {
    cutPieces(matrix.rows)
    let (tokens, panels, starts) = (input.tokens, panels, pieceStarts)
    parallel(over: starts.count - 1) { piece, worker in
      let first = starts[piece]
      let part = matrix.rows(first..<starts[piece + 1])
      let scratch = UnsafeMutableRawPointer(panels[worker].pointer)
      let sums = (scratch + Self.sumsOffset).assumingMemoryBound(to: Float.self)
      body(part, scratch, sums)
      for token in 0..<tokens {
        for start in Swift.stride(from: 0, to: part.rows, by: WeightPanel.rows) {
          (out + token * stride + first + start).update(
            from: sums + start * sumTokens + token * WeightPanel.rows,
            count: min(WeightPanel.rows, part.rows - start))
        }
      }
    }
  }

  /// The products of some panels' rows of a packed format; sums are `[panel][tokens][32]`.
  private static func packedPanels(
    _ matrix: Matrix, _ packed: KernelSet.PackedKernels, _ kernels: KernelSet,
    _ activations: UnsafeRawPointer, _ tokens: Int, _ scratch: UnsafeMutableRawPointer,
    into sums: UnsafeMutablePointer<Float>
  ) {
    let panel = scratch + WeightPanel.scratchBytes
    let product = packed.matrix(of: kernels)
    forEachPanel(matrix) { weights, first, rows, group, columns in
      packed.decode(weights, matrix.rowBytes, rows, columns, scratch, panel)
      product(
        panel, rows, (columns + 63) / 64,
        activations + group * tokens * QuantizedActivations.groupBytes, tokens,
        sums + first * tokens, group > 0)
    }
  }

  /// The products of some panels' rows of a float format; sums are `[panel][tokens][32]`.
  private static func floatPanels(
    _ matrix: Matrix, _ float: KernelSet.FloatKernels, _ kernels: KernelSet,
    _ x: UnsafePointer<Float>, _ tokens: Int, _ scratch: UnsafeMutableRawPointer,
    into sums: UnsafeMutablePointer<Float>
  ) {
    let panel = scratch + WeightPanel.scratchBytes
    let width = (matrix.columns + 15) / 16 * 16
    forEachPanel(matrix) { weights, first, rows, group, columns in
      float.decode(weights, matrix.rowBytes, rows, columns, scratch, panel)
      kernels.floatMatrix(
        panel, rows, (columns + 15) / 16 * 16, x + group * WeightPanel.columns, width, tokens,
        sums + first * tokens, group > 0)
    }
  }

  /// The products of some panels' rows, rounded; sums are `[panel][tiles][tile's tokens][32]`.
  private static func roundedPanels(
    _ matrix: Matrix, _ kernels: RoundedKernels, _ product: RoundedKernels.Product,
    _ activations: UnsafeRawPointer, _ tiles: Int, _ scratch: UnsafeMutableRawPointer,
    into sums: UnsafeMutablePointer<Float>
  ) {
    let panel = scratch + roundedOffset
    forEachPanel(matrix) { weights, first, rows, group, columns in
      product.decode(
        weights, matrix.rowBytes, rows, columns, scratch, scratch + WeightPanel.scratchBytes,
        panel)
      product.multiply(
        panel, (columns + 63) / 64, activations + group * tiles * kernels.groupBytes, tiles,
        sums + first * tiles * kernels.tokens, group > 0)
    }
  }

  /// Calls the body for each 256 columns, and for those with each 32 rows: where their weights
  /// begin, the first row, how many rows, which group of columns, and how many columns.
  private static func forEachPanel(
    _ matrix: Matrix,
    _ body: (
      _ weights: UnsafeRawPointer, _ first: Int, _ rows: Int, _ group: Int, _ columns: Int
    ) -> Void
  ) {
    let blocks = matrix.format.blocks
    let groupBytes = blocks.blockBytes * WeightPanel.columns / blocks.blockSize
    for group in 0..<QuantizedActivations.groups(matrix.columns) {
      let columns = min(WeightPanel.columns, matrix.columns - group * WeightPanel.columns)
      for first in stride(from: 0, to: matrix.rows, by: WeightPanel.rows) {
        body(
          matrix.weights + first * matrix.rowBytes + group * groupBytes, first,
          min(WeightPanel.rows, matrix.rows - first), group, columns)
      }
    }
  }
}

import Kernels
import Platform
import Synchronization

/// One walk of some tokens through the blocks: the activations, and the verbs in which the
/// architectures are written.
///
/// Buffers are made once for the largest chunk and used again for every walk.
final class ForwardPass {
  let configuration: ModelConfiguration
  let compute: Compute
  /// Tokens of a walk at most.
  let capacity: Int

  /// Asked before every block; once true, the walk ends early and its result is void.
  var isCancelled: () -> Bool = { false }

  /// Sees the hidden state, `[tokens][embedding]`, after the embedding (nil) and after each block,
  /// and may change it.
  typealias LayerObserver = (
    _ block: Int?, _ hidden: UnsafeMutablePointer<Float>, _ tokens: Int
  ) -> Void

  /// Who watches the hidden state; nil for nobody.
  var layerObserver: LayerObserver?

  /// The first values of this walk that are no numbers, or too large for the cache; nil if there are
  /// none so far.
  var fault: ActivationFault? { firstFault.withLock { $0 } }
  private let firstFault = Mutex<ActivationFault?>(nil)
  /// The block that is at work.
  private(set) var block = 0

  /// Tokens of this walk.
  private(set) var count = 0
  /// Position of the first one.
  private(set) var start = 0

  /// The hidden state.
  let hidden: Buffer<Float>  // [count][embedding]
  /// A norm's result.
  let normed: Buffer<Float>  // [count][embedding]
  /// What a sublayer adds to the hidden state.
  let update: Buffer<Float>  // [count][embedding]
  /// Queries, keys and values, side by side.
  let qkv: Buffer<Float>  // [count][(headCount + 2 * kvHeadCount) * headSize]
  /// Heads' results.
  let attended: Buffer<Float>  // [count][headCount * headSize]
  /// The feed-forward network's inside: gate, or gate and up side by side.
  let inner: Buffer<Float>  // [count][2 * feedForward]
  /// Gates times ups.
  private let gated: Buffer<Float>  // [count][feedForward]

  /// What experts need.
  let expertScratch: ExpertScratch

  private let cosines: Buffer<Float>  // [count][half]
  private let sines: Buffer<Float>  // [count][half]
  private let attentionScratch: [Buffer<Float>]  // by worker
  private let rotary: RotaryEmbedding
  private var cache: KVCache

  init(
    _ configuration: ModelConfiguration, _ rotary: RotaryEmbedding, _ cache: KVCache,
    _ compute: Compute, capacity: Int
  ) throws(MemoryError) {
    self.configuration = configuration
    self.rotary = rotary
    self.cache = cache
    self.compute = compute
    self.capacity = capacity
    let embedding = configuration.embeddingLength
    let heads = configuration.headCount * configuration.headSize
    func activations(_ width: Int) throws(MemoryError) -> Buffer<Float> {
      try Buffer(count: capacity * width, for: "activations")
    }
    hidden = try activations(embedding)
    normed = try activations(embedding)
    update = try activations(embedding)
    qkv = try activations(heads + 2 * configuration.kvLength)
    attended = try activations(heads)
    inner = try activations(2 * configuration.feedForwardLength)
    gated = try activations(configuration.feedForwardLength)
    expertScratch = try ExpertScratch(configuration, capacity: capacity)
    cosines = try activations(rotary.half)
    sines = try activations(rotary.half)
    let scratchCount =
      capacity >= Self.manyTokens ? AttentionTile.scratchCount : AttentionKernel.blockSize
    var attentionScratch: [Buffer<Float>] = []
    for _ in 0..<compute.parallel.threads {
      attentionScratch.append(try Buffer(count: scratchCount, for: "activations"))
    }
    self.attentionScratch = attentionScratch
    // Every width that a projection of a block or the output takes: a walk allocates nothing.
    for width in [embedding, heads, configuration.feedForwardLength] {
      try compute.reserve(tokens: capacity, columns: width)
    }
  }

  private var kernels: KernelSet { compute.kernels }
  private var embedding: Int { configuration.embeddingLength }
  private var hiddenLimit: Float { ActivationFault.hiddenLimit(width: embedding) }
  private var qkvLength: Int {
    (configuration.headCount + 2 * configuration.kvHeadCount) * configuration.headSize
  }

  /// Begins a walk: reads the tokens' embeddings and the positions' angles.
  func begin(
    _ tokens: ArraySlice<Int32>, at start: Int, embeddings: Matrix, _ factors: RoPEFactors
  ) {
    compute.timed("embedding") {
      precondition(tokens.count <= capacity, "more tokens than the buffers hold")
      count = tokens.count
      self.start = start
      block = 0
      firstFault.withLock { $0 = nil }
      for (index, token) in tokens.enumerated() {
        embeddings.decodeRow(Int(token), into: hidden.pointer + index * embedding)
      }
      rotary.write(
        positions: start..<start + count, factors, cosines: cosines.pointer, sines: sines.pointer)
    }
    finish(block: nil)
  }

  /// Says that a block, or before the first one the embedding, has left its hidden state.
  func finish(block: Int?) {
    layerObserver?(block, hidden.pointer, count)
    self.block = block.map { $0 + 1 } ?? 0
  }

  /// Notes the first value that is no number or above a limit.
  ///
  /// Quantizing activations, and a softmax, may turn what is no number into one: so each sublayer's
  /// input to them is looked at. The hidden state only ever adds, and is looked at once at the end.
  func check(
    _ x: UnsafePointer<Float>, _ count: Int, _ stage: ActivationFault.Stage, block: Int?,
    limit: Float = .greatestFiniteMagnitude
  ) {
    guard let place = FiniteValues.firstBeyond(x, count: count, limit: limit) else { return }
    firstFault.withLock {
      $0 = $0 ?? ActivationFault(block: block, stage: stage, value: x[place])
    }
  }

  /// Looks at the hidden state: call it when a walk is done.
  func checkHidden() {
    check(
      hidden.pointer, count * embedding, .hidden, block: max(0, block - 1), limit: hiddenLimit)
  }

  /// Walks again, and looks at the hidden state after every block.
  ///
  /// - Parameter walk: Walks.
  /// - Returns: The first fault in the order in which values are computed.
  func findFirstFault(walk: () -> Void) -> ActivationFault? {
    let observer = layerObserver
    defer { layerObserver = observer }
    layerObserver = { [self] block, hidden, tokens in
      observer?(block, hidden, tokens)
      check(
        hidden, tokens * embedding, block == nil ? .embedding : .hidden, block: block,
        limit: hiddenLimit)
    }
    walk()
    return fault
  }

  /// `out = norm(x)` for every token, `[count][width]`.
  func norm(
    _ x: UnsafePointer<Float>, _ norm: Norm, into out: UnsafeMutablePointer<Float>, rows: Int? = nil
  ) {
    compute.timed("norms") {
      let kernels = kernels
      let epsilon = configuration.normEpsilon
      let width = norm.weight.count
      forEachToken(rows ?? count, width) { token in
        let source = x + token * width
        if let bias = norm.bias {
          kernels.layerNorm(
            source, norm.weight.pointer, bias.pointer, epsilon, width, out + token * width)
        } else {
          kernels.rmsNorm(source, norm.weight.pointer, epsilon, width, out + token * width)
        }
      }
    }
  }

  /// Takes the input that the next projections share.
  func prepare(_ x: UnsafePointer<Float>, width: Int, rows: Int? = nil) {
    compute.prepare(x, tokens: rows ?? count, columns: width)
  }

  /// `out = weights · input + bias`, tokens `stride` values apart.
  func project(
    _ projection: Projection, into out: UnsafeMutablePointer<Float>, stride: Int? = nil,
    rows: Int? = nil
  ) {
    let width = projection.matrix.rows
    let stride = stride ?? width
    compute.multiply(projection.matrix, into: out, stride: stride)
    guard let bias = projection.bias else { return }
    for token in 0..<(rows ?? count) { kernels.add(out + token * stride, bias.pointer, width) }
  }

  /// `qkv = weights · input`, from one projection or three.
  func project(_ attention: AttentionWeights) {
    let kvLength = configuration.kvLength
    let queryLength = configuration.headCount * configuration.headSize
    switch attention.input {
    case .fused(let projection):
      project(projection, into: qkv.pointer)
    case .split(let query, let key, let value):
      project(query, into: qkv.pointer, stride: qkvLength)
      project(key, into: qkv.pointer + queryLength, stride: qkvLength)
      project(value, into: qkv.pointer + queryLength + kvLength, stride: qkvLength)
    }
  }

  /// Rotates queries and keys, writes the cache, attends: from `qkv` to `attended`.
  func attend(block: Int) {
    // Each head's keys and values are read once for all of its queries.
    let seen = min(start + count, configuration.slidingWindow ?? .max)
    let bytes = 2 * configuration.kvHeadCount * seen * cache.positionBytes
    compute.timed("rotation and cache") { rotateAndStore(block: block) }
    compute.timed("attention", bytes: bytes) {
      if count >= Self.manyTokens, configuration.headSize <= AttentionTile.headSize {
        attendTogether(block: block)
      } else {
        attendOneByOne(block: block)
      }
      let (attended, width) = (attended.pointer, configuration.headCount * configuration.headSize)
      forEachToken(count, width) { token in
        check(attended + token * width, width, .attention, block: block)
      }
    }
  }

  /// Tokens from which on matrix products cost less than products with vectors.
  private static let manyTokens = 8

  private func attendOneByOne(block: Int) {
    let configuration = configuration
    let headSize = configuration.headSize
    let heads = configuration.headCount
    let kernel = cache.format == .f32 ? kernels.attendF32 : kernels.attendF16
    let (cache, scratch, start) = (cache, attentionScratch, start)
    let (queries, out, stride) = (qkv.pointer, attended.pointer, qkvLength)
    compute.parallel(over: count * heads) { piece, worker in
      let token = piece / heads
      let head = piece % heads
      let kvHead = head / configuration.groupSize
      let end = start + token + 1
      let first = max(0, end - (configuration.slidingWindow ?? end))
      let offset = first * cache.positionBytes
      kernel(
        queries + token * stride + head * headSize,
        cache.keys(block: block, kvHead: kvHead) + offset,
        cache.values(block: block, kvHead: kvHead) + offset,
        cache.positionBytes, end - first, headSize, scratch[worker].pointer,
        out + (token * heads + head) * headSize)
    }
  }

  private func attendTogether(block: Int) {
    let configuration = configuration
    let headSize = configuration.headSize
    let heads = configuration.headCount
    let kernel = cache.format == .f32 ? kernels.attendTileF32 : kernels.attendTileF16
    let (cache, scratch, start, count) = (cache, attentionScratch, start, count)
    let (queries, out, stride) = (qkv.pointer, attended.pointer, qkvLength)
    let tiles = (count + AttentionTile.tokens - 1) / AttentionTile.tokens
    compute.parallel(over: tiles * heads) { piece, worker in
      // The last tiles see the most: they come first, so that no thread is left alone with one.
      let token = (tiles - 1 - piece / heads) * AttentionTile.tokens
      let head = piece % heads
      let kvHead = head / configuration.groupSize
      let view = AttentionTile.View(
        keys: cache.keys(block: block, kvHead: kvHead),
        values: cache.values(block: block, kvHead: kvHead), positionBytes: cache.positionBytes,
        visible: start + token + 1, window: configuration.slidingWindow ?? .max)
      kernel(
        queries + token * stride + head * headSize, stride,
        min(AttentionTile.tokens, count - token), view, headSize, scratch[worker].pointer,
        out + (token * heads + head) * headSize, heads * headSize)
    }
  }

  /// `hidden += update`.
  func addUpdate() {
    compute.timed("additions") {
      let (kernels, hidden, update, width) = (kernels, hidden.pointer, update.pointer, embedding)
      forEachToken(count, width) { token in
        kernels.add(hidden + token * width, update + token * width, width)
      }
    }
  }

  /// `silu(gate) * up`, from gate and up side by side in `inner`.
  ///
  /// - Parameter rows: How many rows; nil for all tokens.
  /// - Returns: The results, `[rows][feedForward]`.
  func gateBySiLU(rows: Int? = nil) -> UnsafePointer<Float> {
    let width = configuration.feedForwardLength
    let rows = rows ?? count
    let (kernels, inner, gated) = (kernels, inner.pointer, gated.pointer)
    compute.timed("activation") {
      forEachToken(rows, width) { token in
        let gate = inner + token * 2 * width
        kernels.siluMultiply(gate, gate + width, width)
        check(gate, width, .feedForward, block: block)
        if rows > 1 { (gated + token * width).update(from: gate, count: width) }
      }
    }
    return UnsafePointer(rows > 1 ? gated : inner)
  }

  /// `inner = gelu(inner)`.
  func applyGELU() {
    compute.timed("activation") {
      let width = configuration.feedForwardLength
      let kernels = kernels
      let inner = inner.pointer
      forEachToken(count, width) { token in
        check(inner + token * width, width, .feedForward, block: block)
        kernels.gelu(inner + token * width, width)
      }
    }
  }

  /// Calls the body for each token, on all threads when there is enough to do.
  private func forEachToken(_ rows: Int, _ width: Int, _ body: (Int) -> Void) {
    // A region costs about a microsecond, and a thread does some thousand values in one.
    guard rows * width > 1 << 15 else {
      for token in 0..<rows { body(token) }
      return
    }
    compute.parallel(over: rows) { token, _ in body(token) }
  }

  private func rotateAndStore(block: Int) {
    let configuration = configuration
    let (headSize, heads) = (configuration.headSize, configuration.headCount)
    let kvHeads = configuration.kvHeadCount
    let half = rotary.half
    let kernels = kernels
    let rotate = rotary.isInterleaved ? kernels.rotatePairs : kernels.rotateHalves
    let scale = 1 / Float(headSize).squareRoot()
    let limit = cache.format == .f16 ? ActivationFault.halfLimit : .greatestFiniteMagnitude
    let (cache, start, stride) = (cache, start, qkvLength)
    let (qkv, cosines, sines) = (qkv.pointer, cosines.pointer, sines.pointer)
    forEachToken(count, stride) { token in
      let row = qkv + token * stride
      check(row, stride, .projection, block: block)
      for head in 0..<heads + kvHeads {
        rotate(row + head * headSize, cosines + token * half, sines + token * half, half)
      }
      for index in 0..<heads * headSize { row[index] *= scale }
      check(
        row + heads * headSize, 2 * kvHeads * headSize, .cache, block: block, limit: limit)
      for kvHead in 0..<kvHeads {
        let key = row + (heads + kvHead) * headSize
        let value = key + kvHeads * headSize
        cache.store(key, at: start + token, of: cache.keys(block: block, kvHead: kvHead), kernels)
        cache.store(
          value, at: start + token, of: cache.values(block: block, kvHead: kvHead), kernels)
      }
    }
  }
}

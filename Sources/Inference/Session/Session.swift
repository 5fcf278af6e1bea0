import Kernels

/// Choices for a session that do not change its results, but for what they round.
public struct SessionOptions: Sendable {
  /// Positions that the session can hold; nil for all that the model was made for.
  public var contextLength: Int?
  /// Threads; nil for one on each processor.
  public var threads: Int?
  /// The cache's format; nil for 32 bits if the model's weights are, else 16: the cache then never
  /// rounds more than the weights do.
  public var cacheFormat: CacheFormat?
  /// Tokens that walk through the model together at most; nil for what the kernels are best with:
  /// 256, whose activations stay in the second-level cache even where others use it too, or 512 on
  /// AMX, where weights take longer to lay down for fewer than to multiply.
  public var chunkLength: Int?
  /// Name of the kernel set; nil for the best.
  public var kernels: String?
  /// Whether activations may be rounded, where that is faster.
  ///
  /// With AMX prompts are, to bfloat16; with AVX-512 and AVX2 to bytes, if the format of most weights is
  /// one that the set has room for, and attention and 16-bit weights to bfloat16 if the processor
  /// multiplies that. What is read or written a few tokens at a time is rounded to bytes. `kernels`
  /// overrides it.
  ///
  /// Each product then has some noise, 0.2 % in bfloat16 and 0.4 % in bytes. Nothing is to be
  /// measured that way.
  public var roundsActivations = false

  /// The defaults.
  public init() {}

  /// Whether the kernels of a session with a model are some that round: none may, or none have room
  /// for its format.
  ///
  /// - Throws: `KernelSelectionError` if the machine has no set of the name.
  public func selectsRounding(for model: Model) throws(KernelSelectionError) -> Bool {
    try selectKernels(for: model).rounded != nil
  }

  /// The kernels of a session with a model.
  func selectKernels(for model: Model) throws(KernelSelectionError) -> KernelSet {
    try KernelSet.select(kernels, roundingFor: roundsActivations ? model.mainFormat : nil)
  }
}

/// What a session cannot do.
public enum SessionError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The tokens do not fit the context.
  case contextFull(tokens: Int, capacity: Int)
  /// A token that the vocabulary does not have.
  case unknownToken(Int32, vocabularySize: Int)
  /// No tokens where at least one is needed.
  case noTokens
  /// A saved session that cannot be restored.
  case invalidSave(String)

  /// One line for a person.
  public var description: String {
    switch self {
    case .contextFull(let tokens, let capacity):
      "the context is full: \(tokens) tokens, room for \(capacity)"
    case .unknownToken(let token, let size):
      "token \(token) is not in the vocabulary of \(size)"
    case .noTokens: "no tokens: the prompt is empty"
    case .invalidSave(let problem): problem
    }
  }
}

/// A sequence of tokens that a model has read, and the logits of what may follow: everything that
/// changes while a model runs.
///
/// One thread at a time may use a session.
public final class Session {
  /// The model.
  public let model: Model
  /// The options it was made with.
  public let options: SessionOptions
  /// The tokens read so far.
  public private(set) var tokens: [Int32] = []
  /// Positions that fit.
  public let contextLength: Int
  /// Tokens that walk through the model together at most.
  public let chunkLength: Int
  /// The cache's format.
  public var cacheFormat: CacheFormat { cache.format }
  /// The kernels' name.
  public var kernelsName: String { compute.kernels.name }
  /// Whether those kernels round activations.
  public var roundsActivations: Bool { compute.kernels.rounded != nil }
  /// Threads at work.
  public var threads: Int { compute.parallel.threads }

  /// The length that the whole sequence will have at least, where it is known before it is read:
  /// LongRoPE then chooses its factors by it from the start.
  public var minimumLength = 0

  let cache: KVCache
  let compute: Compute
  let pass: ForwardPass
  private let logitsBuffer: Buffer<Float>  // [vocabulary]
  /// The set of factors under which the cache was written.
  var cachedFactors: RoPEFactors = .short

  /// A session that has read nothing.
  ///
  /// - Parameters:
  ///   - model: The model to run.
  ///   - options: Context length, threads and the like.
  /// - Throws: `ModelError` or `MemoryError` if there is no memory for the context or the
  ///   activations, `KernelSelectionError` if the machine lacks the kernel set asked for.
  public init(_ model: Model, _ options: SessionOptions = SessionOptions()) throws {
    self.model = model
    self.options = options
    contextLength = options.contextLength ?? model.configuration.contextLength
    guard contextLength > 0, contextLength <= 1 << 30 else {
      throw ModelError("a context of \(contextLength) tokens: expected 1 to \(1 << 30)")
    }
    let format = options.cacheFormat ?? (model.hasFullPrecision ? .f32 : .f16)
    cache = try KVCache(
      model.configuration, format: format, capacity: contextLength,
      isAskedFor: options.contextLength != nil)
    let kernels = try options.selectKernels(for: model)
    chunkLength = options.chunkLength ?? kernels.rounded?.chunkLength ?? 256
    compute = Compute(
      kernels: kernels, threads: max(1, options.threads ?? Parallel.processorCount))
    pass = try ForwardPass(
      model.configuration, model.rotary, cache, compute,
      capacity: max(1, min(chunkLength, contextLength)))
    logitsBuffer = try Buffer(count: model.vocabularySize, for: "logits")
  }

  /// Tokens that still fit.
  public var remaining: Int { contextLength - tokens.count }

  /// Bytes that the cache takes for one token.
  public var cacheBytesPerToken: Int { cache.bytesPerPosition }

  /// Bytes that the cache takes for the tokens read.
  public var cacheBytes: Int { tokens.count * cache.bytesPerPosition }

  /// Reads tokens and returns the logits of what may follow the last one, `[vocabulary]`, valid
  /// until the next call.
  ///
  /// LongRoPE chooses its factors by the length of the whole sequence: when that crosses the
  /// original context, all of it is read again.
  ///
  /// - Parameters:
  ///   - new: At least one token.
  ///   - progress: Told after each chunk how many of how many tokens are read.
  ///   - isCancelled: Asked often; true ends the call.
  /// - Returns: The logits.
  /// - Throws: `SessionError` if the tokens do not fit, `NonFiniteError` if the model computes values
  ///   that are no numbers, `CancellationError` if cancelled: the session then holds the chunks that
  ///   were complete.
  @discardableResult
  public func append(
    _ new: [Int32], progress: (Int, Int) -> Void = { _, _ in },
    isCancelled: @escaping () -> Bool = { false }
  ) throws -> UnsafeMutableBufferPointer<Float> {
    try read(new, progress: progress, isCancelled: isCancelled) { count, isLast in
      guard isLast else { return }
      try writeLogits(rows: count - 1..<count, into: logitsBuffer.pointer)
    }
    return UnsafeMutableBufferPointer(start: logitsBuffer.pointer, count: logitsBuffer.count)
  }

  /// Reads tokens and calls the body with the logits after each, `[vocabulary]`, in order.
  ///
  /// - Parameters:
  ///   - new: At least one token.
  ///   - skipped: How many of them to read without asking for logits.
  ///   - body: Takes the logits, valid during the call.
  /// - Throws: As `append`, and what the body throws.
  public func appendEach(
    _ new: [Int32], skipping skipped: Int = 0,
    _ body: (UnsafeMutableBufferPointer<Float>) throws -> Void
  ) throws {
    precondition(
      tokens.isEmpty || factors(after: new.count) == cachedFactors,
      "logits of tokens that are read again are not given")
    let size = model.vocabularySize
    let group = max(1, min(Self.logitsGroup, new.count))
    let many = try Buffer<Float>(count: group * size, for: "logits")
    var done = 0
    try read(new, progress: { _, _ in }, isCancelled: { false }) { count, _ in
      defer { done += count }
      for first in stride(from: min(count, max(0, skipped - done)), to: count, by: group) {
        let rows = min(group, count - first)
        try writeLogits(rows: first..<first + rows, into: many.pointer)
        for row in 0..<rows {
          try body(UnsafeMutableBufferPointer(start: many.pointer + row * size, count: size))
        }
      }
    }
  }

  /// Lets somebody see what every matrix is multiplied with; nil for nobody.
  public func observeProducts(_ observer: Compute.Observer?) { compute.observer = observer }

  /// Where the time of steps is to be counted; nil for nowhere.
  public var profile: StepProfile? {
    get { compute.profile }
    set { compute.profile = newValue }
  }

  /// Lets somebody see the hidden state of every chunk; nil for nobody.
  ///
  /// - Parameter observer: Takes the block, nil for the embedding before the first one, and the
  ///   hidden state after it, `[tokens][embedding]`; what is written there is what the next block
  ///   reads.
  public func observeLayers(
    _ observer: (
      (_ block: Int?, _ hidden: UnsafeMutablePointer<Float>, _ tokens: Int) -> Void
    )?
  ) { pass.layerObserver = observer }

  /// Forgets all but the first tokens.
  public func rewind(to count: Int) {
    precondition(count >= 0 && count <= tokens.count, "cannot rewind forward")
    tokens.removeLast(tokens.count - count)
  }

  /// Another session that has read the same.
  ///
  /// - Returns: A copy that shares nothing that changes.
  /// - Throws: As `init`.
  public func fork() throws -> Session {
    let copy = try Session(model, options)
    var stretches: [UnsafeMutableRawBufferPointer] = []
    cache.forEachStretch(tokens.count) { stretches.append($0) }
    var index = 0
    copy.cache.forEachStretch(tokens.count) { target in
      target.copyMemory(from: UnsafeRawBufferPointer(stretches[index]))
      index += 1
    }
    copy.adopt(tokens, cachedFactors)
    return copy
  }

  /// Takes over tokens whose keys and values the caller has put into the cache.
  func adopt(_ tokens: [Int32], _ factors: RoPEFactors) {
    self.tokens = tokens
    cachedFactors = factors
  }

  // MARK: Reading

  private func factors(after count: Int) -> RoPEFactors {
    model.rotary.factors(forLength: max(minimumLength, tokens.count + count))
  }

  private func read(
    _ new: [Int32], progress: (Int, Int) -> Void, isCancelled: @escaping () -> Bool,
    eachChunk: (_ count: Int, _ isLast: Bool) throws -> Void
  ) throws {
    guard !new.isEmpty else { throw SessionError.noTokens }
    guard new.count <= remaining else {
      throw SessionError.contextFull(tokens: tokens.count + new.count, capacity: contextLength)
    }
    if let token = new.first(where: { $0 < 0 || Int($0) >= model.graph.embeddings.rows }) {
      throw SessionError.unknownToken(token, vocabularySize: model.graph.embeddings.rows)
    }
    let factors = factors(after: new.count)
    var pending = new
    if !tokens.isEmpty, factors != cachedFactors {
      pending = tokens + new
      tokens.removeAll(keepingCapacity: true)
    }
    cachedFactors = factors
    pass.isCancelled = isCancelled
    defer { pass.isCancelled = { false } }
    var done = 0
    while done < pending.count {
      let count = min(pass.capacity, pending.count - done)
      let chunk = pending[done..<done + count]
      try timed {
        let start = tokens.count
        walk(chunk, at: start, factors)
        guard !isCancelled() else { throw CancellationError() }
        pass.checkHidden()
        guard pass.fault == nil else {
          pass.isCancelled = { false }
          throw explainFault(chunk) { walk(chunk, at: start, factors) }
        }
        tokens.append(contentsOf: chunk)
        done += count
        do {
          try eachChunk(count, done == pending.count)
        } catch let error as NonFiniteError {
          tokens.removeLast(count)
          throw error
        }
      }
      progress(done, pending.count)
    }
  }

  /// Reads a chunk: its keys and values are in the cache then, and its hidden state in the pass.
  private func walk(_ chunk: ArraySlice<Int32>, at start: Int, _ factors: RoPEFactors) {
    pass.begin(chunk, at: start, embeddings: model.graph.embeddings, factors)
    model.graph.run(pass)
  }

  /// A step, with the team awake, and its time counted where somebody asks.
  private func timed(_ work: () throws -> Void) rethrows {
    guard let profile else { return try compute.parallel.awake(work) }
    try profile.step { try compute.parallel.awake(work) }
  }

  /// Tokens whose logits are computed together, so that the output matrix is read less often.
  private static let logitsGroup = 32

  /// Logits after some of the pass's tokens, `[rows][vocabulary]`.
  ///
  /// All logits that leave a session come from here.
  ///
  /// - Throws: `NonFiniteError` if one is no number or infinite.
  private func writeLogits(rows: Range<Int>, into out: UnsafeMutablePointer<Float>) throws {
    let width = model.configuration.embeddingLength
    let normed = pass.normed.pointer
    pass.norm(
      pass.hidden.pointer + rows.lowerBound * width, model.graph.outputNorm, into: normed,
      rows: rows.count)
    pass.prepare(normed, width: width, rows: rows.count)
    pass.project(model.graph.output, into: out, rows: rows.count)
    guard !FiniteValues.areWithin(out, count: rows.count * model.vocabularySize) else { return }
    for row in 0..<rows.count {
      if let error = explainLogits(out + row * model.vocabularySize) { throw error }
    }
  }
}

extension Model {
  /// Whether the weights that make keys and values are 32-bit floats.
  var hasFullPrecision: Bool {
    file.tensors.allSatisfy { $0.shape.count < 2 || $0.type == .f32 }
  }
}

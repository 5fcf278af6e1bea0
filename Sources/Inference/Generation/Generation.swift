import Tokenization

/// Why a generation ended.
public enum FinishReason: String, Sendable {
  /// The model ended its turn, or a stop string came.
  case stop
  /// The number of tokens, or the context, was used up.
  case length
  /// The task was cancelled.
  case cancelled
}

/// When a generation ends.
public struct GenerationLimits: Sendable {
  /// Tokens at most; nil for as many as the context holds.
  public var tokens: Int?
  /// Strings that end the text, and are not part of it.
  public var stopStrings: [String] = []
  /// Whether tokens that end a turn are written like others.
  public var ignoresEndOfGeneration = false

  /// No limit but the context.
  public init() {}
}

/// Text that a model writes, piece by piece as its tokens come.
///
/// The session must have read the prompt. Iterating computes: cancelling the task ends the
/// sequence within a token. What was written is in the session too, but for the last token.
public struct Generation: AsyncSequence {
  /// One token's share of the text.
  public struct Piece: Sendable, Equatable {
    /// The text that is certain by now; empty while a character or a stop string is incomplete.
    public var text: String
    /// The token, or nil where text was only held back before.
    public var token: Int32?
    /// Set in the last piece.
    public var finish: FinishReason?
  }

  private let writer: TokenWriter

  /// - Parameters:
  ///   - session: A session that has read the prompt.
  ///   - logits: What its last `append` returned.
  ///   - sampler: Chooses the tokens.
  ///   - limits: When to end.
  public init(
    _ session: Session, logits: UnsafeMutableBufferPointer<Float>, sampler: Sampler,
    limits: GenerationLimits = GenerationLimits()
  ) {
    writer = TokenWriter(session, logits, sampler, limits)
  }

  /// The sampler as the generation left it.
  public var sampler: Sampler { writer.sampler }

  /// Computes the pieces one after the other.
  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate let writer: TokenWriter

    /// The next piece; nil after the one that says why the text ended.
    public mutating func next() async throws -> Piece? {
      try writer.next(isCancelled: Task.isCancelled)
    }
  }

  /// An iterator; a generation is iterated once.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(writer: writer) }

  /// The next piece, computed by the calling thread.
  ///
  /// - Parameter isCancelled: Ends the sequence.
  /// - Returns: The piece; nil after the one that says why the text ended.
  /// - Throws: As `Session.append`.
  public func next(isCancelled: Bool = false) throws -> Piece? {
    try writer.next(isCancelled: isCancelled)
  }
}

/// The state of a generation.
final class TokenWriter {
  private let session: Session
  private var logits: UnsafeMutableBufferPointer<Float>
  fileprivate(set) var sampler: Sampler
  private let limits: GenerationLimits
  private var decoder: StreamDecoder
  private var stops: StopStrings
  private var written = 0
  /// A token chosen but not yet read by the session.
  private var pending: Int32?
  private var isFinished = false

  init(
    _ session: Session, _ logits: UnsafeMutableBufferPointer<Float>, _ sampler: Sampler,
    _ limits: GenerationLimits
  ) {
    self.session = session
    self.logits = logits
    self.sampler = sampler
    self.limits = limits
    // Text that goes on after text keeps its first space.
    decoder = StreamDecoder(session.model.tokenizer, after: session.tokens.last)
    stops = StopStrings(limits.stopStrings)
  }

  func next(isCancelled: Bool) throws -> Generation.Piece? {
    guard !isFinished else { return nil }
    guard !isCancelled else { return finish(.cancelled) }
    if let limit = limits.tokens, written >= limit { return finish(.length) }
    if let token = pending {
      guard session.remaining > 0 else { return finish(.length) }
      logits = try session.append([token])
      pending = nil
    }
    let token = sampler.next(from: logits)
    sampler.accept(token)
    written += 1
    let ends = session.model.tokenizer.endOfGeneration.contains(token)
    if ends, !limits.ignoresEndOfGeneration {
      var last = finish(.stop)
      last.token = token
      return last
    }
    pending = token
    let (text, isStopped) = stops.append(decoder.append(token))
    if isStopped { isFinished = true }
    return Generation.Piece(text: text, token: token, finish: isStopped ? .stop : nil)
  }

  /// The last piece: the text still held back.
  private func finish(_ reason: FinishReason) -> Generation.Piece {
    isFinished = true
    let (text, isStopped) = stops.append(decoder.finish())
    return Generation.Piece(
      text: isStopped ? text : text + stops.held, token: nil, finish: isStopped ? .stop : reason)
  }
}

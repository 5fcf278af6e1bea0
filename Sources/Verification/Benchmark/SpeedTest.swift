import Inference
import Kernels

/// How fast a session reads or writes.
public struct SpeedTest: Sendable {
  /// `pp` and the tokens that were read, or `tg` and those that were written.
  public let name: String
  /// Tokens a second, of each repetition.
  public let speeds: [Double]
  /// Bytes of weights and cache that a token takes from memory.
  public let bytesPerToken: Double
  /// Products of weights that a token takes.
  public let productsPerToken: Double
  /// A hash of the bits of the last logits: the same for the same results.
  public let logitsHash: UInt64

  /// Tokens a second.
  public var mean: Double { speeds.reduce(0, +) / Double(max(1, speeds.count)) }
  /// The speeds' standard deviation.
  public var deviation: Double {
    let mean = mean
    let squares = speeds.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return speeds.count > 1 ? (squares / Double(speeds.count - 1)).squareRoot() : 0
  }
  /// Bytes read from memory in a second.
  public var bytesPerSecond: Double { bytesPerToken * mean }
  /// Floating-point operations in a second: two for each product of a weight.
  public var operationsPerSecond: Double { 2 * productsPerToken * mean }

  /// Reads a prompt again and again.
  ///
  /// - Parameters:
  ///   - tokens: Tokens of the prompt.
  ///   - depth: Tokens that the cache holds before.
  ///   - repetitions: How often.
  ///   - session: What reads; it holds the last prompt afterwards.
  /// - Returns: The speeds, without a first reading that warms up.
  /// - Throws: As `Session.append`.
  public static func reading(
    _ tokens: Int, depth: Int = 0, repetitions: Int, with session: Session
  ) throws -> SpeedTest {
    let prompt = prompt(tokens, of: session.model)
    try fill(session, depth)
    let chunks = (tokens + session.chunkLength - 1) / session.chunkLength
    let work = Work(session.model)
    return try SpeedTest(
      session, name: name("pp", tokens, depth), repetitions: repetitions, tokens: tokens,
      // Weights are read once for each chunk, the output's once for the prompt.
      bytesPerToken: Double(work.blockBytes * chunks + work.outputBytes) / Double(tokens),
      productsPerToken: Double(work.blockProducts)
        + Double(work.outputProducts) / Double(tokens)
    ) { isMeasured in
      session.rewind(to: depth)
      // Half of a prompt is enough to wake what sleeps.
      return hash(try session.append(isMeasured ? prompt : Array(prompt.prefix(tokens / 2 + 1))))
    }
  }

  /// Writes tokens one by one, again and again.
  ///
  /// - Parameters:
  ///   - tokens: Tokens to write.
  ///   - depth: Tokens that the cache holds before.
  ///   - repetitions: How often.
  ///   - session: What writes.
  /// - Returns: The speeds.
  /// - Throws: As `Session.append`.
  public static func writing(
    _ tokens: Int, depth: Int = 0, repetitions: Int, with session: Session
  ) throws -> SpeedTest {
    let text = prompt(tokens, of: session.model)
    try fill(session, depth)
    let work = Work(session.model)
    let positions = Double(depth) + Double(tokens + 1) / 2
    return try SpeedTest(
      session, name: name("tg", tokens, depth), repetitions: repetitions, tokens: tokens,
      bytesPerToken: Double(work.blockBytes + work.outputBytes)
        + positions * Double(session.cacheBytesPerToken),
      productsPerToken: Double(work.blockProducts + work.outputProducts)
    ) { isMeasured in
      session.rewind(to: depth)
      var last: UInt64 = 0
      for token in isMeasured ? text : [text[0]] { last = hash(try session.append([token])) }
      return last
    }
  }

  private init(
    _ session: Session, name: String, repetitions: Int, tokens: Int, bytesPerToken: Double,
    productsPerToken: Double, _ body: (_ isMeasured: Bool) throws -> UInt64
  ) throws {
    self.name = name
    self.bytesPerToken = bytesPerToken
    self.productsPerToken = productsPerToken
    _ = try body(false)
    _ = session.profile?.take()
    var speeds: [Double] = []
    var hash: UInt64 = 0
    for _ in 0..<repetitions {
      let seconds = try ContinuousClock().measure { hash = try body(true) } / .seconds(1)
      speeds.append(Double(tokens) / seconds)
    }
    self.speeds = speeds
    logitsHash = hash
  }

  private static func name(_ kind: String, _ tokens: Int, _ depth: Int) -> String {
    depth > 0 ? "\(kind)\(tokens)@\(depth)" : "\(kind)\(tokens)"
  }

  private static func fill(_ session: Session, _ depth: Int) throws {
    session.rewind(to: 0)
    if depth > 0 { try session.append(prompt(depth, of: session.model)) }
  }

  /// Tokens spread over the vocabulary, the same in every run.
  private static func prompt(_ count: Int, of model: Model) -> [Int32] {
    let size = min(model.vocabularySize, model.tokenizer.vocabulary.count)
    return (0..<count).map { Int32(truncatingIfNeeded: $0 &* 7919 % size) }
  }

  /// FNV-1a (Fowler, Noll and Vo) over 32-bit words.
  private static func hash(_ logits: UnsafeMutableBufferPointer<Float>) -> UInt64 {
    logits.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1.bitPattern)) &* 0x100_0000_01B3 }
  }

  /// What a token's walk takes, from the file's tensors.
  private struct Work {
    var blockBytes = 0
    var blockProducts = 0
    var outputBytes = 0
    var outputProducts = 0

    init(_ model: Model) {
      let experts = model.configuration.expertCount
      let output =
        model.file.tensor(named: "output.weight") == nil ? "token_embd.weight" : "output.weight"
      for tensor in model.file.tensors {
        let values = tensor.shape.count > 1 ? tensor.shape.reduce(1, *) : 0
        if tensor.name == output {
          outputBytes += tensor.bytes.count
          outputProducts += values
        } else if tensor.name.hasPrefix("blk.") {
          // Of experts, two work for a token.
          let isExpert = experts > 0 && tensor.name.contains("_exps")
          blockBytes += isExpert ? tensor.bytes.count / experts * 2 : tensor.bytes.count
          blockProducts += isExpert ? values / experts * 2 : values
        }
      }
    }
  }
}

import Inference
import Tokenization

/// Writes a model's likeliest token, one after the other.
struct GreedyWriter {
  /// What was written, without the token that ends the turn.
  private(set) var tokens: [Int32] = []
  /// Whether the model ended its turn.
  private(set) var isFinished = false
  /// The logits of what may follow, `[vocabulary]`; valid until the next token is written.
  private(set) var logits: UnsafeMutableBufferPointer<Float>
  private let session: Session
  private let limit: Int

  /// Reads a prompt; what the session has read is forgotten.
  init(_ session: Session, _ prompt: [Int32], limit: Int) throws {
    self.session = session
    self.limit = limit
    session.rewind(to: 0)
    logits = try session.append(prompt)
  }

  /// Whether another token may be written.
  var canWrite: Bool { !isFinished && tokens.count < limit && session.remaining > 0 }

  /// The likeliest token, of equal ones the first.
  var choice: Int32 {
    var best = 0
    for index in logits.indices where logits[index] > logits[best] { best = index }
    return Int32(best)
  }

  /// Writes the likeliest token.
  mutating func write() throws {
    let token = choice
    guard !session.model.tokenizer.endOfGeneration.contains(token) else {
      isFinished = true
      return
    }
    tokens.append(token)
    if canWrite { logits = try session.append([token]) }
  }
}

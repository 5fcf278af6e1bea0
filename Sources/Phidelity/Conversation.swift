import ChatTemplates
import Inference

/// A conversation with a model: messages, and a session that has read them.
///
/// What the session has already read is never read again, as far as the texts agree.
public final class Conversation {
  /// Holds the cache.
  public let session: Session
  /// How the model wants the conversation written.
  public let format: ChatFormat
  /// The messages, and what else the template is given.
  private var input: ChatInput
  /// Whether control tokens are found in what messages say.
  public let parsesSpecial: Bool

  /// - Parameters:
  ///   - session: An empty session.
  ///   - input: What has been said so far, tools and documents.
  ///   - parseSpecial: Whether control tokens are found in what messages say; see
  ///     `ChatFormat.tokens`.
  /// - Throws: `ChatFormatError` if the model's template cannot be parsed, and as `ChatFormat.tokens`.
  public init(
    _ session: Session, _ input: ChatInput = ChatInput([]), parseSpecial: Bool = false
  ) throws {
    self.session = session
    self.input = input
    parsesSpecial = parseSpecial
    format = try ChatFormat(session.model.file.metadata, session.model.tokenizer)
    var first = input
    if first.messages.last?.role != "user" {
      first.messages.append(ChatMessage(role: "user", content: "?"))
    }
    _ = try format.fitted(first)
  }

  /// A conversation with no more than a system message; nil or empty for none.
  public convenience init(_ session: Session, system: String?) throws {
    var input = ChatInput([])
    input.system = system
    try self.init(session, input)
  }

  /// System, user and assistant in turn.
  public var messages: [ChatMessage] { input.messages }

  /// The system message; nil for none.
  public var system: String? {
    get { input.system }
    set { input.system = newValue }
  }

  /// Begins an answer to a message.
  ///
  /// Once the answer is there, `finish` must be called with it; if this throws, the conversation
  /// is as it was.
  ///
  /// - Parameters:
  ///   - text: The user's message.
  ///   - sampler: Chooses the tokens; it is shown the whole conversation.
  ///   - limits: When the answer ends.
  ///   - progress: Told how many of how many tokens are read.
  ///   - isCancelled: Asked often; true ends the reading.
  /// - Returns: The answer, to be iterated.
  /// - Throws: `ChatFormatError` if the template refuses, and as `Session.append`.
  public func ask(
    _ text: String, _ sampler: Sampler, limits: GenerationLimits = GenerationLimits(),
    progress: (Int, Int) -> Void = { _, _ in }, isCancelled: @escaping () -> Bool = { false }
  ) throws -> Generation {
    input.messages.append(ChatMessage(role: "user", content: text))
    do {
      let tokens = try format.tokens(input, parseSpecial: parsesSpecial)
      guard tokens.count < session.contextLength else {
        throw SessionError.contextFull(tokens: tokens.count, capacity: session.contextLength)
      }
      // At least one token is read, for its logits.
      let common = zip(tokens, session.tokens).prefix { $0 == $1 }.count
      session.rewind(to: min(common, tokens.count - 1))
      let logits = try session.append(
        Array(tokens[session.tokens.count...]), progress: progress, isCancelled: isCancelled)
      var sampler = sampler
      sampler.forget()
      tokens.forEach { sampler.accept($0) }
      return Generation(session, logits: logits, sampler: sampler, limits: limits)
    } catch {
      input.messages.removeLast()
      throw error
    }
  }

  /// Adds the answer to the conversation.
  public func finish(_ answer: String) {
    input.messages.append(ChatMessage(role: "assistant", content: answer))
  }

  /// Takes the last question and its answer back; returns the question.
  @discardableResult
  public func undo() -> String? {
    guard let last = messages.lastIndex(where: { $0.role == "user" }) else { return nil }
    let text = messages[last].content
    input.messages.removeSubrange(last...)
    return text
  }

  /// Forgets all but the system message.
  public func clear() {
    input.messages.removeAll { $0.role != "system" }
    session.rewind(to: 0)
  }

  /// Replaces the messages by those that a saved session came with.
  public func restore(_ messages: [ChatMessage]) { input.messages = messages }
}

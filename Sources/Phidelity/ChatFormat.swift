import ChatTemplates
import GGUF
import Inference
import Tokenization

/// How a model wants conversations written: its chat template, and its tokenizer.
public struct ChatFormat: Sendable {
  /// The file's template, or a built-in one by its vocabulary.
  public let template: ChatTemplate
  /// Whether the file brought the template.
  public let isFromFile: Bool
  private let tokenizer: Tokenizer

  /// - Parameters:
  ///   - metadata: The file's.
  ///   - tokenizer: Its vocabulary.
  /// - Throws: `TemplateError` if the file's template cannot be parsed.
  public init(_ metadata: GGUFMetadata, _ tokenizer: Tokenizer) throws {
    self.tokenizer = tokenizer
    if let source = try metadata.string("tokenizer.chat_template"), !source.isEmpty {
      template = try ChatTemplate(source)
      isFromFile = true
    } else {
      let builtin = BuiltinTemplate.detect(
        isBytePair: try metadata.string("tokenizer.ggml.model") == "gpt2",
        hasPiece: { tokenizer.vocabulary.id(of: $0) != nil })
      template = try ChatTemplate(builtin.source)
      isFromFile = false
    }
  }

  /// The text of a conversation.
  ///
  /// - Parameters:
  ///   - variables: `messages`, and whatever else the template takes.
  ///   - addGenerationPrompt: Whether the assistant's header ends it.
  /// - Returns: The text.
  /// - Throws: `TemplateError` if the template refuses.
  public func text(
    _ variables: [String: TemplateValue], addGenerationPrompt: Bool
  ) throws -> String {
    var variables = variables
    variables["bos_token"] = .string(piece(tokenizer.vocabulary.bos))
    variables["eos_token"] = .string(piece(tokenizer.vocabulary.eos))
    variables["add_generation_prompt"] = .bool(addGenerationPrompt)
    return try template.render(variables)
  }

  /// The tokens of a conversation, ready for the assistant's answer.
  ///
  /// - Parameter messages: The conversation.
  /// - Returns: Token ids, with one `bos` at most.
  /// - Throws: `TemplateError` if the template refuses.
  public func tokens(_ messages: [ChatMessage]) throws -> [Int32] {
    let list = messages.map {
      TemplateValue.dict([("role", .string($0.role)), ("content", .string($0.content))])
    }
    let text = try text(["messages": .list(list)], addGenerationPrompt: true)
    // A template that writes `bos` itself must not get another.
    let bos = piece(tokenizer.vocabulary.bos)
    let hasBOS = !bos.isEmpty && text.utf8.starts(with: bos.utf8)
    var tokens = tokenizer.encode(text, addBOS: hasBOS ? false : nil)
    // The answer goes on where the text ends: an `eos` that the file asks for would close it.
    if !hasBOS, tokenizer.vocabulary.addsEOS, tokens.last == tokenizer.vocabulary.eos {
      tokens.removeLast()
    }
    return tokens
  }

  private func piece(_ token: Int32?) -> String {
    guard let token else { return "" }
    return String(decoding: tokenizer.vocabulary.pieces[Int(token)], as: UTF8.self)
  }
}

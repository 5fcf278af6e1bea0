import ChatTemplates
import GGUF
import Tokenization

/// How a model wants conversations written: its chat template, and its tokenizer.
public struct ChatFormat: Sendable {
  /// The file's template, or a built-in one by its vocabulary.
  public let template: ChatTemplate
  /// Whether the file brought the template.
  public let isFromFile: Bool
  /// The file that the model came from, for messages.
  let source: String
  private let tokenizer: Tokenizer

  /// - Parameters:
  ///   - metadata: The file's.
  ///   - tokenizer: Its vocabulary.
  /// - Throws: `ChatFormatError` if the file's template cannot be parsed.
  public init(_ metadata: GGUFMetadata, _ tokenizer: Tokenizer) throws {
    self.tokenizer = tokenizer
    source = metadata.source
    if let source = try metadata.string("tokenizer.chat_template"), !source.isEmpty {
      template = try Self.named(metadata.source) { () throws(TemplateError) in
        try ChatTemplate(source)
      }
      isFromFile = true
    } else {
      let builtin = BuiltinTemplate.detect(
        isBytePair: try metadata.string("tokenizer.ggml.model") == "gpt2",
        hasPiece: { tokenizer.vocabulary.id(of: $0) != nil })
      template = try ChatTemplate(builtin.source)
      isFromFile = false
    }
  }

  /// The text of a conversation, exactly as the template writes it.
  ///
  /// - Parameters:
  ///   - variables: `messages`, and whatever else the template takes.
  ///   - addGenerationPrompt: Whether the assistant's header ends it.
  /// - Returns: The text.
  /// - Throws: `ChatFormatError` if the template refuses.
  public func text(
    _ variables: [String: TemplateValue], addGenerationPrompt: Bool
  ) throws -> String {
    try Self.named(source) { () throws(TemplateError) in
      try template.render(complete(variables, addGenerationPrompt))
    }
  }

  /// The tokens of a conversation, ready for the assistant's answer.
  ///
  /// Control tokens are the template's alone. What the messages, tools and documents say is text: a
  /// message that spells `<|end|>` gets the tokens of that text. `transformers` finds control tokens
  /// there too, and so does this with `parseSpecial`.
  ///
  /// - Parameters:
  ///   - input: The conversation. Content in parts is joined for a template that takes text alone, and
  ///     text is made a part for one that takes parts alone. Tools go where the template reads
  ///     them: in `tools`, or in the system message's `tools` as JSON.
  ///   - parseSpecial: Whether control tokens are found in what the conversation says.
  /// - Returns: Token ids, with one `bos` at most.
  /// - Throws: `ChatFormatError` if the template refuses, or does not read the tools, the documents, a
  ///   message of an unusual role or a part of a message.
  public func tokens(_ input: ChatInput, parseSpecial: Bool = false) throws -> [Int32] {
    let rendered = try rendered(try fitted(input))
    let plain = parseSpecial ? [] : rendered.dataRanges
    // A template that writes `bos` itself must not get another.
    let bos = piece(tokenizer.vocabulary.bos)
    let isOwn = plain.first.map { $0.lowerBound >= bos.utf8.count } ?? true
    let hasBOS = !bos.isEmpty && isOwn && rendered.text.utf8.starts(with: bos.utf8)
    var tokens = tokenizer.encode(
      rendered.text, plainRanges: plain, addBOS: hasBOS ? false : nil)
    // The answer goes on where the text ends: an `eos` that the file asks for would close it.
    if !hasBOS, tokenizer.vocabulary.addsEOS, tokens.last == tokenizer.vocabulary.eos {
      tokens.removeLast()
    }
    return tokens
  }

  /// The tokens of messages; as `tokens(_:parseSpecial:)` of a `ChatInput`.
  public func tokens(_ messages: [ChatMessage], parseSpecial: Bool = false) throws -> [Int32] {
    try tokens(ChatInput(messages), parseSpecial: parseSpecial)
  }

  /// The text of a conversation, ready for the answer, and which parts of it the conversation says.
  func rendered(_ input: ChatInput) throws(ChatFormatError) -> RenderedText {
    var variables = input.variables
    variables["messages"] = .list(input.messages.map(\.value))
    return try Self.named(source) { () throws(TemplateError) in
      try template.renderMarked(complete(variables, true))
    }
  }

  /// What the body makes; its error names the file.
  private static func named<Result>(
    _ source: String, _ body: () throws(TemplateError) -> Result
  ) throws(ChatFormatError) -> Result {
    do throws(TemplateError) {
      return try body()
    } catch {
      throw ChatFormatError(source, error.description)
    }
  }

  private func complete(
    _ variables: [String: TemplateValue], _ addGenerationPrompt: Bool
  ) -> [String: TemplateValue] {
    var variables = variables
    variables["bos_token"] = .string(piece(tokenizer.vocabulary.bos))
    variables["eos_token"] = .string(piece(tokenizer.vocabulary.eos))
    for (name, token) in [
      ("unk_token", tokenizer.vocabulary.unknown), ("pad_token", tokenizer.vocabulary.padding),
    ] {
      if let token { variables[name] = .string(piece(token)) }
    }
    variables["add_generation_prompt"] = .bool(addGenerationPrompt)
    return variables
  }

  private func piece(_ token: Int32?) -> String {
    guard let token else { return "" }
    return String(decoding: tokenizer.vocabulary.pieces[Int(token)], as: UTF8.self)
  }
}

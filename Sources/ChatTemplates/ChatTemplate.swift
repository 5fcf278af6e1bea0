/// A chat template in Jinja as models ship it, ready to render.
///
/// Renders as `jinja2` does in the environment that `transformers` makes: `trim_blocks`,
/// `lstrip_blocks`, loop controls, `tojson` without escapes for HTML, `raise_exception`,
/// `strftime_now`, and an immutable sandbox. `tools` and `documents` are None where they are not given.
///
/// A template is a program from a stranger: what it may take is bounded, see `Budget`.
public struct ChatTemplate: Sendable {
  /// The template's text.
  public let source: String
  private let program: TemplateProgram

  /// Parses a template.
  ///
  /// - Parameter source: Jinja.
  /// - Throws: `TemplateError` with the line that cannot be parsed.
  public init(_ source: String) throws(TemplateError) {
    self.source = source
    program = try TemplateParser.parse(source)
  }

  /// Renders the template.
  ///
  /// - Parameter variables: What its names mean.
  /// - Returns: The text.
  /// - Throws: `TemplateError` if the template fails, raises, or runs away.
  public func render(_ variables: [String: TemplateValue]) throws(TemplateError) -> String {
    try Renderer.render(program, variables).string
  }

  /// Renders the template, and says which parts of the text came from the conversation.
  ///
  /// Strings under `messages`, `tools` and `documents` are data, except a message's `role`. They stay
  /// data through filters, slices, concatenation and macros.
  ///
  /// - Parameter variables: What its names mean.
  /// - Returns: The text and its parts from data.
  /// - Throws: As `render(_:)`.
  public func renderMarked(
    _ variables: [String: TemplateValue]
  ) throws(TemplateError) -> RenderedText {
    let text = try Renderer.render(program, variables)
    return RenderedText(text: text.string, dataRanges: text.dataRanges(in: 0..<text.count))
  }

  /// Renders a conversation.
  ///
  /// - Parameters:
  ///   - messages: The messages.
  ///   - addGenerationPrompt: Whether the assistant's header ends the text.
  ///   - bosToken: The text of the token that begins a sequence.
  ///   - eosToken: The text of the token that ends one.
  ///   - extra: Further variables.
  /// - Returns: The text.
  /// - Throws: As `render(_:)`.
  public func render(
    messages: [ChatMessage], addGenerationPrompt: Bool, bosToken: String, eosToken: String,
    extra: [String: TemplateValue] = [:]
  ) throws(TemplateError) -> String {
    var variables = extra
    variables["messages"] = .list(messages.map(\.value))
    variables["add_generation_prompt"] = .bool(addGenerationPrompt)
    variables["bos_token"] = .string(bosToken)
    variables["eos_token"] = .string(eosToken)
    return try render(variables)
  }
}

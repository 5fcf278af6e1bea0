/// One message of a conversation, with the keys that `transformers` gives a template.
public struct ChatMessage: Sendable, Equatable {
  /// Everything that the message says: `role`, `content` as text or as parts, `tool_calls`,
  /// `name`, `tool_call_id`, `reasoning_content`, and whatever else the template reads.
  public var fields: TemplateDictionary

  /// A message of text.
  public init(role: String, content: String) {
    fields = TemplateDictionary([
      ("role", .string(role)), ("content", .string(content)),
    ])
  }

  /// A message as `transformers` takes it.
  ///
  /// - Parameter value: A dictionary with the key `role`.
  /// - Throws: `TemplateError` if it is no dictionary, or has no text under `role`.
  public init(_ value: TemplateValue) throws(TemplateError) {
    guard case .dict(let fields) = value else {
      throw TemplateError("a message is a JSON object, found a \(value.typeName)")
    }
    switch fields["role"] {
    case .string?: self.fields = fields
    case nil: throw TemplateError("a message needs the key 'role'")
    case let role?: throw TemplateError("a message's 'role' is text, found a \(role.typeName)")
    }
  }

  /// The message as a template sees it.
  public var value: TemplateValue { .dict(fields) }

  /// `system`, `user`, `assistant`, or another that the template knows.
  public var role: String {
    get {
      if case .string(let role)? = fields["role"] { return role }
      return ""
    }
    set { fields["role"] = .string(newValue) }
  }

  /// The text; the texts of the parts in a row where the content is a list of parts.
  public var content: String {
    get {
      switch fields["content"] {
      case .string(let text)?: return text
      case .list(let parts)?:
        return parts.compactMap { part -> String? in
          if case .dict(let part) = part, case .string(let text)? = part["text"] { return text }
          return nil
        }.joined()
      default: return ""
      }
    }
    set { fields["content"] = .string(newValue) }
  }
}

extension ChatMessage: Codable {
  private enum CodingKeys: String, CodingKey { case role, content, json }

  /// Reads `role` and `content`, or the whole message as JSON text under `json`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let json = try container.decodeIfPresent(String.self, forKey: .json) {
      try self.init(TemplateValue.parse(json: json))
    } else {
      self.init(
        role: try container.decode(String.self, forKey: .role),
        content: try container.decode(String.self, forKey: .content))
    }
  }

  /// Writes `role` and `content`; and, if there is more, all as JSON text, which keeps the order.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(role, forKey: .role)
    try container.encode(content, forKey: .content)
    if self != ChatMessage(role: role, content: content) {
      try container.encode(value.json, forKey: .json)
    }
  }
}

import ChatTemplates

/// Makes a conversation fit what the template reads, and refuses what it would leave out.
extension ChatFormat {
  /// Whether the template reads a system message.
  public var readsSystemMessage: Bool {
    let user = ChatMessage(role: "user", content: Self.probe)
    let system = ChatMessage(role: "system", content: Self.probe + "s")
    return (try? rendered(ChatInput([system, user])).text.contains(Self.probe + "s")) ?? false
  }

  /// The conversation in the form that the template reads.
  ///
  /// - Throws: `ChatFormatError` if it would leave out tools, documents, a message or a part of one.
  func fitted(_ input: ChatInput) throws -> ChatInput {
    var input = input
    input.messages = try messages(input.messages)
    try checkMessages(of: input)
    if let documents = input.documents {
      try check(documents, "documents")
      var without = input
      without.documents = nil
      guard try reads(input, unlike: without) else { throw unread("documents") }
    }
    return try withTools(input)
  }

  /// The conversation with its tools where the template reads them.
  private func withTools(_ input: ChatInput) throws -> ChatInput {
    guard let tools = input.tools else { return input }
    try check(tools, "tools")
    var without = input
    without.tools = nil
    if try reads(input, unlike: without) { return input }
    // Phi-4-mini's template writes what the system message has under `tools`.
    var placed = without
    if placed.messages.first?.role != "system" {
      placed.messages.insert(ChatMessage(role: "system", content: ""), at: 0)
    }
    let plain = placed
    placed.messages[0].fields["tools"] = .string(tools.json)
    guard try reads(placed, unlike: plain) else { throw unread("tools") }
    return placed
  }

  /// Variables, other than tools and documents, that change nothing in the prompt.
  public func unreadVariables(of input: ChatInput) -> [String] {
    guard let input = try? fitted(input) else { return [] }
    return input.variables.filter { $0.value != TemplateValue.none }.keys.sorted().filter { name in
      guard name != "tools", name != "documents" else { return false }
      var without = input
      without.variables[name] = nil
      return (try? reads(input, unlike: without)) == false
    }
  }

  /// Roles that every template reads, but for `system`, which callers ask about by
  /// `readsSystemMessage`: that an answer is right without it is for them to judge.
  private static let usualRoles: Set = ["system", "user", "assistant"]

  /// Refuses messages of a role, and calls of tools, that the template leaves out.
  private func checkMessages(of input: ChatInput) throws {
    for role in Set(input.messages.map(\.role)).subtracting(Self.usualRoles).sorted() {
      var without = input
      without.messages.removeAll { $0.role == role }
      guard try reads(input, unlike: without) else {
        throw unread("messages of the role '\(role)'")
      }
    }
    guard input.messages.contains(where: \.callsTools) else { return }
    var without = input
    for index in without.messages.indices { without.messages[index].fields["tool_calls"] = nil }
    guard try reads(input, unlike: without) else { throw unread("'tool_calls'") }
  }

  private func reads(_ input: ChatInput, unlike other: ChatInput) throws -> Bool {
    let text = try rendered(input).text
    // A template may refuse a conversation without what it needs.
    guard let without = try? rendered(other).text else { return true }
    return text != without
  }

  private func check(_ value: TemplateValue, _ name: String) throws {
    guard case .list(let items) = value else {
      throw ChatFormatError(source, "\(name): expected a list of objects")
    }
    for (index, item) in items.enumerated() {
      guard case .dict = item else {
        throw ChatFormatError(source, "\(name)[\(index)]: expected an object")
      }
    }
  }

  private func unread(_ name: String) -> ChatFormatError {
    ChatFormatError(source, "the chat template does not read \(name)")
  }

  /// Content as the template takes it: text, or parts.
  private func messages(_ messages: [ChatMessage]) throws -> [ChatMessage] {
    let form = contentForm
    return try messages.map { message in
      switch message.fields["content"] {
      case .list(let parts)?:
        try check(parts, of: message)
        guard form == .text else { return message }
        var message = message
        message.content = message.content
        return message
      case .string(let text)? where form == .parts:
        var message = message
        message.fields["content"] = Self.part(text)
        return message
      case .string?, TemplateValue.none?, nil: return message
      case let content?:
        throw ChatFormatError(
          source,
          "a message of the \(message.role) has \(content.json) as its content; expected text or a "
            + "list of parts")
      }
    }
  }

  private func check(_ parts: [TemplateValue], of message: ChatMessage) throws {
    for part in parts {
      guard case .dict(let part) = part else {
        throw ChatFormatError(source, "a part of a message: expected an object")
      }
      if case .string? = part["text"] { continue }
      let kind = part["type"].map { $0.json } ?? "no type"
      throw ChatFormatError(
        source, "a message of the \(message.role) has a part of \(kind); only \"text\" can be read")
    }
  }

  private enum ContentForm {
    case text, parts, either
  }

  private static let probe = "what the message says"

  private static func part(_ text: String) -> TemplateValue {
    .list([.dict([("type", .string("text")), ("text", .string(text))])])
  }

  /// What the template takes, judged by whether a message's text arrives.
  private var contentForm: ContentForm {
    func text(_ content: TemplateValue) -> String? {
      var message = ChatMessage(role: "user", content: "")
      message.fields["content"] = content
      return try? rendered(ChatInput([message])).text
    }
    let fromText = text(.string(Self.probe))
    let fromParts = text(Self.part(Self.probe))
    let takesText = fromText?.contains(Self.probe) ?? false
    // A template without an eye for parts writes the list itself, with its keys.
    let isDumped = ["'type'", "\"type\""].contains { key in
      fromParts?.contains(key) ?? false && !(fromText?.contains(key) ?? false)
    }
    let takesParts = !isDumped && fromParts?.contains(Self.probe) ?? false
    return takesParts ? (takesText ? .either : .parts) : .text
  }
}

extension ChatMessage {
  /// Whether the message holds calls of tools.
  fileprivate var callsTools: Bool {
    switch fields["tool_calls"] {
    case nil, TemplateValue.none?: false
    case .list(let calls)?: !calls.isEmpty
    default: true
    }
  }
}

import ChatTemplates

/// What a chat template is given: the messages, and whatever else it reads.
public struct ChatInput: Sendable, Equatable {
  /// The conversation so far.
  public var messages: [ChatMessage]
  /// Other variables by name, such as `tools`, `documents` and `enable_thinking`.
  public var variables: [String: TemplateValue]

  /// A conversation with other variables.
  public init(_ messages: [ChatMessage], variables: [String: TemplateValue] = [:]) {
    self.messages = messages
    self.variables = variables
  }

  /// Functions that the model may call, as `transformers` takes them: a list of objects
  /// `{"type": "function", "function": {"name", "description", "parameters"}}`, or of those functions
  /// alone; nil for none.
  public var tools: TemplateValue? {
    get { given("tools") }
    set { variables["tools"] = newValue }
  }

  /// Documents to answer from, as `transformers` takes them: a list of objects with `title` and
  /// `text`; nil for none.
  public var documents: TemplateValue? {
    get { given("documents") }
    set { variables["documents"] = newValue }
  }

  /// The system message's text; nil for none.
  public var system: String? {
    get { messages.first { $0.role == "system" }?.content }
    set {
      messages.removeAll { $0.role == "system" }
      guard let newValue, !newValue.isEmpty else { return }
      messages.insert(ChatMessage(role: "system", content: newValue), at: 0)
    }
  }

  private func given(_ name: String) -> TemplateValue? {
    switch variables[name] {
    case nil, TemplateValue.none?: nil
    case .list(let items)? where items.isEmpty: nil
    case let value?: value
    }
  }
}

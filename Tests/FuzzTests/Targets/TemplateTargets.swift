import ChatTemplates

/// Chat templates.
enum TemplateTargets {
  private static let variables: [String: TemplateValue] = [
    "messages": .list([
      .dict([("role", .string("system")), ("content", .string("Be brief."))]),
      .dict([("role", .string("user")), ("content", .string("Höw many\n  <b>legs</b>?"))]),
      .dict([("role", .string("assistant")), ("content", .string("Four."))]),
      .dict([
        ("role", .string("user")),
        (
          "content",
          .list([.dict([("type", .string("text")), ("text", .string("And a bird?"))])])
        ),
      ]),
    ]),
    "tools": .list([
      .dict([
        ("type", .string("function")),
        (
          "function",
          .dict([("name", .string("weather")), ("parameters", .dict([("a", .float(1.5))]))])
        ),
      ])
    ]),
    "add_generation_prompt": .bool(true), "bos_token": .string("<s>"),
    "eos_token": .string("</s>"),
  ]

  /// A template, rendered for one conversation.
  static let template: @Sendable (UnsafeRawBufferPointer) -> Void = { bytes in
    let source = String(decoding: bytes, as: UTF8.self)
    attempt { _ = try ChatTemplate(source).render(variables) }
  }
}

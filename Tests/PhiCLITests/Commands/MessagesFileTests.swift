import Foundation
import Phidelity
import Testing

@testable import PhiCLI

/// Conversations from files, as `phi run --messages` and `phi template` read them.
struct MessagesFileTests {
  private func withFile<Result>(_ text: String, _ body: (String) throws -> Result) throws -> Result
  {
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    defer { unlink(path) }
    return try body(path)
  }

  private func arguments(_ command: Command, _ words: [String]) throws -> Arguments {
    try CommandLineParser.parse(words, for: command)
  }

  private func conversation(_ input: RunInput) throws -> ChatInput? {
    if case .conversation(let input) = input { return input }
    return nil
  }

  @Test func readsAListOrAnObject() throws {
    let list = """
      [{"role": "user", "content": [{"type": "text", "text": "a"}]},
       {"role": "assistant", "content": null, "tool_calls": [{"id": "1"}]},
       {"role": "tool", "tool_call_id": "1", "content": "b"}]
      """
    let input = try withFile(list) { try MessagesFile.conversation($0) }
    #expect(input.messages.map(\.role) == ["user", "assistant", "tool"])
    #expect(input.messages[0].content == "a")
    #expect(input.messages[1].fields["tool_calls"] != nil)
    #expect(input.variables.isEmpty)
    let object = try withFile("{\"enable_thinking\": true, \"messages\": \(list)}") {
      try MessagesFile.conversation($0)
    }
    #expect(object.messages == input.messages)
    #expect(object.variables == ["enable_thinking": .bool(true)])
  }

  @Test(arguments: [
    ("", "line 1"), ("1", "expected a list of messages"), ("{}", "'messages' is missing"),
    ("{\"messages\": 1}", "is not a list"), ("[]", "has no messages"), ("[1]", "message 1:"),
    ("[{\"role\": \"user\"}, {\"content\": \"a\"}]", "message 2: a message needs the key 'role'"),
    ("[{\"role\": 1}]", "message 1:"), ("[{\"role\": \"user\",}]", "line 1"),
  ])
  func saysWhatIsWrong(_ text: String, problem: String) throws {
    try withFile(text) { path in
      let error = #expect(throws: InputText.ReadError.self) {
        try MessagesFile.conversation(path)
      }
      #expect(error?.description.hasPrefix(path + ": ") == true)
      #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
    }
  }

  @Test func readsToolsAsTransformersTakesThem() throws {
    let function = "{\"name\": \"f\", \"parameters\": {}}"
    for item in [function, "{\"type\": \"function\", \"function\": \(function)}"] {
      for text in ["[\(item)]", "{\"tools\": [\(item)]}"] {
        let tools = try withFile(text) { try MessagesFile.list($0, of: "tools") }
        #expect(tools == .list([try TemplateValue.parse(json: item)]))
      }
    }
    for text in ["1", "[1]", "{}", "[\"f\"]"] {
      #expect(throws: InputText.ReadError.self) {
        try withFile(text) { try MessagesFile.list($0, of: "tools") }
      }
    }
  }

  @Test func aConversationTakesNoTextBeside() throws {
    let message = "[{\"role\": \"user\", \"content\": \"a\"}]"
    try withFile(message) { path in
      let words = ["--messages", path, "--system", "s"]
      let input = try conversation(try RunInput(try arguments(runCommand, words)))
      #expect(input?.messages.map(\.role) == ["system", "user"])
      for words in [["-p", "x"], ["-f", "x"], ["x"]] {
        #expect(throws: UsageError.self) {
          try RunInput(try arguments(runCommand, ["--messages", path] + words))
        }
      }
    }
    let system = "[{\"role\": \"system\", \"content\": \"a\"}]"
    #expect(throws: UsageError.self) {
      try withFile(system) {
        try RunInput(try arguments(runCommand, ["--messages", $0, "--system", "s"]))
      }
    }
    #expect(throws: UsageError.self) {
      try RunInput(try arguments(runCommand, ["--messages", "-", "--tools", "-"]))
    }
  }

  @Test(arguments: [
    ["--system", "s"], ["--tools", "f"], ["--documents", "f"], ["--parse-special"],
  ])
  func optionsOfAConversationNeedOne(_ words: [String]) throws {
    let error = #expect(throws: UsageError.self) {
      try RunInput(try arguments(runCommand, words + ["-p", "x"]))
    }
    #expect(
      error?.description == "\(words[0]) needs --chat or --messages: without it, it says nothing")
    #expect(try conversation(try RunInput(try arguments(runCommand, ["x"]))) == nil)
  }
}

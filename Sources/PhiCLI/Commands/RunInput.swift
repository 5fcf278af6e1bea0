import Foundation
import Phidelity

/// What `phi run` goes on from.
enum RunInput {
  /// A text.
  case text(String)
  /// A conversation whose last message is to be answered.
  case conversation(ChatInput)

  /// Options that only a conversation has.
  static let chatOptions =
    [ChatOptions.messages.excluding("prompt", "file", "TEXT")]
    + ([ChatOptions.system] + ChatOptions.files + [ChatOptions.parseSpecial])
    .map { $0.needing("chat", "messages") }

  /// What the arguments name.
  init(_ arguments: Arguments) throws {
    if arguments.has("messages") {
      self = .conversation(try ChatOptions.input(arguments))
    } else if arguments.has("chat") {
      let text = try Self.text(arguments)
      var input = try ChatOptions.input(arguments)
      input.messages.append(ChatMessage(role: "user", content: text))
      self = .conversation(input)
    } else {
      self = .text(try Self.text(arguments))
    }
  }

  private static func text(_ arguments: Arguments) throws -> String {
    if let prompt = arguments.string("prompt") ?? arguments.positional.first {
      return try InputText.argument(prompt)
    }
    if let file = arguments.string("file"), file != "-" {
      return try InputText.read(file, as: .prompt)
    }
    if let option = ["tools", "documents"].first(where: { arguments.string($0) == "-" }) {
      throw UsageError(description: "standard input cannot hold both the message and --\(option)")
    }
    if isatty(STDIN_FILENO) == 1 {
      StandardError.write("reading the prompt from standard input; Ctrl-D ends it\n")
    }
    return try InputText.read("-", as: .prompt)
  }
}

import Foundation
import Phidelity

/// Options of what a chat template is given, which several commands share.
enum ChatOptions {
  /// Functions and documents.
  static let files = [
    Option(
      name: "tools", short: nil, value: "FILE",
      help: "functions the model may call: a JSON list as transformers takes it"),
    Option(
      name: "documents", short: nil, value: "FILE",
      help: "documents to answer from: a JSON list of objects with title and text"),
  ]

  /// A whole conversation.
  static let messages = Option(
    name: "messages", short: nil, value: "FILE",
    help: "a JSON list of messages, or an object with messages and other variables; - for stdin")

  /// The system message.
  static let system = Option(
    name: "system", short: nil, value: "TEXT", help: "the system message")

  /// How messages are read.
  static let parseSpecial = Option(
    name: "parse-special", short: nil, value: nil,
    help: "find control tokens such as <|end|> in messages too, as transformers does "
      + "(default: what messages say is text)")

  /// The conversation that the arguments begin, without the user's next message.
  ///
  /// - Throws: `UsageError` and `InputText.ReadError`.
  static func input(_ arguments: Arguments) throws -> ChatInput {
    let options = ["messages", "tools", "documents"]
    guard options.count(where: { arguments.string($0) == "-" }) < 2 else {
      throw UsageError(
        description: "standard input can hold one of --\(options.joined(separator: ", --"))")
    }
    var input =
      try arguments.string("messages").map { try MessagesFile.conversation($0) }
      ?? ChatInput([])
    if let system = try arguments.string("system").map(InputText.argument) {
      guard input.system == nil else {
        throw UsageError(description: "--system: --messages has a system message already")
      }
      input.system = system
    }
    for (name, isGiven) in [("tools", input.tools != nil), ("documents", input.documents != nil)]
    where isGiven && arguments.has(name) {
      throw UsageError(description: "--\(name): --messages has \(name) already")
    }
    if let path = arguments.string("tools") {
      input.tools = try MessagesFile.list(path, of: "tools")
    }
    if let path = arguments.string("documents") {
      input.documents = try MessagesFile.list(path, of: "documents")
    }
    return input
  }

  /// Says what the template leaves out although the answer is still right.
  static func noteUnread(_ input: ChatInput, _ format: ChatFormat, _ model: Model) {
    for name in format.unreadVariables(of: input) {
      Note.write("\(model.file.path): --messages: '\(name)' changes nothing in the prompt")
    }
    guard input.system != nil, !format.readsSystemMessage else { return }
    StandardError.write(
      "note: \(model.file.path.printable): the chat template does not read the system message\n")
  }
}

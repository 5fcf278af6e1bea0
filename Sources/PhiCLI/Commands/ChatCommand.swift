import Foundation
import Phidelity

/// `phi chat`: a conversation in the terminal.
let chatCommand = Command(
  name: "chat", summary: "talk with a model",
  usage: "-m MODEL [--system TEXT] [--messages FILE] [--tools FILE] [options]",
  groups: [
    (
      "Options",
      [
        ModelOptions.model,
        ChatOptions.system,
        ChatOptions.messages,
      ] + ChatOptions.files + [
        ChatOptions.parseSpecial,
        Option(name: "predict", short: "n", value: "N", help: "tokens of an answer at most"),
        Option(
          name: "stop", short: nil, value: "S", help: "ends an answer; may be repeated",
          repeats: true),
        Option(name: "ignore-eos", short: nil, value: nil, help: "go on where the model would end"),
      ]
    ), ("Sampling", ModelOptions.sampling), ("Session", ModelOptions.fastSession),
  ], positionals: 0...0
) { arguments in
  let input = try ChatOptions.input(arguments)
  let progress = ProgressLine()
  progress.update("loading …")
  let model = try ModelOptions.open(arguments)
  let session = try ModelOptions.session(model, arguments)
  let conversation = try Conversation(
    session, input, parseSpecial: arguments.has("parse-special"))
  let limits = try LimitArguments.limits(arguments)
  if limits.tokens == 0 { Note.write("-n 0 writes no tokens") }
  let sampling = try ModelOptions.sampling(model, arguments)
  let answerer = try Answerer(conversation, sampling, limits)
  progress.finish()
  ChatOptions.noteUnread(input, conversation.format, model)
  // A question at the end of the messages is answered first.
  let question = conversation.messages.last?.role == "user" ? conversation.undo() : nil
  guard isatty(STDIN_FILENO) == 1 else { return try PipedChat(answerer).run(question) }
  return ChatREPL(answerer).run(question)
}

/// Lines of a pipe as turns: only the answers are printed.
private struct PipedChat {
  private let answerer: Answerer

  init(_ answerer: Answerer) { self.answerer = answerer }

  func run(_ question: String?) throws -> Int32 {
    var question = question
    var reader = PlainLineReader(descriptor: STDIN_FILENO)
    while let line = try question ?? Self.line(&reader) {
      question = nil
      guard line.contains(where: { !$0.isWhitespace }) else { continue }
      let answer = try answerer.answer(line)
      StandardOutput.write("\n")
      if answer.finish == .cancelled { return 130 }
    }
    return 0
  }
  private static func line(_ reader: inout PlainLineReader) throws -> String? {
    try reader.nextBytes().map { try InputText.text($0, "standard input", as: .prompt) }
  }
}

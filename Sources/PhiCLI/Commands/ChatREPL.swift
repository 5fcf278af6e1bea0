import Foundation
import Phidelity

/// The conversation in a terminal: questions are edited, answers stream, and lines that begin with
/// a slash command the program.
final class ChatREPL {
  private let answerer: Answerer
  private let commands: SlashCommands

  init(_ answerer: Answerer) {
    self.answerer = answerer
    commands = SlashCommands(answerer)
  }

  /// Reads and answers until the input ends; begins with a question if there is one.
  func run(_ question: String? = nil) -> Int32 {
    let editor = LineEditor(
      input: STDIN_FILENO, output: STDOUT_FILENO,
      historyPath: History.defaultPath(
        Environment.variables(of: ["PHI_HISTORY", "XDG_STATE_HOME", "HOME"])),
      completions: SlashCommands.completions)
    // A Ctrl-C must not end the program when it comes a moment too late or too early for an answer.
    // While a plain terminal waits for a line, it does end it, because the line is not ours.
    Interrupt.shared.begin()
    defer { Interrupt.shared.end() }
    greet()
    if let question { ask(question) }
    var wasInterrupted = false
    while true {
      switch readLine(editor) {
      case .endOfInput: return 0
      case .interrupted:
        if wasInterrupted { return 0 }
        wasInterrupted = true
        note("Ctrl-C again, Ctrl-D or /quit leaves")
        continue
      case .line(let line):
        wasInterrupted = false
        let text = line.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !text.isEmpty else { continue }
        if text.hasPrefix("/"), !text.contains("\n") {
          switch commands.run(text) {
          case .quit: return 0
          case .ask(let text): ask(text)
          case .done(let message): if !message.isEmpty { note(message) }
          case .failed(let message): fail(message)
          }
        } else {
          ask(line)
        }
      }
    }
  }

  private func readLine(_ editor: LineEditor) -> LineEditor.Event {
    if editor.isPlain { Interrupt.shared.end() }
    defer {
      if editor.isPlain { Interrupt.shared.begin() }
      Interrupt.shared.clear()
    }
    return editor.readLine(prompt: .bold("> "), continuation: .dim("… "))
  }

  private func greet() {
    let session = answerer.conversation.session
    note(
      "\(session.model.configuration.name.printable), context \(session.contextLength); "
        + "/help lists the commands, \"\"\" begins several lines")
  }

  private func ask(_ text: String) {
    do {
      let answer = try answerer.answer(text)
      StandardOutput.write("\n")
      let session = answerer.conversation.session
      var parts: [String] = []
      if answer.finish == .cancelled { parts.append("stopped") }
      if answer.finish == .length {
        parts.append(
          session.remaining == 0 ? "the context is full: /undo or /clear makes room" : "cut at -n")
      }
      parts.append("\(Self.rate(answer.tokens, answer.decode)) tokens/s")
      parts.append("context \(session.tokens.count)/\(session.contextLength)")
      note(parts.joined(separator: " · "))
    } catch is CancellationError {
      note("stopped")
    } catch let error as SessionError {
      if case .contextFull(let tokens, let capacity) = error {
        fail(
          "the conversation would take \(tokens) tokens, and the context holds \(capacity): "
            + "/undo or /clear makes room")
      } else {
        fail(error.description)
      }
    } catch {
      fail("\(error)")
    }
  }

  /// Tokens per second, short.
  static func rate(_ count: Int, _ duration: Duration) -> String {
    let seconds = duration / .seconds(1)
    return String(format: "%.1f", seconds > 0 ? Double(count) / seconds : 0)
  }

  private func note(_ text: String) { show(.dim(text) + "\n") }

  private func fail(_ text: String) { show(StyledText("error: ", .red) + text + "\n") }

  /// Writes beside the answers: to standard error where they go to a pipe or a file.
  private func show(_ text: StyledText) {
    if StandardOutput.isTerminal { StandardOutput.write(text) } else { StandardError.write(text) }
  }
}

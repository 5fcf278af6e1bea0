import Foundation
import Phidelity

/// What lines that begin with a slash do.
final class SlashCommands {
  /// What follows from a command.
  enum Outcome {
    case done(String)
    case failed(String)
    case ask(String)
    case quit
  }

  private static let help: [(name: String, usage: String, summary: String)] = [
    ("/help", "", "this list"),
    ("/system", "[TEXT]", "show or change the system message; - removes it"),
    ("/set", "NAME VALUE", "change an option, as in /set temp 0.5"),
    ("/show", "", "the options in use"),
    ("/clear", "", "forget the conversation"),
    ("/regen", "", "answer the last question again"),
    ("/undo", "", "take the last question and answer back"),
    ("/save", "FILE", "save the conversation with what the model has read"),
    ("/load", "FILE", "go on with a saved conversation"),
    ("/stats", "", "tokens, memory and speed so far"),
    ("/tokens", "TEXT", "the tokens of a text"),
    ("/quit", "", "leave; so does Ctrl-D"),
  ]

  private let answerer: Answerer

  init(_ answerer: Answerer) { self.answerer = answerer }

  private var conversation: Conversation { answerer.conversation }

  /// Completions of what stands before the cursor.
  static func completions(_ text: String) -> [String] {
    if text.hasPrefix("/set ") {
      return settings.map { "/set \($0) " }.filter { $0.hasPrefix(text) }
    }
    return text.hasPrefix("/") ? help.map(\.name).filter { $0.hasPrefix(text) } : []
  }

  private static var settings: [String] {
    SamplingField.all.map(\.name) + ["seed", "predict"]
  }

  /// Does what a line says.
  func run(_ line: String) -> Outcome {
    let parts = line.split(separator: " ", maxSplits: 1)
    let name = String(parts[0])
    let rest = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
    do {
      switch name {
      case "/help": return .done(Self.helpText)
      case "/quit", "/exit", "/bye": return .quit
      case "/system": return system(rest)
      case "/set": return try set(rest)
      case "/show": return .done(show())
      case "/clear":
        conversation.clear()
        return .done("the conversation is forgotten")
      case "/regen":
        guard let question = conversation.undo() else { return .failed("nothing to answer yet") }
        return .ask(question)
      case "/undo":
        guard let question = conversation.undo() else { return .failed("nothing to take back") }
        return .done("took back: \(Self.short(question))")
      case "/save": return try save(rest)
      case "/load": return try load(rest)
      case "/stats": return .done(stats())
      case "/tokens": return .done(tokens(rest))
      default:
        let nearest = NearestWord.to(name, among: Self.help.map(\.name))
        return .failed(
          "no command \(name.printable)"
            + (nearest.map { "; did you mean \($0)?" } ?? "; /help lists them"))
      }
    } catch {
      return .failed(ErrorLine.of(error))
    }
  }

  private static var helpText: String {
    help.map { command in
      let left = "\(command.name) \(command.usage)"
      return "  " + left.padding(toLength: 18, withPad: " ", startingAt: 0) + command.summary
    }.joined(separator: "\n")
  }

  private static func short(_ text: String) -> String {
    let line = text.printable
    return line.count > 60 ? "\(line.prefix(60))…" : line
  }

  private func system(_ text: String) -> Outcome {
    guard !text.isEmpty else {
      return .done(conversation.system.map { "system: \($0.printable)" } ?? "no system message")
    }
    conversation.system = text == "-" ? nil : text
    if text == "-" { return .done("the system message is gone") }
    return .done(
      "the system message is set"
        + (conversation.format.readsSystemMessage ? "" : ", but the chat template does not read it")
    )
  }

  private func set(_ rest: String) throws -> Outcome {
    let words = rest.split(separator: " ", maxSplits: 1)
    guard words.count == 2 else {
      return .failed("/set needs a name and a value, as in /set temp 0.5")
    }
    let name = String(words[0])
    let value = words[1].trimmingCharacters(in: .whitespaces)
    let arguments = Arguments(values: [name: [value]])
    var sampling = answerer.sampling
    do throws(UsageError) {
      if name == "predict" {
        answerer.limits.tokens = try LimitArguments.tokens(arguments)
      } else if name == "seed" {
        sampling.seed = try arguments.uint64(name)
      } else if let field = SamplingField.all.first(where: { $0.name == name }) {
        try sampling.take(field, from: arguments)
      } else {
        let nearest = NearestWord.to(name, among: Self.settings)
        return .failed(
          "no option \(name.printable)"
            + (nearest.map { "; did you mean \($0)?" } ?? "; /show lists them"))
      }
    } catch {
      return .failed("\(name): \(error.problem.printable)")
    }
    try sampling.validate()
    answerer.sampling = sampling
    let remark = sampling.unused(of: [name]).first.map { " (changes nothing: \($0.reason))" }
    return .done("\(name) = \(value.printable)" + (remark ?? ""))
  }

  private func show() -> String {
    let sampling = answerer.sampling
    var lines = SamplingField.all.map { "  \($0.name) = \($0.text(in: sampling))" }
    lines.append("  seed = \(sampling.seed.map(String.init) ?? "random")")
    lines.append("  predict = \(answerer.limits.tokens.map(String.init) ?? "no limit")")
    lines.append("  samplers = \(sampling.order.map(\.rawValue).joined(separator: ";"))")
    return lines.joined(separator: "\n")
  }

  private func save(_ path: String) throws -> Outcome {
    guard !path.isEmpty else { return .failed("/save needs a file") }
    let note = try JSONEncoder().encode(conversation.messages)
    try conversation.session.save(to: path, note: note)
    return .done("saved \(conversation.session.tokens.count) tokens to \(path.printable)")
  }

  private func load(_ path: String) throws -> Outcome {
    guard !path.isEmpty else { return .failed("/load needs a file") }
    var messages: [ChatMessage] = []
    let saved = try conversation.session.restore(from: path) { note in
      guard let found = try? JSONDecoder().decode([ChatMessage].self, from: note) else {
        throw SessionError.invalidSave("\(path): holds no conversation")
      }
      messages = found
    }
    conversation.restore(messages)
    let last = messages.last { $0.role == "user" }.map {
      "; last question: \(Self.short($0.content))"
    }
    return .done("restored \(messages.count) messages, \(saved.tokenCount) tokens\(last ?? "")")
  }

  private func stats() -> String {
    let session = conversation.session
    let megabytes = String(format: "%.1f", Double(session.cacheBytes) / Double(1 << 20))
    return """
        messages \(conversation.messages.count)
        context \(session.tokens.count) of \(session.contextLength) tokens
        cache \(megabytes) MiB in \(session.cacheFormat.rawValue)
        \(session.kernelsName) kernels, \(session.threads) threads
      """
  }

  private func tokens(_ text: String) -> String {
    let tokenizer = conversation.session.model.tokenizer
    // As the conversation reads it.
    let tokens = tokenizer.encode(
      text, addBOS: false, parseSpecial: conversation.parsesSpecial)
    let pieces = tokens.map { token in
      let piece = String(decoding: tokenizer.bytes(of: token, renderSpecial: true), as: UTF8.self)
      return "\(token) '\(piece.printable)'"
    }
    return "\(tokens.count) tokens: \(pieces.joined(separator: " "))"
  }
}

import Foundation
import Phidelity

/// Reads what a person enters, line by line, with editing and history where there is a terminal.
final class LineEditor {
  /// What reading a line came to.
  enum Event: Equatable, Sendable {
    /// A line, or several joined by `\n`.
    case line(String)
    /// Ctrl-C on an empty line.
    case interrupted
    /// Ctrl-D on an empty line, the end of the file, or a terminal that went away.
    case endOfInput
  }

  private static let escapeDelay: Int32 = 50  // ms, as a lone Escape must not wait for long
  private static let pasteDelay: Int32 = 2000  // ms, for a paste whose end is lost

  let output: Int32
  let completions: (String) -> [String]
  var history: History
  var screen: LineScreen
  private let input: Int32
  private let environment: [String: String]
  /// Whether lines are read as the terminal edits them, or from no terminal.
  let isPlain: Bool
  private let showsPrompts: Bool
  private var decoder = KeyDecoder()
  private var keys: [Key] = []
  private var plain: PlainLineReader

  /// An editor of lines from one descriptor that it shows on another.
  ///
  /// `completions` gets the text before the cursor and returns what could stand there instead.
  init(
    input: Int32 = 0, output: Int32 = 1, historyPath: String?,
    environment: [String: String] = ProcessInfo.processInfo.environment,
    completions: @escaping (String) -> [String] = { _ in [] }
  ) {
    self.input = input
    self.output = output
    self.completions = completions
    self.environment = environment
    showsPrompts = isatty(input) == 1 && isatty(output) == 1
    isPlain = !showsPrompts || !Terminal.understandsEscapes(environment)
    history = History(path: isPlain ? nil : historyPath)
    screen = LineScreen(output: output)
    plain = PlainLineReader(descriptor: input)
  }

  /// Reads one line, or several between `"""` and `"""`, which are removed.
  ///
  /// `continuation` stands before every line but the first.
  func readLine(prompt: StyledText, continuation: StyledText) -> Event {
    let style = Style(isTerminal: showsPrompts, environment: environment)
    let prompt = style.render(prompt, \.printable)
    let continuation = style.render(continuation, \.printable)
    var waiting = 0
    guard !isPlain, RawMode.enter(input: input, output: output, waiting: &waiting) else {
      return readPlainLine(prompt: prompt, continuation: continuation)
    }
    defer { RawMode.leave() }
    let edit = LineEdit(
      prompt: prompt, continuation: continuation, history: history.entries.count)
    return readRawLine(edit, waiting: waiting)
  }

  private func readRawLine(_ edit: LineEdit, waiting: Int) -> Event {
    var edit = edit
    var waiting = waiting
    screen = LineScreen(output: output)
    while true {
      while !keys.isEmpty {
        if let event = handle(keys.removeFirst(), &edit) { return event }
      }
      // What comes in one go, such as a long paste, is drawn once.
      if !hasInput { screen.draw(edit.layout(columns: screen.columns)) }
      switch wait() {
      case .ready:
        let limit = waiting > 0 ? waiting : 1 << 16
        guard let bytes = Descriptor.read(input, upTo: limit) else {
          screen.finish()
          return .endOfInput
        }
        keys = decoder.decode(bytes, cooked: waiting > 0)
        waiting = max(0, waiting - bytes.count)
      case .quiet: keys = decoder.flush()
      case .signalled: break
      case .gone:
        screen.finish()
        return .endOfInput
      }
    }
  }

  private var hasInput: Bool {
    var descriptor = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
    return poll(&descriptor, 1, 0) > 0
  }

  private enum Readiness {
    case ready, quiet, signalled, gone
  }

  /// Waits for input, a change of the terminal, or the end of an unfinished sequence.
  private func wait() -> Readiness {
    let delay = decoder.isPasting ? Self.pasteDelay : Self.escapeDelay
    var descriptors = [
      pollfd(fd: input, events: Int16(POLLIN), revents: 0),
      pollfd(fd: RawMode.wakeReader, events: Int16(POLLIN), revents: 0),
    ]
    let count = poll(&descriptors, nfds_t(descriptors.count), decoder.isPending ? delay : -1)
    if count == 0 { return .quiet }
    if count < 0 { return errno == EINTR || errno == EAGAIN ? .signalled : .gone }
    if descriptors[1].revents != 0 {
      let signals = Descriptor.read(RawMode.wakeReader) ?? []
      if signals.contains(UInt8(SIGCONT)) { resume() }
      // The key does not send the signal in raw mode, but it may have come just before, or from
      // elsewhere.
      if signals.contains(UInt8(SIGINT)) { keys.append(.control("c")) }
      return .signalled
    }
    return .ready
  }

  private func resume() {
    RawMode.reenter()
    screen.forget()
  }

  private func readPlainLine(prompt: String, continuation: String) -> Event {
    show(prompt)
    guard var entry = plain.next() else {
      show("\n")
      return .endOfInput
    }
    while true {
      if let text = MultilineText.resolve(entry) { return .line(text) }
      show(continuation)
      guard let line = plain.next() else { return .line(MultilineText.unfinished(entry)) }
      entry += "\n" + line
    }
  }

  private func show(_ text: String) {
    guard showsPrompts else { return }
    var text = text
    text.withUTF8 { _ = Descriptor.write(UnsafeRawBufferPointer($0), to: output) }
  }
}

import Foundation
import Synchronization
import Testing

@testable import PhiCLI

/// Editing on a real pseudo terminal; signals and modes belong to the process, so one at a time.
@Suite(.serialized)
struct LineEditorTests {
  /// What an editor on the slave side makes of the keys that are written to the other side.
  private final class Exchange: Sendable {
    let events = Mutex<[LineEditor.Event]>([])
    let finished = DispatchSemaphore(value: 0)
  }

  private func modes(_ descriptor: Int32) -> tcflag_t {
    var modes = termios()
    tcgetattr(descriptor, &modes)
    return modes.c_lflag
  }

  /// Reads what the editor shows until it contains the text.
  private func expect(_ text: String, from master: Int32, shown: inout String) throws {
    var descriptor = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    while !shown.contains(text) {
      try #require(poll(&descriptor, 1, 10_000) == 1, "never shown: \(text)")
      shown += String(decoding: try #require(Descriptor.read(master)), as: UTF8.self)
    }
    shown = ""
  }

  private func send(_ keys: String, to master: Int32) {
    _ = Array(keys.utf8).withUnsafeBytes { Descriptor.write($0, to: master) }
  }

  /// A step that sends the signal instead of keys.
  private static let interrupt = "SIGINT"

  private func run(
    term: String, _ steps: [(awaited: String, keys: String)]
  ) throws -> [LineEditor.Event] {
    let (master, slave) = try PseudoTerminal.make()
    defer {
      close(slave)
      close(master)
    }
    let before = modes(slave)
    let exchange = Exchange()
    Thread.detachNewThread {
      let editor = LineEditor(
        input: slave, output: slave, historyPath: nil, environment: ["TERM": term]
      ) { head in ["/help", "/quit"].filter { $0.hasPrefix(head) } }
      var event = LineEditor.Event.interrupted
      while event != .endOfInput {
        event = editor.readLine(prompt: ">> ", continuation: ".. ")
        exchange.events.withLock { $0.append(event) }
      }
      exchange.finished.signal()
    }
    var shown = ""
    for step in steps {
      try expect(step.awaited, from: master, shown: &shown)
      if step.keys == Self.interrupt { kill(getpid(), SIGINT) } else { send(step.keys, to: master) }
    }
    try #require(exchange.finished.wait(timeout: .now() + 10) == .success)
    #expect(modes(slave) == before)
    return exchange.events.withLock { $0 }
  }

  @Test func editsOnATerminal() throws {
    // Said once for each line, when the terminal is set: a prompt may be drawn more than once.
    let ready = "\u{1B}[?2004h"
    let events = try run(
      term: "xterm",
      [
        (ready, "helo\u{1B}[Dl\r"),
        (ready, "\u{1B}[A!\r"),
        (ready, "\u{1B}[200~a\rb\u{1B}[201~\r"),
        (ready, "/h\t\r"),
        (ready, "dropped\u{03}"),
        ("^C", "\u{03}"),
        (ready, "\"\"\"x\ry\"\"\"\r"),
        (ready, "\u{12}hel\r"),
        (ready, "\u{04}"),
      ])
    #expect(
      events == [
        .line("hello"), .line("hello!"), .line("a\nb"), .line("/help"), .interrupted,
        .line("x\ny"), .line("/help"), .endOfInput,
      ])
  }

  @Test func takesTheSignalForCtrlC() throws {
    let ready = "\u{1B}[?2004h"
    let events = try run(
      term: "xterm",
      [
        (ready, Self.interrupt), (ready, "dropped"), ("dropped", Self.interrupt), ("^C", "a\r"),
        (ready, "\u{04}"),
      ])
    #expect(events == [.interrupted, .line("a"), .endOfInput])
  }

  @Test func showsWhatTurnsTheDirectionOfText() throws {
    let ready = "\u{1B}[?2004h"
    let events = try run(
      term: "xterm",
      [
        (ready, "a\u{202E}b"), ("a\\u{202e}b", "\r"),
        (ready, "\u{12}\u{202E}"), ("`\\u{202e}'", "\u{07}\u{04}"),
      ])
    #expect(events == [.line("a\u{202E}b"), .endOfInput])
  }

  @Test func readsPlainLinesOnADumbTerminal() throws {
    let events = try run(
      term: "dumb",
      [(">> ", "one\n"), (">> ", "\"\"\"a\n"), (".. ", "b\"\"\"\n"), (">> ", "\u{04}")])
    #expect(events == [.line("one"), .line("a\nb"), .endOfInput])
  }

  @Test func readsLinesFromAPipe() throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    send("one\r\n\n\"\"\"a\nb\"\"\"\nlast", to: ends[1])
    close(ends[1])
    defer { close(ends[0]) }
    let editor = LineEditor(input: ends[0], output: -1, historyPath: "/nowhere")
    let events = (0..<6).map { _ in editor.readLine(prompt: ">> ", continuation: ".. ") }
    #expect(
      events == [
        .line("one"), .line(""), .line("a\nb"), .line("last"), .endOfInput, .endOfInput,
      ])
  }
}

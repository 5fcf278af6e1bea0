import Foundation
import Phidelity
import Testing

@testable import PhiCLI

/// What a terminal gets of hostile text, and what a pipe gets.
struct TextOutputTests {
  private static let attack = "a\u{1B}]52;c;eA==\u{7}\u{9B}2J\u{202E}\rb\r\n"

  /// What stands at the other end once the body has written and the text's end has come.
  private func read(_ descriptor: Int32, until end: String) throws -> String {
    var bytes: [UInt8] = []
    var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while !String(decoding: bytes, as: UTF8.self).hasSuffix(end) {
      try #require(poll(&wait, 1, 10_000) == 1, "never written: \(end)")
      bytes += try #require(Descriptor.read(descriptor))
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func onTerminal(_ body: (TextOutput) -> Void) throws -> String {
    let (master, slave) = try PseudoTerminal.make()
    defer {
      close(slave)
      close(master)
    }
    var modes = termios()
    tcgetattr(slave, &modes)
    modes.c_oflag &= ~tcflag_t(OPOST)
    tcsetattr(slave, TCSANOW, &modes)
    let output = TextOutput(slave)
    body(output)
    output.write("END")
    return String(try read(master, until: "END").dropLast(3))
  }

  @Test func aTerminalGetsNoControls() throws {
    let safe = "a\\u{1b}]52;c;eA==\\u{7}\\u{9b}2J\\u{202e}\\rb\r\n"
    #expect(try onTerminal { $0.write(StyledText(Self.attack)) } == safe)
    #expect(try onTerminal { _ = $0.write(Array(Self.attack.utf8)) } == safe)
    let invalid: [UInt8] = [0x9B, 0x32, 0x4A, 0xC2, 0xFF, 0x0A]
    #expect(try onTerminal { _ = $0.write(invalid) } == "\u{FFFD}2J\u{FFFD}\u{FFFD}\n")
  }

  @Test func piecesAreFilteredAsOneText() throws {
    let pieces = Self.attack.unicodeScalars.map { String($0) }
    let shown = try onTerminal { output in pieces.forEach { output.write(StyledText($0)) } }
    #expect(shown == "a\\u{1b}]52;c;eA==\\u{7}\\u{9b}2J\\u{202e}\\rb\r\n")
  }

  @Test func onlyMarksBecomeSequences() throws {
    let shown = try onTerminal { $0.write(StyledText("\u{1B}[31mx", .red)) }
    #expect(
      shown.replacing("\u{1B}[31m", with: "").replacing("\u{1B}[39m", with: "")
        == "\\u{1b}[31mx")
  }

  @Test func moreTextTakesThePlaceOfProgress() throws {
    let shown = try onTerminal { output in
      output.redraw("half \u{1B}[2J")
      output.write("error")
      output.write("!")
    }
    #expect(shown == "\rhalf \\u{1b}[2J\u{1B}[K\r\u{1B}[Kerror!")
  }

  @Test func aPipeGetsTextAsItIs() throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    defer { close(ends[0]) }
    let output = TextOutput(ends[1])
    #expect(output.write(StyledText(Self.attack, .bold)) == 0)
    #expect(output.write([0x9B, 0xFF]) == 0)
    close(ends[1])
    var bytes: [UInt8] = []
    while let more = Descriptor.read(ends[0]) { bytes += more }
    #expect(bytes == Array(Self.attack.utf8) + [0x9B, 0xFF])
  }
}

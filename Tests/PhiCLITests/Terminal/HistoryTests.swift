import Foundation
import Testing

@testable import PhiCLI

struct HistoryTests {
  private func withPath(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.appending(path: "deep/history").path)
  }

  @Test(arguments: ["a", "a\nb", "\\", "\\n", "a\\\nb\\\\n", "日本\n👍", "\\\\"])
  func keepsEntriesAsLines(entry: String) {
    #expect(!History.encode(entry).contains("\n"))
    #expect(History.decode(History.encode(entry)) == entry)
  }

  @Test func decodesWhatNobodyEncoded() {
    #expect(History.decode("a\\qb\\") == "a\\qb\\")
    #expect(History.decode("a\u{1B}[31mb\u{0}") == "a[31mb")
  }

  @Test func remembersInAPrivateFile() throws {
    try withPath { path in
      var history = History(path: path)
      for entry in ["one", "one", " ", "", "two\nlines", "one"] { history.append(entry) }
      #expect(history.entries == ["one", "two\nlines", "one"])
      #expect(History(path: path).entries == history.entries)
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
      #expect(mode as? Int == 0o600)
    }
  }

  @Test func keepsTheNewestThousand() throws {
    try withPath { path in
      var history = History(path: path)
      for number in 0..<2500 { history.append("entry \(number)") }
      let again = History(path: path)
      #expect(again.entries == history.entries)
      #expect(again.entries.count == History.limit && again.entries.first == "entry 1500")
      let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
      #expect(lines.count == History.limit)
    }
  }

  @Test(arguments: ["/", "/dev/null", "/proc/nothing/history", "/dev/full"])
  func toleratesPathsThatHoldNothing(path: String) {
    var history = History(path: path)
    history.append("x")
    #expect(history.entries == ["x"])
  }

  @Test func repairsInvalidBytes() throws {
    try withPath { path in
      var history = History(path: path)
      history.append("good")
      let bytes: [UInt8] = [0xFF, 0xFE, 0x41, 0x0A, 0x00, 0x0A, 0x0A]
      try Data(try Data(contentsOf: URL(filePath: path)) + bytes).write(to: URL(filePath: path))
      #expect(History(path: path).entries == ["good", "A"])
    }
  }

  @Test func findsItsPlace() {
    #expect(History.defaultPath(["PHI_HISTORY": "/x", "HOME": "/h"]) == "/x")
    #expect(History.defaultPath(["PHI_HISTORY": "", "HOME": "/h"]) == nil)
    #expect(History.defaultPath(["XDG_STATE_HOME": "/s", "HOME": "/h"]) == "/s/phi/history")
    #expect(
      History.defaultPath(["XDG_STATE_HOME": "s", "HOME": "/h"]) == "/h/.local/state/phi/history")
    #expect(History.defaultPath([:]) == nil)
  }

  @Test func searchesBackwards() {
    var history = History(path: nil)
    for entry in ["alpha", "Beta", "alphabet"] { history.append(entry) }
    #expect(history.search("bet", before: 3) == 2)
    #expect(history.search("bet", before: 2) == 1)
    #expect(history.search("bet", before: 1) == nil)
    #expect(history.search("", before: 3) == nil)
    #expect(history.search("x", before: 99) == nil)
  }
}

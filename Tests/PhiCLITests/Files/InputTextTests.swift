import Foundation
import Testing

@testable import PhiCLI

@Suite struct InputTextTests {
  static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  private func text(_ text: String, as use: InputText.Use) throws -> [UInt8] {
    Array(try InputText.text(Array(text.utf8), "a.txt", as: use).utf8)
  }

  @Test func aPromptsLastLineEndIsTheFiles() throws {
    for (found, expected) in [
      ("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), ("a\r\nb\r\n", "a\nb"), ("a", "a"),
      ("\n", ""),
      ("", ""), ("a\rb", "a\rb"), ("a\r\r\n", "a\r"), ("\u{FEFF}a\n", "a"),
      ("e\u{301}\r\n", "e\u{301}"),
    ] {
      #expect(try text(found, as: .prompt) == Array(expected.utf8), "\(found.debugDescription)")
    }
  }

  @Test func otherTextsAreReadAsTheirReadersDo() throws {
    #expect(try text("\u{FEFF}{}\r\n{}\r\n", as: .lines) == Array("{}\n{}\n".utf8))
    #expect(try text("a\r\nb\n", as: .measured) == Array("a\r\nb".utf8))
    #expect(try text("\u{FEFF}a\r\n", as: .exact) == Array("\u{FEFF}a\r\n".utf8))
  }

  @Test(
    arguments: [
      (Array("hi".utf8) + [0xE9], "is not UTF-8 text: found byte 0xE9 at 2, in line 1"),
      ([0x0A, 0xC3], "is not UTF-8 text: found byte 0xC3 at 1, in line 2"),
      ([0xFF, 0xFE, 0x68, 0], "is UTF-16 text, expected UTF-8"),
      ([0xFE, 0xFF, 0, 0x68], "is UTF-16 text, expected UTF-8"),
      ([0x68, 0, 0x69, 0, 0x0A, 0], "is UTF-16 text, expected UTF-8"),
      ([0, 0x68, 0, 0x69, 0, 0x0A], "is UTF-16 text, expected UTF-8"),
      ([0xFF, 0xFE, 0, 0, 0x68, 0, 0, 0], "is UTF-32 text, expected UTF-8"),
      ([0x1F, 0x8B, 0x08, 0], "is compressed by gzip, expected UTF-8 text"),
    ] as [([UInt8], String)])
  func saysWhatIsNoText(_ bytes: [UInt8], _ problem: String) {
    for use in [InputText.Use.prompt, .lines, .measured, .exact] {
      do {
        _ = try InputText.text(bytes, "a.txt", as: use)
        Issue.record("read as text")
      } catch {
        #expect("\(error)" == "a.txt: \(problem)")
      }
    }
  }

  @Test func pipesAreReadAsFilesAre() throws {
    let folder = try ScratchFolder()
    let run = "\"$PHI\" run -m \"$MODEL\" --temp 0 -n 8 --json"
    func tokens(_ line: String) throws -> String {
      let result = try folder.shell(line)
      #expect(result.code == 0, "\(result.errors)")
      return String(result.output.split(separator: "\"timings\"").first ?? "")
    }
    let expected = try tokens("\(run) -p 'Once upon a time'")
    for line in [
      "printf 'Once upon a time\\n' > a; \(run) -f a",
      "printf 'Once upon a time\\r\\n' > a; \(run) -f a",
      "\(run) -f <(echo 'Once upon a time')", "echo 'Once upon a time' | \(run)",
      "echo 'Once upon a time' | \(run) -f -", "echo 'Once upon a time' | \(run) -f /dev/stdin",
      "(printf 'Once upon '; sleep 1; echo 'a time') | \(run) -f /dev/stdin",
      "mkfifo p; (sleep 1; echo 'Once upon a time' > p) & \(run) -f p",
      "printf '\\xef\\xbb\\xbfOnce upon a time\\n' > a; \(run) -f a",
    ] {
      #expect(try tokens(line) == expected, "\(line)")
    }
    let template = try folder.shell(
      "\"$PHI\" template -m \"$MODEL\" --messages <(echo '[{\"role\":\"user\",\"content\":\"hi\"}]')"
    )
    #expect(template.code == 0, "\(template.errors)")
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc")))
  func waitingForAWriterEndsWithCtrlC() throws {
    let folder = try ScratchFolder()
    for line in [
      "\"$PHI\" run -m \"$MODEL\" -f p", "\"$PHI\" verify \"$MODEL\" -r \"$MODEL\" --text p",
    ] {
      let run = try folder.shell(
        // What runs the tests may ignore the signal, which a child inherits.
        "rm -f p; mkfifo p; env --default-signal=INT timeout 60 \(line) & sleep 3; kill -INT $!; wait $!"
      )
      #expect(run.code == 130, "\(run.errors)")
    }
  }

  @Test func messagesNameWhatIsThere() throws {
    let folder = try ScratchFolder()
    for (line, problem) in [
      ("run -m \"$MODEL\" -f .", ".: is a folder, expected a text"),
      ("run -m \"$MODEL\" -f none", "none: no such file or folder"),
      ("verify \"$MODEL\" -r \"$MODEL\" --text none", "none: no such file or folder"),
      ("inspect .", ".: is a folder, expected a GGUF file"),
      ("inspect ./none", "./none: no such file or folder"),
      ("convert none out.gguf", "none: no such folder"),
      ("quantize \"$MODEL\" o Q4_0 --imatrix .", ".: is a folder, expected an importance matrix"),
    ] {
      let run = try folder.shell("\"$PHI\" " + line)
      #expect(run.code == 1)
      #expect(run.errors == "error: \(problem)\n")
    }
  }
}

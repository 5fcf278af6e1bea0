import Foundation
import Testing

@testable import PhiCLI

/// A command that writes a file, with `@` for the file's name.
struct WritingCommand: Sendable, CustomTestStringConvertible {
  let name: String
  let line: String
  var testDescription: String { name }

  static let all = [
    WritingCommand(name: "quantize", line: "\"$PHI\" quantize \"$MODEL\" @ Q4_0"),
    WritingCommand(name: "logits", line: "\"$PHI\" logits -m \"$MODEL\" --tokens 1,2 -o @"),
    WritingCommand(
      name: "imatrix",
      line:
        "yes 'Once upon a time' | head -20 | \"$PHI\" imatrix -m \"$MODEL\" -c 16 --chunks 1 -o @"),
    WritingCommand(
      name: "doctor --json", line: "\"$PHI\" doctor \"$MODEL\" --no-weights --json @"),
    WritingCommand(
      name: "verify --json",
      line: "\"$PHI\" verify \"$MODEL\" -r \"$MODEL\" --self 16 --json @"),
  ]
}

@Suite(.serialized) struct OutputNameTests {
  @Test(arguments: WritingCommand.all)
  func shortNamesAreNames(_ command: WritingCommand) throws {
    let folder = try ScratchFolder()
    for name in ["x", "~", "a b", "\u{E9}"] {
      let run = try folder.shell(command.line.replacing("@", with: "'\(name)'"))
      #expect(run.code == 0, "\(name): \(run.errors)")
      #expect(folder.names == [name])
      _ = try folder.shell("rm -- '\(name)'")
    }
  }

  @Test(arguments: WritingCommand.all)
  func whatIsNoFileNameIsRefusedAtOnce(_ command: WritingCommand) throws {
    let folder = try ScratchFolder()
    let long = String(repeating: "x", count: 300)
    for name in ["z/", ".", "..", "/", "", long, "none/x", "/dev/null/x"] {
      let run = try folder.shell(command.line.replacing("@", with: "'\(name)'"))
      #expect(run.code == 1 || (name == "" && run.code == 2), "'\(name)': \(run.code)")
      #expect(
        run.errors.hasPrefix("error: ") && run.errors.count { $0 == "\n" } == 1, "\(run.errors)")
      #expect(!run.errors.contains("NSCocoa"))
      #expect(folder.names.isEmpty)
    }
  }

  @Test func aNameWithALineFeedIsShownInOneLine() throws {
    let folder = try ScratchFolder()
    let run = try folder.shell("\"$PHI\" quantize \"$MODEL\" $'none/a\\nb' Q4_0")
    #expect(run.code == 1)
    #expect(run.errors.count { $0 == "\n" } == 1)
    let written = try folder.shell("\"$PHI\" quantize \"$MODEL\" $'a\\nb' Q4_0")
    #expect(written.code == 0)
    #expect(folder.names == ["a\nb"])
  }

  @Test func standardOutputTakesNoModel() throws {
    let folder = try ScratchFolder()
    for line in WritingCommand.all.prefix(3).map(\.line) {
      let run = try folder.shell(line.replacing("@", with: "-"))
      #expect(run.code == 2, "\(run.errors)")
      #expect(run.errors.contains("./-"))
    }
    #expect(try folder.shell("\"$PHI\" quantize \"$MODEL\" ./- Q4_0").code == 0)
    #expect(folder.names == ["-"])
  }

  @Test func namesThatAreNoTextAreOpenedAndShown() throws {
    let folder = try ScratchFolder()
    let run = try folder.shell(
      """
      cp "$MODEL" $'m\\xff.gguf' && "$PHI" quantize $'m\\xff.gguf' $'q\\xfe.gguf' Q4_0 && \
      "$PHI" inspect $'q\\xfe.gguf' | head -1 && "$PHI" inspect $'\\xfd.gguf'
      """)
    #expect(run.code == 1)
    #expect(run.output.hasPrefix("q\\xFE.gguf: GGUF 3"), "\(run.output)")
    #expect(run.errors.hasSuffix("error: \\xFD.gguf: no such file or folder\n"), "\(run.errors)")
    let listed = try folder.shell(
      "mkdir models && mv $'m\\xff.gguf' models && \"$PHI\" models; \"$PHI\" inspect $'m\\xff' | head -1"
    )
    #expect(listed.output.contains("m\\xFF"), "\(listed.output)")
    #expect(listed.output.contains("GGUF 3"), "\(listed.output) \(listed.errors)")
  }
}

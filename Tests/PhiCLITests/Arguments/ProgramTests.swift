import Foundation
import Phidelity
import Testing

@testable import PhiCLI

struct ProgramTests {
  private struct Odd: Error, CustomStringConvertible {
    let description = "bad\nthing \u{1B}[31m"
  }

  private func program(_ run: @escaping @Sendable (Arguments) throws -> Int32) -> Program {
    Program(
      name: "phi", version: "1", introduction: "Runs models.",
      commands: [
        Command(
          name: "run", summary: "answer a prompt", usage: "[TEXT]", groups: sampleCommand.groups,
          positionals: 0...1, run: run)
      ])
  }

  @Test func returnsTheCommandsExitCode() {
    #expect(program { Int32($0.positional.count) + 5 }.run(["run", "x"]) == 6)
  }

  @Test func tellsKindsOfFailureApart() {
    #expect(program { _ in throw UsageError(description: "x") }.run(["run"]) == 2)
    #expect(program { _ in throw Odd() }.run(["run"]) == 1)
    #expect(program { _ in throw CancellationError() }.run(["run"]) == 130)
    #expect(program { _ in 0 }.run(["rnu"]) == 2)
    #expect(program { _ in 0 }.run(["run", "--no"]) == 2)
    #expect(program { _ in 0 }.run(["help", "nothing"]) == 2)
  }

  @Test func helpRunsNothing() {
    let program = program { _ in 9 }
    #expect(program.run(["run", "--help"]) == 0)
    #expect(program.run(["help", "run"]) == 0)
  }

  @Test func describesErrorsInOneLine() {
    #expect(ErrorLine.of(Odd()) == "bad\\nthing \\u{1b}[31m")
    #expect("a\u{202E}é\t".printable == "a\\u{202e}é\\t")
  }

  @Test func alignsHelpToEightyColumns() {
    let long = String(repeating: "word ", count: 40)
    let command = Command(
      name: "run", summary: "answer a prompt", usage: String(repeating: "[-m MODEL] ", count: 20),
      groups: [
        (
          "Options",
          [
            Option(name: "model", short: "m", value: "MODEL", help: long),
            Option(name: "a-name-that-is-rather-long", short: nil, value: "VALUE", help: long),
          ]
        )
      ], positionals: 0...0
    ) { _ in 0 }
    let program = Program(name: "phi", version: "1", introduction: "Hi.", commands: [command])
    let lines = HelpText.of(command, in: program).split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 80 })
    #expect(lines.contains { $0.hasPrefix("  -m, --model MODEL") })
    #expect(lines.contains("      --a-name-that-is-rather-long VALUE"))
    #expect(HelpText.of(program).contains("\n  run   answer a prompt\n"))
  }

  @Test(arguments: [
    ("tmep", "temp"), ("tem", "temp"), ("temperature", "temp"), ("seeed", "seed"),
    ("top_k", "top-k"),
    ("x", nil), ("", nil), ("see", "seed"), ("to", nil),
  ])
  func suggestsTheNearestWord(word: String, expected: String?) {
    #expect(NearestWord.to(word, among: ["temp", "top-k", "seed"]) == expected)
  }

  @Test func countsASwapAsOneEdit() {
    #expect(NearestWord.distance("abcd", "abdc") == 1)
    #expect(NearestWord.distance("", "abc") == 3)
    #expect(NearestWord.distance("kitten", "sitting") == 3)
  }
}

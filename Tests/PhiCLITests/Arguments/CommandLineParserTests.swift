import Testing

@testable import PhiCLI

/// A command with every kind of option.
let sampleCommand = Command(
  name: "run", summary: "answer a prompt", usage: "[-m MODEL] [--temp T] [TEXT]",
  groups: [
    (
      "Model",
      [
        Option(name: "model", short: "m", value: "MODEL", help: "a file"),
        Option(name: "json", short: "j", value: nil, help: "as JSON"),
        Option(name: "raw", short: "r", value: nil, help: "no template"),
      ]
    ),
    (
      "Sampling",
      [
        Option(name: "temp", short: "t", value: "T", help: "temperature"),
        Option(name: "seed", short: nil, value: "S", help: "the seed"),
        Option(name: "stop", short: nil, value: "TEXT", help: "ends the text", repeats: true),
      ]
    ),
  ],
  positionals: 0...2
) { _ in 0 }

struct CommandLineParserTests {
  private func parse(_ words: String...) throws(UsageError) -> Arguments {
    try CommandLineParser.parse(words, for: sampleCommand)
  }

  private func failure(_ words: String...) -> String? {
    do throws(UsageError) {
      _ = try CommandLineParser.parse(words, for: sampleCommand)
      return nil
    } catch {
      return error.description
    }
  }

  @Test(arguments: [
    ["--model", "a b"], ["--model=a b"], ["-m", "a b"], ["-ma b"], ["-m=a b"], ["-jm", "a b"],
    ["-m", "first", "--model", "a b"],
  ])
  func takesAValueHoweverItIsAttached(words: [String]) throws {
    #expect(try CommandLineParser.parse(words, for: sampleCommand).string("model") == "a b")
  }

  @Test func keepsWhatFollowsAnEqualSign() throws {
    #expect(
      try parse("--stop=a=b", "--stop=", "--stop", "--x").strings("stop") == ["a=b", "", "--x"])
  }

  @Test func joinsFlags() throws {
    let arguments = try parse("-jr")
    #expect(arguments.has("json") && arguments.has("raw") && !arguments.has("temp"))
  }

  @Test func takesNegativeNumbersAsValuesAndPositionals() throws {
    let arguments = try parse("--temp", "-1.5", "-1", "-.5")
    #expect(try arguments.float("temp", in: -2...2) == -1.5)
    #expect(arguments.positional == ["-1", "-.5"])
  }

  @Test func endsOptionsAtTwoDashes() throws {
    #expect(try parse("--", "--json", "--").positional == ["--json", "--"])
  }

  @Test func takesOneDashAsPositionalAndAsValue() throws {
    let arguments = try parse("-", "-m", "-")
    #expect(arguments.positional == ["-"] && arguments.string("model") == "-")
  }

  @Test func asksForNothingElseBesideHelp() throws {
    #expect(try parse("a", "b", "c", "-h").has("help"))
    #expect(try parse("--help").has("help"))
  }

  @Test func saysWhatIsWrong() {
    #expect(
      failure("--tmep", "1")
        == "unknown option '--tmep' for 'phi run'; did you mean '--temp'?")
    #expect(failure("-temp") == nil)  // `-t emp`
    #expect(
      failure("-seed", "1") == "unknown option '-seed' for 'phi run'; did you mean '--seed'?")
    #expect(failure("--zzz") == "unknown option '--zzz' for 'phi run'")
    #expect(failure("-z") == "unknown option '-z' for 'phi run'")
    #expect(failure("--model") == "option '--model' needs a value: --model MODEL")
    #expect(failure("-m", "--json") == "option '-m' needs a value: -m MODEL")
    #expect(failure("-m", "--", "x") == "option '-m' needs a value: -m MODEL")
    #expect(failure("--json=1") == "option '--json' takes no value")
    #expect(failure("a", "b", "c") == "unexpected argument 'c' for 'phi run'")
  }

  @Test func asksForMissingPositionals() {
    let command = Command(
      name: "inspect", summary: "", usage: "MODEL", groups: [], positionals: 1...1
    ) { _ in 0 }
    #expect(throws: UsageError.self) { try CommandLineParser.parse([], for: command) }
  }

  @Test(arguments: ["", "1.5", "x", "1 ", "0x10", "9999999999999999999", "-1", "11", "1e1"])
  func refusesWhatIsNoIntegerOfTheRange(text: String) {
    let arguments = Arguments(values: ["n": [text]])
    #expect(throws: UsageError.self) { try arguments.int("n", in: 0...10) }
  }

  @Test(arguments: ["", "nan", "inf", "-inf", "infinity", "1e99", "x", "0x1p3", "1,5", " 1", "3"])
  func refusesWhatIsNoFiniteNumberOfTheRange(text: String) {
    let arguments = Arguments(values: ["t": [text]])
    #expect(throws: UsageError.self) { try arguments.float("t", in: 0...2) }
  }

  @Test func readsNumbers() throws {
    let arguments = Arguments(values: ["n": ["7"], "t": ["1e-3"], "s": ["18446744073709551615"]])
    #expect(try arguments.int("n", in: 0...10) == 7)
    #expect(try arguments.float("t", in: 0...2) == 0.001)
    #expect(try arguments.uint64("s") == .max)
    #expect(try arguments.int("absent", in: 0...1) == nil)
    #expect(throws: UsageError.self) { try Arguments(values: ["s": ["-1"]]).uint64("s") }
  }
}

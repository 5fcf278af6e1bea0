import Testing

@testable import PhiCLI

/// Options beside each other: what they need, what they exclude, and what is given twice.
struct ArgumentRulesTests {
  /// Words of a command line, and what is wrong with them.
  struct Words: CustomTestStringConvertible {
    let command: Command
    let words: [String]
    let problem: String?
    var testDescription: String { ([command.name] + words).joined(separator: " ") }

    init(_ command: Command, _ words: String, _ problem: String?) {
      self.command = command
      self.words = words.split(separator: " ").map(String.init)
      self.problem = problem
    }

    static let all = [
      Words(
        runCommand, "-p a --system b",
        "--system needs --chat or --messages: without it, it says nothing"),
      Words(runCommand, "-p a --system b --chat", nil),
      Words(runCommand, "-p a -f b", "--prompt and --file exclude each other, found both"),
      Words(runCommand, "-p a b", "--prompt and TEXT exclude each other, found both"),
      Words(runCommand, "-f a b", "--file and TEXT exclude each other, found both"),
      Words(runCommand, "a", nil),
      Words(tokenizeCommand, "-f a b", "--file and TEXT exclude each other, found both"),
      Words(inspectCommand, "a -m b", "--model and MODEL exclude each other, found both"),
      Words(benchCommand, "-m a --shape b", "--model and --shape exclude each other, found both"),
      Words(benchCommand, "--layers 3", "--layers needs --shape: without it, it says nothing"),
      Words(benchCommand, "--keep a", "--keep needs --shape: without it, it says nothing"),
      Words(benchCommand, "--type Q8_0", "--type needs --shape: without it, it says nothing"),
      Words(
        quantizeCommand, "a b --budget 1GB --bits 4",
        "--budget and --bits exclude each other, found both"),
      Words(
        quantizeCommand, "a b --bits 4 --tensor x=F16",
        "--tensor and --bits exclude each other, found both"),
      Words(
        quantizeCommand, "a b --bits 4 --pure", "--pure and --bits exclude each other, found both"),
      Words(
        quantizeCommand, "a b --budget 1GB --output-type F16",
        "--output-type and --budget exclude each other, found both"),
      Words(
        quantizeCommand, "a b Q4_0 --text c",
        "--text needs --budget or --bits: without it, it says nothing"),
      Words(
        quantizeCommand, "a b Q4_0 --probe-tokens 64",
        "--probe-tokens needs --budget or --bits: without it, it says nothing"),
      Words(
        verifyCommand, "a -r b --self 64 --text c",
        "--text and --self exclude each other, found both"),
      Words(
        verifyCommand, "a -r b --reference-logits c",
        "--reference and --reference-logits exclude each other, found both"),
      Words(
        verifyCommand, "a --reference-logits b --text c",
        "--text needs --reference or --save-logits: without it, it says nothing"),
      Words(
        verifyCommand, "a --reference-logits b --tasks c",
        "--tasks needs --reference: without it, it says nothing"),
      Words(
        verifyCommand, "a --reference-logits b --explain",
        "--explain needs --reference: without it, it says nothing"),
      Words(
        verifyCommand, "a --save-logits b --text c --max-kld 1",
        "--max-kld needs --reference or --reference-logits: without it, it says nothing"),
      Words(
        verifyCommand, "a --save-logits b --text c --json d",
        "--json needs --reference or --reference-logits: without it, it says nothing"),
      Words(
        verifyCommand, "a --save-logits b",
        "--save-logits needs --text: without it, it says nothing"
      ),
      Words(
        verifyCommand, "a -r b --until-sure",
        "--until-sure needs --max-kld, --min-top1, --max-ppl-ratio or --profile: without it, it says "
          + "nothing"),
      Words(verifyCommand, "a -r b --until-sure --max-kld 1", nil),
      Words(verifyCommand, "a -r b --raw", "--raw needs --prompt: without it, it says nothing"),
      Words(verifyCommand, "a -r b -n 5", "--predict needs --prompt: without it, it says nothing"),
      Words(
        verifyCommand, "a -r b --probe-tokens 64",
        "--probe-tokens needs --explain, --tensors, --drift or --swap: without it, it says nothing"),
      Words(
        verifyCommand, "a -r b --drift --as-run",
        "--drift and --as-run exclude each other, found both"),
      Words(verifyCommand, "a -r b --text c --json d --worst 4 --chunk 6 --as-run", nil),
      Words(verifyCommand, "a --reference-logits b --max-kld 1 --worst 2 --chunks 3", nil),
      Words(verifyCommand, "a --save-logits b --text c -c 64 --chunks 3", nil),
    ]
  }

  @Test(arguments: Words.all)
  func checks(item: Words) {
    do throws(UsageError) {
      _ = try CommandLineParser.parse(item.words, for: item.command)
      #expect(item.problem == nil)
    } catch {
      #expect(error.description == item.problem)
    }
  }

  /// Names in the table that are no options of the command would never be found.
  @Test(arguments: [
    chatCommand, runCommand, convertCommand, quantizeCommand, imatrixCommand, verifyCommand,
    doctorCommand, inspectCommand, benchCommand, tokenizeCommand, logitsCommand, templateCommand,
  ])
  func namesOptionsThatExist(command: Command) {
    let names = Set(command.options.map(\.name))
    #expect(names.count == command.options.count)
    for option in command.options {
      for name in option.needs + option.excludes where name != name.uppercased() {
        #expect(names.contains(name), "--\(option.name): \(name)")
      }
    }
  }

  @Test func tellsWhatIsGivenTwice() throws {
    func notes(_ words: String...) throws -> [String] {
      try CommandLineParser.parse(words, for: sampleCommand).notes
    }
    #expect(
      try notes("--temp", "1", "-t", "0.5") == ["--temp was given 2 times: the last, '0.5', counts"]
    )
    #expect(try notes("--temp", "1", "--temp", "1").isEmpty)
    #expect(try notes("--json", "--json").isEmpty)
    #expect(try notes("--stop", "a", "--stop", "b").isEmpty)
  }

  @Test func tellsWhatNobodyAskedFor() throws {
    let arguments = try CommandLineParser.parse(
      ["--temp", "1", "--seed", "3", "--json"], for: sampleCommand)
    #expect(ArgumentRules.unused(in: arguments) == "--json, --seed, --temp change nothing here")
    _ = arguments.has("json")
    _ = try arguments.uint64("seed")
    #expect(ArgumentRules.unused(in: arguments) == "--temp changes nothing here")
    _ = try arguments.float("temp", in: 0...1)
    #expect(ArgumentRules.unused(in: arguments) == nil)
  }
}

import Foundation
import Phidelity
import Testing

@testable import PhiCLI

/// What numbers options take, and what is said of others.
struct OptionValueTests {
  private func model() throws -> Model {
    let root = URL(fileURLWithPath: #filePath).pathComponents.dropLast(4).joined(separator: "/")
    return try Model(path: root + "/models/phi-pocket-q4_0.gguf")
  }

  private func problem(_ name: String, _ value: String) throws -> String? {
    do {
      _ = try ModelOptions.sampling(model(), Arguments(values: [name: [value]]))
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test func namesTheOptionThatIsOutOfRange() throws {
    #expect(
      try problem("temp", "-1") == "option '--temp': expected a number from 0 to 10000, found '-1'")
    #expect(
      try problem("mirostat", "1") == "--mirostat: found 1, expected 0 or 2")
    #expect(
      try problem("top-k", "-1")
        == "option '--top-k': expected a whole number from 0 to 2147483647, found '-1'")
  }

  @Test func knowsNoOtherNamesThanTheOptions() {
    let names = Set(ModelOptions.sampling.map(\.name))
    for field in SamplingField.all { #expect(names.contains(field.name)) }
  }

  @Test(arguments: ["nan", "inf", "-inf", "1e99", "", "x", "0x1", "1,5"])
  func refusesWhatIsNoNumber(value: String) throws {
    for field in SamplingField.all {
      #expect(try problem(field.name, value)?.hasPrefix("option '--\(field.name)': ") == true)
    }
  }

  @Test(arguments: [
    ("5=nan", false), ("5=inf", false), ("5=-1e39", false), ("5=1e39", false), ("-1=1", false),
    ("999999=1", false), ("5", false), ("=1", false), ("a=1", false), ("5=-inf", true),
    ("5=-2.5", true),
  ])
  func readsBiases(text: String, isGood: Bool) throws {
    let problem = try problem("logit-bias", text)
    #expect((problem == nil) == isGood)
    if let problem { #expect(problem.hasPrefix("option '--logit-bias': expected ")) }
  }

  @Test func refusesABiasThatComesTwiceAndEmptyTexts() throws {
    let model = try model()
    #expect(throws: UsageError.self) {
      try ModelOptions.sampling(model, Arguments(values: ["logit-bias": ["5=1", "5=2"]]))
    }
    #expect(throws: UsageError.self) {
      try ModelOptions.sampling(model, Arguments(values: ["dry-breaker": [""]]))
    }
    #expect(throws: UsageError.self) {
      try LimitArguments.limits(Arguments(values: ["stop": ["a", ""]]))
    }
  }

  @Test func tellsOfSamplingOptionsWithoutEffect() {
    var options = SamplingOptions()
    #expect(options.notes(on: ["temp", "top-k", "seed", "min-p"]).isEmpty)
    #expect(
      options.notes(on: ["mirostat-tau", "dry-base", "repeat-last-n", "xtc-threshold"]) == [
        "--mirostat-tau changes nothing: mirostat is off",
        "--dry-base changes nothing: dry-multiplier is 0",
        "--repeat-last-n changes nothing: no penalty is set",
        "--xtc-threshold changes nothing: xtc-probability is 0",
      ])
    options.temperature = 0
    #expect(
      options.notes(on: ["seed", "temp", "top-k"]) == [
        "--seed, --top-k change nothing: at temperature 0 the top token is taken"
      ])
    #expect(options.notes(on: ["repeat-penalty", "logit-bias"]).isEmpty)
    options.temperature = 1
    options.mirostat = 2
    #expect(
      options.notes(on: ["top-p", "mirostat-tau"]) == [
        "--top-p changes nothing: mirostat takes the place of these stages"
      ])
    options.mirostat = 0
    options.order = [.topK]
    #expect(
      options.notes(on: ["temp", "top-k", "logit-bias"]) == [
        "--logit-bias changes nothing: samplers has no bias",
        "--temp changes nothing: samplers has no temperature",
      ])
  }

  @Test(arguments: [
    ("1KB", 1000), ("2.2GB", 2_200_000_000), ("1TB", 1_000_000_000_000), ("500 MiB", 524_288_000),
    ("1", 1), ("1g", 1_000_000_000),
  ])
  func readsSizes(text: String, bytes: Int) throws {
    #expect(try QuantizeOptions.size(Arguments(values: ["budget": [text]]), "budget") == bytes)
  }

  @Test(arguments: [
    "0", "0GB", "-1GB", "nan", "inf", "2.2.2GB", "2,2GB", "", "GB", "1e3GB", "0.5", "1XB",
    "99999999999999999999GB", "1 G B",
  ])
  func refusesOtherSizes(text: String) {
    #expect(throws: UsageError.self) {
      try QuantizeOptions.size(Arguments(values: ["budget": [text]]), "budget")
    }
  }

  @Test(arguments: ["1KB", "100KB"])
  func refusesABudgetBelowTheSmallestFile(text: String) throws {
    let root = URL(fileURLWithPath: #filePath).pathComponents.dropLast(4).joined(separator: "/")
    let file = try GGUFFile(path: root + "/models/phi-pocket-f16.gguf")
    let arguments = Arguments(values: ["budget": [text]])
    let error = #expect(throws: QuantizationError.self) {
      try BudgetSearch(file, arguments).options()
    }
    #expect(error?.description.hasPrefix("--budget: the file takes at least ") == true)
    #expect(error?.description.hasSuffix("found '\(text)'") == true)
  }

  @Test func refusesOutputsThatMeet() throws {
    func outputs(_ values: [String: [String]]) throws -> VerifyOutputs {
      try VerifyOutputs(Arguments(values: values))
    }
    #expect(throws: UsageError.self) { try outputs(["json": ["-"], "report": ["-"]]) }
    #expect(throws: UsageError.self) { try outputs(["json": ["a"], "report": ["a"]]) }
    #expect(throws: UsageError.self) { try outputs(["json": ["-"], "format": ["json"]]) }
    _ = try outputs(["json": ["-"], "report": ["a"]])
  }
}

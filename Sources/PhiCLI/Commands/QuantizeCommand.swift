import Foundation
import Kernels
import Phidelity

/// `phi quantize`: a model's weights in other formats.
let quantizeCommand = Command(
  name: "quantize", summary: "write a model in another format",
  usage:
    "IN.gguf OUT.gguf (TYPE | --budget SIZE | --bits N) [--imatrix FILE] [--tensor REGEX=TYPE]…",
  groups: [
    (
      "Formats",
      [
        Option(
          name: "tensor", short: nil, value: "REGEX=TYPE",
          help: "a format for the matrices whose names match; the first match counts",
          repeats: true),
        Option(
          name: "token-embedding-type", short: nil, value: "TYPE", help: "the embedding's format"),
        Option(name: "output-type", short: nil, value: "TYPE", help: "the output's format"),
        Option(
          name: "pure", short: nil, value: nil, help: "one format for all matrices, not a mix"),
        Option(
          name: "allow-requantize", short: nil, value: nil,
          help: "take tensors that are quantized already, though that loses more"),
      ]
    ),
    (
      "Search",
      [
        Option(
          name: "imatrix", short: nil, value: "FILE",
          help: "importance matrix of phi imatrix or llama-imatrix"),
        Option(
          name: "effort", short: nil, value: "normal|high",
          help: "how thoroughly the nearest codes are searched (default: normal)"),
      ]
    ),
    (
      "Budget",
      [
        Option(
          name: "budget", short: nil, value: "SIZE",
          help: "choose every matrix's format so that the file has at most this size, as in 2.2GB"),
        Option(
          name: "bits", short: nil, value: "N",
          help: "the same, so that the matrices have N bits a weight"),
        Option(
          name: "text", short: nil, value: "FILE",
          help: "what to measure on (default: text the model writes)"),
        Option(
          name: "probe-tokens", short: nil, value: "N",
          help: "how much of it (default: 512 tokens)"),
      ]
    ),
    (
      "Work",
      [
        Option(name: "threads", short: "t", value: "N", help: "threads (default: all processors)"),
        Option(
          name: "split-max-size", short: nil, value: "SIZE",
          help: "write parts of at most this much, as in 4GB"),
        Option(
          name: "dry-run", short: nil, value: nil, help: "show formats and sizes, write nothing"),
      ]
    ),
  ], positionals: 1...3
) { arguments in
  let words = arguments.positional
  let isDry = arguments.has("dry-run")
  let isBudget = BudgetSearch.isWanted(arguments)
  // A dry run needs no target, and a budget no type.
  let expected = 1 + (isDry ? 0 : 1) + (isBudget ? 0 : 1)
  guard words.count == expected || (isDry && words.count == expected + 1) else {
    throw UsageError(
      description: "expected IN.gguf OUT.gguf and a TYPE or --budget, found \(words.count) words")
  }
  let file = try GGUFFile(path: ModelLocator.path(words[0]))
  if !isDry { try QuantizeOptions.checkTarget(words[1], for: file) }
  var options =
    isBudget
    ? try BudgetSearch(file, arguments).options()
    : QuantizationPlan.Options(try QuantizeOptions.mix(words[words.count - 1]))
  try QuantizeOptions.apply(arguments, to: &options)
  let plan = try QuantizationPlan(file, options)
  for fallback in plan.fallbacks {
    StandardError.write(
      "note: \(fallback.tensor.printable) is \(fallback.type.name): its rows are no multiple of "
        + "\(fallback.wanted.name)'s \(fallback.wanted.blockSize)\n")
  }
  if isDry {
    StandardOutput.write(QuantizeReport.text(plan, of: file))
    return 0
  }
  let writer = ModelFileWriter(
    threads: try arguments.int("threads", in: 1...1024) ?? Parallel.processorCount,
    effort: try QuantizeOptions.effort(arguments))
  let clock = ContinuousClock()
  let start = clock.now
  try WritingProgress.show { progress in
    try writer.write(
      plan.items, metadata: plan.metadata, to: words[1],
      maximumBytes: try QuantizeOptions.size(arguments, "split-max-size"), progress: progress)
  }
  let seconds = (clock.now - start) / .seconds(1)
  StandardError.write(QuantizeReport.summary(plan, of: file, seconds: seconds))
  return 0
}

/// What the options of commands that write models mean.
enum QuantizeOptions {
  /// Adds what the options say of formats.
  static func apply(_ arguments: Arguments, to options: inout QuantizationPlan.Options) throws {
    options.isPure = arguments.has("pure")
    options.allowsRequantizing = arguments.has("allow-requantize")
    options.embeddingType = try tensorType(arguments, "token-embedding-type")
    options.outputType = try tensorType(arguments, "output-type")
    options.overrides = try arguments.strings("tensor").map(override)
    if let path = arguments.string("imatrix") {
      options.importance = try ImportanceMatrix(path: path)
    }
  }

  /// The mix of a name.
  static func mix(_ name: String) throws(UsageError) -> Mix {
    if let mix = Mix(named: name) { return mix }
    let names = Mix.allCases.map(\.rawValue)
    let hint =
      NearestWord.to(name.uppercased(), among: names).map { "did you mean \($0)?" }
      ?? "one of \(names.joined(separator: ", "))"
    throw UsageError(description: "unknown type '\(name)'; \(hint)")
  }

  static func effort(_ arguments: Arguments) throws(UsageError) -> EncodingEffort {
    switch arguments.string("effort") {
    case nil, "normal": return .normal
    case "high": return .high
    case .some(let word):
      throw UsageError(description: "option '--effort': expected normal or high, found '\(word)'")
    }
  }

  /// Bytes, as in `4GB`, `500M` or `2.2 GiB`: thousands, or 1,024s with an i.
  static func size(_ arguments: Arguments, _ name: String) throws(UsageError) -> Int? {
    guard let text = arguments.string(name) else { return nil }
    let digits = text.prefix { $0.isNumber || $0 == "." }
    let unit = text.dropFirst(digits.count).trimmingCharacters(in: .whitespaces).uppercased()
    let factors: [String: Double] = [
      "": 1, "B": 1, "K": 1e3, "KB": 1e3, "M": 1e6, "MB": 1e6, "G": 1e9, "GB": 1e9,
      "KIB": 1024, "MIB": 1_048_576, "GIB": 1_073_741_824,
    ]
    guard let number = Double(digits), let factor = factors[unit], number * factor >= 1,
      number * factor < 1e18
    else {
      throw UsageError(
        description: "option '--\(name)': expected a size as in 4GB, found '\(text)'")
    }
    return Int(number * factor)
  }

  /// Refuses to write over what is read.
  static func checkTarget(_ path: String, for file: GGUFFile) throws {
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    let source = URL(fileURLWithPath: file.path).resolvingSymlinksInPath()
    guard target != source else {
      throw QuantizationError("\(path): is the model that is read, expected another file to write")
    }
  }

  private static func tensorType(
    _ arguments: Arguments, _ name: String
  ) throws(UsageError) -> TensorType? {
    guard let text = arguments.string(name) else { return nil }
    return try type(text, option: name)
  }

  private static func type(_ text: String, option: String) throws(UsageError) -> TensorType {
    guard let type = TensorType(named: text), WeightFormat(type) != nil else {
      let names = WeightFormat.allCases.map { "\($0)".uppercased() }
      throw UsageError(
        description: "option '--\(option)': expected one of \(names.joined(separator: ", ")), "
          + "found '\(text)'")
    }
    return type
  }

  private static func override(_ text: String) throws(UsageError) -> QuantizationPlan.Override {
    guard let sign = text.lastIndex(of: "="), sign != text.startIndex else {
      throw UsageError(description: "option '--tensor': expected REGEX=TYPE, found '\(text)'")
    }
    let pattern = String(text[..<sign])
    let type = try type(String(text[text.index(after: sign)...]), option: "tensor")
    guard let override = QuantizationPlan.Override(pattern: pattern, type: type) else {
      throw UsageError(description: "option '--tensor': '\(pattern)' is no regular expression")
    }
    return override
  }
}

/// What a plan says to people.
enum QuantizeReport {
  /// Tensors, values and bytes of every format, and the whole.
  static func text(_ plan: QuantizationPlan, of file: GGUFFile) -> String {
    var lines: [String] = []
    for item in plan.items {
      let change =
        item.type == item.source.type
        ? item.type.name : "\(item.source.type.name) → \(item.type.name)"
      let name = item.source.name.printable
      let bytes = item.source.description(as: item.type).byteCount
      lines.append("\(name)  \(item.source.shape)  \(change)  \(Bytes.text(bytes))")
    }
    lines.append("")
    let formats = Dictionary(grouping: plan.items, by: \.type.name)
    for (name, items) in formats.sorted(by: { $0.key < $1.key }) {
      let bytes = items.reduce(0) { $0 + $1.source.description(as: $1.type).byteCount }
      lines.append(
        name.padding(toLength: 8, withPad: " ", startingAt: 0)
          + "\(items.count) tensors, \(Bytes.text(bytes))")
    }
    lines.append(size(plan, of: file))
    return lines.joined(separator: "\n") + "\n"
  }

  /// The last line of a run.
  static func summary(_ plan: QuantizationPlan, of file: GGUFFile, seconds: Double) -> String {
    size(plan, of: file) + String(format: " in %.1f s\n", seconds)
  }

  private static func size(_ plan: QuantizationPlan, of file: GGUFFile) -> String {
    let before = file.tensors.reduce(0) { $0 + $1.bytes.count }
    return "\(Bytes.text(before)) → \(Bytes.text(plan.byteCount)), "
      + String(format: "%.2f bits a weight", plan.bitsPerWeight)
  }
}

/// Shows how far the writing of a model is, and stops it when the user asks.
enum WritingProgress {
  static func show(_ write: (@escaping (ModelFileWriter.Progress) throws -> Void) throws -> Void)
    throws
  {
    let line = ProgressLine()
    Interrupt.shared.begin()
    defer {
      Interrupt.shared.end()
      line.finish()
    }
    let clock = ContinuousClock()
    let start = clock.now
    try write { progress in
      guard !Interrupt.shared.isRequested else { throw CancellationError() }
      let share = Double(progress.doneBytes) / Double(max(1, progress.totalBytes))
      let seconds = (clock.now - start) / .seconds(1)
      let left = share > 0.02 ? String(format: ", %.0f s left", seconds / share - seconds) : ""
      line.update("\(Int(share * 100)) %\(left)  \(progress.tensor)")
    }
  }
}

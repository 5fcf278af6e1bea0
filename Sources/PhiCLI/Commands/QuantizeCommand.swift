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
          repeats: true, excludes: ["budget", "bits"]),
        Option(
          name: "token-embedding-type", short: nil, value: "TYPE", help: "the embedding's format",
          excludes: ["budget", "bits"]),
        Option(
          name: "output-type", short: nil, value: "TYPE", help: "the output's format",
          excludes: ["budget", "bits"]),
        Option(
          name: "pure", short: nil, value: nil, help: "one format for all matrices, not a mix",
          excludes: ["budget", "bits"]),
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
          help:
            "how thoroughly the nearest codes are searched; high wants --imatrix (default: normal)"),
      ]
    ),
    (
      "Budget",
      [
        Option(
          name: "budget", short: nil, value: "SIZE",
          help: "choose every matrix's format so that the file has at most this size, as in 2.2GB",
          excludes: ["bits"]),
        Option(
          name: "bits", short: nil, value: "N",
          help: "the same, so that the matrices have N bits a weight"),
        Option(
          name: "text", short: nil, value: "FILE",
          help: "what to measure on (default: text the model writes)", needs: ["budget", "bits"]),
        Option(
          name: "probe-tokens", short: nil, value: "N",
          help: "how much of it (default: 512 tokens)", needs: ["budget", "bits"]),
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
  if !isDry { try QuantizeOptions.checkTarget(OutputPath.checked(words[1]), for: file) }
  var options =
    isBudget
    ? try BudgetSearch(file, arguments).options()
    : QuantizationPlan.Options(try QuantizeOptions.mix(words[words.count - 1]))
  try QuantizeOptions.apply(arguments, to: &options)
  let plan = try QuantizationPlan(file, options)
  for option in ["imatrix", "effort"] where arguments.has(option) && !plan.encodesBlocks {
    throw UsageError(
      description: "--\(option) changes nothing: no matrix is written in a format of blocks, as "
        + "Q4_K")
  }
  plan.notes.forEach(Note.write)
  if isDry {
    StandardOutput.write(QuantizeReport.text(plan, of: file))
    return 0
  }
  let writer = ModelFileWriter(
    threads: try arguments.int("threads", in: 1...1024) ?? Parallel.processorCount,
    effort: try QuantizeOptions.effort(arguments))
  let maximumBytes = try QuantizeOptions.splitSize(arguments, plan.items)
  let clock = ContinuousClock()
  let start = clock.now
  try WritingProgress.show { progress in
    try writer.write(
      plan.items, metadata: plan.metadata, to: words[1],
      maximumBytes: maximumBytes, progress: progress)
  }
  let seconds = (clock.now - start) / .seconds(1)
  StandardError.write(QuantizeReport.summary(plan, of: file, seconds: seconds))
  return 0
}

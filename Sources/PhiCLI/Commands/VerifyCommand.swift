import Foundation
import Phidelity

/// `phi verify`: what a candidate lost against its reference.
let verifyCommand = Command(
  name: "verify", summary: "measure what a quantized model lost against its reference",
  usage: "CANDIDATE (--reference REFERENCE | --reference-logits FILE | --save-logits FILE) "
    + "[--text FILE | --self N] [--tasks FILE]",
  groups: [
    (
      "Measure",
      [
        Option(
          name: "reference", short: "r", value: "MODEL", help: "the model that is taken as right",
          excludes: ["reference-logits", "save-logits"]),
        Option(
          name: "reference-logits", short: nil, value: "FILE",
          help: "a file of llama.cpp's --kl-divergence-base in its place",
          excludes: ["save-logits"]),
        Option(
          name: "save-logits", short: nil, value: "FILE",
          help: "write such a file of CANDIDATE and --text, and compare nothing",
          needs: ["text"]),
        Option(
          name: "text", short: "f", value: "FILE", help: "the text to read; - for stdin",
          needs: ["reference", "save-logits"], excludes: ["self"]),
        Option(
          name: "self", short: nil, value: "N",
          help: "read N tokens that the reference writes (default: 2048, without --text or "
            + "--tasks)",
          needs: ["reference"]
        ),
        Option(
          name: "tasks", short: nil, value: "FILE",
          help: "questions with one right answer: lines of {\"prompt\" or \"messages\", "
            + "\"answer\"}",
          needs: ["reference"]
        ),
        Option(
          name: "ctx", short: "c", value: "N", help: "tokens that are read together (default: 512)",
          needs: ["reference", "save-logits"]),
        Option(
          name: "chunks", short: nil, value: "N", help: "stretches to read at most (default: all)"),
        Option(
          name: "until-sure", short: nil, value: nil,
          help: "stop as soon as the limits are certainly kept or broken",
          needs: ["max-kld", "min-top1", "max-ppl-ratio", "profile"]),
        Option(
          name: "as-run", short: nil, value: nil,
          help: "round the candidate's activations as phi run does, where that is faster"),
        Option(
          name: "chunk", short: nil, value: "N",
          help: "tokens the candidate reads at once: up to 6 are rounded as in writing"),
        Option(name: "threads", short: "t", value: "N", help: "threads (default: all processors)"),
      ]
    ),
    (
      "Limits: exit code 3 if one is broken",
      [
        Option(
          name: "profile", short: nil, value: "FORMAT",
          help: "limits that are usual for a format, as Q4_K_M; auto for the candidate's own",
          needs: ["reference", "reference-logits"]),
        Option(
          name: "max-kld", short: nil, value: "X", help: "the mean divergence at most, in nats",
          needs: ["reference", "reference-logits"]),
        Option(
          name: "min-top1", short: nil, value: "P",
          help: "smallest share of tokens with the same top token",
          needs: ["reference", "reference-logits"]),
        Option(
          name: "max-ppl-ratio", short: nil, value: "R",
          help: "the candidate's perplexity over the reference's at most",
          needs: ["reference", "reference-logits"]),
      ]
    ),
    ("Explain", VerifyExplanation.options), ("Answers", VerifyAnswers.options),
    ("Output", VerifyOutputs.options),
  ], positionals: 1...1
) { arguments in
  let kinds = ["reference", "reference-logits", "save-logits"].filter(arguments.has)
  guard !kinds.isEmpty else {
    throw UsageError(description: "phi verify needs --reference, or --reference-logits")
  }
  let outputs = try VerifyOutputs(arguments)
  let candidate = try ModelOptions.load(ModelLocator.path(arguments.positional[0]))
  let limits = try VerifyLimits.limits(arguments, for: candidate)
  if let path = arguments.string("save-logits") {
    try VerifyLogits.save(to: path, candidate, arguments)
    return 0
  }
  let report: VerifyReport
  if let path = arguments.string("reference-logits") {
    report = try VerifyLogits.report(against: path, candidate, limits, arguments)
  } else {
    let reference = try ModelOptions.load(ModelLocator.path(arguments.string("reference")))
    report = try VerifyRun(reference: reference, candidate: candidate, arguments).report(limits)
  }
  try outputs.write(report)
  guard !Interrupt.shared.isRequested else {
    Note.write("interrupted: the report is of what was read until then")
    return 130
  }
  return report.isWithin ? 0 : 3
}

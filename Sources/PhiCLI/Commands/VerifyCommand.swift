import Foundation
import Phidelity

/// `phi verify`: what a candidate lost against its reference.
let verifyCommand = Command(
  name: "verify", summary: "measure what a quantized model lost against its reference",
  usage: "CANDIDATE --reference REFERENCE [--text FILE | --self N] [--tasks FILE]",
  groups: [
    (
      "Measure",
      [
        Option(
          name: "reference", short: "r", value: "MODEL", help: "the model that is taken as right"),
        Option(name: "text", short: "f", value: "FILE", help: "the text to read; - for stdin"),
        Option(
          name: "self", short: nil, value: "N",
          help: "read N tokens that the reference writes (default: 2048, without --text or --tasks)"
        ),
        Option(
          name: "tasks", short: nil, value: "FILE",
          help: "questions with one right answer: lines of {\"prompt\" or \"messages\", \"answer\"}"
        ),
        Option(
          name: "ctx", short: "c", value: "N", help: "tokens that are read together (default: 512)"),
        Option(
          name: "chunks", short: nil, value: "N", help: "stretches to read at most (default: all)"),
        Option(
          name: "until-sure", short: nil, value: nil,
          help: "stop as soon as the limits are certainly kept or broken"),
        Option(name: "threads", short: "t", value: "N", help: "threads (default: all processors)"),
      ]
    ),
    (
      "Limits: exit code 3 if one is broken",
      [
        Option(
          name: "max-kld", short: nil, value: "X", help: "the mean divergence at most, in nats"),
        Option(
          name: "min-top1", short: nil, value: "P",
          help: "share of tokens with the same likeliest one at least"),
        Option(
          name: "max-ppl-ratio", short: nil, value: "R",
          help: "the candidate's perplexity over the reference's at most"),
      ]
    ),
    ("Output", VerifyOutputs.options),
  ], positionals: 1...1
) { arguments in
  guard let referenceName = arguments.string("reference") else {
    throw UsageError(description: "phi verify needs --reference")
  }
  let limits = Verdict.Limits(
    divergence: try arguments.float("max-kld", in: 0...1e6).map(Double.init),
    topAgreement: try arguments.float("min-top1", in: 0...1).map(Double.init),
    perplexityRatio: try arguments.float("max-ppl-ratio", in: 0...1e6).map(Double.init))
  let reference = try Model(path: ModelLocator.path(referenceName))
  let candidate = try Model(path: ModelLocator.path(arguments.positional[0]))
  let run = try VerifyRun(reference: reference, candidate: candidate, arguments)
  let report = try run.report(limits)
  try VerifyOutputs(arguments).write(report)
  return report.isWithin ? 0 : 3
}

import Foundation
import Kernels
import Phidelity

/// `phi bench`: how fast a model reads and writes, and how near that is to what the machine can.
let benchCommand = Command(
  name: "bench", summary: "measure how fast a model reads and writes",
  usage: "[-m MODEL | --shape NAME --type TYPE] [-p 512] [-n 64] [-r 3] [-t THREADS] [--json]",
  groups: [
    (
      "Model",
      [
        ModelOptions.model.excluding("shape"),
        Option(
          name: "shape", short: nil, value: "NAME",
          help: "a published model's dimensions with made-up weights, in a temporary file: "
            + ModelShape.published.map(\.name).joined(separator: ", ")),
        Option(
          name: "type", short: nil, value: "TYPE", help: "the shape's format (default: Q4_K_M)",
          needs: ["shape"]),
        Option(
          name: "layers", short: nil, value: "N", help: "only N of the shape's blocks",
          needs: ["shape"]),
        Option(
          name: "keep", short: nil, value: "FILE", help: "keep the shape's file under this name",
          needs: ["shape"]),
      ]
    ),
    (
      "Measure",
      [
        Option(
          name: "prompt", short: "p", value: "N[,N...]",
          help: "tokens to read; 0 for none (default: 512)"),
        Option(
          name: "predict", short: "n", value: "N[,N...]",
          help: "tokens to write; 0 for none (default: 64)"),
        Option(
          name: "depth", short: "d", value: "N[,N...]",
          help: "tokens in the cache before (default: 0)"),
        Option(name: "repetitions", short: "r", value: "N", help: "how often (default: 3)"),
        Option(
          name: "profile", short: nil, value: nil, help: "show where the time of a step goes"),
        Option(name: "json", short: nil, value: nil, help: "an array of results"),
      ] + ModelOptions.fastSession
    ),
  ], positionals: 0...0
) { arguments in
  let counts = try (
    prompts: arguments.list("prompt", default: 512), texts: arguments.list("predict", default: 64),
    depths: arguments.list("depth", default: 0)
  )
  guard (counts.prompts + counts.texts).contains(where: { $0 > 0 }) else {
    throw UsageError(description: "-p and -n are 0: there is nothing to measure")
  }
  let model = try arguments.has("shape") ? BenchShape.open(arguments) : ModelOptions.open(arguments)
  let needed = max(1, (counts.prompts + counts.texts).max() ?? 1) + (counts.depths.max() ?? 0)
  let session = try ModelOptions.session(model, arguments, contextLength: needed)
  let repetitions = try arguments.int("repetitions", in: 1...1000) ?? 3
  let limits = try MachineLimits(
    kernels: try KernelSet.select(session.kernelsName), threads: session.threads)
  let profile = arguments.has("profile") ? StepProfile() : nil
  session.profile = profile
  let report = BenchReport(session, limits, isJSON: arguments.has("json"))
  for depth in counts.depths {
    for tokens in counts.prompts where tokens > 0 {
      report.add(
        try .reading(tokens, depth: depth, repetitions: repetitions, with: session), profile)
    }
    for tokens in counts.texts where tokens > 0 {
      report.add(
        try .writing(tokens, depth: depth, repetitions: repetitions, with: session), profile)
    }
  }
  try report.finish()
  return 0
}

extension Arguments {
  /// Whole numbers with commas between them.
  fileprivate func list(_ name: String, default value: Int) throws -> [Int] {
    guard let text = string(name) else { return [value] }
    return try text.split(separator: ",", omittingEmptySubsequences: false).map {
      guard let number = Int($0), (0...1 << 24).contains(number) else {
        throw UsageError(
          option: name, "expected numbers from 0 to \(1 << 24) with commas, found '\(text)'")
      }
      return number
    }
  }
}

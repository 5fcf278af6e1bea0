import Foundation
import Phidelity

/// `phi bench`: how fast a model reads and writes.
let benchCommand = Command(
  name: "bench", summary: "measure how fast a model reads and writes",
  usage: "-m MODEL [-p 512] [-n 64] [-r 3] [-t THREADS] [--json]",
  groups: [
    (
      "Options",
      [
        ModelOptions.model,
        Option(
          name: "prompt", short: "p", value: "N", help: "tokens to read; 0 for none (default: 512)"),
        Option(
          name: "predict", short: "n", value: "N", help: "tokens to write; 0 for none (default: 64)"
        ),
        Option(name: "repetitions", short: "r", value: "N", help: "how often (default: 3)"),
        Option(name: "json", short: nil, value: nil, help: "an array of results"),
      ] + ModelOptions.session
    )
  ], positionals: 0...0
) { arguments in
  let model = try ModelOptions.open(arguments)
  let session = try ModelOptions.session(model, arguments)
  let limit = session.contextLength
  let prompt = try arguments.int("prompt", in: 0...limit) ?? min(512, limit)
  let predict = try arguments.int("predict", in: 0...limit) ?? min(64, limit)
  let repetitions = try arguments.int("repetitions", in: 1...1000) ?? 3
  // What a token must read: all weights but the rows of the embedding that it does not look up.
  let embedding = model.file.tensor(named: "token_embd.weight")?.bytes.count ?? 0
  let isTied = model.file.tensor(named: "output.weight") == nil
  let bytes = model.file.tensorBytes - (isTied ? 0 : embedding)
  var results: [BenchResult] = []
  if prompt > 0 {
    let tokens = BenchResult.tokens(prompt, of: model)
    try session.append(tokens)
    results.append(
      // The weights are read once for each chunk.
      try BenchResult(
        test: "pp\(prompt)", tokens: prompt,
        bytes: bytes * ((prompt + session.options.chunkLength - 1) / session.options.chunkLength)
          / prompt, repetitions
      ) {
        session.rewind(to: 0)
        try session.append(tokens)
      })
  }
  if predict > 0 {
    let tokens = BenchResult.tokens(predict, of: model)
    results.append(
      try BenchResult(test: "tg\(predict)", tokens: predict, bytes: bytes, repetitions) {
        session.rewind(to: 0)
        for token in tokens { try session.append([token]) }
      })
  }
  if arguments.has("json") {
    let rows = results.map { $0.object(kernels: session.kernelsName, threads: session.threads) }
    let data = try JSONSerialization.data(
      withJSONObject: rows, options: [.prettyPrinted, .sortedKeys])
    StandardOutput.write(String(decoding: data, as: UTF8.self) + "\n")
  } else {
    StandardError.write("\(session.kernelsName) kernels, \(session.threads) threads\n")
    for result in results { StandardOutput.write(result.line + "\n") }
  }
  return 0
}

/// Speeds of one test.
private struct BenchResult {
  let test: String
  let mean: Double
  let deviation: Double
  /// Weights read from memory for each token, in GB a second.
  let bandwidth: Double

  init(
    test: String, tokens: Int, bytes: Int, _ repetitions: Int, _ body: () throws -> Void
  ) throws {
    self.test = test
    var speeds: [Double] = []
    for _ in 0..<repetitions {
      let duration = try ContinuousClock().measure(body)
      speeds.append(Double(tokens) / (duration / .seconds(1)))
    }
    let mean = speeds.reduce(0, +) / Double(repetitions)
    let squares = speeds.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.mean = mean
    deviation = repetitions > 1 ? (squares / Double(repetitions - 1)).squareRoot() : 0
    bandwidth = Double(bytes) * mean / 1e9
  }

  /// Tokens spread over the vocabulary, the same in every run.
  static func tokens(_ count: Int, of model: Model) -> [Int32] {
    (0..<count).map { Int32(truncatingIfNeeded: $0 &* 7919 % model.tokenizer.vocabulary.count) }
  }

  var line: String {
    let speed = String(format: "%10.2f ± %.2f tokens/s", mean, deviation)
    return test.padding(toLength: 8, withPad: " ", startingAt: 0) + speed
      + String(format: "  %.1f GB/s", bandwidth)
  }

  func object(kernels: String, threads: Int) -> [String: Any] {
    [
      "test": test, "tok_s": mean, "std": deviation, "gb_s": bandwidth, "kernels": kernels,
      "threads": threads,
    ]
  }
}

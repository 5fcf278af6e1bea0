import Foundation
import Phidelity

/// `phi run`: completes a text, or answers one message.
let runCommand = Command(
  name: "run", summary: "complete a text, or answer one message",
  usage: "-m MODEL [-p TEXT | -f FILE | stdin | --messages FILE] [-n N] [--chat] [--json] "
    + "[options]",
  groups: [
    (
      "Options",
      [
        ModelOptions.model,
        Option(
          name: "prompt", short: "p", value: "TEXT", help: "the text (default: standard input)",
          excludes: ["file", "TEXT"]),
        Option(
          name: "file", short: "f", value: "FILE",
          help: "the text is in a file; - for standard input", excludes: ["TEXT"]),
        Option(
          name: "predict", short: "n", value: "N", help: "tokens at most (default: until the end)"),
        Option(
          name: "stop", short: nil, value: "S", help: "ends the text; may be repeated",
          repeats: true),
        Option(
          name: "chat", short: nil, value: nil, help: "the text is a message: use the chat template"
        ),
        Option(name: "ignore-eos", short: nil, value: nil, help: "go on where the model would end"),
        Option(
          name: "json", short: nil, value: nil, help: "one object with text, tokens and timings"),
      ]
    ), ("With --chat", RunInput.chatOptions), ("Sampling", ModelOptions.sampling),
    ("Session", ModelOptions.fastSession),
  ], positionals: 0...1
) { arguments in
  try Completion(arguments, try RunInput(arguments)).run()
}

/// One run of `phi run`.
private final class Completion {
  private let arguments: Arguments
  private let input: RunInput
  private let progress = ProgressLine()

  init(_ arguments: Arguments, _ input: RunInput) {
    self.arguments = arguments
    self.input = input
  }

  func run() throws -> Int32 {
    let clock = ContinuousClock()
    let start = clock.now
    progress.update("loading …")
    let model = try ModelOptions.open(arguments)
    let session = try ModelOptions.session(model, arguments)
    var sampler = try Sampler(
      try ModelOptions.sampling(model, arguments), vocabularySize: model.vocabularySize)
    let limits = try LimitArguments.limits(arguments)
    if limits.tokens == 0 { Note.write("-n 0 writes no tokens") }
    let prompt = try prompt(model)
    let loaded = clock.now
    Interrupt.shared.begin()
    defer { Interrupt.shared.end() }
    let logits = try session.append(
      prompt,
      progress: { done, total in self.progress.update("reading \(done) of \(total) tokens") },
      isCancelled: { Interrupt.shared.isRequested })
    progress.finish()
    prompt.forEach { sampler.accept($0) }
    let read = clock.now
    var written = ""
    var tokens: [Int32] = []
    var finish = FinishReason.length
    let generation = Generation(session, logits: logits, sampler: sampler, limits: limits)
    let streams = !arguments.has("json")
    while let piece = try generation.next(isCancelled: Interrupt.shared.isRequested) {
      if streams { StandardOutput.write(piece.text) }
      written += piece.text
      if let token = piece.token, piece.finish != .stop || !isEnd(token, model) {
        tokens.append(token)
      }
      if let reason = piece.finish { finish = reason }
    }
    let timings = Timings(
      load: loaded - start, prefill: read - loaded, decode: clock.now - read,
      promptTokens: prompt.count, decodedTokens: tokens.count)
    if streams {
      if StandardOutput.isTerminal { StandardOutput.write("\n") }
    } else {
      StandardOutput.write(
        try timings.json(text: written, tokens: tokens, finish: finish) + "\n")
    }
    return finish == .cancelled ? 130 : 0
  }

  private func isEnd(_ token: Int32, _ model: Model) -> Bool {
    model.tokenizer.endOfGeneration.contains(token) && !arguments.has("ignore-eos")
  }

  private func prompt(_ model: Model) throws -> [Int32] {
    switch input {
    case .text(let text): return model.tokenizer.encodePrompt(text)
    case .conversation(let input):
      let format = try ChatFormat(model.file.metadata, model.tokenizer)
      let tokens = try format.tokens(input, parseSpecial: arguments.has("parse-special"))
      progress.finish()
      ChatOptions.noteUnread(input, format, model)
      return tokens
    }
  }
}

/// How long a run took, and its result as JSON.
private struct Timings {
  let load: Duration
  let prefill: Duration
  let decode: Duration
  let promptTokens: Int
  let decodedTokens: Int

  private struct Result: Encodable {
    struct Times: Encodable {
      let load_ms: Double
      let prefill_tok_s: Double
      let decode_tok_s: Double
    }
    let text: String
    let tokens: [Int32]
    let prompt_tokens: Int
    let finish_reason: String
    let timings: Times
  }

  func json(text: String, tokens: [Int32], finish: FinishReason) throws -> String {
    func rate(_ count: Int, _ duration: Duration) -> Double {
      let seconds = duration / .seconds(1)
      return seconds > 0 ? (Double(count) / seconds * 100).rounded() / 100 : 0
    }
    let result = Result(
      text: text, tokens: tokens, prompt_tokens: promptTokens, finish_reason: finish.rawValue,
      timings: Result.Times(
        load_ms: (load / .milliseconds(1) * 100).rounded() / 100,
        prefill_tok_s: rate(promptTokens, prefill), decode_tok_s: rate(decodedTokens, decode)))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(result), as: UTF8.self)
  }
}

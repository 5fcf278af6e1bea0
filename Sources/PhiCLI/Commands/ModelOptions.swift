import Foundation
import Kernels
import Phidelity

/// Options that several commands share, and what they make.
enum ModelOptions {
  /// Which model.
  static let model = Option(
    name: "model", short: "m", value: "MODEL",
    help: "a GGUF file, or the name of one in models/ (default: $PHI_MODEL, else the embedded one)")

  /// How it runs.
  static let session = [
    Option(name: "ctx", short: "c", value: "N", help: "tokens of context (default: the model's)"),
    Option(name: "threads", short: "t", value: "N", help: "threads (default: all processors)"),
    Option(
      name: "cache", short: nil, value: "f32|f16",
      help: "format of the key-value cache (default: f16; f32 if the weights are)"),
    Option(
      name: "chunk", short: nil, value: "N",
      help: "prompt tokens read at once (default: 256, on AMX 512)"),
  ]

  /// How it runs where speed counts.
  static let fastSession =
    session + [
      Option(
        name: "exact", short: nil, value: nil,
        help: "keep all bits of activations, which are else rounded where that is faster")
    ]

  /// How tokens are chosen.
  static let sampling = [
    Option(name: "temp", short: nil, value: "T", help: "temperature; 0 is greedy (default: 0.8)"),
    Option(
      name: "top-k", short: nil, value: "K", help: "keep the K likeliest; 0 for all (default: 40)"),
    Option(
      name: "top-p", short: nil, value: "P",
      help: "keep those that reach P together (default: 0.95)"),
    Option(
      name: "min-p", short: nil, value: "P",
      help: "keep those with P times the likeliest's probability (default: 0.05)"),
    Option(
      name: "typical-p", short: nil, value: "P", help: "keep the typical ones up to P (default: 1)"),
    Option(
      name: "repeat-penalty", short: nil, value: "R",
      help: "divides recent tokens' logits (default: 1)"),
    Option(
      name: "presence-penalty", short: nil, value: "R", help: "taken off recent tokens (default: 0)"
    ),
    Option(
      name: "frequency-penalty", short: nil, value: "R",
      help: "taken off for each time a token came (default: 0)"),
    Option(
      name: "repeat-last-n", short: nil, value: "N",
      help: "tokens that penalties see; -1 for all (default: 64)"),
    Option(
      name: "dry-multiplier", short: nil, value: "X",
      help: "strength of DRY; 0 for none (default: 0)"),
    Option(
      name: "dry-base", short: nil, value: "X", help: "growth of DRY's penalty (default: 1.75)"),
    Option(
      name: "dry-allowed-length", short: nil, value: "N", help: "repetition DRY allows (default: 2)"
    ),
    Option(
      name: "dry-last-n", short: nil, value: "N", help: "tokens DRY sees; -1 for all (default: -1)"),
    Option(
      name: "dry-breaker", short: nil, value: "TEXT",
      help: "text across which DRY sees no repetition (default: line feed, :, \", *)", repeats: true
    ),
    Option(name: "xtc-probability", short: nil, value: "P", help: "chance of XTC (default: 0)"),
    Option(name: "xtc-threshold", short: nil, value: "P", help: "XTC's threshold (default: 0.1)"),
    Option(name: "mirostat", short: nil, value: "0|2", help: "2 for mirostat 2 (default: 0)"),
    Option(
      name: "mirostat-tau", short: nil, value: "X", help: "mirostat's surprise in bits (default: 5)"
    ),
    Option(
      name: "mirostat-eta", short: nil, value: "X", help: "mirostat's learning rate (default: 0.1)"),
    Option(
      name: "logit-bias", short: nil, value: "TOKEN=X",
      help: "added to a token's logit; -inf bans it", repeats: true),
    Option(
      name: "seed", short: "s", value: "S", help: "makes the choice repeatable (default: random)"),
    Option(
      name: "samplers", short: nil, value: "LIST",
      help:
        "stages in order (default: bias;penalties;dry;top_k;typical_p;top_p;min_p;xtc;temperature)"),
  ]

  /// The model that the arguments name.
  static func open(_ arguments: Arguments) throws -> Model {
    try load(ModelLocator.path(arguments.string("model")))
  }

  /// The model of a file; what in it was not used is told.
  static func load(_ path: String) throws -> Model { told(try Model(path: path)) }

  /// A model, after telling what in its file was not used.
  static func told(_ model: Model) -> Model {
    for note in model.notes { Note.write("\(model.file.path): \(note)") }
    return model
  }

  /// The kernel set that the environment names; nil for the best.
  static var kernels: String? { Environment.value("PHI_KERNELS") }

  /// Options of a session that measures: the environment's kernels, which must round nothing.
  ///
  /// - Throws: `KernelSelectionError` if the machine has no such set, `UsageError` for one that rounds.
  static func measuring(_ arguments: Arguments) throws -> SessionOptions {
    var options = SessionOptions()
    options.threads = try arguments.int("threads", in: 1...1024)
    guard let name = kernels, !name.isEmpty else { return options }
    guard try KernelSet.select(name).rounded == nil else {
      throw UsageError(
        description: "PHI_KERNELS: found '\(name)', which rounds activations; expected a set that "
          + "does not, to measure with")
    }
    options.kernels = name
    return options
  }

  /// The session that the arguments describe.
  ///
  /// - Parameters:
  ///   - model: What runs.
  ///   - arguments: The options.
  ///   - full: Whether prompts, and the cache unless the options say otherwise, are to have full
  ///     precision.
  ///   - contextLength: The context where the options do not say; nil for the model's.
  /// - Returns: A session that has read nothing.
  /// - Throws: `UsageError` for an option that cannot be, and as `Session.init`.
  static func session(
    _ model: Model, _ arguments: Arguments, full: Bool = false, contextLength: Int? = nil
  ) throws -> Session {
    var options = SessionOptions()
    options.contextLength =
      try arguments.int("ctx", in: 0...(1 << 30)).flatMap {
        $0 > 0 ? $0 : nil
      } ?? contextLength
    options.threads = try arguments.int("threads", in: 1...1024)
    options.chunkLength = try arguments.int("chunk", in: 1...8192)
    options.kernels = kernels
    if let wanted = options.contextLength, arguments.has("ctx"),
      wanted > model.configuration.contextLength
    {
      Note.write(
        "-c \(wanted) is more than the \(model.configuration.contextLength) tokens of context that "
          + "the model was made for")
    }
    let exact = arguments.has("exact")
    options.roundsActivations = !full && !exact
    if let name = arguments.string("cache") {
      guard let format = CacheFormat(rawValue: name) else {
        throw UsageError(option: "cache", "expected f32 or f16, found '\(name)'")
      }
      options.cacheFormat = format
    } else if full {
      options.cacheFormat = .f32
    }
    let session = try Session(model, options)
    if exact, session.roundsActivations {
      throw UsageError(
        description: "--exact: found PHI_KERNELS '\(session.kernelsName)', which rounds")
    }
    return session
  }

  /// The sampling that the arguments describe.
  static func sampling(_ model: Model, _ arguments: Arguments) throws -> SamplingOptions {
    var options = SamplingOptions()
    for field in SamplingField.all { try options.take(field, from: arguments) }
    options.seed = try arguments.uint64("seed")
    let breakers = arguments.strings("dry-breaker")
    for text in breakers.isEmpty ? ["\n", ":", "\"", "*"] : breakers {
      let tokens = model.tokenizer.encode(text, addBOS: false)
      guard let last = tokens.last else {
        throw UsageError(option: "dry-breaker", "expected some text, found '\(text)'")
      }
      options.dryBreakers.insert(last)
    }
    for bias in arguments.strings("logit-bias") {
      let (token, value) = try logitBias(bias, vocabularySize: model.vocabularySize)
      guard options.logitBias.updateValue(value, forKey: token) == nil else {
        throw UsageError(option: "logit-bias", "token \(token) comes twice, expected it once")
      }
    }
    if let list = arguments.string("samplers") {
      options.order = try list.split(separator: ";").map { name in
        guard let stage = SamplerStage(rawValue: String(name)) else {
          let known = SamplerStage.allCases.map(\.rawValue).joined(separator: ", ")
          throw UsageError(description: "--samplers: found '\(name)', expected some of \(known)")
        }
        return stage
      }
    }
    do {
      try options.validate()
    } catch {
      throw UsageError(description: "--\(error.description)")
    }
    options.notes(on: arguments.given).forEach(Note.write)
    return options
  }

  /// A token and what is added to its logit; only `-inf` in words bans it, not a number out of range.
  private static func logitBias(
    _ text: String, vocabularySize: Int
  ) throws(UsageError) -> (token: Int32, value: Float) {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2, let token = Int32(parts[0]), let value = Float(parts[1]),
      value.isFinite || ["-inf", "-infinity"].contains(parts[1].lowercased())
    else {
      throw UsageError(
        option: "logit-bias", "expected TOKEN=NUMBER or TOKEN=-inf, found '\(text)'")
    }
    guard token >= 0, Int(token) < vocabularySize else {
      throw UsageError(
        option: "logit-bias",
        "expected a token from 0 to \(vocabularySize - 1), found '\(text)'")
    }
    return (token, value)
  }
}

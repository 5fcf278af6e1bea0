import Phidelity

extension SamplingOptions {
  /// Takes a number from arguments, if it is there.
  ///
  /// - Returns: Whether it was.
  @discardableResult
  mutating func take(_ field: SamplingField, from arguments: Arguments) throws(UsageError) -> Bool {
    switch field.value {
    case .float(let path, let range):
      guard let value = try arguments.float(field.name, in: range) else { return false }
      self[keyPath: path] = value
    case .integer(let path, let range):
      guard let value = try arguments.int(field.name, in: range) else { return false }
      self[keyPath: path] = value
    }
    return true
  }

  /// What is to be said of options that change nothing, a line each.
  func notes(on given: [String]) -> [String] {
    unused(of: given).map { unused in
      unused.names.map { "--\($0)" }.joined(separator: ", ")
        + (unused.names.count == 1 ? " changes" : " change") + " nothing: \(unused.reason)"
    }
  }
}

/// When a text ends, as the options of `run` and `chat` say.
enum LimitArguments {
  /// The limits.
  static func limits(_ arguments: Arguments) throws(UsageError) -> GenerationLimits {
    var limits = GenerationLimits()
    limits.tokens = try tokens(arguments)
    limits.stopStrings = arguments.strings("stop")
    guard !limits.stopStrings.contains("") else {
      throw UsageError(option: "stop", "expected some text, found ''")
    }
    limits.ignoresEndOfGeneration = arguments.has("ignore-eos")
    return limits
  }

  /// Tokens at most; nil for no limit.
  static func tokens(_ arguments: Arguments) throws(UsageError) -> Int? {
    try arguments.int("predict", in: -1...Int(Int32.max)).flatMap { $0 < 0 ? nil : $0 }
  }
}

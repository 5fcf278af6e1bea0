/// A number of the sampling: its name on the command line, and what it may be.
public struct SamplingField: Sendable {
  /// Where the number is, and its range.
  public enum Value: Sendable {
    case float(WritableKeyPath<SamplingOptions, Float> & Sendable, ClosedRange<Float>)
    case integer(WritableKeyPath<SamplingOptions, Int> & Sendable, ClosedRange<Int>)
  }

  /// The option's name without dashes.
  public let name: String
  /// Where it is, and its range.
  public let value: Value

  private static let most = Int(Int32.max)

  /// All numbers in the order of the help.
  public static let all: [SamplingField] = [
    .init("temp", \.temperature, 0...1e4), .init("top-k", \.topK, 0...most),
    .init("top-p", \.topP, 0...1), .init("min-p", \.minP, 0...1),
    .init("typical-p", \.typicalP, 0...1), .init("repeat-penalty", \.repeatPenalty, 1e-3...1e3),
    .init("presence-penalty", \.presencePenalty, -1e3...1e3),
    .init("frequency-penalty", \.frequencyPenalty, -1e3...1e3),
    .init("repeat-last-n", \.penaltyWindow, -1...most),
    .init("dry-multiplier", \.dryMultiplier, 0...1e3), .init("dry-base", \.dryBase, 1...100),
    .init("dry-allowed-length", \.dryAllowedLength, 0...most),
    .init("dry-last-n", \.dryWindow, -1...most),
    .init("xtc-probability", \.xtcProbability, 0...1),
    .init("xtc-threshold", \.xtcThreshold, 0...1), .init("mirostat", \.mirostat, 0...2),
    .init("mirostat-tau", \.mirostatTau, 0...100), .init("mirostat-eta", \.mirostatEta, 0...10),
  ]

  private init(
    _ name: String, _ path: WritableKeyPath<SamplingOptions, Float> & Sendable,
    _ range: ClosedRange<Float>
  ) {
    self.name = name
    value = .float(path, range)
  }

  private init(
    _ name: String, _ path: WritableKeyPath<SamplingOptions, Int> & Sendable,
    _ range: ClosedRange<Int>
  ) {
    self.name = name
    value = .integer(path, range)
  }

  /// What is wrong with the number in some options; nil if it is in range.
  func problem(in options: SamplingOptions) -> SamplingError? {
    switch value {
    case .float(let path, let range):
      let found = options[keyPath: path]
      return range.contains(found)
        ? nil
        : SamplingError(
          description: "\(name): found \(found), expected a number from \(range.lowerBound) to "
            + "\(range.upperBound)")
    case .integer(let path, let range):
      let found = options[keyPath: path]
      return range.contains(found)
        ? nil
        : SamplingError(
          description: "\(name): found \(found), expected a number from \(range.lowerBound) to "
            + "\(range.upperBound)")
    }
  }

  /// The number as text.
  public func text(in options: SamplingOptions) -> String {
    switch value {
    case .float(let path, _): "\(options[keyPath: path])"
    case .integer(let path, _): "\(options[keyPath: path])"
    }
  }
}

import Phidelity

/// The limits of `phi verify`: a profile's, and those that were given.
enum VerifyLimits {
  /// The limits on a candidate.
  static func limits(_ arguments: Arguments, for candidate: Model) throws -> Verdict.Limits {
    var limits = try profile(arguments, for: candidate)?.limits ?? Verdict.Limits()
    if let limit = try arguments.double("max-kld", in: 0...1e6) { limits.divergence = limit }
    if let limit = try arguments.double("min-top1", in: 0...1) { limits.topAgreement = limit }
    if let limit = try arguments.double("max-ppl-ratio", in: 0...1e6) {
      limits.perplexityRatio = limit
    }
    return limits
  }

  private static func profile(
    _ arguments: Arguments, for candidate: Model
  ) throws -> VerdictProfile? {
    guard let name = arguments.string("profile") else { return nil }
    let own = VerdictProfile(of: candidate)
    if name == "auto" {
      guard let own else {
        throw UsageError(
          description: "--profile auto: \(candidate.file.path.printable) is in no known format")
      }
      return own
    }
    guard let mix = Mix(named: name) else {
      throw UsageError(
        option: "profile",
        "expected auto or a format (" + Mix.allCases.map(\.rawValue).joined(separator: ", ")
          + "), found '\(name)'")
    }
    return VerdictProfile(mix, isPhi4Mini: VerdictProfile.isPhi4Mini(candidate))
  }
}

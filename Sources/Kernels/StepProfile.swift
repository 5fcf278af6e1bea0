/// Where the time of steps goes.
public final class StepProfile {
  /// A part of the time.
  public struct Share: Sendable {
    /// What was done.
    public let part: String
    /// Its share of the whole time.
    public let share: Double
    /// Bytes of weights that it went through in a second; 0 if there are none.
    public let bytesPerSecond: Double
  }

  private struct Sum {
    var time = Duration.zero
    var bytes = 0
  }

  private var parts: [String: Sum] = [:]
  private var total = Duration.zero
  private let clock = ContinuousClock()

  /// A profile without any steps.
  public init() {}

  /// Does a part of a step and counts its time; parts must not lie within each other.
  public func measure<Result>(
    _ part: String, bytes: Int = 0, _ work: () throws -> Result
  ) rethrows -> Result {
    let start = clock.now
    defer {
      parts[part, default: Sum()].time += clock.now - start
      parts[part, default: Sum()].bytes += bytes
    }
    return try work()
  }

  /// Does a whole step and counts its time.
  public func step<Result>(_ work: () throws -> Result) rethrows -> Result {
    let start = clock.now
    defer { total += clock.now - start }
    return try work()
  }

  /// The shares so far, the largest first; the count begins anew.
  public func take() -> [Share] {
    guard total > .zero else { return [] }
    parts["rest", default: Sum()].time = total - parts.values.reduce(.zero) { $0 + $1.time }
    let shares = parts.map { part, sum in
      Share(
        part: part, share: sum.time / total,
        bytesPerSecond: sum.time > .zero ? Double(sum.bytes) / (sum.time / .seconds(1)) : 0)
    }
    parts = [:]
    total = .zero
    return shares.sorted { ($0.share, $0.part) > ($1.share, $1.part) }
  }
}

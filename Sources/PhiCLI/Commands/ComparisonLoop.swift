import Foundation
import Phidelity

/// Compares stretch after stretch: shows progress, ends early at an interrupt, and where that is
/// asked for as soon as the limits are certainly kept or broken.
struct ComparisonLoop {
  private let stopsWhenSure: Bool
  private let limits: Verdict.Limits
  private let line: ProgressLine

  /// A loop as the arguments want it.
  init(_ arguments: Arguments, _ limits: Verdict.Limits, _ line: ProgressLine) {
    stopsWhenSure = arguments.has("until-sure")
    self.limits = limits
    self.line = line
  }

  /// Compares at most `count` stretches.
  ///
  /// - Parameters:
  ///   - count: How many there are.
  ///   - compare: Compares one of them.
  /// - Returns: The comparisons of each.
  /// - Throws: What `compare` throws; `CancellationError` if there was an interrupt before the first.
  func run(
    _ count: Int, _ compare: (Int) throws -> [TokenComparison]
  ) throws -> [[TokenComparison]] {
    var compared: [[TokenComparison]] = []
    var (divergence, positions) = (0.0, 0)
    let clock = ContinuousClock()
    let start = clock.now
    for index in 0..<count {
      guard !Interrupt.shared.isRequested else { break }
      let comparisons = try compare(index)
      compared.append(comparisons)
      divergence += comparisons.reduce(0) { $0 + $1.divergence }
      positions += comparisons.count
      let seconds = (clock.now - start) / .seconds(1)
      let left = seconds / Double(compared.count) * Double(count - compared.count)
      line.update(
        "\(compared.count) of \(count) stretches, \(Int(left)) s left, divergence "
          + String(format: "%.5f", divergence / Double(max(1, positions))))
      if stopsWhenSure, Self.isLook(compared.count),
        Verdict(DivergenceSummary(compared), limits, looks: true).isSure
      {
        break
      }
    }
    guard !compared.isEmpty else { throw CancellationError() }
    return compared
  }

  /// Early stopping looks after 8, 16, 32 … stretches, not after each.
  private static func isLook(_ count: Int) -> Bool { count >= 8 && count & (count - 1) == 0 }
}

@testable import Verification

extension VerifyReport {
  /// A report of positions, with made-up models.
  static func made(of stretches: [[TokenComparison]]) -> VerifyReport {
    var report = VerifyReport(
      reference: Subject(path: "reference.gguf", bytes: 4_000_000, bitsPerWeight: 16),
      candidate: Subject(path: "candidate.gguf", bytes: 1_200_000, bitsPerWeight: 4.8))
    report.comparison = Comparison(stretches, length: (stretches.first?.count ?? 0) + 1)
    return report
  }
}

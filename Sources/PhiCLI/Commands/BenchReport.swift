import Foundation
import Kernels
import Phidelity

/// Prints the speeds of `phi bench` beside what the machine can do.
final class BenchReport {
  private let session: Session
  private let limits: MachineLimits
  private let isJSON: Bool
  /// Operations a second at best for what most weights are.
  private let operationLimit: Double
  private var rows: [[String: Any]] = []

  init(_ session: Session, _ limits: MachineLimits, isJSON: Bool) {
    self.session = session
    self.limits = limits
    self.isJSON = isJSON
    operationLimit = 2 * limits.products(session.model.mainFormat)
    guard !isJSON else { return }
    StandardError.write(
      "\(session.kernelsName) kernels, \(session.threads) threads; the limits measured here: "
        + String(
          format: "%.1f GB/s, %.2f TFLOP/s\n", limits.readBytes / 1e9, operationLimit / 1e12))
  }

  /// Prints a result, and where its time went.
  func add(_ test: SpeedTest, _ profile: StepProfile?) {
    let shares = profile?.take() ?? []
    if isJSON {
      rows.append(object(test, shares))
    } else {
      StandardOutput.write(line(test) + "\n")
      for share in shares {
        let speed =
          share.bytesPerSecond > 0
          ? String(format: ", %.1f GB/s", share.bytesPerSecond / 1e9) : ""
        StandardOutput.write(
          String(format: "  %5.1f %%  ", share.share * 100) + share.part + speed + "\n")
      }
    }
  }

  /// Prints what has been kept until the end.
  func finish() throws {
    guard isJSON else { return }
    let data = try JSONSerialization.data(
      withJSONObject: rows, options: [.prettyPrinted, .sortedKeys])
    StandardOutput.write(String(decoding: data, as: UTF8.self) + "\n")
  }

  private func line(_ test: SpeedTest) -> String {
    let name = test.name.padding(toLength: max(12, test.name.count), withPad: " ", startingAt: 0)
    return name + String(format: "%9.2f ± %.2f tokens/s", test.mean, test.deviation)
      + String(
        format: "  %5.1f GB/s (%.0f %%)  %.3f TFLOP/s (%.0f %%)  %016llx",
        test.bytesPerSecond / 1e9, test.bytesPerSecond / limits.readBytes * 100,
        test.operationsPerSecond / 1e12, test.operationsPerSecond / operationLimit * 100,
        test.logitsHash)
  }

  private func object(_ test: SpeedTest, _ shares: [StepProfile.Share]) -> [String: Any] {
    var object: [String: Any] = [
      "test": test.name, "tok_s": test.mean, "std": test.deviation, "runs": test.speeds,
      "gb_s": test.bytesPerSecond / 1e9, "gb_s_limit": limits.readBytes / 1e9,
      "tflop_s": test.operationsPerSecond / 1e12, "tflop_s_limit": operationLimit / 1e12,
      "logits_hash": String(format: "%016llx", test.logitsHash),
      "kernels": session.kernelsName, "threads": session.threads,
    ]
    if !shares.isEmpty {
      object["profile"] = Dictionary(
        uniqueKeysWithValues: shares.map { ($0.part, $0.share) })
    }
    return object
  }
}

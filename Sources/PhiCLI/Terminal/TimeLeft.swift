import Foundation

/// Says how long work that goes on evenly will take yet.
struct TimeLeft {
  private let start = ContinuousClock.now

  /// Work that begins now.
  init() {}

  /// `, 12 s left` for a share of the work that is done; nothing while too little is.
  func text(done share: Double) -> String {
    guard share > 0.02 else { return "" }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let left = Int((seconds / min(1, share) - seconds).rounded())
    return left < 120 ? ", \(left) s left" : ", \((left + 30) / 60) min left"
  }
}

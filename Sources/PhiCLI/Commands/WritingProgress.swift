import Foundation
import Phidelity

/// Shows how far the writing of a model is, and stops it when the user asks.
enum WritingProgress {
  static func show(_ write: (@escaping (ModelFileWriter.Progress) throws -> Void) throws -> Void)
    throws
  {
    let line = ProgressLine()
    Interrupt.shared.begin()
    defer {
      Interrupt.shared.end()
      line.finish()
    }
    let clock = ContinuousClock()
    let start = clock.now
    try write { progress in
      guard !Interrupt.shared.isRequested else { throw CancellationError() }
      let share = Double(progress.doneBytes) / Double(max(1, progress.totalBytes))
      let seconds = (clock.now - start) / .seconds(1)
      let left = share > 0.02 ? String(format: ", %.0f s left", seconds / share - seconds) : ""
      line.update("\(Int(share * 100)) %\(left)  \(progress.tensor)")
    }
  }
}

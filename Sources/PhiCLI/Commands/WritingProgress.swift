import Foundation
import Phidelity

/// Shows how far the writing of a model is, and stops it when the user asks.
enum WritingProgress {
  static func show(_ write: (@escaping (ModelFileWriter.Progress) throws -> Void) throws -> Void)
    throws
  {
    let left = TimeLeft()
    try withProgress { line in
      try write { progress in
        guard !Interrupt.shared.isRequested else { throw CancellationError() }
        let share = Double(progress.doneBytes) / Double(max(1, progress.totalBytes))
        line.update("\(Int(share * 100)) %\(left.text(done: share))  \(progress.tensor)")
      }
    }
  }
}

import Foundation
import Kernels
import Phidelity

/// `phi doctor`: what is wrong with a model file, and a copy without it.
let doctorCommand = Command(
  name: "doctor", summary: "find what is wrong with a model file, and mend a copy",
  usage: "MODEL [--fix OUT.gguf] [--no-weights] [--json FILE]",
  groups: [
    (
      "Work",
      [
        Option(
          name: "fix", short: nil, value: "OUT.gguf",
          help: "write a copy with all that can be mended for certain; weights stay as they are"),
        Option(
          name: "no-weights", short: nil, value: nil,
          help: "do not read the weights: quick, but damage in them is not found"),
        Option(name: "fast", short: nil, value: nil, help: "the same"),
        Option(name: "threads", short: "t", value: "N", help: "threads (default: all processors)"),
      ]
    ),
    (
      "Output (exit code 3: errors found, with --fix in the copy; 1: unreadable)",
      [Option(name: "json", short: nil, value: "FILE", help: "the findings; - for stdout")]
    ),
  ], positionals: 0...1
) { arguments in
  let path = try ModelLocator.path(arguments.positional.first)
  let file = try GGUFFile(damaged: path)
  let target = arguments.string("fix")
  if let target { try QuantizeOptions.checkTarget(OutputPath.checked(target), for: file) }
  if let json = arguments.string("json"), json != "-" { try AtomicFile.check(json) }
  let doctor = try DoctorRun.examine(file, arguments)
  let report = DoctorReport(doctor, path: path)
  if arguments.string("json") != "-" { StandardOutput.write(report.text(asksToFix: target == nil)) }
  if let json = arguments.string("json") { try report.writeJSON(to: json) }
  guard let target else { return doctor.isHealthy ? 0 : 3 }
  return try DoctorRun.fix(doctor, target, arguments)
}

/// The long parts of the work, with their progress.
private enum DoctorRun {
  static func examine(_ file: GGUFFile, _ arguments: Arguments) throws -> Doctor {
    let line = ProgressLine()
    Interrupt.shared.begin()
    defer {
      Interrupt.shared.end()
      line.finish()
    }
    let clock = ContinuousClock()
    let start = clock.now
    return try Doctor(
      file, readsWeights: !arguments.has("fast") && !arguments.has("no-weights"),
      threads: try arguments.int("threads", in: 1...1024) ?? Parallel.processorCount
    ) { done, total in
      guard !Interrupt.shared.isRequested else { throw CancellationError() }
      let share = Double(done) / Double(max(1, total))
      let seconds = (clock.now - start) / .seconds(1)
      let left = share > 0.02 ? String(format: ", %.0f s left", seconds / share - seconds) : ""
      line.update("reading weights: \(Int(share * 100)) %\(left)")
    }
  }

  /// Writes the copy and looks at it again; the exit code is what is left.
  static func fix(_ doctor: Doctor, _ target: String, _ arguments: Arguments) throws -> Int32 {
    let repaired = try RepairedModel(doctor.file, mending: doctor.findings)
    guard !repaired.changes.isEmpty else {
      StandardError.write(
        "nothing that can be mended for certain: \(target.printable) was not written\n")
      return doctor.isHealthy ? 0 : 3
    }
    try WritingProgress.show { progress in
      try repaired.write(
        to: target, threads: try arguments.int("threads", in: 1...1024) ?? Parallel.processorCount,
        progress: progress)
    }
    let copy = try examine(try GGUFFile(damaged: target), arguments)
    if arguments.string("json") != "-" {
      StandardOutput.write(DoctorReport.text(of: repaired, copy, path: target))
    }
    return copy.isHealthy ? 0 : 3
  }
}

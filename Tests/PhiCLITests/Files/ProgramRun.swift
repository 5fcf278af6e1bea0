import Foundation
import Synchronization

/// One run of the program as a process of its own.
struct ProgramRun {
  /// The exit code, or minus the signal that ended it.
  let code: Int32
  let output: String
  let errors: String

  /// The package's folder.
  static let package = (0..<4).reduce(URL(fileURLWithPath: #filePath)) { url, _ in
    url.deletingLastPathComponent()
  }.path
  /// The embedded model.
  static let model = package + "/models/phi-pocket-f16.gguf"
  /// The program, beside what runs the tests.
  static let program =
    URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    .deletingLastPathComponent().path + "/phi"

  /// Runs a line of the shell in a folder, with `$PHI` for the program and `$MODEL` for the model.
  static func shell(_ line: String, in folder: String, _ variables: [String: String] = [:]) throws
    -> ProgramRun
  {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", line]
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    var environment = ProcessInfo.processInfo.environment
    environment["PHI"] = program
    environment["MODEL"] = model
    environment["PHI_MODEL"] = nil
    environment["SWIFT_BACKTRACE"] = nil
    environment["HOME"] = folder
    for (name, value) in variables { environment[name] = value }
    process.environment = environment
    // Files and not pipes: what is long does not stop the process.
    let (output, errors) = (folder + "/.stdout", folder + "/.stderr")
    _ = FileManager.default.createFile(atPath: output, contents: nil)
    _ = FileManager.default.createFile(atPath: errors, contents: nil)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle(forWritingAtPath: errors)
    try process.run()
    process.waitUntilExit()
    func text(_ path: String) -> String {
      String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
    defer {
      unlink(output)
      unlink(errors)
    }
    let code = process.terminationStatus
    return ProgramRun(
      code: process.terminationReason == .uncaughtSignal ? -code : code, output: text(output),
      errors: text(errors))
  }
}

/// A folder for one test.
struct ScratchFolder: ~Copyable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/phi-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The names in it, hidden ones too.
  var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  /// Runs a line of the shell here.
  func shell(_ line: String, _ variables: [String: String] = [:]) throws -> ProgramRun {
    try ProgramRun.shell(line, in: path, variables)
  }
}

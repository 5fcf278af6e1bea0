import Foundation
import Phidelity

/// Where a report goes: to standard output for people, and to the files that were asked for.
struct VerifyOutputs {
  private let arguments: Arguments

  /// The options that name them.
  static let options = [
    Option(name: "json", short: nil, value: "FILE", help: "the figures; - for stdout")
  ]

  private static let renderers:
    [(option: String, render: @Sendable (VerifyReport) throws -> String)] = [
      ("json", { try JSONReport.text($0) })
    ]

  /// The outputs that arguments ask for.
  init(_ arguments: Arguments) {
    self.arguments = arguments
  }

  /// Writes the report to each; one that goes to standard output takes the place of the text.
  func write(_ report: VerifyReport) throws {
    if !Self.renderers.contains(where: { arguments.string($0.option) == "-" }) {
      StandardOutput.write(TextReport.text(report))
    }
    for (option, render) in Self.renderers {
      guard let path = arguments.string(option) else { continue }
      let text = try render(report)
      if path == "-" { StandardOutput.write(text) } else { try write(text, to: path) }
    }
  }

  private func write(_ text: String, to path: String) throws {
    let file = try AtomicFile(path: path)
    try Array(text.utf8).withUnsafeBytes { try file.write($0, at: 0) }
    try file.commit()
  }
}

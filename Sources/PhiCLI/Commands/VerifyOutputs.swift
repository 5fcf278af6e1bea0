import Foundation
import Phidelity

/// Where a report goes: to standard output for people, and to the files that were asked for.
struct VerifyOutputs {
  /// The options that name them.
  static let options = [
    Option(
      name: "format", short: nil, value: "FORMAT",
      help: "what standard output gets: text, json, markdown, junit, html or llama.cpp "
        + "(default: text)", needs: ["reference", "reference-logits"]),
    Option(
      name: "report", short: nil, value: "FILE.html",
      help: "a page with plots, in one file; - for stdout, as for the others",
      needs: ["reference", "reference-logits"]),
    Option(
      name: "markdown", short: nil, value: "FILE", help: "tables for a model card or a comment",
      needs: ["reference", "reference-logits"]),
    Option(
      name: "json", short: nil, value: "FILE", help: "all figures",
      needs: ["reference", "reference-logits"]),
    Option(
      name: "junit", short: nil, value: "FILE", help: "each limit as a test, for a build server",
      needs: ["reference", "reference-logits"]),
  ]

  private typealias Renderer = @Sendable (VerifyReport) throws -> StyledText

  /// Files that can be asked for.
  private static let files: [(option: String, render: Renderer)] = [
    ("report", { StyledText(HTMLReport.text($0)) }),
    ("markdown", { StyledText(MarkdownReport.text($0)) }),
    ("json", { StyledText(try JSONReport.text($0)) }),
    ("junit", { StyledText(JUnitReport.text($0)) }),
  ]

  /// What standard output can get.
  private static let formats: [(name: String, render: Renderer)] = [
    ("text", { TextReport.styled($0) }), ("json", { StyledText(try JSONReport.text($0)) }),
    ("markdown", { StyledText(MarkdownReport.text($0)) }),
    ("junit", { StyledText(JUnitReport.text($0)) }),
    ("html", { StyledText(HTMLReport.text($0)) }),
    ("llama.cpp", { StyledText(LlamaReport.text($0)) }),
  ]

  private let arguments: Arguments
  private let format: Renderer

  /// The outputs that arguments ask for.
  ///
  /// - Throws: `UsageError` for an unknown format, `GGUFError` if a file cannot be written.
  init(_ arguments: Arguments) throws {
    self.arguments = arguments
    let name = arguments.string("format") ?? "text"
    guard let format = Self.formats.first(where: { $0.name == name }) else {
      throw UsageError(
        option: "format",
        "expected " + Self.formats.map(\.name).joined(separator: ", ") + ", found '\(name)'")
    }
    let targets = Self.files.compactMap { file in
      arguments.string(file.option).map { (option: file.option, path: $0) }
    }
    for (index, target) in targets.enumerated() {
      if let other = targets[..<index].first(where: { $0.path == target.path }) {
        throw UsageError(
          description: "--\(other.option) and --\(target.option) both write to '\(target.path)'")
      }
    }
    if arguments.has("format"), let target = targets.first(where: { $0.path == "-" }) {
      throw UsageError(
        description: "--format and --\(target.option) - both write to standard output")
    }
    self.format = format.render
    for (option, _) in Self.files {
      guard let path = arguments.string(option), path != "-" else { continue }
      try AtomicFile.check(path)
    }
  }

  /// Writes the report to each; one that goes to standard output takes the place of the text.
  func write(_ report: VerifyReport) throws {
    if !Self.files.contains(where: { arguments.string($0.option) == "-" }) {
      StandardOutput.write(try format(report))
    }
    for (option, render) in Self.files {
      guard let path = arguments.string(option) else { continue }
      let text = try render(report)
      if path == "-" {
        StandardOutput.write(text)
      } else {
        try AtomicFile.write(Array(text.plain.utf8), to: path)
      }
    }
  }
}

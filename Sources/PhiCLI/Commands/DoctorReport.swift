import Foundation
import Phidelity

/// What `phi doctor` found, for people and for programs.
struct DoctorReport {
  private let doctor: Doctor
  private let path: String

  init(_ doctor: Doctor, path: String) {
    self.doctor = doctor
    self.path = path
  }

  /// The findings at 80 columns.
  ///
  /// - Parameter asksToFix: Whether the command that mends is named where there is something to.
  /// - Returns: The text.
  func text(asksToFix: Bool) -> StyledText {
    let file = doctor.file
    let name = Path.name(path).printable
    let isCut = !file.cutTensors.isEmpty
    var parts = [
      isCut
        ? "\(file.tensors.count) of \(file.tensors.count + file.cutTensors.count) tensors"
        : "\(file.tensors.count) tensors",
      isCut
        ? "\(Bytes.text(file.byteCount)) of \(Bytes.text(file.byteCount + file.missingBytes))"
        : Bytes.text(file.byteCount),
    ]
    if let published = doctor.publishedName { parts.insert("\(published) by its shape", at: 0) }
    let rest = ": \(parts.joined(separator: ", "))"
    var text = .bold(name) + Self.wrap(rest, indent: 0, after: DisplayWidth.of(name)) + "\n"
    for finding in doctor.findings { text += "\n" + block(finding) }
    return text + (doctor.findings.isEmpty ? "" : "\n") + summary(asksToFix: asksToFix)
  }

  private func block(_ finding: Finding) -> StyledText {
    let word = finding.severity.name.padding(toLength: 9, withPad: " ", startingAt: 0)
    let mark: StyledText.Mark =
      switch finding.severity {
      case .error: .red
      case .warning: .yellow
      case .note: .cyan
      }
    let head = Self.wrap("\(finding.subject) \(finding.found)", indent: 9)
    let fix = Self.wrap(
      "fix: \(finding.remedy)" + (finding.repairs.isEmpty ? "" : " (--fix does)"), indent: 9)
    let margin = String(repeating: " ", count: 9)
    let body = head + "\n" + margin + Self.wrap(finding.consequence, indent: 9) + "\n" + margin
    return StyledText(word, mark) + body + .dim(fix) + "\n"
  }

  private func summary(asksToFix: Bool) -> StyledText {
    let counts = Self.counts(of: doctor)
    var line = doctor.isHealthy ? StyledText("healthy", .green) : ""
    if !counts.isEmpty { line += (doctor.isHealthy ? ", with " : "") + counts }
    let mendable = doctor.findings.count { !$0.repairs.isEmpty }
    guard asksToFix, mendable > 0, !doctor.file.flaws.contains(where: { $0.kind == .missingBytes })
    else { return line + "\n" }
    let stem = Path.name(path).replacingOccurrences(of: ".gguf", with: "")
    let call = "phi doctor \(Self.quoted(path)) --fix \(Self.quoted("\(stem)-fixed.gguf"))"
    return line + "; \(mendable) can be mended:\n  \(call)\n"
  }

  /// As in `2 errors, 1 note`.
  static func counts(of doctor: Doctor) -> String {
    Finding.Severity.allCases.compactMap { severity in
      let count = doctor.count(severity)
      return count == 0 ? nil : "\(count) \(severity.name)\(count == 1 ? "" : "s")"
    }.joined(separator: ", ")
  }

  /// What was changed in a copy, and what is left to find there.
  static func text(of repaired: RepairedModel, _ copy: Doctor, path: String) -> String {
    var lines = ["", "\(path.printable):"]
    for change in repaired.changes {
      lines.append("  " + wrap("\(change.subject): \(change.description)", indent: 4))
    }
    let left = counts(of: copy)
    lines.append(
      left.isEmpty
        ? "the copy is healthy"
        : "the copy is " + (copy.isHealthy ? "healthy, with \(left)" : "left with \(left):"))
    for finding in copy.findings where finding.severity == .error {
      lines.append("  " + wrap("\(finding.subject) \(finding.found)", indent: 4))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Writes the findings as one object.
  ///
  /// - Parameter target: The file, or `-`.
  /// - Throws: What the system says.
  func writeJSON(to target: String) throws {
    let object: [String: Any] = [
      "path": path, "healthy": doctor.isHealthy, "errors": doctor.count(.error),
      "warnings": doctor.count(.warning), "notes": doctor.count(.note),
      "model": doctor.publishedName as Any? ?? NSNull(),
      "findings": doctor.findings.map {
        [
          "severity": $0.severity.name, "subject": $0.subject, "found": $0.found,
          "consequence": $0.consequence, "fix": $0.remedy, "mendable": !$0.repairs.isEmpty,
        ] as [String: Any]
      },
    ]
    let data = try JSONSerialization.data(
      withJSONObject: object, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    let bytes = Array(data) + [UInt8(ascii: "\n")]
    guard target != "-" else {
      StandardOutput.write(bytes)
      return
    }
    try AtomicFile.write(bytes, to: target)
  }

  /// The text in lines of 80 columns, all but the first indented; `after` columns are taken there.
  private static func wrap(_ text: String, indent: Int, after used: Int = 0) -> String {
    let width = 80 - indent
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ", omittingEmptySubsequences: false).map(String.init) {
      let taken = (lines.isEmpty ? used : 0) + DisplayWidth.of(line)
      if !line.isEmpty, taken + 1 + DisplayWidth.of(word) > width {
        lines.append(line)
        line = word
      } else {
        line += line.isEmpty ? word : " " + word
      }
    }
    lines.append(line)
    return lines.joined(separator: "\n" + String(repeating: " ", count: indent))
  }

  private static func quoted(_ path: String) -> String {
    let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./+=,@%")
    return path.allSatisfy(plain.contains)
      ? path : "'" + path.printable.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }
}

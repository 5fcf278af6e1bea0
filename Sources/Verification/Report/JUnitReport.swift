import Foundation

/// What `phi verify` found, as JUnit's XML: a test case for each limit, which fails where it is
/// broken.
public enum JUnitReport {
  /// The report.
  public static func text(_ report: VerifyReport) -> String {
    let words = ReportWords(report)
    let suite = "phi verify \(report.candidate.name)"
    var cases = report.verdict?.checks.map { testCase($0, suite) } ?? []
    if cases.isEmpty {
      // A run without limits still shows in a list of tests.
      cases.append("    <testcase\(attributes(["classname": suite, "name": "comparison"]))/>")
    }
    let failures = report.verdict?.checks.count { !$0.outcome.isWithin } ?? 0
    let counts = ["tests": "\(cases.count)", "failures": "\(failures)", "errors": "0"]
    var lines = [
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
      "<testsuites\(attributes(["name": "phi verify"].merging(counts) { $1 }))>",
      "  <testsuite\(attributes(["name": suite].merging(counts) { $1 }))>",
      "    <properties>",
    ]
    for (name, value) in properties(report) {
      lines.append("      <property\(attributes(["name": name, "value": value]))/>")
    }
    lines += ["    </properties>"] + cases
    let out = [words.headline + words.origin] + (words.caveat.map { [$0] } ?? [])
    lines.append(
      "    <system-out>\(Markup.escaped(out.joined(separator: "\n")))</system-out>")
    return (lines + ["  </testsuite>", "</testsuites>"]).joined(separator: "\n") + "\n"
  }

  private static func testCase(_ check: Verdict.Check, _ suite: String) -> String {
    let open = "    <testcase\(attributes(["classname": suite, "name": check.name]))"
    guard !check.outcome.isWithin else { return open + "/>" }
    let message =
      String(format: "found %.6f, ", check.value)
      + String(format: "expected at %@ %g", check.isMaximum ? "most" : "least", check.limit)
      + (check.outcome.isSure ? "" : "; the text is too short to be sure")
    return open + ">\n      <failure"
      + attributes(["type": "limit", "message": message]) + "/>\n    </testcase>"
  }

  private static func properties(_ report: VerifyReport) -> [(String, String)] {
    var properties = [
      ("candidate", report.candidate.path), ("reference", report.reference.path),
    ]
    if let comparison = report.comparison {
      properties.append(("tokens", "\(comparison.summary.positions)"))
      for figure in ReportFigure.all(comparison) where !figure.isDetail {
        properties.append((figure.name, figure.value))
      }
    }
    if let score = report.score {
      properties.append(("questions", "\(score.asked)"))
      properties.append(("candidate accuracy", "\(score.candidateAccuracy)"))
      properties.append(("reference accuracy", "\(score.referenceAccuracy)"))
    }
    return properties
  }

  /// Attributes in the order of their names.
  private static func attributes(_ values: [String: String]) -> String {
    values.sorted { $0.key < $1.key }.map { " \($0.key)=\"\(Markup.escaped($0.value))\"" }.joined()
  }
}

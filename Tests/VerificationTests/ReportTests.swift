import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@testable import Verification

/// Whether a text is XML, by reading it.
private func isXML(_ text: String) -> Bool { XMLParser(data: Data(text.utf8)).parse() }

@Suite("Reports")
struct ReportTests {
  private static let hostile = "a<script>alert(1)</script>|\u{1B}[31m&\"'\n.gguf"

  private static func comparison(
    _ reference: [Float], _ candidate: [Float], next: Int32 = 1
  ) -> TokenComparison {
    reference.withUnsafeBufferPointer { p in
      candidate.withUnsafeBufferPointer { TokenComparison(reference: p, candidate: $0, next: next) }
    }
  }

  private static func stretches(_ count: Int, of tokens: Int, noise: Float) -> [[TokenComparison]] {
    var random = SeededNormal(21)
    return (0..<count).map { _ in
      (0..<tokens).map { _ in
        let logits = (0..<12).map { _ in Float(3 * random.normal()) }
        return comparison(logits, logits.map { $0 + noise * Float(random.normal()) })
      }
    }
  }

  /// A report with every part, in which all text comes from somebody hostile.
  private static func full(noise: Float = 0.3) -> VerifyReport {
    var report = VerifyReport(
      reference: .init(path: "/tmp/\(hostile)", bytes: 4_000_000, bitsPerWeight: 16),
      candidate: .init(path: "/tmp/\(hostile)", bytes: 1_200_000, bitsPerWeight: 4.8))
    let comparison = VerifyReport.Comparison(stretches(12, of: 20, noise: noise), length: 41)
    report.comparison = comparison
    report.verdict = Verdict(
      comparison.summary,
      .init(divergence: 1e-6, topAgreement: 0.1, perplexityRatio: 2, profile: hostile))
    var score = TaskScore()
    for index in 0..<40 {
      score.add(
        index % 2 == 0 ? hostile : "b", reference: index % 5 != 0, candidate: index % 3 != 0)
    }
    report.score = score
    let choice = WorstToken.Choice(token: 1, text: hostile, reference: 0.7, candidate: 0.2)
    let other = WorstToken.Choice(token: 2, text: "</code>", reference: 0.1, candidate: 0.6)
    report.worst = [
      WorstToken(
        stretch: 0, position: 3, divergence: 1.5, before: hostile, next: choice,
        referenceTop: choice, candidateTop: other)
    ]
    report.answers = [
      AnswerComparison(
        prompt: hostile, common: "<b>",
        reference: .init(tokens: [1], text: "<b>x", isFinished: true),
        candidate: .init(tokens: [2], text: "<b>" + hostile, isFinished: false),
        parting: .init(index: 0, choices: [choice, other], reference: choice, candidate: other))
    ]
    report.drift = (0..<4).map {
      LayerDrift(
        block: $0 == 0 ? nil : $0 - 1, relativeError: 0.1 * Double($0), cosine: 0.99, added: 0.05)
    }
    report.swaps = SwapCosts(
      divergence: 0.1, positions: 100, isByLayer: false,
      costs: [
        SwapCost(
          name: hostile, tensors: [hostile], candidateBytes: 1000, referenceBytes: 4000,
          alone: 0.05, gained: 0.04,
          upgrade: .init(
            types: [:], extraBytes: 500, saved: 0.03, arguments: ["--tensor \(hostile)=Q6_K"]))
      ], isPartial: false)
    return report
  }

  /// A form, by name.
  struct Form: CustomTestStringConvertible {
    let testDescription: String
    let text: @Sendable (VerifyReport) throws -> String

    static let all = [
      Form(testDescription: "text") { TextReport.text($0) },
      Form(testDescription: "markdown") { MarkdownReport.text($0) },
      Form(testDescription: "json") { try JSONReport.text($0) },
      Form(testDescription: "junit") { JUnitReport.text($0) },
      Form(testDescription: "html") { HTMLReport.text($0) },
      Form(testDescription: "llama.cpp") { LlamaReport.text($0) },
    ]
  }

  @Test(
    "Text of models and files is shown as what it is, and controls no terminal", arguments: Form.all
  )
  func escapes(form: Form) throws {
    let text = try form.text(Self.full())
    #expect(!text.contains("\u{1B}"))
    if ["markdown", "junit", "html"].contains(form.testDescription) {
      #expect(!text.contains("<script"))
      #expect(!text.contains("alert(1)</"))
    }
  }

  @Test("Figures that are no numbers break no form", arguments: Form.all)
  func notNumbers(form: Form) throws {
    var report = Self.full()
    for broken in [Float.nan, .infinity, -.infinity] {
      let logits: [Float] = [1, 2, 3]
      let one = Self.comparison(logits, [broken, 2, 3])
      for stretches in [[[one]], [[one, one], [one]], [[], [one]]] {
        let comparison = VerifyReport.Comparison(stretches, length: 3)
        report.comparison = comparison
        report.verdict = Verdict(comparison.summary, .init(divergence: 0.1, topAgreement: 0.9))
        #expect(try !form.text(report).isEmpty)
      }
    }
  }

  @Test("A comparison of nothing, and a report of nothing, have forms", arguments: Form.all)
  func nothing(form: Form) throws {
    _ = try form.text(.made(of: []))
    _ = try form.text(.made(of: [[]]))
    _ = try form.text(
      VerifyReport(
        reference: .init(path: "", bytes: 0, bitsPerWeight: nil),
        candidate: .init(path: "", bytes: 0, bitsPerWeight: 0)))
  }

  @Test("The page loads nothing and runs nothing")
  func selfContained() {
    let page = HTMLReport.text(Self.full())
    for word in [
      "http://", "https://", " src=", " href=", "url(", "@import", "<script", "<link", " on",
    ] {
      // Words of a sentence may begin with "on".
      let found = word == " on" ? page.contains(/\son[a-z]+=/) : page.contains(word)
      #expect(!found, "\(word)")
    }
    #expect(page.contains("default-src 'none'"))
  }

  @Test("The page's elements are closed, and its drawings are XML with words for what they show")
  func wellFormed() throws {
    let page = HTMLReport.text(Self.full())
    for name in [
      "section", "figure", "figcaption", "table", "div", "article", "p", "svg", "h2", "dl",
    ] {
      let opened = page.matches(of: try Regex("<\(name)[ >]")).count
      #expect(opened == page.components(separatedBy: "</\(name)>").count - 1, "\(name)")
      #expect(opened > 0, "\(name)")
    }
    let drawings = page.components(separatedBy: "<svg").dropFirst().map {
      "<svg" + ($0.components(separatedBy: "</svg>").first ?? "") + "</svg>"
    }
    #expect(drawings.count >= 9)
    for drawing in drawings {
      #expect(isXML(drawing))
      #expect(drawing.contains(/aria-label="[^"]{10,}"/))
    }
    let body = try #require(page.components(separatedBy: "<body>").last)
    #expect(
      isXML(
        "<body>"
          + (body.components(separatedBy: "</body>").first ?? "").replacing("<br>", with: "<br/>")
          + "</body>"))
  }

  @Test("JUnit's XML counts the limits that are broken")
  func junit() {
    let text = JUnitReport.text(Self.full())
    #expect(isXML(text))
    #expect(text.contains("failures=\"1\""))
    #expect(text.components(separatedBy: "<testcase").count == 4)
    #expect(text.components(separatedBy: "<failure").count == 2)
    #expect(isXML(JUnitReport.text(.made(of: Self.stretches(2, of: 3, noise: 0)))))
  }

  @Test("Every row of a Markdown table has its header's cells")
  func markdown() {
    var columns: Int?
    for line in MarkdownReport.text(Self.full()).split(
      separator: "\n", omittingEmptySubsequences: false)
    {
      guard line.hasPrefix("|") else {
        columns = nil
        continue
      }
      let cells = line.replacing("\\|", with: "").count { $0 == "|" }
      #expect(cells == columns ?? cells)
      columns = cells
    }
  }

  @Test("The verdict comes first, in one sentence that names what is broken")
  func headline() {
    let words = ReportWords(Self.full())
    #expect(words.level == .bad)
    #expect(words.headline.contains("is outside its limits (mean divergence"))
    var same = VerifyReport.made(of: Self.stretches(10, of: 5, noise: 0))
    #expect(
      ReportWords(same).headline == "candidate.gguf says exactly what reference.gguf says.")
    same.verdict = same.comparison.map { Verdict($0.summary, .init(divergence: 0.1)) }
    #expect(ReportWords(same).level == .good)
  }

  @Test("Too little text is said, with how much would do")
  func caveats() {
    func caveat(_ stretches: Int, noise: Float = 0.3) -> String? {
      ReportWords(.made(of: Self.stretches(stretches, of: 30, noise: noise))).caveat
    }
    #expect(caveat(1) == "one stretch gives no intervals: 8 do, about 240 tokens")
    #expect(
      caveat(3)
        == "3 stretches are too few for intervals to mean much: 8 are the least, about 240 tokens")
    #expect(caveat(40) == nil)
    #expect(caveat(40, noise: 0) == nil)
    #expect(ReportWords.rounded(1234) == "1\u{202F}300")
    #expect(ReportWords.rounded(99) == "99")
    #expect(ReportWords.grouped(1_234_567) == "1\u{202F}234\u{202F}567")
  }
}

import Foundation
import Testing

@testable import ChatTemplates

@Suite struct ExpressionGoldenTests {
  /// Each expression gives jinja2's text, or fails where jinja2 fails.
  ///
  /// The file is made by `scripts/make-template-goldens`.
  @Test func expressionsGiveWhatJinja2Gives() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/expressions.json").path
    let json = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    guard case .dict(let file) = try TemplateValue.parse(json: json),
      case .dict(let variables)? = file["variables"], case .list(let cases)? = file["cases"]
    else {
      Issue.record("no goldens")
      return
    }
    #expect(cases.count > 900)
    let values = Dictionary(variables.stringPairs, uniquingKeysWith: { first, _ in first })
    for case .dict(let golden) in cases {
      guard case .string(let expression)? = golden["expression"] else { continue }
      var expected: String?
      if case .string(let text)? = golden["text"] { expected = text }
      let text = try? ChatTemplate("{{ " + expression + " }}").render(values)
      #expect(text.map { Array($0.utf8) } == expected.map { Array($0.utf8) }, "\(expression)")
    }
  }
}

/// Why a template cannot be parsed or rendered: one line, with the template's line number.
public struct TemplateError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Line of the template, from 1; nil if the trouble lies elsewhere.
  public var line: Int?
  /// What was found and what was expected.
  public let problem: String

  /// An error without a place.
  public init(_ problem: String, line: Int? = nil) {
    self.problem = problem
    self.line = line
  }

  /// The line for a person.
  public var description: String {
    let text = problem.unicodeScalars.map { $0.value < 32 ? " " : String($0) }.joined()
    return line.map { "chat template, line \($0): \(text)" } ?? "chat template: \(text)"
  }
}

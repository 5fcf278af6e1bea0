/// Something about a model file that a person should know, what it leads to, and what to do.
public struct Finding: Sendable {
  /// How bad it is, the worst first.
  public enum Severity: Int, Sendable, Comparable, CaseIterable {
    /// The file cannot be run, or answers wrongly.
    case error
    /// Some programs, or some uses, go wrong.
    case warning
    /// Good to know.
    case note

    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

    /// The word for it.
    public var name: String { "\(self)" }
  }

  /// How bad it is.
  public let severity: Severity
  /// The key or tensor, or what else it is about.
  public let subject: String
  /// What was found, as the rest of a sentence about the subject.
  public let found: String
  /// What comes of it, in one sentence.
  public let consequence: String
  /// What to do about it.
  public let remedy: String
  /// Changes that mend it for certain; empty if there are none.
  public let repairs: [Repair]

  init(
    _ severity: Severity, _ subject: String, _ found: String, consequence: String, remedy: String,
    repairs: [Repair] = []
  ) {
    self.severity = severity
    self.subject = subject
    self.found = found
    self.consequence = consequence
    self.remedy = remedy
    self.repairs = repairs
  }
}

/// How a text report marks words: not at all, or as its terminal can.
public struct TextStyle: Sendable {
  /// Marks a word.
  public typealias Mark = @Sendable (String) -> String

  /// Headings.
  public var heading: Mark
  /// What the reference says where the candidate says something else.
  public var reference: Mark
  /// What the candidate says there.
  public var candidate: Mark
  /// What matters less.
  public var faint: Mark

  /// Marks.
  public init(
    heading: @escaping Mark, reference: @escaping Mark, candidate: @escaping Mark,
    faint: @escaping Mark
  ) {
    self.heading = heading
    self.reference = reference
    self.candidate = candidate
    self.faint = faint
  }

  /// No marks.
  public static let plain = TextStyle(
    heading: { $0 }, reference: { $0 }, candidate: { $0 }, faint: { $0 })
}

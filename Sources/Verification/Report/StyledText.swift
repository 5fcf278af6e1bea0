/// Text in runs, of which some are marked; how a mark looks is decided where the text is shown.
///
/// Text and marks are kept apart, so that no text of a file or a model can pass for a mark.
public struct StyledText: Sendable, Equatable {
  /// How a run stands out.
  public enum Mark: Sendable, CaseIterable {
    case bold, dim, red, green, yellow, cyan
  }

  /// A run of text with one mark or none.
  public struct Run: Sendable, Equatable {
    /// The text.
    public let text: String
    /// How it stands out; nil for not at all.
    public let mark: Mark?
  }

  /// The runs in order.
  public private(set) var runs: [Run]

  /// Text with one mark or none.
  public init(_ text: String, _ mark: Mark? = nil) {
    runs = text.isEmpty ? [] : [Run(text: text, mark: mark)]
  }

  /// Bold text.
  public static func bold(_ text: String) -> StyledText { StyledText(text, .bold) }

  /// Dimmed text.
  public static func dim(_ text: String) -> StyledText { StyledText(text, .dim) }

  /// The text without marks.
  public var plain: String { runs.map(\.text).joined() }

  /// One text after another.
  public static func + (first: StyledText, second: StyledText) -> StyledText {
    var result = first
    result.runs += second.runs
    return result
  }

  /// A text after a marked one.
  public static func + (first: StyledText, second: String) -> StyledText {
    first + StyledText(second)
  }

  /// A marked text after another.
  public static func + (first: String, second: StyledText) -> StyledText {
    StyledText(first) + second
  }

  /// Appends a text.
  public static func += (text: inout StyledText, more: StyledText) { text.runs += more.runs }

  /// Appends a text without marks.
  public static func += (text: inout StyledText, more: String) { text += StyledText(more) }
}

extension StyledText: ExpressibleByStringLiteral {
  /// Text without marks.
  public init(stringLiteral text: String) { self.init(text) }
}

extension [StyledText] {
  /// The lines, each with a line feed.
  func lines() -> StyledText {
    reduce(into: "") { $0 += $1 + "\n" }
  }
}

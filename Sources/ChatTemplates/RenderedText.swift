/// A rendered text, and which parts of it came from the conversation.
///
/// A message may spell a control token, such as `<|end|>`. A caller that tokenizes the parts in
/// `dataRanges` as plain text keeps such a message from acting as one.
public struct RenderedText: Sendable, Equatable {
  /// The text.
  public let text: String
  /// The parts that came from data, as UTF-8 offsets: ascending, disjoint, none empty.
  public let dataRanges: [Range<Int>]

  /// A text and its parts from data.
  public init(text: String, dataRanges: [Range<Int>]) {
    self.text = text
    self.dataRanges = dataRanges
  }
}

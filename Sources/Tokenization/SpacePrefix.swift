/// When SentencePiece's encoder puts a space before a text that has no token yet.
///
/// GGUF's `add_space_prefix` knows always and never; the others are `Metaspace` of the `tokenizers`
/// package, which leaves a text that begins with a space as it is.
package enum SpacePrefix: String, Sendable {
  /// Before each piece of text.
  case always
  /// Before each piece of text that does not begin with a space.
  case unmarked
  /// Before the beginning of all, unless it is a space.
  case first

  /// The key of the program's own for those that GGUF does not know.
  package static let key = "phidelity.tokenizer.space_prefix"
}

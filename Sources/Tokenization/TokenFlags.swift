/// How a token beside the trained ones is found in a text: the flags of `AddedToken` in the
/// `tokenizers` package.
package struct TokenFlags: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// White space before it belongs to it.
  package static let stripsLeft = TokenFlags(rawValue: 1)
  /// White space behind it belongs to it.
  package static let stripsRight = TokenFlags(rawValue: 2)
  /// It is looked for in what the other tokens leave, as the normalizer has changed it.
  package static let normalized = TokenFlags(rawValue: 4)
  /// It is none where letters or digits touch it.
  package static let singleWord = TokenFlags(rawValue: 8)

  /// The flags about white space.
  package static let strips: TokenFlags = [.stripsLeft, .stripsRight]

  /// The keys of the program's own that list the tokens with a flag; GGUF has none.
  ///
  /// Where one of the first two is there, both are complete, and no rule of a family holds.
  package static let keys: [(flag: TokenFlags, key: String)] = [
    (.stripsLeft, "phidelity.tokenizer.lstrip_tokens"),
    (.stripsRight, "phidelity.tokenizer.rstrip_tokens"),
    (.normalized, "phidelity.tokenizer.normalized_tokens"),
    (.singleWord, "phidelity.tokenizer.single_word_tokens"),
  ]
}

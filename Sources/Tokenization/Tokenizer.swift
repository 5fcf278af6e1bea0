import GGUF

/// Text to tokens and back, by a file's vocabulary.
public final class Tokenizer: Sendable {
  /// The tokens.
  public let vocabulary: Vocabulary
  /// Tokens that end a turn or a text: every one that the families use, whatever the file's `eos`
  /// says, since many files name only one of them.
  public let endOfGeneration: Set<Int32>

  /// How texts without special tokens become tokens.
  enum Model: Sendable {
    case sentencePiece(SentencePieceEncoder)
    case bytePair(BytePairEncoder)
  }

  let model: Model
  private let special: SpecialTokens
  /// The tokens that are looked for in what the others leave; nil if there are none.
  private let later: SpecialTokens?

  /// Reads a file's vocabulary.
  ///
  /// - Parameter metadata: The file's.
  /// - Throws: `TokenizerError` if it is missing, malformed, or of a kind that is not supported.
  public convenience init(_ metadata: GGUFMetadata) throws(TokenizerError) {
    let reader = VocabularyReader(metadata: metadata)
    switch try reader.string("model") {
    case "llama":
      let vocabulary = try reader.vocabulary(isSentencePiece: true, addsBOS: true)
      self.init(vocabulary, .sentencePiece(SentencePieceEncoder(vocabulary)))
    case "gpt2":
      let name = try reader.string("pre") ?? "default"
      guard let preTokenizer = PreTokenizer(named: name) else {
        let names = PreTokenizer.named.flatMap(\.names).joined(separator: ", ")
        throw reader.error("pre", "found '\(name)', expected one of \(names)")
      }
      // Llama 3's own: they begin texts and take whole words unless the file says otherwise.
      let isLlama3 = ["llama-bpe", "llama3", "llama-v3"].contains(name)
      let takesWholeWords = try reader.flag(Vocabulary.wholeWordsKey) ?? isLlama3
      let vocabulary = try reader.vocabulary(isSentencePiece: false, addsBOS: isLlama3)
      let merges = try reader.merges(of: vocabulary.pieces)
      self.init(
        vocabulary,
        .bytePair(
          BytePairEncoder(vocabulary, merges, preTokenizer, takesWholeWords: takesWholeWords)))
    case nil: throw reader.error("model", "missing, expected llama or gpt2")
    case .some(let name): throw reader.error("model", "found '\(name)', expected llama or gpt2")
    }
  }

  init(_ vocabulary: Vocabulary, _ model: Model) {
    self.vocabulary = vocabulary
    self.model = model
    special = SpecialTokens(vocabulary)
    let isLater = vocabulary.flags.values.contains { $0.contains(.normalized) }
    later = isLater ? SpecialTokens(vocabulary, normalized: true) : nil
    endOfGeneration = vocabulary.endOfGeneration
  }

  /// The tokens of a text.
  ///
  /// - Parameters:
  ///   - text: Any text.
  ///   - plainRanges: Parts of the text, as UTF-8 offsets in ascending order, in which no control
  ///     token is found, nor one that begins or ends outside. Neither is a user-defined token that
  ///     ends a turn or is written `<|…|>`. All else is as in the whole text: words and merges
  ///     reach across the edges of a range.
  ///   - addBOS: Whether `bos` goes first; nil for what the file says. With false `eos` is not added
  ///     either, else where the file wants it.
  ///   - parseSpecial: Whether control tokens in the text are found, or read as plain text.
  /// - Returns: Token ids.
  public func encode(
    _ text: String, plainRanges: [Range<Int>] = [], addBOS: Bool? = nil,
    parseSpecial: Bool = true
  ) -> [Int32] {
    precondition(
      zip(plainRanges, plainRanges.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound },
      "plain ranges must be ascending and disjoint")
    var tokens: [Int32] = []
    if addBOS ?? vocabulary.addsBOS, let bos = vocabulary.bos { tokens.append(bos) }
    var text = text
    text.withUTF8 { utf8 in
      let bytes = UnsafeRawBufferPointer(utf8)
      special.split(bytes, parsesControl: parseSpecial, plainRanges: plainRanges) { part in
        switch part {
        case .token(let id): tokens.append(id)
        case .text(let range):
          encodeText(
            bytes, range, parseSpecial: parseSpecial, plainRanges: plainRanges, into: &tokens)
        }
      }
    }
    if addBOS ?? true, vocabulary.addsEOS, let eos = vocabulary.eos { tokens.append(eos) }
    return tokens
  }

  /// The tokens of a text that is to go on: without the `eos` that a file may ask for.
  public func encodePrompt(_ text: String) -> [Int32] {
    var tokens = encode(text)
    if vocabulary.addsEOS, let last = tokens.last, last == vocabulary.eos { tokens.removeLast() }
    return tokens
  }

  /// Appends the tokens of what lies between those that are looked for first.
  private func encodeText(
    _ text: UnsafeRawBufferPointer, _ range: Range<Int>, parseSpecial: Bool,
    plainRanges: [Range<Int>], into tokens: inout [Int32]
  ) {
    let part = UnsafeRawBufferPointer(rebasing: text[range])
    let start = range.lowerBound
    guard let later else { return encode(part, isFirst: start == 0, into: &tokens) }
    let plain = plainRanges.filter { $0.overlaps(range) }.map { plain in
      let inside = plain.clamped(to: range)
      return inside.lowerBound - start..<inside.upperBound - start
    }
    later.split(part, parsesControl: parseSpecial, plainRanges: plain) { rest in
      switch rest {
      case .token(let id): tokens.append(id)
      case .text(let range):
        encode(
          UnsafeRawBufferPointer(rebasing: part[range]), isFirst: start + range.lowerBound == 0,
          isContinued: later.includesSpace && range.lowerBound > 0, into: &tokens)
      }
    }
  }

  private func encode(
    _ text: UnsafeRawBufferPointer, isFirst: Bool, isContinued: Bool = false,
    into tokens: inout [Int32]
  ) {
    switch model {
    case .bytePair(let encoder): encoder.encode(text, into: &tokens)
    case .sentencePiece(let encoder):
      encoder.encode(text, isFirst: isFirst, isContinued: isContinued, into: &tokens)
    }
  }
}

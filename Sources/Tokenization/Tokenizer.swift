import GGUF

/// Text to tokens and back, by a file's vocabulary.
public final class Tokenizer: Sendable {
  /// The tokens.
  public let vocabulary: Vocabulary
  /// Tokens that end a turn or a text: every one that the families use, whatever the file's `eos`
  /// says, since many files name only one of them.
  public let endOfGeneration: Set<Int32>

  private enum Model: Sendable {
    case sentencePiece(SentencePieceEncoder)
    case bytePair(BytePairEncoder)
  }

  private let model: Model
  private let special: SpecialTokens

  /// Reads a file's vocabulary.
  ///
  /// - Parameter metadata: The file's.
  /// - Throws: `TokenizerError` if it is missing, malformed, or of a kind that is not supported.
  public init(_ metadata: GGUFMetadata) throws(TokenizerError) {
    let reader = VocabularyReader(metadata: metadata)
    let name = try reader.read { m throws(GGUFError) in try m.string("tokenizer.ggml.model") }
    switch name {
    case "llama":
      vocabulary = try Vocabulary(metadata, addsBOS: true)
      model = .sentencePiece(SentencePieceEncoder(vocabulary))
    case "gpt2":
      let pre = try reader.read { m throws(GGUFError) in try m.string("tokenizer.ggml.pre") }
      let preTokenizer = try PreTokenizer(named: pre, source: metadata.source)
      vocabulary = try Vocabulary(metadata, addsBOS: PreTokenizer.ignoresMerges(pre))
      guard !vocabulary.merges.isEmpty else {
        throw reader.error("tokenizer.ggml.merges", "is missing or empty")
      }
      model = .bytePair(
        try BytePairEncoder(
          vocabulary, preTokenizer, ignoresMerges: PreTokenizer.ignoresMerges(pre),
          source: metadata.source))
    case nil: throw reader.error("tokenizer.ggml.model", "is missing")
    case .some(let name):
      throw reader.error("tokenizer.ggml.model", "found '\(name)', expected llama or gpt2")
    }
    special = SpecialTokens(vocabulary)
    endOfGeneration = Self.endOfGeneration(vocabulary)
  }

  /// The tokens of a text.
  ///
  /// - Parameters:
  ///   - text: Any text.
  ///   - addBOS: Whether `bos` goes first, and `eos` last where the file wants it; nil for what the
  ///     file says.
  ///   - parseSpecial: Whether control tokens in the text are found, or read as plain text.
  /// - Returns: Token ids.
  public func encode(
    _ text: String, addBOS: Bool? = nil, parseSpecial: Bool = true
  ) -> [Int32] {
    var tokens: [Int32] = []
    if addBOS ?? vocabulary.addsBOS, let bos = vocabulary.bos { tokens.append(bos) }
    let bytes = Array(text.utf8)
    for part in special.split(bytes, parsesControl: parseSpecial) {
      switch part {
      case .token(let id): tokens.append(id)
      case .text(let range): encode(bytes[range], into: &tokens)
      }
    }
    if addBOS ?? true, vocabulary.addsEOS, let eos = vocabulary.eos { tokens.append(eos) }
    return tokens
  }

  private func encode(_ text: ArraySlice<UInt8>, into tokens: inout [Int32]) {
    switch model {
    case .bytePair(let encoder): encoder.encode(text, into: &tokens)
    case .sentencePiece(let encoder):
      var escaped: [UInt8] = []
      escaped.reserveCapacity(text.count + 3)
      // Every text that begins, or follows a special token, gets the prefix: Phi-3's and Llama's
      // "legacy" behaviour.
      if vocabulary.addsSpacePrefix { escaped += Self.spaceMark }
      for byte in text {
        if byte == 32 { escaped += Self.spaceMark } else { escaped.append(byte) }
      }
      encoder.encode(escaped, into: &tokens)
    }
  }

  /// The text of tokens, invalid UTF-8 repaired.
  ///
  /// - Parameters:
  ///   - tokens: Any ids; those outside the vocabulary have no text.
  ///   - renderSpecial: Whether control tokens appear as their pieces.
  /// - Returns: The text, without the space that encoding put before it.
  public func decode(_ tokens: [Int32], renderSpecial: Bool = false) -> String {
    var decoder = StreamDecoder(self, renderSpecial: renderSpecial)
    return tokens.reduce(into: "") { $0 += decoder.append($1) } + decoder.finish()
  }

  /// The bytes that a token stands for.
  ///
  /// - Parameters:
  ///   - token: An id; one outside the vocabulary has none.
  ///   - renderSpecial: Whether a control token has its piece's bytes or none.
  /// - Returns: Bytes that need not be whole characters.
  public func bytes(of token: Int32, renderSpecial: Bool) -> [UInt8] {
    guard token >= 0, Int(token) < vocabulary.count else { return [] }
    let piece = vocabulary.pieces[Int(token)]
    switch (vocabulary.kinds[Int(token)], model) {
    case (.control, _), (.unknown, _): return renderSpecial ? piece : []
    case (.byte, _): return Self.byte(piece).map { [$0] } ?? piece
    case (.userDefined, .bytePair): return piece
    case (_, .bytePair): return ByteCharacters.decode(piece)
    case (_, .sentencePiece): return Self.unescaped(piece)
    }
  }

  /// Whether decoding takes a space off a text's front.
  var stripsFirstSpace: Bool {
    if case .sentencePiece = model { return vocabulary.addsSpacePrefix }
    return false
  }

  private static let spaceMark: [UInt8] = [0xE2, 0x96, 0x81]  // ▁

  private static func unescaped(_ piece: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    var index = 0
    while index < piece.count {
      if piece[index...].starts(with: spaceMark) {
        bytes.append(32)
        index += 3
      } else {
        bytes.append(piece[index])
        index += 1
      }
    }
    return bytes
  }

  /// The byte of a piece such as `<0x0A>`.
  private static func byte(_ piece: [UInt8]) -> UInt8? {
    guard piece.count == 6, piece.starts(with: Array("<0x".utf8)), piece[5] == UInt8(ascii: ">")
    else { return nil }
    let digits = piece[3..<5].compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    return digits.count == 2 ? UInt8(digits[0] * 16 + digits[1]) : nil
  }

  private static func endOfGeneration(_ vocabulary: Vocabulary) -> Set<Int32> {
    let found = Vocabulary.endMarks.compactMap { vocabulary.id(of: $0) }
    return Set(found + [vocabulary.eos, vocabulary.eot].compactMap { $0 })
  }
}

import GGUF

extension Vocabulary {
  /// Pieces that end a turn or a text in the families that are known.
  static let endMarks = [
    "<|end|>", "<|endoftext|>", "<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<end_of_turn>",
    "<|end_of_text|>", "</s>",
  ]

  /// Reads a file's vocabulary.
  ///
  /// - Parameters:
  ///   - metadata: The file's.
  ///   - addsBOS: What holds if the file does not say whether texts begin with `bos`.
  /// - Throws: `TokenizerError` if a list or an id is missing, of another type, or out of range.
  init(_ metadata: GGUFMetadata, addsBOS: Bool) throws(TokenizerError) {
    let reader = VocabularyReader(metadata: metadata)
    let pieces = try reader.read { m throws(GGUFError) in
      try m.bytesArray("tokenizer.ggml.tokens")
    }
    guard let pieces, !pieces.isEmpty else {
      throw reader.error("tokenizer.ggml.tokens", "is missing or empty")
    }
    guard pieces.count <= Int(Int32.max) / 2 else {
      throw reader.error("tokenizer.ggml.tokens", "has too many tokens")
    }
    let types = try reader.read { m throws(GGUFError) in
      try m.integerArray("tokenizer.ggml.token_type")
    }
    let scores = try reader.read { m throws(GGUFError) in
      try m.floatArray("tokenizer.ggml.scores")
    }
    for (key, count) in [
      ("tokenizer.ggml.token_type", types?.count), ("tokenizer.ggml.scores", scores?.count),
    ] {
      guard let count, count != pieces.count else { continue }
      throw reader.error(key, "found \(count) elements, expected \(pieces.count)")
    }
    var kinds = [TokenKind](repeating: .normal, count: pieces.count)
    for (id, type) in (types ?? []).enumerated() {
      guard let kind = TokenKind(rawValue: type == 0 ? 1 : type) else {
        throw reader.error(
          "tokenizer.ggml.token_type", "token \(id): found \(type), expected 1 to 6")
      }
      kinds[id] = kind
    }
    // Some files call marks that end a turn plain pieces: they would never be found in a text.
    let marks = Set(Self.endMarks.map { Array($0.utf8) })
    for (id, piece) in pieces.enumerated() where kinds[id] == .normal && marks.contains(piece) {
      kinds[id] = .control
    }
    func id(_ name: String) throws(TokenizerError) -> Int32? {
      let key = "tokenizer.ggml.\(name)_token_id"
      // Converters write −1, in whichever type, for a token that there is not.
      if let value = metadata[key]?.integer, value == -1 || value == Int(UInt32.max) { return nil }
      return try reader.read { m throws(GGUFError) in
        try m.integer(key, in: 0...pieces.count - 1)
      }.map { Int32($0) }
    }
    func flag(_ name: String) throws(TokenizerError) -> Bool? {
      try reader.read { m throws(GGUFError) in try m.bool("tokenizer.ggml.\(name)") }
    }
    self.init(
      pieces: pieces, kinds: kinds, scores: scores ?? [],
      merges: try reader.read { m throws(GGUFError) in try m.bytesArray("tokenizer.ggml.merges") }
        ?? [],
      bos: try id("bos"), eos: try id("eos"), eot: try id("eot"), unknown: try id("unknown"),
      padding: try id("padding"), addsBOS: try flag("add_bos_token") ?? addsBOS,
      addsEOS: try flag("add_eos_token") ?? false,
      addsSpacePrefix: try flag("add_space_prefix") ?? true)
  }
}

/// Metadata with the errors of a vocabulary.
struct VocabularyReader {
  let metadata: GGUFMetadata

  /// What the body reads.
  func read<T>(
    _ body: (GGUFMetadata) throws(GGUFError) -> T
  ) throws(TokenizerError) -> T {
    do {
      return try body(metadata)
    } catch {
      throw TokenizerError(error.description)
    }
  }

  /// An error about a key.
  func error(_ key: String, _ problem: String) -> TokenizerError {
    TokenizerError("\(metadata.source): \(key) \(problem)".printable)
  }
}

extension Tokenizer {
  /// The text of tokens, invalid UTF-8 repaired.
  ///
  /// - Parameters:
  ///   - tokens: Any ids; those outside the vocabulary have no text.
  ///   - renderSpecial: Whether control tokens appear as their pieces.
  /// - Returns: The text, without the space that encoding put before it.
  public func decode(_ tokens: [Int32], renderSpecial: Bool = false) -> String {
    var decoder = StreamDecoder(self, renderSpecial: renderSpecial)
    var text = ""
    for token in tokens { text += decoder.append(token) }
    return text + decoder.finish()
  }

  /// The bytes that a token stands for.
  ///
  /// - Parameters:
  ///   - token: An id; one outside the vocabulary has none.
  ///   - renderSpecial: Whether a token that is not text has its piece's bytes or none.
  /// - Returns: Bytes that need not be whole characters.
  public func bytes(of token: Int32, renderSpecial: Bool) -> [UInt8] {
    guard let kind = kind(of: token) else { return [] }
    let piece = vocabulary.pieces[Int(token)]
    switch (kind, model) {
    case (.control, _), (.unknown, _), (.unused, _): return renderSpecial ? piece : []
    case (.byte, _): return BytePiece.byte(piece).map { [$0] } ?? piece
    case (.userDefined, .bytePair): return piece
    case (.normal, .bytePair): return ByteCharacters.decode(piece)
    case (_, .sentencePiece): return SpaceMark.removed(from: piece)
    }
  }

  /// A token's kind; nil if it is outside the vocabulary.
  private func kind(of token: Int32) -> TokenKind? {
    vocabulary.kinds.indices.contains(Int(token)) ? vocabulary.kinds[Int(token)] : nil
  }

  /// Whether the text after a token begins with a space that encoding put there.
  ///
  /// - Parameter token: What stands before; nil at the start of all.
  /// - Returns: Whether decoding takes the space off.
  func addsSpace(after token: Int32?) -> Bool {
    guard case .sentencePiece = model, vocabulary.addsSpacePrefix else { return false }
    guard let token, let kind = kind(of: token) else { return true }
    guard vocabulary.spacePrefix != .first else { return false }
    return kind == .control || kind == .userDefined
  }
}

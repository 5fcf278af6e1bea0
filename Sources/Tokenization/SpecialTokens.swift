/// Tokens that are found in a text before the rest is split: control tokens such as `<|user|>`,
/// and what the user has defined.
///
/// At each place the longest one wins, as in `tokenizers`' AddedVocabulary.
struct SpecialTokens: Sendable {
  private struct Entry: Sendable {
    let id: Int32
    let bytes: [UInt8]
    let isControl: Bool
  }

  /// By first byte, longest first.
  private var entries: [[Entry]]
  /// Tokens that swallow the white space before them, and after them.
  private let (strippingLeft, strippingRight): (Set<Int32>, Set<Int32>)

  /// A stretch of text, or a token.
  enum Part: Equatable {
    case text(Range<Int>)
    case token(Int32)
  }

  init(_ vocabulary: Vocabulary) {
    entries = [[Entry]](repeating: [], count: 256)
    for (id, kind) in vocabulary.kinds.enumerated()
    where kind == .control || kind == .userDefined || kind == .unknown {
      let piece = vocabulary.pieces[id]
      guard let first = piece.first else { continue }
      entries[Int(first)].append(
        Entry(id: Int32(id), bytes: piece, isControl: kind != .userDefined))
    }
    for byte in entries.indices { entries[byte].sort { $0.bytes.count > $1.bytes.count } }
    (strippingLeft, strippingRight) = Self.strippingTokens(vocabulary)
  }

  /// Splits a text.
  ///
  /// - Parameters:
  ///   - text: UTF-8.
  ///   - parsesControl: Whether control tokens are found; the user's always are.
  /// - Returns: Texts, none empty, and tokens, in order.
  func split(_ text: [UInt8], parsesControl: Bool) -> [Part] {
    var parts: [Part] = []
    var start = 0
    var position = 0
    while position < text.count {
      guard
        let entry = entries[Int(text[position])].first(where: {
          (parsesControl || !$0.isControl) && text[position...].starts(with: $0.bytes)
        })
      else {
        position += 1
        continue
      }
      var end = position
      if strippingLeft.contains(entry.id) {
        while let length = Self.whiteSpace(text, before: end), end - length >= start {
          end -= length
        }
      }
      if start < end { parts.append(.text(start..<end)) }
      parts.append(.token(entry.id))
      position += entry.bytes.count
      if strippingRight.contains(entry.id) {
        while let length = Self.whiteSpace(text, at: position) { position += length }
      }
      start = position
    }
    if start < text.count { parts.append(.text(start..<text.count)) }
    return parts
  }

  /// Bytes of the white-space character at a place; nil if there is none.
  private static func whiteSpace(_ text: [UInt8], at position: Int) -> Int? {
    guard position < text.count else { return nil }
    if text[position] < 0x80 {
      return text[position] == 32 || (9...13).contains(text[position]) ? 1 : nil
    }
    let next = String(decoding: text[position..<min(position + 4, text.count)], as: UTF8.self)
    guard let scalar = next.unicodeScalars.first, scalar.properties.isWhitespace else { return nil }
    return UTF8.width(scalar)
  }

  /// Bytes of the white-space character that ends at a place; nil if there is none.
  private static func whiteSpace(_ text: [UInt8], before position: Int) -> Int? {
    var start = position - 1
    while start >= 0, text[start] & 0xC0 == 0x80 { start -= 1 }
    guard start >= 0, let length = whiteSpace(text, at: start), start + length == position else {
      return nil
    }
    return length
  }

  /// Which tokens swallow white space.
  ///
  /// GGUF has no key for it: the family is known by its pieces.
  ///
  /// Phi-3 (SentencePiece) declares its roles, `</s>` and placeholders with `rstrip`, so that the
  /// line feed in `<|user|>\n` never becomes a token; Phi-4-mini its roles and tool marks likewise;
  /// Phi-4 its three marks with `lstrip` and `rstrip`. Source: `added_tokens` in each model's
  /// tokenizer.json.
  private static func strippingTokens(
    _ vocabulary: Vocabulary
  ) -> (left: Set<Int32>, right: Set<Int32>) {
    func ids(_ names: [String]) -> Set<Int32> { Set(names.compactMap { vocabulary.id(of: $0) }) }
    func has(_ names: [String]) -> Bool { names.allSatisfy { vocabulary.id(of: $0) != nil } }
    let roles = ["<|user|>", "<|assistant|>", "<|end|>", "<|system|>"]
    if vocabulary.merges.isEmpty {
      guard has(roles + ["<0x0A>"]) else { return ([], []) }
      return ([], ids(roles + ["</s>"] + (1...6).map { "<|placeholder\($0)|>" }))
    }
    let tools = ["<|tool|>", "<|/tool|>", "<|tool_call|>", "<|/tool_call|>", "<|tool_response|>"]
    if has(roles + tools.prefix(3)) { return ([], ids(roles + tools)) }
    let marks = ["<|im_start|>", "<|im_end|>", "<|im_sep|>"]
    if has(marks + ["<|fim_prefix|>"]) { return (ids(marks), ids(marks)) }
    return ([], [])
  }
}

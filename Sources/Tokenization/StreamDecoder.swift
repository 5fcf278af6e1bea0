/// Tokens to text as they come: what is returned is never half a character.
public struct StreamDecoder: Sendable {
  private let tokenizer: Tokenizer
  private let rendersSpecial: Bool
  private var pending: [UInt8] = []
  private var stripsSpace: Bool

  /// - Parameters:
  ///   - tokenizer: The vocabulary.
  ///   - renderSpecial: Whether control tokens appear as their pieces.
  public init(_ tokenizer: Tokenizer, renderSpecial: Bool = false) {
    self.tokenizer = tokenizer
    rendersSpecial = renderSpecial
    stripsSpace = tokenizer.stripsFirstSpace
  }

  /// The text that is complete with this token.
  public mutating func append(_ token: Int32) -> String {
    var bytes = tokenizer.bytes(of: token, renderSpecial: rendersSpecial)
    if stripsSpace, !bytes.isEmpty {
      stripsSpace = false
      if bytes.first == 32 { bytes.removeFirst() }
    }
    pending += bytes
    let held = Self.incompleteSuffix(pending)
    let text = String(decoding: pending.dropLast(held), as: UTF8.self)
    pending.removeFirst(pending.count - held)
    return text
  }

  /// The text that is left: a character that never became complete, as U+FFFD.
  public mutating func finish() -> String {
    defer { pending.removeAll() }
    return String(decoding: pending, as: UTF8.self)
  }

  /// How many bytes at the end may be the beginning of a character.
  private static func incompleteSuffix(_ bytes: [UInt8]) -> Int {
    for length in 1...3 where length <= bytes.count {
      let byte = bytes[bytes.count - length]
      if byte & 0xC0 == 0x80 { continue }
      let needed = byte >= 0xF0 && byte < 0xF5 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC2 ? 2 : 1
      guard byte < 0xF5, needed > length else { return 0 }
      // A lead followed by bytes that cannot continue it is invalid now, not incomplete.
      let text = String(decoding: bytes.suffix(length), as: UTF8.self)
      return text.unicodeScalars.count == 1 ? length : 0
    }
    return 0
  }
}

/// Tokens to text as they come: what is returned is never half a character.
public struct StreamDecoder: Sendable {
  private let tokenizer: Tokenizer
  private let rendersSpecial: Bool
  private var pending: [UInt8] = []
  private var stripsSpace: Bool

  /// Begins a text.
  ///
  /// - Parameters:
  ///   - tokenizer: The vocabulary.
  ///   - renderSpecial: Whether control tokens appear as their pieces.
  ///   - previous: The token before the text, if it goes on from one: the first space is then part
  ///     of the text unless a special token stands before it.
  public init(_ tokenizer: Tokenizer, renderSpecial: Bool = false, after previous: Int32? = nil) {
    self.tokenizer = tokenizer
    rendersSpecial = renderSpecial
    stripsSpace = tokenizer.addsSpace(after: previous)
  }

  /// The text that is complete with this token.
  public mutating func append(_ token: Int32) -> String {
    var bytes = tokenizer.bytes(of: token, renderSpecial: rendersSpecial)
    if stripsSpace, let first = bytes.first {
      stripsSpace = false
      if first == UInt8(ascii: " ") { bytes.removeFirst() }
    }
    pending += bytes
    let complete = pending.count - Self.incompleteSuffix(pending)
    defer { pending.removeFirst(complete) }
    return String(decoding: pending[..<complete], as: UTF8.self)
  }

  /// The text that is left: a character that never became complete, as U+FFFD.
  public mutating func finish() -> String {
    defer { pending.removeAll() }
    return String(decoding: pending, as: UTF8.self)
  }

  /// How many bytes at the end may be the beginning of a character.
  private static func incompleteSuffix(_ bytes: [UInt8]) -> Int {
    for length in 1...3 where length <= bytes.count {
      let lead = bytes[bytes.count - length]
      if lead & 0xC0 == 0x80 { continue }
      let width = lead < 0xC2 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 1
      guard width > length else { return 0 }
      // After a lead with a narrower range than other continuations, it is invalid already.
      let second = length > 1 ? bytes[bytes.count - length + 1] : nil
      return second.map { isSecond($0, after: lead) } ?? true ? length : 0
    }
    return 0
  }

  /// Whether a continuation can follow a lead: neither an overlong form, nor a surrogate, nor beyond
  /// U+10FFFF.
  private static func isSecond(_ byte: UInt8, after lead: UInt8) -> Bool {
    switch lead {
    case 0xE0: byte >= 0xA0
    case 0xED: byte < 0xA0
    case 0xF0: byte >= 0x90
    case 0xF4: byte < 0x90
    default: true
    }
  }
}

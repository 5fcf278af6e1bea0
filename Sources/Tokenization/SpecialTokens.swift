/// Tokens that are found in a text before the rest is split: control tokens such as `<|user|>`,
/// and what the user has defined.
///
/// They are found as `AddedVocabulary` of the `tokenizers` package does: from left to right, at each
/// place the longest one, and some swallow the white space around them.
struct SpecialTokens: Sendable {
  /// A token by what it does in a text.
  private struct Entry: Sendable {
    let id: Int32
    let length: Int
    let isControl: Bool
    /// Whether a plain range never holds it.
    let isReserved: Bool
    let flags: TokenFlags
  }

  /// A stretch of text, or a token.
  enum Part: Equatable {
    case text(Range<Int>)
    case token(Int32)
  }

  /// A byte after a common beginning, in a tree of all tokens.
  private struct Node: Sendable {
    let byte: UInt8
    var entry: Int32 = -1
    var firstChild: Int32 = -1
    var nextSibling: Int32 = -1
  }

  private var entries: [Entry] = []
  private var nodes: [Node] = []
  private var roots = [Int32](repeating: -1, count: 256)  // by first byte, −1 where no token begins
  /// Whether spaces are marks by the time that the tokens are looked for, and no white space.
  private let hasMarks: Bool
  /// Whether a token includes the space before it, or the one that is put before a text.
  let includesSpace: Bool

  /// The tokens of one of two passes.
  ///
  /// - Parameters:
  ///   - vocabulary: All tokens.
  ///   - normalized: Whether they are those that are looked for in what the others leave, after it
  ///     was normalized: SentencePiece's `Prepend` and `Replace` make marks of spaces, in the tokens
  ///     too.
  init(_ vocabulary: Vocabulary, normalized: Bool = false) {
    hasMarks =
      normalized && !vocabulary.scores.isEmpty && vocabulary.spacePrefix == .always
    includesSpace = hasMarks && vocabulary.addsSpacePrefix
    let family = vocabulary.familyFlags
    let ends = vocabulary.endOfGeneration
    for (id, kind) in vocabulary.kinds.enumerated() where vocabulary.isSpecial(id) {
      let own = vocabulary.flags[Int32(id)] ?? []
      guard own.contains(.normalized) == normalized else { continue }
      let flags = vocabulary.namesStrips ? own : own.union(family[Int32(id)] ?? [])
      let piece = vocabulary.pieces[id]
      let isControl = kind != .userDefined
      insert(
        piece,
        Entry(
          id: Int32(id), length: piece.count, isControl: isControl,
          isReserved: isControl || ends.contains(Int32(id)) || Self.isMark(piece),
          flags: flags))
    }
  }

  /// Whether a piece is written as chat marks are, `<|…|>`.
  ///
  /// Early converters called the marks of a conversation user-defined; llama.cpp's takes every piece of
  /// this form for a control token.
  private static func isMark(_ piece: [UInt8]) -> Bool {
    let name = String(decoding: piece, as: UTF8.self)
    return (name.hasPrefix("<|") && name.hasSuffix("|>"))
      || (name.hasPrefix("<｜") && name.hasSuffix("｜>"))
  }

  private mutating func insert(_ piece: [UInt8], _ entry: Entry) {
    guard let first = piece.first else { return }
    if roots[Int(first)] < 0 {
      roots[Int(first)] = Int32(nodes.count)
      nodes.append(Node(byte: first))
    }
    var node = Int(roots[Int(first)])
    for byte in piece.dropFirst() {
      if let child = child(of: node, byte) {
        node = child
      } else {
        nodes.append(Node(byte: byte, nextSibling: nodes[node].firstChild))
        nodes[node].firstChild = Int32(nodes.count - 1)
        node = nodes.count - 1
      }
    }
    nodes[node].entry = Int32(entries.count)
    entries.append(entry)
  }

  private func child(of node: Int, _ byte: UInt8) -> Int? {
    var child = nodes[node].firstChild
    while child >= 0, nodes[Int(child)].byte != byte { child = nodes[Int(child)].nextSibling }
    return child >= 0 ? Int(child) : nil
  }

  /// The longest token at a place that ends before a limit.
  private func longest(
    _ text: UnsafeRawBufferPointer, at start: Int, upTo limit: Int
  ) -> Entry? {
    guard start < limit, roots[Int(text[start])] >= 0 else { return nil }
    var node: Int? = Int(roots[Int(text[start])])
    var index = start
    var found: Int32 = -1
    while let current = node {
      if nodes[current].entry >= 0 { found = nodes[current].entry }
      index += 1
      node = index < limit ? child(of: current, text[index]) : nil
    }
    return found >= 0 ? entries[Int(found)] : nil
  }

  /// Splits a text.
  ///
  /// - Parameters:
  ///   - text: UTF-8.
  ///   - parsesControl: Whether control tokens are found; the user's always are.
  ///   - plainRanges: Where no control token is found, nor one that reaches in; ascending.
  ///   - body: Called with texts and tokens, in order. A text is empty only where nothing but the
  ///     space that is put before it stands there.
  func split(
    _ text: UnsafeRawBufferPointer, parsesControl: Bool, plainRanges: [Range<Int>] = [],
    _ body: (Part) -> Void
  ) {
    var plain = plainRanges[...]  // those that do not end before the position
    var start = 0  // of the text that has not been given yet
    var previousEnd = 0  // of the last token
    var position = 0
    while position < text.count {
      while let range = plain.first, range.upperBound <= position { plain.removeFirst() }
      guard var entry = longest(text, at: position, upTo: text.count) else {
        position += 1
        continue
      }
      if let range = plain.first, entry.isReserved, position + entry.length > range.lowerBound {
        if range.contains(position) {
          // What lies inside a token that is text is text too, up to the range's end.
          position = min(position + entry.length, range.upperBound)
          continue
        }
        guard let shorter = longest(text, at: position, upTo: range.lowerBound) else {
          position += 1
          continue
        }
        entry = shorter
      }
      let (begin, end) = (position, position + entry.length)
      position = end
      guard parsesControl || !entry.isControl,
        let edge = edge(of: entry, in: text, begin: begin, previousEnd: previousEnd)
      else { continue }
      previousEnd = end
      let textEnd =
        entry.flags.contains(.stripsLeft)
        ? WhiteSpace.start(text, before: edge, from: start, withSpaces: !hasMarks) : edge
      if start < textEnd || (start == 0 && textEnd == 0 && begin > 0 && includesSpace) {
        body(.text(start..<textEnd))
      }
      body(.token(entry.id))
      start =
        entry.flags.contains(.stripsRight)
        ? WhiteSpace.end(text, from: end, withSpaces: !hasMarks) : end
    }
    if start < text.count { body(.text(start..<text.count)) }
  }

  /// Where a token with all that it includes begins; nil if it is none here.
  private func edge(
    of entry: Entry, in text: UnsafeRawBufferPointer, begin: Int, previousEnd: Int
  ) -> Int? {
    var edge = begin
    if includesSpace, begin > 0 {
      let width = SpaceMark.width(text, before: begin)
      guard width > 0, begin - width >= previousEnd else { return nil }
      edge = begin - width
    }
    guard entry.flags.contains(.singleWord) else { return edge }
    let touches =
      WordCharacter.ends(text, at: edge) || WordCharacter.begins(text, at: begin + entry.length)
    return touches ? nil : edge
  }
}

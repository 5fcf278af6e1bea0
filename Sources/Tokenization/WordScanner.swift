/// The alternatives of the splitting expressions: each returns where its match ends, or nil.
struct WordScanner {
  private let characters: Characters
  /// Where the text, or the stretch of it, ends.
  let end: Int

  init(_ characters: Characters, end: Int) {
    self.characters = characters
    self.end = end
  }

  private func kind(_ index: Int) -> Characters.Kind? {
    index < end ? characters.kind(index) : nil
  }

  private func scalar(_ index: Int) -> UInt32 { index < end ? characters.scalar(index) : 0 }

  private func isLineEnd(_ index: Int) -> Bool { scalar(index) == 10 || scalar(index) == 13 }

  /// The end of the run of characters that a condition holds for.
  private func run(_ start: Int, _ condition: (Characters.Kind) -> Bool) -> Int {
    var index = start
    while let kind = kind(index), condition(kind) { index += 1 }
    return index
  }

  /// A contraction.
  ///
  /// `'s|'t|'re|'ve|'m|'ll|'d`
  func contraction(_ start: Int, ignoringCase: Bool) -> Int? {
    guard scalar(start) == 39 else { return nil }
    func letter(_ index: Int) -> Unicode.Scalar {
      let value = scalar(index)
      guard ignoringCase else { return Unicode.Scalar(value) ?? " " }
      // Case folding has one letter beyond ASCII here: the long s.
      if value == 0x17F { return "s" }
      return Unicode.Scalar((65...90).contains(value) ? value + 32 : value) ?? " "
    }
    switch (letter(start + 1), letter(start + 2)) {
    case ("s", _), ("t", _), ("m", _), ("d", _): return start + 2
    case ("r", "e"), ("v", "e"), ("l", "l"): return start + 3
    default: return nil
    }
  }

  /// A run of characters with a space before it or without.
  ///
  /// ` ?X+`
  func spaced(_ start: Int, _ condition: (Characters.Kind) -> Bool) -> Int? {
    let first = scalar(start) == 32 ? start + 1 : start
    let last = run(first, condition)
    return last > first ? last : nil
  }

  /// Letters with one other character before them or without.
  ///
  /// `[^\r\n\p{L}\p{N}]?\p{L}+`
  func prefixedLetters(_ start: Int) -> Int? {
    let first = isPrefix(start) ? start + 1 : start
    let last = run(first) { $0.isLetter }
    return last > first ? last : nil
  }

  private func isPrefix(_ index: Int) -> Bool {
    guard let kind = kind(index) else { return false }
    return !kind.isLetter && kind != .number && !isLineEnd(index)
  }

  /// Digits, `limit` of them at most.
  ///
  /// `\p{N}{1,n}`
  func numbers(_ start: Int, atMost limit: Int) -> Int? {
    let last = min(run(start) { $0 == .number }, start + limit)
    return last > start ? last : nil
  }

  /// ` ?[^\s\p{L}\p{N}]+[\r\n]*`, with slashes too at the end where GPT-4o's has them.
  func symbols(_ start: Int, slashes: Bool) -> Int? {
    guard var index = spaced(start, { $0.isOther }) else { return nil }
    while isLineEnd(index) || (slashes && scalar(index) == 47) { index += 1 }
    return index
  }

  /// White space up to the last line end in it.
  ///
  /// `\s*[\r\n]+`
  func lineEnds(_ start: Int) -> Int? {
    var last = run(start) { $0 == .space }
    while last > start, !isLineEnd(last - 1) { last -= 1 }
    return last > start ? last : nil
  }

  /// `\s+(?!\S)|\s+`; a character that no alternative matches stands alone.
  func whiteSpace(_ start: Int) -> Int {
    let last = run(start) { $0 == .space }
    guard last > start else { return start + 1 }
    return last < end && last - start > 1 ? last - 1 : last
  }

  /// A word of GPT-4o's two first alternatives, with a contraction after it or without.
  ///
  /// `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+`, else
  /// `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*`.
  func casedWord(_ start: Int) -> Int? {
    let starts = isPrefix(start) ? [start + 1, start] : [start]
    for match in [endingLower, beginningUpper] {
      for first in starts {
        if let last = match(first) { return contraction(last, ignoringCase: true) ?? last }
      }
    }
    return nil
  }

  private func isUpper(_ kind: Characters.Kind) -> Bool {
    kind == .upper || kind == .otherLetter || kind == .mark
  }

  private func isLower(_ kind: Characters.Kind) -> Bool {
    kind == .lower || kind == .otherLetter || kind == .mark
  }

  private func endingLower(_ start: Int) -> Int? {
    let upper = run(start, isUpper)
    let last = run(upper, isLower)
    if last > upper { return last }
    // The uppers give back until one that is a lower too can stand last.
    var index = upper
    while index > start {
      if isLower(characters.kind(index - 1)) { return index }
      index -= 1
    }
    return nil
  }

  private func beginningUpper(_ start: Int) -> Int? {
    let upper = run(start, isUpper)
    return upper > start ? run(upper, isLower) : nil
  }
}

/// The alternatives of the splitting expressions over a stretch of UTF-8: each returns where its
/// match ends, or nil.
struct WordScanner {
  private let bytes: UnsafeRawBufferPointer
  private let classes: [ScalarClass]
  /// Where the text, or the stretch of it, ends.
  let end: Int

  init(_ bytes: UnsafeRawBufferPointer, end: Int, classes: [ScalarClass] = ScalarClass.table) {
    self.bytes = bytes
    self.end = end
    self.classes = classes
  }

  /// The same text up to another end.
  func ending(at end: Int) -> WordScanner { WordScanner(bytes, end: end, classes: classes) }

  /// The scalar that begins at a place and its number of bytes.
  @inline(__always)
  func scalar(at index: Int) -> (value: UInt32, width: Int) {
    let lead = UInt32(bytes[index])
    if lead < 0x80 { return (lead, 1) }
    func continuation(_ offset: Int) -> UInt32 { UInt32(bytes[index + offset]) & 0x3F }
    if lead < 0xE0 { return ((lead & 0x1F) << 6 | continuation(1), 2) }
    if lead < 0xF0 { return ((lead & 0x0F) << 12 | continuation(1) << 6 | continuation(2), 3) }
    let high = (lead & 0x07) << 18 | continuation(1) << 12
    return (high | continuation(2) << 6 | continuation(3), 4)
  }

  @inline(__always)
  private func classified(at index: Int) -> (class: ScalarClass, width: Int) {
    let (value, width) = scalar(at: index)
    return (classes[Int(value)], width)
  }

  /// An ASCII character's value, 255 for others and at the end.
  @inline(__always)
  private func ascii(at index: Int) -> UInt8 {
    index < end && bytes[index] < 0x80 ? bytes[index] : 255
  }

  private func isLineEnd(_ index: Int) -> Bool {
    let byte = ascii(at: index)
    return byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
  }

  /// The end of the run of scalars of some classes.
  @inline(__always)
  private func run(_ start: Int, of classes: ScalarClass) -> Int {
    var index = start
    while index < end {
      let (found, width) = classified(at: index)
      guard classes.contains(found) else { break }
      index += width
    }
    return index
  }

  /// A contraction: `'s|'t|'re|'ve|'m|'ll|'d`.
  func contraction(_ start: Int, ignoringCase: Bool) -> Int? {
    guard ascii(at: start) == UInt8(ascii: "'") else { return nil }
    let first = letter(start + 1, ignoringCase)
    switch first {
    case "s":
      // Folding has one letter beyond ASCII here: the long s.
      return start + 1 + (bytes[start + 1] < 0x80 ? 1 : 2)
    case "t", "m", "d": return start + 2
    case "r", "v": return letter(start + 2, ignoringCase) == "e" ? start + 3 : nil
    case "l": return letter(start + 2, ignoringCase) == "l" ? start + 3 : nil
    default: return nil
    }
  }

  private func letter(_ index: Int, _ ignoringCase: Bool) -> Unicode.Scalar {
    guard index < end else { return " " }
    let (value, _) = scalar(at: index)
    guard ignoringCase else { return Unicode.Scalar(value) ?? " " }
    if value == 0x17F { return "s" }
    return Unicode.Scalar((65...90).contains(value) ? value + 32 : value) ?? " "
  }

  /// A run of some classes, with a space before it or not: ` ?X+`.
  @inline(__always)
  func spaced(_ start: Int, _ classes: ScalarClass) -> Int? {
    let first = ascii(at: start) == UInt8(ascii: " ") ? start + 1 : start
    let last = run(first, of: classes)
    return last > first ? last : nil
  }

  /// Where `[^\r\n\p{L}\p{N}]?` ends.
  private func prefix(_ start: Int) -> Int {
    guard start < end, !isLineEnd(start) else { return start }
    let (found, width) = classified(at: start)
    return ScalarClass([.letter, .number]).contains(found) ? start : start + width
  }

  /// Letters with what may stand before them: `[^\r\n\p{L}\p{N}]?\p{L}+`.
  func prefixedLetters(_ start: Int) -> Int? {
    let first = prefix(start)
    let last = run(first, of: .letter)
    return last > first ? last : nil
  }

  /// A few numbers: `\p{N}{1,n}`.
  func numbers(_ start: Int, atMost limit: Int) -> Int? {
    var index = start
    for _ in 0..<limit where index < end {
      let (found, width) = classified(at: index)
      guard found == .number else { break }
      index += width
    }
    return index > start ? index : nil
  }

  /// Symbols with line ends, where GPT-4o's has slashes too: ` ?[^\s\p{L}\p{N}]+[\r\n]*`.
  func symbols(_ start: Int, slashes: Bool) -> Int? {
    guard var index = spaced(start, .symbol) else { return nil }
    while isLineEnd(index) || (slashes && ascii(at: index) == UInt8(ascii: "/")) { index += 1 }
    return index
  }

  /// White space up to its last line end: `\s*[\r\n]+`.
  func lineEnds(_ start: Int) -> Int? {
    var last = run(start, of: .space)
    while last > start, !isLineEnd(last - 1) { last -= 1 }
    return last > start ? last : nil
  }

  /// White space, but for the last if a word follows: `\s+(?!\S)|\s+`.
  ///
  /// A scalar that no alternative matches stands alone.
  func whiteSpace(_ start: Int) -> Int {
    var index = start
    var last = start
    while index < end {
      let (found, width) = classified(at: index)
      guard found == .space else { break }
      last = index
      index += width
    }
    guard index > start else { return start + scalar(at: start).width }
    return index < end && last > start ? last : index
  }

  /// A word of GPT-4o's two first alternatives, with a contraction after it.
  ///
  /// `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+`, else
  /// `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*`
  func casedWord(_ start: Int) -> Int? {
    let first = prefix(start)
    let word =
      endingLower(first) ?? (first > start ? endingLower(start) : nil)
      ?? beginningUpper(first) ?? (first > start ? beginningUpper(start) : nil)
    return word.map { contraction($0, ignoringCase: true) ?? $0 }
  }

  private static let uppers: ScalarClass = [.upper, .caseless, .mark]
  private static let lowers: ScalarClass = [.lower, .caseless, .mark]

  private func endingLower(_ start: Int) -> Int? {
    var index = start
    var lastLower = start
    while index < end {
      let (found, width) = classified(at: index)
      guard Self.uppers.contains(found) else { break }
      index += width
      if Self.lowers.contains(found) { lastLower = index }
    }
    let last = run(index, of: Self.lowers)
    if last > index { return last }
    // The uppers give back until one that is a lower too can stand last.
    return lastLower > start ? lastLower : nil
  }

  private func beginningUpper(_ start: Int) -> Int? {
    let upper = run(start, of: Self.uppers)
    return upper > start ? run(upper, of: Self.lowers) : nil
  }
}

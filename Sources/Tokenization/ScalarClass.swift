/// What regular expressions call a scalar.
///
/// A scalar has one class; a part of an expression takes a set of them.
struct ScalarClass: OptionSet, Sendable {
  let rawValue: UInt8

  /// Uppercase and titlecase letters, `\p{Lu}` and `\p{Lt}`.
  static let upper = ScalarClass(rawValue: 1)
  /// Lowercase letters, `\p{Ll}`.
  static let lower = ScalarClass(rawValue: 2)
  /// Letters without case, `\p{Lm}` and `\p{Lo}`.
  static let caseless = ScalarClass(rawValue: 4)
  /// Marks, `\p{M}`.
  static let mark = ScalarClass(rawValue: 8)
  /// Numbers, `\p{N}`.
  static let number = ScalarClass(rawValue: 16)
  /// White space, `\s`.
  static let space = ScalarClass(rawValue: 32)
  /// All else, unassigned scalars too.
  static let rest = ScalarClass(rawValue: 64)

  /// Letters, `\p{L}`.
  static let letter: ScalarClass = [.upper, .lower, .caseless]
  /// What is neither space nor letter nor number, `[^\s\p{L}\p{N}]`.
  static let symbol: ScalarClass = [.mark, .rest]

  /// The class of each scalar by its value.
  ///
  /// The tokenizers' own tables, not those of the running system, whose Unicode version varies: a
  /// text has the same tokens everywhere.
  static let table: [ScalarClass] = {
    var table = [ScalarClass](repeating: .rest, count: 0x110000)
    var scalar = 0
    var (current, length) = (ScalarClass.rest, 0)
    func endRun() {
      let end = scalar + max(length, 1)
      if current != .rest {
        for value in scalar..<end { table[value] = current }
      }
      scalar = end
    }
    let text = UnsafeBufferPointer(start: runs.utf8Start, count: runs.utf8CodeUnitCount)
    for (index, character) in text.enumerated() {
      if let digit = Unicode.Scalar(character).properties.numericValue {
        length = length * 10 + Int(digit)
        continue
      }
      if index > 0 { endRun() }
      (current, length) = (named(character), 0)
    }
    endRun()
    return table
  }()

  private static func named(_ letter: UInt8) -> ScalarClass {
    switch Unicode.Scalar(letter) {
    case "U": .upper
    case "l": .lower
    case "o": .caseless
    case "m": .mark
    case "n": .number
    case "s": .space
    default: .rest
    }
  }
}

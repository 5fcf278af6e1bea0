/// A text's scalars by what regular expressions call them.
struct Characters {
  /// What a scalar is.
  enum Kind: UInt8 {
    case upper, lower, otherLetter, mark, number, space, other

    /// Whether `\p{L}` matches.
    var isLetter: Bool { rawValue <= Kind.otherLetter.rawValue }
    /// Whether `[^\s\p{L}\p{N}]` matches.
    var isOther: Bool { self == .mark || self == .other }
  }

  private var kinds: [Kind] = []
  private var scalars: [UInt32] = []
  private var offsets: [Int] = []

  init(_ text: ArraySlice<UInt8>) {
    kinds.reserveCapacity(text.count)
    scalars.reserveCapacity(text.count)
    offsets.reserveCapacity(text.count + 1)
    var offset = text.startIndex
    var decoder = UTF8()
    var bytes = text.makeIterator()
    while case .scalarValue(let scalar) = decoder.decode(&bytes) {
      kinds.append(Self.kind(scalar))
      scalars.append(scalar.value)
      offsets.append(offset)
      offset += UTF8.width(scalar)
    }
    offsets.append(text.endIndex)
  }

  /// How many there are.
  var count: Int { kinds.count }

  /// What the scalar at an index is.
  func kind(_ index: Int) -> Kind { kinds[index] }

  /// The scalar at an index.
  func scalar(_ index: Int) -> UInt32 { scalars[index] }

  /// Where in the text the scalar at an index begins.
  func offset(_ index: Int) -> Int { offsets[index] }

  private static let ascii: [Kind] = (0..<128).map { slowKind(Unicode.Scalar(UInt8($0))) }

  private static func kind(_ scalar: Unicode.Scalar) -> Kind {
    scalar.value < 128 ? ascii[Int(scalar.value)] : slowKind(scalar)
  }

  private static func slowKind(_ scalar: Unicode.Scalar) -> Kind {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .titlecaseLetter: .upper
    case .lowercaseLetter: .lower
    case .modifierLetter, .otherLetter: .otherLetter
    case .nonspacingMark, .spacingMark, .enclosingMark: .mark
    case .decimalNumber, .letterNumber, .otherNumber: .number
    default: scalar.properties.isWhitespace ? .space : .other
    }
  }
}

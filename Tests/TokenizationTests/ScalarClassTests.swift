import Testing

@testable import Tokenization

@Suite struct ScalarClassTests {
  @Test func classesAreUnicodes() {
    // The table is of Unicode 16; what has been a character since 15 is of the same class in any
    // newer version but for one letter.
    var disagreeing: [UInt32] = []
    for value in UInt32(0)..<0x110000 {
      guard let scalar = Unicode.Scalar(value), let age = scalar.properties.age, age.major <= 15
      else { continue }
      if ScalarClass.table[Int(value)] != expected(scalar) { disagreeing.append(value) }
    }
    #expect(disagreeing.allSatisfy { $0 == 0x295 })
  }

  private func expected(_ scalar: Unicode.Scalar) -> ScalarClass {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .titlecaseLetter: .upper
    case .lowercaseLetter: .lower
    case .modifierLetter, .otherLetter: .caseless
    case .nonspacingMark, .spacingMark, .enclosingMark: .mark
    case .decimalNumber, .letterNumber, .otherNumber: .number
    default: scalar.properties.isWhitespace ? .space : .rest
    }
  }
}

/// Python's changes of case, and its tests of what a string is made of.
extension Text {
  /// Scalars mapped one by one to strings.
  private func mapped(
    _ budget: Budget, _ map: (Range<Int>, Unicode.Scalar) -> String
  ) throws(TemplateError) -> Text {
    var builder = TextBuilder(budget)
    try budget.stepProperties(count)
    // Where each scalar comes from is looked for among the ranges.
    if case .mixed = origin { try budget.stepProperties(count) }
    try forEachScalar { (range, scalar) throws(TemplateError) in
      try builder.append(map(range, scalar), isData: isData(at: range.lowerBound))
    }
    return builder.finish(isSafe: isSafe)
  }

  func uppercased(_ budget: Budget) throws(TemplateError) -> Text {
    if isASCII { return try mapBytes(budget, Self.upper) }
    return try mapped(budget) { $1.properties.uppercaseMapping }
  }

  func lowercased(_ budget: Budget) throws(TemplateError) -> Text {
    if isASCII { return try mapBytes(budget, Self.lower) }
    return try mapped(budget) { lower($1, $0) }
  }

  /// `str.casefold`, by way of capitals.
  func casefolded(_ budget: Budget) throws(TemplateError) -> Text {
    if isASCII { return try mapBytes(budget, Self.lower) }
    // Each scalar is mapped twice.
    try budget.stepProperties(count)
    return try mapped(budget) { _, scalar in
      if scalar == "\u{131}" { return "\u{131}" }
      return scalar.properties.uppercaseMapping.unicodeScalars.map(\.properties.lowercaseMapping)
        .joined()
    }
  }

  func swappedCase(_ budget: Budget) throws(TemplateError) -> Text {
    try mapped(budget) {
      $1.properties.isUppercase
        ? lower($1, $0)
        : $1.properties.isLowercase ? $1.properties.uppercaseMapping : String($1)
    }
  }

  /// The first scalar as a capital, the rest small.
  func capitalized(_ budget: Budget) throws(TemplateError) -> Text {
    try mapped(budget) { $0.lowerBound == 0 ? $1.properties.titlecaseMapping : lower($1, $0) }
  }

  /// `str.title`: a capital after what has no case.
  func titlecased(_ budget: Budget) throws(TemplateError) -> Text {
    var inWord = false
    return try mapped(budget) { range, scalar in
      defer { inWord = scalar.properties.isCased }
      return inWord ? lower(scalar, range) : scalar.properties.titlecaseMapping
    }
  }

  /// Jinja's `title`: a capital after white space, hyphens and opening brackets.
  func titlecasedWords(_ budget: Budget) throws(TemplateError) -> Text {
    var startsWord = true
    return try mapped(budget) { range, scalar in
      let isBreak = Self.isSpace(scalar) || "-({[<".unicodeScalars.contains(scalar)
      defer { startsWord = isBreak }
      return startsWord || isBreak ? scalar.properties.uppercaseMapping : lower(scalar, range)
    }
  }

  private static func upper(_ byte: UInt8) -> UInt8 {
    (0x61...0x7A).contains(byte) ? byte - 32 : byte
  }

  private static func lower(_ byte: UInt8) -> UInt8 {
    (0x41...0x5A).contains(byte) ? byte + 32 : byte
  }

  /// The small letter; a capital sigma that ends a word becomes the final one.
  private func lower(_ scalar: Unicode.Scalar, _ range: Range<Int>) -> String {
    guard scalar == "\u{3A3}" else { return scalar.properties.lowercaseMapping }
    var before = range.lowerBound
    var follows = false
    var looked = 0
    while before > 0, looked < 64 {
      before = start(before: before)
      let previous = self.scalar(at: before).0
      looked += 1
      if previous.properties.isCaseIgnorable { continue }
      follows = previous.properties.isCased
      break
    }
    var after = range.upperBound
    while after < count, looked < 128 {
      let (next, end) = self.scalar(at: after)
      looked += 1
      if next.properties.isCaseIgnorable {
        after = end
        continue
      }
      if next.properties.isCased { follows = false }
      break
    }
    return follows ? "\u{3C2}" : "\u{3C3}"
  }

  // MARK: Tests

  /// Whether all scalars pass and there is one.
  func allScalars(
    _ budget: Budget, _ test: (Unicode.Scalar) -> Bool
  ) throws(TemplateError) -> Bool {
    try budget.step(1 + count >> 2)
    var offset = 0
    while offset < count {
      let (scalar, end) = scalar(at: offset)
      guard test(scalar) else { return false }
      offset = end
    }
    return count > 0
  }

  /// `str.islower` and `str.isupper`: there are letters with case, and all have this one.
  func isCased(upper: Bool, _ budget: Budget) throws(TemplateError) -> Bool {
    var found = false
    try budget.step(1 + count >> 2)
    var offset = 0
    while offset < count {
      let (scalar, end) = scalar(at: offset)
      let properties = scalar.properties
      if properties.generalCategory == .titlecaseLetter { return false }
      if upper ? properties.isLowercase : properties.isUppercase { return false }
      found = found || (upper ? properties.isUppercase : properties.isLowercase)
      offset = end
    }
    return found
  }

  /// `str.istitle`.
  func isTitle(_ budget: Budget) throws(TemplateError) -> Bool {
    var (found, inWord) = (false, false)
    try budget.step(1 + count >> 2)
    var offset = 0
    while offset < count {
      let (scalar, end) = scalar(at: offset)
      let properties = scalar.properties
      if properties.isUppercase || properties.generalCategory == .titlecaseLetter {
        if inWord { return false }
        (found, inWord) = (true, true)
      } else if properties.isLowercase {
        if !inWord { return false }
        (found, inWord) = (true, true)
      } else {
        inWord = false
      }
      offset = end
    }
    return found
  }

  static func isAlphabetic(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }

  static func isDecimal(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .decimalNumber
  }

  static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.numericType == .decimal || scalar.properties.numericType == .digit
  }

  static func isNumeric(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.numericType != nil }

  static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    if scalar == " " { return true }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator, .spaceSeparator:
      return false
    default: return true
    }
  }

  /// Whether Python takes the text as an identifier.
  func isIdentifier(_ budget: Budget) throws(TemplateError) -> Bool {
    var isFirst = true
    return try allScalars(budget) { scalar in
      defer { isFirst = false }
      return scalar == "_"
        || (isFirst ? scalar.properties.isXIDStart : scalar.properties.isXIDContinue)
    }
  }
}

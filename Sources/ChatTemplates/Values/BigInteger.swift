/// An integer of any size up to 16,384 bits, which is past what Python prints.
struct BigInteger: Hashable, Sendable {
  private(set) var isNegative: Bool
  /// Digits to the base 2^32, the least first, without leading zeros.
  private(set) var digits: [UInt32]

  private static let digitLimit = 512

  private init(_ digits: [UInt32], isNegative: Bool) {
    var digits = digits
    while digits.last == 0 { digits.removeLast() }
    self.digits = digits
    self.isNegative = isNegative && !digits.isEmpty
  }

  init(_ value: Int) {
    let magnitude = value.magnitude
    self.init(
      [UInt32(truncatingIfNeeded: magnitude), UInt32(magnitude >> 32)], isNegative: value < 0)
  }

  /// A finite float without a fraction.
  init(exactly value: Double) {
    guard value.isFinite, value.magnitude >= 1 else {
      self.init([], isNegative: false)
      return
    }
    var digits = [UInt32](repeating: 0, count: max(0, Int(value.exponent)) / 32 + 3)
    let significand = value.significandBitPattern | 1 << 52
    let shift = Int(value.exponent) - 52
    if shift < 0 {
      let whole = -shift > 63 ? 0 : significand >> UInt64(-shift)
      digits[0] = UInt32(truncatingIfNeeded: whole)
      digits[1] = UInt32(truncatingIfNeeded: whole >> 32)
    } else {
      for bit in 0..<53 where significand >> UInt64(bit) & 1 == 1 {
        digits[(bit + shift) / 32] |= 1 << UInt32((bit + shift) % 32)
      }
    }
    self.init(digits, isNegative: value < 0)
  }

  /// Digits in a base from 2 to 36, without a sign.
  ///
  /// - Returns: nil where one is no digit or the number is too large.
  init?(_ text: some Collection<UInt8>, base: Int, isNegative: Bool) {
    guard !text.isEmpty, text.count <= 32 * Self.digitLimit else { return nil }
    var digits: [UInt32] = []
    for byte in text {
      let digit: Int
      switch byte {
      case 0x30...0x39: digit = Int(byte) - 0x30
      case 0x41...0x5A: digit = Int(byte) - 0x41 + 10
      case 0x61...0x7A: digit = Int(byte) - 0x61 + 10
      default: return nil
      }
      guard digit < base else { return nil }
      var carry = UInt64(digit)
      for index in digits.indices {
        carry += UInt64(digits[index]) * UInt64(base)
        digits[index] = UInt32(truncatingIfNeeded: carry)
        carry >>= 32
      }
      if carry > 0 { digits.append(UInt32(carry)) }
      guard digits.count <= Self.digitLimit else { return nil }
    }
    self.init(digits, isNegative: isNegative)
  }

  /// The value where 64 bits hold it, an integer of many bits else.
  var value: Value {
    if digits.count <= 2 {
      let magnitude = UInt64(digits.first ?? 0) | UInt64(digits.count > 1 ? digits[1] : 0) << 32
      if isNegative, magnitude <= 1 << 63 { return .int(Int(truncatingIfNeeded: 0 &- magnitude)) }
      if !isNegative, magnitude < 1 << 63 { return .int(Int(magnitude)) }
    }
    return .big(self)
  }

  var isOdd: Bool { (digits.first ?? 0) & 1 == 1 }
  var isZero: Bool { digits.isEmpty }

  var bitWidth: Int {
    digits.isEmpty ? 0 : digits.count * 32 - digits[digits.count - 1].leadingZeroBitCount
  }

  /// The nearest float; nil past the largest.
  var double: Double? {
    guard bitWidth <= 1024 else { return nil }
    let shift = max(0, bitWidth - 64)
    var top: UInt64 = 0
    var isInexact = false
    for bit in 0..<min(64, bitWidth) where self.bit(bit + shift) { top |= 1 << UInt64(bit) }
    for bit in 0..<shift where self.bit(bit) {
      isInexact = true
      break
    }
    // A bit below the top ones decides between halves, so it must count in the rounding to 53 bits.
    if isInexact { top |= 1 }
    let value = Double(top) * Double(sign: .plus, exponent: shift, significand: 1)
    guard value.isFinite else { return nil }
    return isNegative ? -value : value
  }

  private func bit(_ index: Int) -> Bool {
    index / 32 < digits.count && digits[index / 32] >> UInt32(index % 32) & 1 == 1
  }

  // MARK: Arithmetic

  private func checked(_ budget: Budget) throws(TemplateError) -> BigInteger {
    guard digits.count <= Self.digitLimit else {
      throw TemplateError("an integer of more than \(Self.digitLimit * 32) bits")
    }
    try budget.allocate(64 + digits.count * 4)
    return self
  }

  prefix static func - (a: BigInteger) -> BigInteger {
    BigInteger(a.digits, isNegative: !a.isNegative)
  }

  var magnitude: BigInteger { BigInteger(digits, isNegative: false) }

  private static func compareMagnitudes(_ a: [UInt32], _ b: [UInt32]) -> Int {
    guard a.count == b.count else { return a.count < b.count ? -1 : 1 }
    for index in a.indices.reversed() where a[index] != b[index] {
      return a[index] < b[index] ? -1 : 1
    }
    return 0
  }

  /// Negative, zero or positive, as `a` is to `b`.
  static func compare(_ a: BigInteger, _ b: BigInteger) -> Int {
    guard a.isNegative == b.isNegative else { return a.isNegative ? -1 : 1 }
    let sign = compareMagnitudes(a.digits, b.digits)
    return a.isNegative ? -sign : sign
  }

  private static func addMagnitudes(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
    var sum: [UInt32] = []
    var carry: UInt64 = 0
    for index in 0..<max(a.count, b.count) {
      carry += UInt64(index < a.count ? a[index] : 0) + UInt64(index < b.count ? b[index] : 0)
      sum.append(UInt32(truncatingIfNeeded: carry))
      carry >>= 32
    }
    sum.append(UInt32(carry))
    return sum
  }

  /// `a - b`, where `a` is not smaller.
  private static func subtractMagnitudes(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
    var difference: [UInt32] = []
    var borrow: Int64 = 0
    for index in a.indices {
      var digit = Int64(a[index]) - Int64(index < b.count ? b[index] : 0) - borrow
      borrow = digit < 0 ? 1 : 0
      if digit < 0 { digit += 1 << 32 }
      difference.append(UInt32(digit))
    }
    return difference
  }

  func adding(_ other: BigInteger, _ budget: Budget) throws(TemplateError) -> BigInteger {
    try budget.step(1 + (digits.count + other.digits.count) >> 3)
    if isNegative == other.isNegative {
      return try BigInteger(
        Self.addMagnitudes(digits, other.digits), isNegative: isNegative
      ).checked(budget)
    }
    if Self.compareMagnitudes(digits, other.digits) >= 0 {
      return try BigInteger(
        Self.subtractMagnitudes(digits, other.digits), isNegative: isNegative
      ).checked(budget)
    }
    return try BigInteger(
      Self.subtractMagnitudes(other.digits, digits), isNegative: other.isNegative
    ).checked(budget)
  }

  func multiplied(by other: BigInteger, _ budget: Budget) throws(TemplateError) -> BigInteger {
    guard digits.count + other.digits.count <= Self.digitLimit + 1 else {
      throw TemplateError("an integer of more than \(Self.digitLimit * 32) bits")
    }
    try budget.step(1 + digits.count * other.digits.count >> 3)
    var product = [UInt32](repeating: 0, count: digits.count + other.digits.count)
    for (i, a) in digits.enumerated() {
      var carry: UInt64 = 0
      for (j, b) in other.digits.enumerated() {
        carry += UInt64(a) * UInt64(b) + UInt64(product[i + j])
        product[i + j] = UInt32(truncatingIfNeeded: carry)
        carry >>= 32
      }
      product[i + other.digits.count] = UInt32(carry)
    }
    return try BigInteger(product, isNegative: isNegative != other.isNegative).checked(budget)
  }

  /// Quotient and remainder as Python's `//` and `%`, by a divisor that is not zero.
  func divided(
    by other: BigInteger, _ budget: Budget
  ) throws(TemplateError) -> (quotient: BigInteger, remainder: BigInteger) {
    try budget.step(1 + bitWidth + (bitWidth * other.digits.count) >> 3)
    var quotient = [UInt32](repeating: 0, count: digits.count)
    var rest: [UInt32] = []
    // Long division bit by bit: numbers are short.
    for index in (0..<bitWidth).reversed() {
      var carry: UInt32 = bit(index) ? 1 : 0
      for place in rest.indices {
        let next = rest[place] >> 31
        rest[place] = rest[place] << 1 | carry
        carry = next
      }
      if carry > 0 { rest.append(carry) }
      if Self.compareMagnitudes(rest, other.digits) >= 0 {
        rest = BigInteger(Self.subtractMagnitudes(rest, other.digits), isNegative: false).digits
        quotient[index / 32] |= 1 << UInt32(index % 32)
      }
    }
    var (q, r) = (
      BigInteger(quotient, isNegative: isNegative != other.isNegative),
      BigInteger(rest, isNegative: isNegative)
    )
    if !r.isZero, isNegative != other.isNegative {
      q = try q.adding(BigInteger(-1), budget)
      r = try r.adding(other, budget)
    }
    return (q, r)
  }

  func power(_ exponent: Int, _ budget: Budget) throws(TemplateError) -> BigInteger {
    var result = BigInteger(1)
    var base = self
    var left = exponent
    while left > 0 {
      if left & 1 == 1 { result = try result.multiplied(by: base, budget) }
      left >>= 1
      if left > 0 { base = try base.multiplied(by: base, budget) }
    }
    return result
  }

  /// The digits in a base, with a minus.
  func text(base: UInt32 = 10) -> String {
    guard !digits.isEmpty else { return "0" }
    var bytes: [UInt8] = []
    var rest = digits
    // As many digits at a time as fit in 32 bits.
    var (chunk, width) = (base, 1)
    while UInt64(chunk) * UInt64(base) <= UInt64(UInt32.max) {
      chunk *= base
      width += 1
    }
    while !rest.isEmpty {
      var carry: UInt64 = 0
      for index in rest.indices.reversed() {
        carry = carry << 32 | UInt64(rest[index])
        rest[index] = UInt32(carry / UInt64(chunk))
        carry %= UInt64(chunk)
      }
      while rest.last == 0 { rest.removeLast() }
      for _ in 0..<width where !rest.isEmpty || carry > 0 {
        let digit = UInt8(carry % UInt64(base))
        bytes.append(digit < 10 ? 0x30 + digit : 0x61 + digit - 10)
        carry /= UInt64(base)
      }
    }
    return (isNegative ? "-" : "") + String(decoding: bytes.reversed(), as: UTF8.self)
  }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Floats as Python writes them.
enum FloatText {
  /// `repr`: the shortest digits that give the float back.
  static func representation(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    var digits: [UInt8] = []
    var point: Int?
    var exponent = 0
    let text = Array("\(value.magnitude)".utf8)
    for (index, byte) in text.enumerated() {
      if byte == 0x2E {
        point = digits.count
      } else if byte == 0x65 {
        exponent = Int(String(decoding: text[(index + 1)...], as: UTF8.self)) ?? 0
        break
      } else {
        digits.append(byte)
      }
    }
    var scale = (point ?? digits.count) + exponent
    while digits.count > 1, digits.first == 0x30 {
      digits.removeFirst()
      scale -= 1
    }
    while digits.count > 1, digits.last == 0x30 { digits.removeLast() }
    if digits == [0x30] { scale = 1 }
    func string(_ bytes: some Sequence<UInt8>) -> String {
      String(decoding: Array(bytes), as: UTF8.self)
    }
    func zeros(_ count: Int) -> String { String(repeating: "0", count: max(0, count)) }
    let sign = value.sign == .minus ? "-" : ""
    if scale > 16 || scale < -3 {
      let fraction = digits.count > 1 ? "." + string(digits.dropFirst()) : ""
      let power = scale - 1
      let width = power.magnitude < 10 ? "0" : ""
      return sign + string(digits.prefix(1)) + fraction + (power < 0 ? "e-" : "e+") + width
        + "\(power.magnitude)"
    }
    if scale <= 0 { return sign + "0." + zeros(-scale) + string(digits) }
    if digits.count <= scale { return sign + string(digits) + zeros(scale - digits.count) + ".0" }
    return sign + string(digits.prefix(scale)) + "." + string(digits.dropFirst(scale))
  }

  /// `json.dumps`.
  static func json(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
    return representation(value)
  }

  /// C's `printf` of the magnitude with a precision, for `f`, `e` or `g`.
  ///
  /// - Throws: `TemplateError` where the precision does not fit the budget.
  static func printed(
    _ value: Double, _ kind: String, precision: Int, isAlternate: Bool = false, _ budget: Budget
  ) throws(TemplateError) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return "inf" }
    guard precision <= 1 << 20 else { throw TemplateError("precision too big") }
    try budget.allocate(precision + 400)
    let whole = value.isZero ? 0 : abs(Int(value.exponent)) / 3
    try budget.step(1 + (precision + whole) >> 1)
    var buffer = [CChar](repeating: 0, count: precision + 400)
    let format = "%" + (isAlternate ? "#" : "") + ".\(precision)" + kind
    let count = withVaList([value.magnitude]) {
      vsnprintf(&buffer, buffer.count, format, $0)
    }
    return String(
      decoding: buffer[..<max(0, min(Int(count), buffer.count - 1))].map { UInt8(bitPattern: $0) },
      as: UTF8.self)
  }

  /// `base` to the power of `exponent`.
  static func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }

  /// A float from text, as Python's `float` reads it; nil where it is none.
  static func parse(_ text: Text) -> Double? {
    guard text.isASCII else { return nil }
    var bytes = text.bytes[...]
    while let first = bytes.first, isSpace(first) { bytes.removeFirst() }
    while let last = bytes.last, isSpace(last) { bytes.removeLast() }
    guard bytes.count <= 4000 else { return nil }
    guard let digits = withoutUnderscores(bytes) else { return nil }
    let lower = String(decoding: digits, as: UTF8.self).lowercased()
    let unsigned = lower.hasPrefix("+") || lower.hasPrefix("-") ? lower.dropFirst() : lower[...]
    let isNegative = lower.hasPrefix("-")
    switch unsigned {
    case "inf", "infinity": return isNegative ? -.infinity : .infinity
    case "nan": return .nan
    default:
      guard unsigned.utf8.allSatisfy({ (0x30...0x39).contains($0) || "+-.e".utf8.contains($0) }),
        let first = unsigned.utf8.first, first != 0x2B, first != 0x2D
      else { return nil }
      // Swift wants digits on both sides of the point.
      var padded = String(unsigned)
      if padded.hasPrefix(".") { padded = "0" + padded }
      if let point = padded.utf8.firstIndex(of: 0x2E) {
        let next = padded.utf8.index(after: point)
        if next == padded.utf8.endIndex || padded.utf8[next] == 0x65 {
          guard unsigned.utf8.count > 1, unsigned.utf8.first != 0x2E else { return nil }
          padded.insert("0", at: next)
        }
      }
      guard let value = Double(padded) else { return nil }
      return isNegative ? -value : value
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (9...13).contains(byte) || (0x1C...0x1F).contains(byte)
  }

  /// Digits without the underscores that Python allows between two of them; nil where one stands elsewhere.
  static func withoutUnderscores(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    guard bytes.contains(0x5F) else { return Array(bytes) }
    var result: [UInt8] = []
    var previous: UInt8 = 0
    for (index, byte) in zip(bytes.indices, bytes) {
      if byte == 0x5F {
        guard isDigit(previous), index + 1 < bytes.endIndex, isDigit(bytes[index + 1]) else {
          return nil
        }
      } else {
        result.append(byte)
      }
      previous = byte
    }
    return result
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte)
  }

  /// An integer from text, as Python's `int(text, base)` reads it; nil where it is none.
  static func parseInteger(_ text: Text, base: Int) -> Value? {
    guard text.isASCII, base == 0 || (2...36).contains(base) else { return nil }
    var bytes = text.bytes[...]
    while let first = bytes.first, isSpace(first) { bytes.removeFirst() }
    while let last = bytes.last, isSpace(last) { bytes.removeLast() }
    guard bytes.count <= 20_000 else { return nil }
    var isNegative = false
    if let first = bytes.first, first == 0x2B || first == 0x2D {
      isNegative = first == 0x2D
      bytes.removeFirst()
    }
    var base = base
    let prefix = bytes.count > 2 && bytes.first == 0x30 ? bytes[bytes.startIndex + 1] | 0x20 : 0
    let prefixed: [UInt8: Int] = [0x78: 16, 0x6F: 8, 0x62: 2]
    if let found = prefixed[prefix], base == found || base == 0 {
      base = found
      bytes = bytes.dropFirst(2)
      if bytes.first == 0x5F { bytes.removeFirst() }
    } else if base == 0 {
      base = 10
      if bytes.first == 0x30, bytes.contains(where: { $0 != 0x30 && $0 != 0x5F }) { return nil }
    }
    guard let digits = withoutUnderscores(bytes), base != 10 || digits.count <= 4300 else {
      return nil
    }
    return BigInteger(digits, base: base, isNegative: isNegative)?.value
  }
}

/// What the system's clock gives.
enum Clock {
  /// The local time in a format of `strftime`.
  static func now(_ format: String) -> String {
    var seconds = time(nil)
    var parts = tm()
    guard !format.isEmpty, format.utf8.count <= 4096, localtime_r(&seconds, &parts) != nil else {
      return ""
    }
    // A conversion of `strftime` writes at most some dozens of bytes, so 64 for each byte suffice.
    var buffer = [CChar](repeating: 0, count: 64 * format.utf8.count + 1)
    let count = strftime(&buffer, buffer.count, format, &parts)
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// Searches by the C library's `memchr` and `memcmp`.
enum ByteSearch {
  /// Where bytes occur in a part of others.
  ///
  /// A search that looks at many places in vain takes steps.
  static func first(
    _ needle: [UInt8], in text: [UInt8], _ range: Range<Int>, _ budget: Budget
  ) throws(TemplateError) -> Int? {
    guard let byte = needle.first else { return range.lowerBound }
    var start = range.lowerBound
    while start + needle.count <= range.upperBound {
      let last = range.upperBound - needle.count + 1
      guard let place = find(byte, in: text, start..<last) else { return nil }
      if matches(needle, text, at: place) { return place }
      try budget.step(1 + needle.count >> 6)
      start = place + 1
    }
    return nil
  }

  private static func find(_ byte: UInt8, in text: [UInt8], _ range: Range<Int>) -> Int? {
    text.withUnsafeBytes { text -> Int? in
      guard let base = text.baseAddress,
        let found = memchr(base + range.lowerBound, Int32(byte), range.count)
      else { return nil }
      return UnsafeRawPointer(found) - base
    }
  }

  private static func matches(_ needle: [UInt8], _ text: [UInt8], at place: Int) -> Bool {
    text.withUnsafeBytes { text in
      needle.withUnsafeBytes { needle in
        guard let a = text.baseAddress, let b = needle.baseAddress else { return false }
        return memcmp(a + place, b, needle.count) == 0
      }
    }
  }
}

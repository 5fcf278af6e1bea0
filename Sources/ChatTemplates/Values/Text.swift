/// A string of a template: UTF-8, where its parts come from, and whether it is HTML already.
final class Text: Sendable {
  /// Which parts came from data, as byte ranges: ascending, disjoint, none empty.
  enum Origin: Sendable {
    case template
    case data
    case mixed([Range<Int>])
  }

  let bytes: [UInt8]
  let isASCII: Bool
  let origin: Origin
  /// Whether it is what Python calls `Markup`.
  let isSafe: Bool

  fileprivate init(_ bytes: [UInt8], isASCII: Bool, origin: Origin, isSafe: Bool) {
    self.bytes = bytes
    self.isASCII = isASCII
    self.origin = origin
    self.isSafe = isSafe
  }

  /// A text that the source of a template or of this module spells.
  init(literal: String) {
    bytes = Array(literal.utf8)
    isASCII = bytes.allSatisfy { $0 < 128 }
    origin = .template
    isSafe = false
  }

  /// A variable's text.
  convenience init(_ text: String, isData: Bool, _ budget: Budget) throws(TemplateError) {
    var builder = TextBuilder(budget)
    try builder.append(text, isData: isData)
    self.init(copying: builder.finish(), isSafe: false)
  }

  /// The same text with another mark.
  init(copying text: Text, isSafe: Bool) {
    bytes = text.bytes
    isASCII = text.isASCII
    origin = text.origin
    self.isSafe = isSafe
  }

  static let empty = Text(literal: "")

  var count: Int { bytes.count }
  var isEmpty: Bool { bytes.isEmpty }
  var string: String { String(decoding: bytes, as: UTF8.self) }

  /// The text as a string that is looked up.
  func string(_ budget: Budget) throws(TemplateError) -> String {
    try budget.stepScalars(count)
    return string
  }

  /// Whether the byte at an offset came from data.
  func isData(at offset: Int) -> Bool {
    switch origin {
    case .template: return false
    case .data: return true
    case .mixed(let ranges):
      let place = Self.firstRange(endingAfter: offset, ranges)
      return place < ranges.count && ranges[place].lowerBound <= offset
    }
  }

  /// The parts of a byte range that came from data.
  func dataRanges(in range: Range<Int>) -> [Range<Int>] {
    guard !range.isEmpty else { return [] }
    switch origin {
    case .template: return []
    case .data: return [range]
    case .mixed(let ranges):
      var found: [Range<Int>] = []
      var index = Self.firstRange(endingAfter: range.lowerBound, ranges)
      while index < ranges.count, ranges[index].lowerBound < range.upperBound {
        found.append(ranges[index].clamped(to: range))
        index += 1
      }
      return found
    }
  }

  private static func firstRange(endingAfter offset: Int, _ ranges: [Range<Int>]) -> Int {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound <= offset { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// Makes a text within a budget.
struct TextBuilder {
  let budget: Budget
  private var bytes: [UInt8] = []
  private var ranges: [Range<Int>] = []
  private var isASCII = true

  init(_ budget: Budget) { self.budget = budget }

  var count: Int { bytes.count }

  /// Appends a text.
  mutating func append(_ text: Text) throws(TemplateError) {
    try budget.allocate(text.count)
    let start = bytes.count
    bytes.append(contentsOf: text.bytes)
    isASCII = isASCII && text.isASCII
    switch text.origin {
    case .template: break
    case .data: try mark(start..<bytes.count)
    case .mixed(let found):
      for range in found { try mark(range.lowerBound + start..<range.upperBound + start) }
    }
  }

  /// Appends a byte range of a text.
  mutating func append(_ text: Text, _ range: Range<Int>) throws(TemplateError) {
    if range.count == text.count { return try append(text) }
    try budget.allocate(range.count)
    let start = bytes.count - range.lowerBound
    bytes.append(contentsOf: text.bytes[range])
    isASCII = isASCII && text.isASCII
    switch text.origin {
    case .template: break
    case .data: try mark(range.lowerBound + start..<range.upperBound + start)
    case .mixed:
      let found = text.dataRanges(in: range)
      for part in found { try mark(part.lowerBound + start..<part.upperBound + start) }
    }
  }

  /// Appends a text a number of times.
  mutating func append(_ text: Text, times: Int) throws(TemplateError) {
    guard times > 0, !text.isEmpty else { return }
    let (size, overflow) = text.count.multipliedReportingOverflow(by: times)
    guard !overflow, size <= Budget.byteLimit else { return try budget.allocate(Int.max) }
    if text.count == 1, case .template = text.origin {
      try budget.allocate(times)
      bytes.append(contentsOf: repeatElement(text.bytes[0], count: times))
      isASCII = isASCII && text.isASCII
      return
    }
    for _ in 0..<times {
      try budget.step()
      try append(text)
    }
  }

  /// Appends a string that is not the template's, such as digits.
  mutating func append(_ string: String, isData: Bool = false) throws(TemplateError) {
    var string = string
    let count = string.utf8.count
    try budget.allocate(count)
    let start = bytes.count
    var ascii = true
    string.withUTF8 { utf8 in
      bytes.append(contentsOf: utf8)
      ascii = utf8.allSatisfy { $0 < 128 }
    }
    isASCII = isASCII && ascii
    if isData { try mark(start..<bytes.count) }
  }

  /// Appends a scalar.
  mutating func append(_ scalar: Unicode.Scalar, isData: Bool) throws(TemplateError) {
    let start = bytes.count
    if scalar.value < 128 {
      try budget.allocate(1)
      bytes.append(UInt8(scalar.value))
    } else {
      try budget.allocate(4)
      bytes.append(contentsOf: UTF8.encode(scalar)!)
      isASCII = false
    }
    if isData { try mark(start..<bytes.count) }
  }

  private mutating func mark(_ range: Range<Int>) throws(TemplateError) {
    guard !range.isEmpty else { return }
    if let last = ranges.last, last.upperBound == range.lowerBound {
      ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
    } else {
      try budget.allocate(16)
      ranges.append(range)
    }
  }

  /// The text.
  func finish(isSafe: Bool = false) -> Text {
    let origin: Text.Origin =
      ranges.isEmpty ? .template : ranges == [0..<bytes.count] ? .data : .mixed(ranges)
    return Text(bytes, isASCII: isASCII, origin: origin, isSafe: isSafe)
  }
}

extension Text {
  /// A byte range as a text of its own.
  func slice(_ range: Range<Int>, _ budget: Budget) throws(TemplateError) -> Text {
    if range.count == count { return self }
    if range.isEmpty { return isSafe ? Text(copying: .empty, isSafe: true) : .empty }
    try budget.allocate(48)
    var builder = TextBuilder(budget)
    try builder.append(self, range)
    return builder.finish(isSafe: isSafe)
  }

  /// The text with each byte mapped to an ASCII byte, for a text that is ASCII.
  func mapBytes(
    _ budget: Budget, _ map: (UInt8) -> UInt8
  ) throws(TemplateError) -> Text {
    try budget.allocate(count + 48)
    try budget.stepScalars(count)
    return Text(bytes.map(map), isASCII: true, origin: origin, isSafe: isSafe)
  }

  /// The text made from others in a row.
  static func joined(_ parts: Text..., in budget: Budget) throws(TemplateError) -> Text {
    var builder = TextBuilder(budget)
    for part in parts { try builder.append(part) }
    return builder.finish()
  }

  /// Walks through the scalars: the byte range of each, and the scalar.
  func forEachScalar(
    _ body: (Range<Int>, Unicode.Scalar) throws(TemplateError) -> Void
  ) throws(TemplateError) {
    var offset = 0
    while offset < bytes.count {
      let (scalar, end) = scalar(at: offset)
      try body(offset..<end, scalar)
      offset = end
    }
  }

  /// The scalar that begins at an offset, and where it ends.
  func scalar(at offset: Int) -> (Unicode.Scalar, Int) {
    let first = UInt32(bytes[offset])
    if first < 0x80 { return (Unicode.Scalar(UInt8(first)), offset + 1) }
    func next(_ index: Int) -> UInt32 { UInt32(bytes[offset + index]) & 0x3F }
    if first < 0xE0 { return (Unicode.Scalar((first & 0x1F) << 6 | next(1))!, offset + 2) }
    if first < 0xF0 {
      return (Unicode.Scalar((first & 0xF) << 12 | next(1) << 6 | next(2))!, offset + 3)
    }
    let value = (first & 7) << 18 | next(1) << 12 | next(2) << 6 | next(3)
    return (Unicode.Scalar(value)!, offset + 4)
  }

  /// Where the scalar that ends before an offset begins.
  func start(before offset: Int) -> Int {
    var start = offset - 1
    while start > 0, bytes[start] & 0xC0 == 0x80 { start -= 1 }
    return start
  }

  /// How many scalars the text has.
  func scalarCount(_ budget: Budget) throws(TemplateError) -> Int {
    if isASCII { return count }
    try budget.stepScalars(count)
    return bytes.reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) }
  }

  /// The offset of a scalar, which may be the end.
  func offset(ofScalar index: Int, _ budget: Budget) throws(TemplateError) -> Int {
    if isASCII { return min(index, count) }
    try budget.stepScalars(count)
    var left = index
    var offset = 0
    while offset < count {
      if bytes[offset] & 0xC0 != 0x80 {
        if left == 0 { break }
        left -= 1
      }
      offset += 1
    }
    return offset
  }

  /// How many scalars lie before an offset.
  func scalarIndex(ofOffset offset: Int, _ budget: Budget) throws(TemplateError) -> Int {
    if isASCII { return offset }
    try budget.stepScalars(offset)
    return bytes[..<offset].reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) }
  }
}

extension Text: Equatable {
  /// Equal bytes, wherever they come from.
  static func == (a: Text, b: Text) -> Bool { a === b || a.bytes == b.bytes }
}

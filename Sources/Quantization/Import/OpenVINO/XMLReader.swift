/// Reads the tags of an XML text one after the other (https://www.w3.org/TR/xml/).
///
/// Text between tags, comments, processing instructions and CDATA sections are passed over. There
/// are no document types: a declaration of entities has no bound to what it expands to.
struct XMLReader {
  /// A tag.
  enum Tag: Equatable {
    /// The beginning of an element; an empty element is followed by its end.
    case start(String, attributes: [String: String])
    /// The end of the innermost element that is open.
    case end
  }

  /// What is wrong, and in which line.
  struct Failure: Error {
    let problem: String
    let line: Int
  }

  /// Elements that may be open at once.
  private static let maximumDepth = 256

  private let bytes: [UInt8]
  private var position = 0
  private var open: [[UInt8]] = []
  private var endsAtOnce = false
  private var hasRoot = false

  /// A reader of a text in UTF-8.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// The line of the next byte, from 1.
  var line: Int { bytes[..<position].reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 } }

  /// The next tag; nil when the text ends after its one root element.
  mutating func next() throws(Failure) -> Tag? {
    if endsAtOnce {
      endsAtOnce = false
      open.removeLast()
      return .end
    }
    while try passText() {
      if take("<!--") {
        try pass("-->")
      } else if take("<?") {
        try pass("?>")
      } else if take("<![CDATA[") {
        guard !open.isEmpty else { throw failure("text beside the root element") }
        try pass("]]>")
      } else if take("<!") {
        throw failure("a document type")
      } else if take("</") {
        return try end()
      } else {
        position += 1
        return try start()
      }
    }
    guard hasRoot, open.isEmpty else { throw failure("an end within an element") }
    return nil
  }

  private func failure(_ problem: String) -> Failure { Failure(problem: problem, line: line) }

  /// Passes text up to the next tag; false if there is none.
  private mutating func passText() throws(Failure) -> Bool {
    while position < bytes.count, bytes[position] != UInt8(ascii: "<") {
      guard !open.isEmpty || Self.isSpace(bytes[position]) else {
        throw failure("text beside the root element")
      }
      position += 1
    }
    return position < bytes.count
  }

  /// Passes a word if it is next.
  private mutating func take(_ word: StaticString) -> Bool {
    let end = position + word.utf8CodeUnitCount
    guard end <= bytes.count,
      bytes[position..<end].elementsEqual(
        UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    else { return false }
    position = end
    return true
  }

  /// Passes everything up to a word, and the word.
  private mutating func pass(_ word: StaticString) throws(Failure) {
    while position < bytes.count {
      if take(word) { return }
      position += 1
    }
    throw failure("no '\(word)'")
  }

  private mutating func end() throws(Failure) -> Tag {
    let name = try name()
    passSpace()
    guard take(">"), let last = open.popLast(), last.elementsEqual(name) else {
      throw failure("an end of <\(String(decoding: name, as: UTF8.self))>, which is not open")
    }
    return .end
  }

  private mutating func start() throws(Failure) -> Tag {
    guard !open.isEmpty || !hasRoot else { throw failure("a second root element") }
    guard open.count < Self.maximumDepth else { throw failure("elements nested too deeply") }
    hasRoot = true
    let element = Array(try name())
    open.append(element)
    var attributes: [String: String] = [:]
    while true {
      let hasSpace = passSpace()
      if take(">") { break }
      if take("/>") {
        endsAtOnce = true
        break
      }
      guard hasSpace else { throw failure("no space before an attribute") }
      let key = String(decoding: try name(), as: UTF8.self)
      passSpace()
      guard take("=") else { throw failure("an attribute without '='") }
      passSpace()
      guard attributes.updateValue(try value(), forKey: key) == nil else {
        throw failure("the attribute \(key) twice")
      }
    }
    return .start(String(decoding: element, as: UTF8.self), attributes: attributes)
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }

  @discardableResult
  private mutating func passSpace() -> Bool {
    let start = position
    while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
    return position > start
  }

  /// A name: letters, digits, and everything beyond ASCII.
  private mutating func name() throws(Failure) -> ArraySlice<UInt8> {
    let start = position
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "_"), UInt8(ascii: ":"), 0x80...:
        position += 1
        continue
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
        if position > start {
          position += 1
          continue
        }
      default: break
      }
      break
    }
    guard position > start else { throw failure("no name") }
    return bytes[start..<position]
  }

  /// An attribute's value in quotes.
  private mutating func value() throws(Failure) -> String {
    guard position < bytes.count, [UInt8(ascii: "\""), UInt8(ascii: "'")].contains(bytes[position])
    else { throw failure("an attribute without quotes") }
    let quote = bytes[position]
    position += 1
    var content: [UInt8] = []
    while position < bytes.count, bytes[position] != quote {
      switch bytes[position] {
      case UInt8(ascii: "<"): throw failure("'<' in an attribute")
      case UInt8(ascii: "&"): content += try entity()
      case 0x09, 0x0A, 0x0D:
        content.append(0x20)
        position += 1
      default:
        content.append(bytes[position])
        position += 1
      }
    }
    guard position < bytes.count else { throw failure("an attribute without end") }
    position += 1
    return String(decoding: content, as: UTF8.self)
  }

  /// One of the five entities that XML has, or a character by its number.
  private mutating func entity() throws(Failure) -> [UInt8] {
    let words: [(StaticString, Unicode.Scalar)] = [
      ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"),
    ]
    for (word, scalar) in words where take(word) { return [UInt8(ascii: scalar)] }
    let radix: UInt32 = take("&#x") ? 16 : take("&#") ? 10 : 0
    guard radix > 0 else { throw failure("an unknown entity") }
    var number: UInt32 = 0
    let start = position
    while position < bytes.count,
      let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue, digit < radix,
      position - start < 8
    {
      number = min(number * radix + UInt32(digit), 0x11_0000)
      position += 1
    }
    guard position > start, take(";"), number > 0, let scalar = Unicode.Scalar(number) else {
      throw failure("an unknown character")
    }
    return Array(String(Character(scalar)).utf8)
  }
}

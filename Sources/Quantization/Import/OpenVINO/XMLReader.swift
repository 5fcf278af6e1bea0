/// Reads the elements of an XML file in UTF-8; text between them is passed over.
///
/// What an IR file has no use for is refused: document types, which declare entities, and elements
/// that are nested deep.
struct XMLReader {
  /// What is read next.
  enum Event {
    /// An element begins.
    case start(name: String, attributes: [String: String])
    /// The innermost element ends.
    case end
  }

  /// Bytes that are no XML.
  struct Failure: Error {
    let line: Int
    let problem: String
  }

  private let bytes: [UInt8]
  private var position = 0
  /// Whether the innermost element ends where it begins: `<a/>`.
  private var isEmpty = false
  /// The names of the elements around the place, the outermost first.
  private(set) var path: [String] = []

  private static let maximumDepth = 256
  private static let whiteSpace: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The line of the place.
  var line: Int { 1 + bytes[..<position].reduce(0) { $0 + ($1 == 0x0A ? 1 : 0) } }

  /// The next beginning or end of an element; nil at the end of the file.
  mutating func next() throws(Failure) -> Event? {
    if isEmpty { return end() }
    while true {
      let start = position
      while position < bytes.count, bytes[position] != UInt8(ascii: "<") { position += 1 }
      guard !path.isEmpty || bytes[start..<position].allSatisfy(Self.isOuter) else {
        throw failure("text outside of elements")
      }
      guard position < bytes.count else {
        guard path.isEmpty else { throw failure("the file is cut short") }
        return nil
      }
      if skips("<?") {
        try skip(past: "?>")
      } else if skips("<!--") {
        try skip(past: "-->")
      } else if skips("<![CDATA[") {
        try skip(past: "]]>")
      } else if skips("<!") {
        throw failure("a declaration of a document type")
      } else if skips("</") {
        guard try name() == path.last else { throw failure("an end without its beginning") }
        skipSpace()
        guard skips(">") else { throw failure("an end tag that goes on") }
        return end()
      } else {
        position += 1
        return try startTag()
      }
    }
  }

  /// White space and the byte order mark.
  private static func isOuter(_ byte: UInt8) -> Bool {
    whiteSpace.contains(byte) || [0xEF, 0xBB, 0xBF].contains(byte)
  }

  private mutating func end() -> Event {
    isEmpty = false
    path.removeLast()
    return .end
  }

  private mutating func startTag() throws(Failure) -> Event {
    let element = try name()
    guard path.count < Self.maximumDepth else { throw failure("elements are nested too deep") }
    var attributes: [String: String] = [:]
    while true {
      skipSpace()
      if skips("/>") {
        isEmpty = true
        break
      }
      if skips(">") { break }
      let key = try name()
      skipSpace()
      guard skips("=") else { throw failure("an attribute without a value") }
      skipSpace()
      guard attributes.updateValue(try value(), forKey: key) == nil else {
        throw failure("an attribute twice")
      }
    }
    path.append(element)
    return .start(name: element, attributes: attributes)
  }

  private mutating func name() throws(Failure) -> String {
    let start = position
    while position < bytes.count, !Self.whiteSpace.contains(bytes[position]),
      !"=/><\"'&".utf8.contains(bytes[position])
    { position += 1 }
    guard position > start else { throw failure("a tag without a name") }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func value() throws(Failure) -> String {
    guard position < bytes.count, [0x22, 0x27].contains(bytes[position]) else {
      throw failure("a value without quotes")
    }
    let quote = bytes[position]
    let start = position + 1
    guard let end = bytes[start...].firstIndex(of: quote) else {
      throw failure("a value without its end")
    }
    position = end + 1
    let text = bytes[start..<end]
    guard text.contains(UInt8(ascii: "&")) else { return String(decoding: text, as: UTF8.self) }
    var result = ""
    var parts = text.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
    result += String(decoding: parts.removeFirst(), as: UTF8.self)
    for part in parts {
      guard let semicolon = part.firstIndex(of: UInt8(ascii: ";")),
        let character = Self.character(String(decoding: part[..<semicolon], as: UTF8.self))
      else { throw failure("an unknown entity") }
      result.append(character)
      result += String(decoding: part[(semicolon + 1)...], as: UTF8.self)
    }
    return result
  }

  /// The character that an entity or a reference by number stands for.
  private static func character(_ entity: String) -> Character? {
    let entities: [String: Character] = [
      "lt": "<", "gt": ">", "amp": "&", "quot": "\"", "apos": "'",
    ]
    if let character = entities[entity] { return character }
    guard entity.hasPrefix("#") else { return nil }
    let digits = entity.dropFirst()
    let number =
      digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits, radix: 10)
    return number.flatMap(Unicode.Scalar.init).map(Character.init)
  }

  private mutating func skipSpace() {
    while position < bytes.count, Self.whiteSpace.contains(bytes[position]) { position += 1 }
  }

  /// Passes over a text if it is next.
  private mutating func skips(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard bytes.count - position >= count,
      (0..<count).allSatisfy({ bytes[position + $0] == text.utf8Start[$0] })
    else { return false }
    position += count
    return true
  }

  private mutating func skip(past text: StaticString) throws(Failure) {
    while position < bytes.count {
      if skips(text) { return }
      position += 1
    }
    throw failure("the file is cut short")
  }

  private func failure(_ problem: String) -> Failure { Failure(line: line, problem: problem) }
}

/// Turns the bytes that a terminal sends into keys, in pieces of any size.
///
/// Invalid UTF-8 and sequences without a meaning here are swallowed. The sequences are those of
/// ECMA-48 and xterm's "Control Sequences", with bracketed paste (mode 2004).
struct KeyDecoder {
  private enum State: Equatable {
    case ground
    case escape
    case control  // after ESC [
    case function  // after ESC O
    case consoleFunction  // after ESC [ [, which the Linux console sends for F1 to F5
    case string  // after ESC ], P, X, ^ or _, until BEL or ESC \
    case paste
  }

  private static let parameterLimit = 32
  private static let pasteEnd = Array("\u{1B}[201~".utf8)

  private var state = State.ground
  private var parameters: [UInt8] = []
  private var scalar: [UInt8] = []
  private var dropsScalar = false
  private var pasted: [UInt8] = []
  private var keys: [Key] = []
  private var followsReturn = false

  /// Whether a sequence has begun that more bytes, or `flush`, must end.
  var isPending: Bool { state != .ground || !scalar.isEmpty }

  /// Whether a paste has begun and not ended.
  var isPasting: Bool { state == .paste }

  /// The keys that the bytes complete.
  ///
  /// A line feed alone is Ctrl-J. One that ends a longer piece was written by a program, or went
  /// through a terminal that was not raw yet (`cooked`), and is Enter.
  mutating func decode(_ bytes: [UInt8], cooked: Bool = false) -> [Key] {
    let isLine = bytes.count > 1 && bytes.last == 0x0A && !bytes.contains(0x0D)
    for byte in bytes { take(byte, lineFeed: cooked || isLine ? .enter : .newline) }
    return takeKeys()
  }

  /// Ends an unfinished sequence because nothing followed it for a while.
  mutating func flush() -> [Key] {
    if state == .escape { keys.append(.escape) }
    if state == .paste { endPaste() }
    scalar = []
    state = .ground
    return takeKeys()
  }

  private mutating func takeKeys() -> [Key] {
    defer { keys = [] }
    return keys
  }

  private mutating func take(_ byte: UInt8, lineFeed: Key) {
    switch state {
    case .ground: ground(byte, lineFeed: lineFeed)
    case .escape: escape(byte)
    case .control: control(byte)
    case .function:
      state = .ground
      if let key = Self.cursorKey(byte, modified: false) { keys.append(key) }
    case .consoleFunction: state = .ground
    case .string:
      if byte == 0x07 || byte == 0x18 || byte == 0x1A { state = .ground }
      if byte == 0x1B { state = .escape }
    case .paste:
      pasted.append(byte)
      guard byte == Self.pasteEnd.last, pasted.suffix(Self.pasteEnd.count) == Self.pasteEnd[...]
      else { return }
      pasted.removeLast(Self.pasteEnd.count)
      endPaste()
    }
  }

  private mutating func ground(_ byte: UInt8, lineFeed: Key) {
    if byte >= 0x80 {
      followsReturn = false
      return multibyte(byte)
    }
    scalar = []
    defer { followsReturn = byte == 0x0D }
    switch byte {
    case 0x0D: keys.append(.enter)
    case 0x0A: if !followsReturn { keys.append(lineFeed) }
    case 0x09: keys.append(.tab)
    case 0x08, 0x7F: keys.append(.backspace)
    case 0x1B: state = .escape
    case 0x01...0x1A: keys.append(.control(Character(Unicode.Scalar(byte + 0x60))))
    case 0x00, 0x1C...0x1F: break
    default: type(Character(Unicode.Scalar(byte)))
    }
  }

  private mutating func multibyte(_ byte: UInt8) {
    if byte >= 0xC0 {
      scalar = [byte]
      return
    }
    guard let lead = scalar.first else { return }
    scalar.append(byte)
    let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
    guard scalar.count == length else { return }
    let text = String(validating: scalar, as: UTF8.self)
    scalar = []
    let isDropped = dropsScalar
    dropsScalar = false
    guard !isDropped, let text, let first = text.unicodeScalars.first, first.value >= 0xA0
    else { return }
    type(text)
  }

  private mutating func type(_ character: Character) { type(String(character)) }

  private mutating func type(_ text: String) {
    dropsScalar = false
    if case .text(let before) = keys.last {
      keys[keys.count - 1] = .text(before + text)
    } else {
      keys.append(.text(text))
    }
  }

  private mutating func escape(_ byte: UInt8) {
    state = .ground
    switch byte {
    case 0x1B: state = .escape
    case UInt8(ascii: "["):
      parameters = []
      state = .control
    case UInt8(ascii: "O"): state = .function
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"),
      UInt8(ascii: "_"):
      state = .string
    case 0x0D, 0x0A: keys.append(.newline)
    case 0x08, 0x7F: keys.append(.deleteWordBackward)
    case UInt8(ascii: "b"), UInt8(ascii: "B"): keys.append(.wordLeft)
    case UInt8(ascii: "f"), UInt8(ascii: "F"): keys.append(.wordRight)
    case UInt8(ascii: "d"), UInt8(ascii: "D"): keys.append(.deleteWordForward)
    case 0x80...0xFF:
      dropsScalar = true
      multibyte(byte)
    default: break
    }
  }

  private mutating func control(_ byte: UInt8) {
    switch byte {
    case 0x20...0x3F:
      // What is longer than any sequence known here is read on, but not kept.
      if parameters.count < Self.parameterLimit { parameters.append(byte) }
    case UInt8(ascii: "[") where parameters.isEmpty: state = .consoleFunction
    case 0x1B: state = .escape
    case 0x40...0x7E:
      state = .ground
      finishControl(byte)
    default: state = .ground
    }
  }

  private mutating func finishControl(_ final: UInt8) {
    let fields = parameters.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
    let numbers = fields.map { Int(String(decoding: $0, as: UTF8.self)) ?? 0 }
    let first = numbers.first ?? 0
    let isModified = numbers.count > 1 && numbers[1] > 2
    switch final {
    case UInt8(ascii: "~"):
      switch first {
      case 1, 7: keys.append(.home)
      case 4, 8: keys.append(.end)
      case 3: keys.append(isModified ? .deleteWordForward : .delete)
      case 27: if numbers.count == 3, numbers[2] == 13 { keys.append(.newline) }
      case 200:
        pasted = []
        state = .paste
      default: break
      }
    case UInt8(ascii: "u"):
      if first == 13 { keys.append(numbers.count > 1 && numbers[1] > 1 ? .newline : .enter) }
    default:
      if let key = Self.cursorKey(final, modified: isModified) { keys.append(key) }
    }
  }

  private static func cursorKey(_ final: UInt8, modified: Bool) -> Key? {
    switch final {
    case UInt8(ascii: "A"): .up
    case UInt8(ascii: "B"): .down
    case UInt8(ascii: "C"): modified ? .wordRight : .right
    case UInt8(ascii: "D"): modified ? .wordLeft : .left
    case UInt8(ascii: "H"): .home
    case UInt8(ascii: "F"): .end
    default: nil
    }
  }

  private mutating func endPaste() {
    state = .ground
    let text = PlainText.sanitize(String(decoding: pasted, as: UTF8.self))
    pasted = []
    if !text.isEmpty { keys.append(.paste(text)) }
  }
}

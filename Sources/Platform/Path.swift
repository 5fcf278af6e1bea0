/// Paths as strings that give back the bytes they were made from.
///
/// A file's name is any bytes but zero and the slash. Where they are UTF-8, the string is that text. A
/// byte that is no part of UTF-8 text becomes one of 128 scalars at the end of the last private-use
/// plane, and so does every byte of a name that really holds one of those: so each name has one string
/// and each string one name. `String.printable` shows such a byte as `\xFF`.
package enum Path {
  /// The scalar of byte 0x80.
  private static let firstEscape: UInt32 = 0x10FF80

  /// The string of a name's bytes.
  package static func string(_ bytes: some Collection<UInt8>) -> String {
    let bytes = Array(bytes)
    var text = String.UnicodeScalarView()
    var index = 0
    while index < bytes.count {
      let (scalar, length) = scalar(bytes[index...])
      if let scalar, byte(of: scalar) == nil {
        text.append(scalar)
        index += length
      } else {
        text.append(escape(bytes[index]))
        index += 1
      }
    }
    return String(text)
  }

  /// The string of a name that ends with a zero.
  package static func string(cString: UnsafePointer<CChar>) -> String {
    var length = 0
    while cString[length] != 0 { length += 1 }
    return string(UnsafeRawBufferPointer(start: cString, count: length))
  }

  /// The bytes that a string was made from.
  package static func bytes(_ path: String) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(path.utf8.count)
    for scalar in path.unicodeScalars {
      if let byte = byte(of: scalar) {
        bytes.append(byte)
      } else {
        bytes += UTF8.encode(scalar).unsafelyUnwrapped
      }
    }
    return bytes
  }

  /// The byte that a scalar stands for; nil if it stands for itself.
  package static func byte(of scalar: Unicode.Scalar) -> UInt8? {
    scalar.value >= firstEscape ? UInt8(scalar.value - firstEscape + 0x80) : nil
  }

  /// Whether a string holds bytes that are no text.
  package static func isText(_ string: String) -> Bool {
    string.unicodeScalars.allSatisfy { byte(of: $0) == nil }
  }

  /// The last part of a path, without slashes after it; a slash for the root.
  package static func name(_ path: String) -> String {
    let trimmed = trimmed(path)
    guard trimmed != "/", let slash = trimmed.utf8.lastIndex(of: slash) else { return trimmed }
    return String(trimmed[trimmed.utf8.index(after: slash)...])
  }

  /// The folder that a path's last part lies in; `.` if the path has one part.
  package static func folder(_ path: String) -> String {
    let trimmed = trimmed(path)
    guard let slash = trimmed.utf8.lastIndex(of: slash) else { return "." }
    let folder = self.trimmed(String(trimmed[..<slash]))
    return folder.isEmpty ? "/" : folder
  }

  /// The path of a name in a folder.
  package static func join(_ folder: String, _ name: String) -> String {
    if folder.isEmpty || name.utf8.first == slash { return name }
    if name.isEmpty { return folder }
    return folder.utf8.last == slash ? folder + name : "\(folder)/\(name)"
  }

  /// Whether a path ends in a slash, and so can only be a folder's.
  package static func endsInSlash(_ path: String) -> Bool { path.utf8.last == slash }

  private static let slash = UInt8(ascii: "/")

  /// The path without slashes at its end, but for the root's.
  private static func trimmed(_ path: String) -> String {
    var bytes = path.utf8[...]
    while bytes.count > 1, bytes.last == slash { bytes.removeLast() }
    return String(Substring(bytes))
  }

  private static func escape(_ byte: UInt8) -> Unicode.Scalar {
    Unicode.Scalar(firstEscape + UInt32(byte) - 0x80).unsafelyUnwrapped
  }

  /// The scalar that some bytes begin with, and its length; nil if they are not UTF-8.
  private static func scalar(_ bytes: ArraySlice<UInt8>) -> (Unicode.Scalar?, Int) {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return (nil, 1) }
    return (scalar, UTF8.width(scalar))
  }
}

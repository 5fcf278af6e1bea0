/// Finds the first of some strings in text that comes in pieces, and holds back only what may be
/// the beginning of one.
struct StopStrings {
  private let stops: [[UInt8]]
  private var buffer: [UInt8] = []

  init(_ stops: [String]) { self.stops = stops.map { Array($0.utf8) }.filter { !$0.isEmpty } }

  /// The text that is held back.
  var held: String { String(decoding: buffer, as: UTF8.self) }

  /// Adds text; returns what is certain, and whether a stop string followed it.
  mutating func append(_ text: String) -> (text: String, isStopped: Bool) {
    guard !stops.isEmpty else { return (text, false) }
    buffer.append(contentsOf: text.utf8)
    if let index = buffer.indices.first(where: { start in
      stops.contains { buffer[start...].starts(with: $0) }
    }) {
      let before = String(decoding: buffer[..<index], as: UTF8.self)
      buffer.removeAll()
      return (before, true)
    }
    let start =
      buffer.indices.first { start in stops.contains { $0.starts(with: buffer[start...]) } }
      ?? buffer.endIndex
    let certain = String(decoding: buffer[..<start], as: UTF8.self)
    buffer.removeSubrange(..<start)
    return (certain, false)
  }
}

import Foundation

/// Builds GGUF files byte by byte, well-formed or not.
struct FileBuilder {
  var bytes: [UInt8] = []

  /// Magic, version and counts.
  init(version: UInt32 = 3, tensors: Int64, pairs: Int64, magic: String = "GGUF") {
    bytes += Array(magic.utf8)
    add(version)
    add(tensors)
    add(pairs)
  }

  mutating func add<T: FixedWidthInteger>(_ value: T) {
    withUnsafeBytes(of: value.littleEndian) { bytes += Array($0) }
  }

  mutating func add(_ text: String) {
    add(UInt64(text.utf8.count))
    bytes += Array(text.utf8)
  }

  /// A pair whose value's bytes are given.
  mutating func pair(_ key: String, type: UInt32, _ value: (inout FileBuilder) -> Void) {
    add(key)
    add(type)
    value(&self)
  }

  /// A directory entry.
  mutating func tensor(
    _ name: String, _ shape: [Int64], type: UInt32 = 0, offset: UInt64, dimensions: UInt32? = nil
  ) {
    add(name)
    add(dimensions ?? UInt32(shape.count))
    shape.forEach { add($0) }
    add(type)
    add(offset)
  }

  /// Fills up to an alignment.
  mutating func pad(to alignment: Int = 32) {
    while bytes.count % alignment != 0 { bytes.append(0) }
  }

  /// A file in the temporary folder for the time of the body.
  func write<T>(_ body: (String) throws -> T) throws -> T {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("phidelity-\(UUID().uuidString).gguf").path
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }

  /// A small file that is right: one of each type, and three tensors.
  static func good(version: UInt32 = 3, alignment: UInt32 = 32) -> FileBuilder {
    var file = FileBuilder(version: version, tensors: 3, pairs: 16)
    file.pair("general.alignment", type: 4) { $0.add(alignment) }
    file.pair("u8", type: 0) { $0.add(UInt8(200)) }
    file.pair("i8", type: 1) { $0.add(Int8(-3)) }
    file.pair("u16", type: 2) { $0.add(UInt16(60000)) }
    file.pair("i16", type: 3) { $0.add(Int16(-300)) }
    file.pair("u32", type: 4) { $0.add(UInt32(4_000_000_000)) }
    file.pair("i32", type: 5) { $0.add(Int32(-70000)) }
    file.pair("f32", type: 6) { $0.add(Float(1.5).bitPattern) }
    file.pair("bool", type: 7) { $0.add(UInt8(1)) }
    file.pair("text", type: 8) { $0.add("grüße") }
    file.pair("texts", type: 9) {
      $0.add(UInt32(8))
      $0.add(UInt64(2))
      $0.add("a")
      $0.add("")
    }
    file.pair("numbers", type: 9) {
      $0.add(UInt32(5))
      $0.add(UInt64(3))
      for value: Int32 in [1, -2, 3] { $0.add(value) }
    }
    file.pair("u64", type: 10) { $0.add(UInt64.max) }
    file.pair("i64", type: 11) { $0.add(Int64(-5)) }
    file.pair("f64", type: 12) { $0.add(Double(0.1).bitPattern) }
    file.pair("empty", type: 9) {
      $0.add(UInt32(6))
      $0.add(UInt64(0))
    }
    let step = max(UInt64(alignment), 32)
    file.tensor("a", [3], offset: 0)
    file.tensor("b", [32, 2], type: 2, offset: step)
    file.tensor("c", [2, 2, 2], type: 1, offset: step + (36 + step - 1) / step * step)
    file.pad(to: Int(alignment))
    let start = file.bytes.count
    file.bytes += [UInt8](repeating: 7, count: 12)
    file.bytes += [UInt8](repeating: 0, count: start + Int(step) - file.bytes.count)
    file.bytes += [UInt8](repeating: 9, count: 36)
    file.pad(to: Int(step))
    while (file.bytes.count - start) % Int(step) != 0 { file.bytes.append(0) }
    file.bytes += [UInt8](repeating: 5, count: 16)
    return file
  }
}

import Foundation
import Testing

@testable import GGUF

@Suite("GGUF writer")
struct GGUFWriterTests {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("gguf-writer-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  func remove() { try? FileManager.default.removeItem(at: folder) }

  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  static let metadata: [(key: String, value: MetadataValue)] = [
    ("general.architecture", .text("phi3")),
    ("a.u8", .uint8(200)), ("a.i8", .int8(-100)), ("a.u16", .uint16(60000)),
    ("a.i16", .int16(-30000)), ("a.u32", .uint32(4_000_000_000)), ("a.i32", .int32(-2_000_000_000)),
    ("a.u64", .uint64(.max)), ("a.i64", .int64(.min)), ("a.f32", .float32(-1.5)),
    ("a.f64", .float64(.pi)), ("a.yes", .bool(true)), ("a.no", .bool(false)),
    ("a.text", .text("grüß\n")), ("a.empty", .text("")), ("a.invalid", .string([0xff, 0])),
    ("a.strings", .strings(["", "▁a", "b\0c"])), ("a.none", .strings([String]())),
    ("a.integers", .integers([-1, 0, 7])), ("a.floats", .floats([0, -0.0, .infinity])),
  ]

  static let tensors = [
    TensorDescription(name: "first", type: .f32, shape: [3]),
    TensorDescription(name: "second", type: .q4_0, shape: [64, 5]),
    TensorDescription(name: "third", type: .f16, shape: [7, 2, 3]),
    TensorDescription(name: "fourth", type: .q8_0, shape: [32, 9]),
  ]

  func bytes(_ tensor: Int) -> [UInt8] {
    (0..<Self.tensors[tensor].byteCount).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ tensor) }
  }

  func fill(_ writer: GGUFWriter) throws {
    for tensor in Self.tensors.indices.reversed() {
      let bytes = bytes(tensor)
      let middle = bytes.count / 3
      try bytes[middle...].withUnsafeBytes { try writer.write($0, of: tensor, at: middle) }
      try bytes[..<middle].withUnsafeBytes { try writer.write($0, of: tensor, at: 0) }
    }
  }

  @Test("What is written is read back, value by value", arguments: [1, 32, 4096])
  func roundTrip(alignment: Int) throws {
    defer { remove() }
    let metadata = Self.metadata + [("general.alignment", .uint32(UInt32(alignment)))]
    let writer = try GGUFWriter(path: path("a.gguf"), metadata: metadata, tensors: Self.tensors)
    try fill(writer)
    try writer.commit()
    let file = try GGUFFile(path: path("a.gguf"))
    #expect(file.metadata.entries.map(\.key) == metadata.map(\.key))
    for (key, value) in metadata { #expect(file.metadata[key] == value) }
    #expect(file.byteCount == writer.byteCount)
    for (number, expected) in Self.tensors.enumerated() {
      let tensor = file.tensors[number]
      #expect(tensor.name == expected.name)
      #expect(tensor.type == expected.type)
      #expect(tensor.shape == expected.shape)
      #expect(tensor.bytes.elementsEqual(bytes(number)))
    }
  }

  @Test("A split set holds the same tensors in parts no larger than asked")
  func split() throws {
    defer { remove() }
    let writer = try GGUFWriter(
      path: path("a.gguf"), metadata: Self.metadata, tensors: Self.tensors, maximumBytes: 300)
    try fill(writer)
    try writer.commit()
    #expect(
      try names() == [
        "a-00001-of-00003.gguf", "a-00002-of-00003.gguf", "a-00003-of-00003.gguf",
      ])
    let file = try GGUFFile(path: path("a-00002-of-00003.gguf"))
    #expect(file.tensors.map(\.name) == Self.tensors.map(\.name))
    for number in Self.tensors.indices {
      #expect(file.tensors[number].bytes.elementsEqual(bytes(number)))
    }
  }

  @Test("Nothing appears before all is written, and nothing is left of what was given up")
  func incomplete() throws {
    defer { remove() }
    do {
      let writer = try GGUFWriter(
        path: path("a.gguf"), metadata: Self.metadata, tensors: Self.tensors)
      try bytes(0).withUnsafeBytes { try writer.write($0, of: 0, at: 0) }
      #expect(try !names().contains("a.gguf"))
      #expect(throws: GGUFError.self) { try writer.commit() }
    }
    #expect(try names().isEmpty)
  }

  @Test("An existing file is replaced only at the end, and a link is followed")
  func replaces() throws {
    defer { remove() }
    try Data("old".utf8).write(to: URL(fileURLWithPath: path("a.gguf")))
    try FileManager.default.createSymbolicLink(
      atPath: path("link.gguf"), withDestinationPath: path("a.gguf"))
    let writer = try GGUFWriter(
      path: path("link.gguf"), metadata: Self.metadata, tensors: Self.tensors)
    try fill(writer)
    #expect(FileManager.default.contents(atPath: path("a.gguf")) == Data("old".utf8))
    try writer.commit()
    #expect(try GGUFFile(path: path("a.gguf")).tensors.count == 4)
    #expect(try names() == ["a.gguf", "link.gguf"])
  }

  @Test("A folder that is missing or no folder is named")
  func unwritable() throws {
    defer { remove() }
    #expect(throws: GGUFError(path("none/a.gguf"), "the folder \(path("none")) does not exist")) {
      try AtomicFile(path: path("none/a.gguf"))
    }
    #expect(throws: GGUFError(folder.path, "is a folder, expected a file to replace or none")) {
      try AtomicFile(path: folder.path)
    }
  }
}

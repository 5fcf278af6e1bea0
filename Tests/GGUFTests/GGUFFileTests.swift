import Foundation
import Testing

@testable import GGUF

@Suite struct GGUFFileTests {
  @Test(arguments: [2, 3] as [UInt32], [32, 64, 4096] as [UInt32])
  func readsEveryType(_ version: UInt32, _ alignment: UInt32) throws {
    try FileBuilder.good(version: version, alignment: alignment).write { path in
      let file = try GGUFFile(path: path)
      let metadata = file.metadata
      #expect(file.version == version)
      #expect(try metadata.integer("u8", in: 0...255) == 200)
      #expect(try metadata.integer("i8", in: -9...9) == -3)
      #expect(try metadata.integer("u16", in: 0...65535) == 60000)
      #expect(try metadata.integer("i16", in: -400...0) == -300)
      #expect(try metadata.integer("u32", in: 0...Int.max) == 4_000_000_000)
      #expect(try metadata.integer("i32", in: Int.min...0) == -70000)
      #expect(try metadata.float("f32") == 1.5)
      #expect(try metadata.float("f64") == 0.1)
      #expect(try metadata.bool("bool") == true)
      #expect(try metadata.string("text") == "grüße")
      #expect(try metadata.stringArray("texts") == ["a", ""])
      #expect(try metadata.integerArray("numbers") == [1, -2, 3])
      #expect(try metadata.floatArray("empty") == [])
      #expect(metadata["u64"] == .uint64(.max))
      #expect(try metadata.integer("i64", in: -9...9) == -5)
      #expect(try metadata.string("absent") == nil)
      #expect(file.tensors.map(\.name) == ["a", "b", "c"])
      let tensor = try #require(file.tensor(named: "b"))
      #expect(tensor.type == .q4_0)
      #expect(tensor.shape == [32, 2])
      #expect(tensor.bytes.count == 36)
      #expect(tensor.bytes.allSatisfy { $0 == 9 })
    }
  }

  @Test func typedReadersNameTheKey() throws {
    try FileBuilder.good().write { path in
      let metadata = try GGUFFile(path: path).metadata
      #expect(throws: GGUFError(path, "text: found string, expected an integer")) {
        try metadata.integer("text", in: 0...9)
      }
      #expect(throws: GGUFError(path, "u8: found 200, expected a number from 0 to 9")) {
        try metadata.integer("u8", in: 0...9)
      }
      #expect(throws: GGUFError(path, "numbers: found an array of int32, expected one of strings"))
      {
        try metadata.stringArray("numbers")
      }
    }
  }

  @Test func describesValuesOnOneLine() throws {
    try FileBuilder.good().write { path in
      let metadata = try GGUFFile(path: path).metadata
      #expect(metadata["numbers"]?.description == "[1, -2, 3] (3 × int32)")
      #expect(MetadataValue.string(Array("a\u{1B}[2J\nb".utf8)).description == "a\\u{1b}[2J\\nb")
    }
  }

  @Test func namesWhatIsNoFile() throws {
    let folder = FileManager.default.temporaryDirectory.path
    #expect(throws: GGUFError(folder, "is a folder, expected a GGUF file")) {
      try GGUFFile(path: folder)
    }
    #expect(throws: GGUFError("/dev/null", "is no regular file, expected a GGUF file")) {
      try GGUFFile(path: "/dev/null")
    }
    #expect(throws: GGUFError.self) { try GGUFFile(path: "/nowhere/at/all.gguf") }
  }

  @Test func opensAllFilesOfASet() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("phidelity-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func part(_ number: Int, _ name: String, count: Int = 2, total: Int = 2) throws -> String {
      var file = FileBuilder(tensors: 1, pairs: 3)
      file.pair("split.no", type: 2) { $0.add(UInt16(number)) }
      file.pair("split.count", type: 2) { $0.add(UInt16(count)) }
      file.pair("split.tensors.count", type: 5) { $0.add(Int32(total)) }
      file.tensor(name, [4], offset: 0)
      file.pad()
      file.bytes += [UInt8](repeating: UInt8(number), count: 16)
      let path = folder.appendingPathComponent(String(format: "m-%05d-of-00002.gguf", number + 1))
      try Data(file.bytes).write(to: path)
      return path.path
    }
    let first = try part(0, "a")
    #expect(throws: GGUFError.self) { try GGUFFile(path: first) }
    let second = try part(1, "b")
    for path in [first, second] {
      let file = try GGUFFile(path: path)
      #expect(file.tensors.map(\.name) == ["a", "b"])
      #expect(file.tensors[1].bytes.allSatisfy { $0 == 1 })
    }
    _ = try part(1, "a")
    #expect(throws: GGUFError(first, "a: the tensor is in two files of the set")) {
      try GGUFFile(path: first)
    }
    _ = try part(1, "b", count: 3)
    #expect(throws: GGUFError(second, "split.count: found 3, expected 2")) {
      try GGUFFile(path: first)
    }
  }
}

import Foundation
import Testing

@testable import GGUF

/// A file with one mistake, and what must be said of it.
struct Malformation: Sendable, CustomTestStringConvertible {
  let name: String
  let expected: String
  let make: @Sendable () -> FileBuilder
  var testDescription: String { name }

  init(_ name: String, _ expected: String, _ make: @escaping @Sendable () -> FileBuilder) {
    self.name = name
    self.expected = expected
    self.make = make
  }

  /// One with a single tensor.
  init(
    tensor name: String, _ expected: String, _ add: @escaping @Sendable (inout FileBuilder) -> Void
  ) {
    self.init(name, expected) {
      var file = FileBuilder(tensors: 1, pairs: 0)
      add(&file)
      file.pad()
      file.bytes += [UInt8](repeating: 0, count: 64)
      return file
    }
  }

  /// One with a single pair.
  init(
    pair name: String, _ expected: String, _ add: @escaping @Sendable (inout FileBuilder) -> Void
  ) {
    self.init(name, expected) {
      var file = FileBuilder(tensors: 0, pairs: 1)
      add(&file)
      file.bytes += [UInt8](repeating: 0, count: 64)
      return file
    }
  }

  static let all: [Malformation] = [
    Malformation("magic", "begins with 'GGML'") {
      FileBuilder(tensors: 0, pairs: 0, magic: "GGML")
    },
    Malformation("version 0", "version 0, expected 2 or 3") {
      FileBuilder(version: 0, tensors: 0, pairs: 0)
    },
    Malformation("version 1", "version 1, expected 2 or 3") {
      FileBuilder(version: 1, tensors: 0, pairs: 0)
    },
    Malformation("future version", "version 4, expected 2 or 3") {
      FileBuilder(version: 4, tensors: 0, pairs: 0)
    },
    Malformation("big endian", "a big-endian file") {
      FileBuilder(version: 0x0300_0000, tensors: 0, pairs: 0)
    },
    Malformation("negative tensors", "the number of tensors is negative") {
      FileBuilder(tensors: -1, pairs: 0)
    },
    Malformation("too many tensors", "tensors do not fit") {
      FileBuilder(tensors: .max, pairs: 0)
    },
    Malformation("negative pairs", "the number of metadata pairs is negative") {
      FileBuilder(tensors: 0, pairs: .min)
    },
    Malformation("too many pairs", "metadata pairs do not fit") {
      FileBuilder(tensors: 0, pairs: 1 << 40)
    },
    Malformation("truncated", "the file ends inside the version") {
      var file = FileBuilder(tensors: 0, pairs: 0)
      file.bytes = Array(file.bytes.prefix(6))
      return file
    },
    Malformation(pair: "long key", "key 0 is 18446744073709551615 bytes long") {
      $0.add(UInt64.max)
    },
    Malformation(pair: "key beyond the file", "but the file ends") { $0.add(UInt64(60000)) },
    Malformation(pair: "empty key", "key 0 is empty") {
      $0.pair("", type: 4) { $0.add(UInt32(1)) }
    },
    Malformation(pair: "unknown type", "k: type 13, expected one from 0 to 12") {
      $0.pair("k", type: 13) { $0.add(UInt32(1)) }
    },
    Malformation("duplicate key", "k: the key comes twice") {
      var file = FileBuilder(tensors: 0, pairs: 2)
      for _ in 0..<2 { file.pair("k", type: 4) { $0.add(UInt32(1)) } }
      return file
    },
    Malformation(pair: "long string", "k is 1099511627776 bytes long") {
      $0.pair("k", type: 8) { $0.add(UInt64(1 << 40)) }
    },
    Malformation(pair: "long array", "k: 18446744073709551615 elements, expected at most") {
      $0.pair("k", type: 9) {
        $0.add(UInt32(0))
        $0.add(UInt64.max)
      }
    },
    Malformation(pair: "array beyond the file", "elements do not fit") {
      $0.pair("k", type: 9) {
        $0.add(UInt32(10))
        $0.add(UInt64(1 << 29))
      }
    },
    Malformation(pair: "string array beyond the file", "elements do not fit") {
      $0.pair("k", type: 9) {
        $0.add(UInt32(8))
        $0.add(UInt64(1 << 20))
      }
    },
    Malformation(pair: "nested array", "an array of arrays") {
      $0.pair("k", type: 9) {
        $0.add(UInt32(9))
        $0.add(UInt64(1))
      }
    },
    Malformation(
      pair: "alignment of another type", "general.alignment: found uint64, expected uint32"
    ) {
      $0.pair("general.alignment", type: 10) { $0.add(UInt64(32)) }
    },
    Malformation(pair: "alignment 0", "general.alignment: found 0") {
      $0.pair("general.alignment", type: 4) { $0.add(UInt32(0)) }
    },
    Malformation(pair: "alignment 48", "general.alignment: found 48") {
      $0.pair("general.alignment", type: 4) { $0.add(UInt32(48)) }
    },
    Malformation(pair: "alignment 2 GiB", "general.alignment: found 2147483648") {
      $0.pair("general.alignment", type: 4) { $0.add(UInt32(1) << 31) }
    },
    Malformation(tensor: "long name", "the name of tensor 0 is 64 bytes long") {
      $0.tensor(String(repeating: "n", count: 64), [4], offset: 0)
    },
    Malformation(tensor: "no name", "tensor 0 has no name") { $0.tensor("", [4], offset: 0) },
    Malformation("duplicate tensor", "t: the tensor comes twice") {
      var file = FileBuilder(tensors: 2, pairs: 0)
      for _ in 0..<2 { file.tensor("t", [4], offset: 0) }
      return file
    },
    Malformation(tensor: "five dimensions", "t: 5 dimensions, expected at most 4") {
      $0.tensor("t", [1, 1, 1, 1, 1], offset: 0)
    },
    Malformation(tensor: "many dimensions", "t: 4294967295 dimensions") {
      $0.tensor("t", [1], offset: 0, dimensions: .max)
    },
    Malformation(tensor: "negative dimension", "t: dimension -1") {
      $0.tensor("t", [-1], offset: 0)
    },
    Malformation(tensor: "zero dimension", "t: dimension 0") { $0.tensor("t", [4, 0], offset: 0) },
    Malformation(tensor: "too large a shape", "is too large") {
      $0.tensor("t", [1 << 40, 1 << 40], offset: 0)
    },
    Malformation(tensor: "shape that wraps", "is too large") {
      $0.tensor("t", [1 << 32, 1 << 31, 2, 1], offset: 0)
    },
    Malformation(tensor: "bytes that wrap", "is too large") { $0.tensor("t", [.max], offset: 0) },
    Malformation(tensor: "unknown format", "t: format 4096 is not known") {
      $0.tensor("t", [4], type: 4096, offset: 0)
    },
    Malformation(tensor: "removed format", "t: format 4 was removed from ggml") {
      $0.tensor("t", [32], type: 4, offset: 0)
    },
    Malformation(tensor: "row of part of a block", "t: rows of 33 values") {
      $0.tensor("t", [33], type: 2, offset: 0)
    },
    Malformation(tensor: "wrong offset", "t: offset 32, expected 0") {
      $0.tensor("t", [4], offset: 32)
    },
    Malformation(tensor: "offset near the end of numbers", "expected 0") {
      $0.tensor("t", [4], offset: .max - 31)
    },
    Malformation(tensor: "data beyond the file", "t: the file ends inside its data") {
      $0.tensor("t", [1 << 20], offset: 0)
    },
  ]
}

@Suite struct MalformedFileTests {
  @Test(arguments: Malformation.all)
  func isNamedInOneLine(_ malformation: Malformation) throws {
    try malformation.make().write { path in
      let error = #expect(throws: GGUFError.self) { try GGUFFile(path: path) }
      let text = try #require(error).description
      #expect(text.contains(malformation.expected), "\(text)")
      #expect(text.hasPrefix(path))
      #expect(!text.contains("\n"))
    }
  }

  @Test func everyTruncationFailsOrReads() throws {
    let good = FileBuilder.good()
    for count in 1..<good.bytes.count {
      var file = good
      file.bytes = Array(good.bytes.prefix(count))
      _ = try file.write { path in
        #expect(throws: GGUFError.self) { try GGUFFile(path: path) }
      }
    }
  }

  @Test func mutationsNeverTrap() throws {
    let good = FileBuilder.good()
    var state: UInt64 = 1
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    var failures = 0
    for _ in 0..<3000 {
      var file = good
      for _ in 0...random(3) {
        let place = random(file.bytes.count)
        switch random(3) {
        case 0: file.bytes[place] ^= UInt8(1 << random(8))
        case 1: file.bytes[place] = [0, 1, 0x7F, 0x80, 0xFF][random(5)]
        default:
          for offset in 0..<8 where place + offset < file.bytes.count {
            file.bytes[place + offset] = UInt8(random(256))
          }
        }
      }
      try file.write { path in
        do {
          let opened = try GGUFFile(path: path)
          // What was accepted must be readable to its last byte.
          for tensor in opened.tensors { _ = tensor.bytes.reduce(UInt8(0), ^) }
          for (_, value) in opened.metadata.entries { _ = value.description }
        } catch is GGUFError {
          failures += 1
        }
      }
    }
    #expect(failures > 500)
  }
}

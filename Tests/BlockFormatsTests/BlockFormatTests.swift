import BlockFormats
import Foundation
import Testing

/// A format as a test's argument.
struct Format: Sendable, CustomTestStringConvertible {
  let type: any BlockFormat.Type
  var testDescription: String { type.name }

  static let all = BlockFormats.all.map(Format.init(type:))
  static let encoded = all.filter {
    ["F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0"].contains($0.type.name)
  }
}

/// Goldens that `scripts/make-block-goldens.py` made with the `gguf` package.
enum Golden {
  static func bytes(_ name: String) throws -> [UInt8] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    return Array(try Data(contentsOf: folder.appendingPathComponent("Fixtures/\(name)")))
  }

  static func floats(_ bytes: ArraySlice<UInt8>) -> [Float] {
    bytes.withUnsafeBytes { raw in
      (0..<raw.count / 4).map {
        Float(bitPattern: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self).littleEndian)
      }
    }
  }

  static func count(_ bytes: [UInt8]) -> Int {
    bytes.withUnsafeBytes { Int($0.loadUnaligned(as: UInt32.self).littleEndian) }
  }
}

@Suite struct BlockFormatTests {
  @Test func sizesAreTheReferences() throws {
    let text = String(decoding: try Golden.bytes("reference.txt"), as: UTF8.self)
    for line in text.split(separator: "\n").dropFirst() {
      let parts = line.split(separator: " ")
      let format = try #require(BlockFormats.all.first { $0.name == parts[0] })
      #expect("\(format.blockSize)" == parts[1])
      #expect("\(format.blockBytes)" == parts[2])
    }
  }

  @Test(arguments: Format.all)
  func decodesToTheReferencesBits(_ format: Format) throws {
    let bytes = try Golden.bytes("\(format.type.name).decode")
    let count = Golden.count(bytes)
    let blocks = bytes[4..<4 + count * format.type.blockBytes]
    let expected = Golden.floats(bytes[(4 + count * format.type.blockBytes)...])
    var values = [Float](repeating: .nan, count: count * format.type.blockSize)
    try decode(format.type, Array(blocks), into: &values)
    #expect(values.count == expected.count)
    for index in values.indices {
      #expect(
        values[index].bitPattern == expected[index].bitPattern,
        "\(format.type.name) value \(index): \(values[index]), expected \(expected[index])")
    }
  }

  @Test(arguments: Format.encoded)
  func encodesToTheReferencesBits(_ format: Format) throws {
    let bytes = try Golden.bytes("\(format.type.name).encode")
    let count = Golden.count(bytes)
    let end = 4 + count * format.type.blockSize * 4
    let encoded = try encode(format.type, Golden.floats(bytes[4..<end]))
    #expect(encoded == Array(bytes[end...]))
  }

  @Test(arguments: Format.all)
  func whatIsEncodedComesBackWithinAStep(_ format: Format) throws {
    var state: UInt64 = 5
    func random() -> Float {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int32(truncatingIfNeeded: state >> 32)) / Float(Int32.max)
    }
    let values = (0..<1024).map { _ in random() }
    var decoded = [Float](repeating: .nan, count: 1024)
    try decode(format.type, try encode(format.type, values), into: &decoded)
    let error = zip(values, decoded).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    // Uniform values from −1 to 1 in L levels leave steps of 2 / L, whose error is L⁻² / 3; the
    // fits may lose half as much again to rounded scales.
    let bits = Float(format.type.blockBytes * 8) / Float(format.type.blockSize)
    let levels = pow(2, min(bits, 9).rounded(.down))
    #expect(error / 1024 <= 3 / (levels * levels))
  }

  @Test(arguments: Format.all)
  func encodesAnyInput(_ format: Format) throws {
    let extremes: [Float] = [
      0, -0, .nan, .infinity, -.infinity, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
      .leastNonzeroMagnitude, 65504, 65520, 1e-8, -1e-8, 1,
    ]
    for (number, value) in extremes.enumerated() {
      for other in extremes {
        var values = [Float](repeating: value, count: 256)
        values[number] = other
        values[255] = other
        let encoded = try encode(format.type, values)
        var decoded = [Float](repeating: 0, count: 256)
        try decode(format.type, encoded, into: &decoded)
        if value == 0, other == 0 { #expect(decoded.allSatisfy { $0 == 0 }) }
      }
    }
  }

  private func decode(
    _ format: any BlockFormat.Type, _ blocks: [UInt8], into values: inout [Float]
  ) throws {
    try blocks.withUnsafeBytes { blocks in
      try values.withUnsafeMutableBufferPointer { values in
        format.decodeRow(
          try #require(blocks.baseAddress), count: values.count,
          into: try #require(values.baseAddress))
      }
    }
  }

  private func encode(_ format: any BlockFormat.Type, _ values: [Float]) throws -> [UInt8] {
    var blocks = [UInt8](
      repeating: 0xAA, count: values.count / format.blockSize * format.blockBytes)
    try blocks.withUnsafeMutableBytes { blocks in
      try values.withUnsafeBufferPointer { values in
        format.encodeRow(
          try #require(values.baseAddress), count: values.count,
          into: try #require(blocks.baseAddress))
      }
    }
    return blocks
  }
}

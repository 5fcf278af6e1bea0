import GGUF

/// The beginning of a saved session: a magic word and six numbers.
struct SaveHeader {
  /// Bytes of the header.
  static let byteCount = 8 + 6 * 8
  private static let magic = Array("PHISAVE2".utf8)
  private static let family = Array("PHISAVE".utf8)

  /// `Model.weightsFingerprint`.
  let weights: UInt64
  /// `ModelConfiguration.fingerprint`.
  let configuration: UInt64
  /// Bytes of a value in the cache.
  let valueBytes: Int
  /// Tokens that were read.
  let tokenCount: Int
  /// The factors under which they were read.
  let factors: RoPEFactors
  /// Bytes of the caller's note.
  let noteBytes: Int

  /// Where the tokens begin.
  var tokensStart: Int { Self.byteCount + noteBytes }
  /// Where keys and values begin.
  var cacheStart: Int { tokensStart + 4 * tokenCount }

  /// Bytes of the whole file.
  func byteCount(_ bytesPerPosition: Int) -> Int { cacheStart + tokenCount * bytesPerPosition }

  init(
    weights: UInt64, configuration: UInt64, valueBytes: Int, tokenCount: Int, factors: RoPEFactors,
    noteBytes: Int
  ) {
    self.weights = weights
    self.configuration = configuration
    self.valueBytes = valueBytes
    self.tokenCount = tokenCount
    self.factors = factors
    self.noteBytes = noteBytes
  }

  /// Reads the header.
  init(_ bytes: [UInt8], path: String) throws(SessionError) {
    guard bytes.starts(with: Self.magic) else {
      throw .invalidSave(
        bytes.starts(with: Self.family)
          ? "\(path): was saved by another version of phi, expected one of this version"
          : "\(path): not a saved session")
    }
    guard bytes.count == Self.byteCount else {
      throw .invalidSave("\(path): ends inside its header")
    }
    let numbers = bytes.withUnsafeBytes { bytes in
      (0..<6).map {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 + $0 * 8, as: UInt64.self))
      }
    }
    // Bounds that keep every sum of sizes far from overflow.
    guard numbers[2] <= 8, numbers[3] <= 1 << 30, numbers[5] <= 1 << 30,
      let factors = RoPEFactors(rawValue: Int(truncatingIfNeeded: numbers[4]))
    else { throw .invalidSave("\(path): its header holds numbers that cannot be") }
    self.init(
      weights: numbers[0], configuration: numbers[1], valueBytes: Int(numbers[2]),
      tokenCount: Int(numbers[3]), factors: factors, noteBytes: Int(numbers[5]))
  }

  /// The header's bytes.
  var bytes: [UInt8] {
    [
      weights, configuration, UInt64(valueBytes), UInt64(tokenCount), UInt64(factors.rawValue),
      UInt64(noteBytes),
    ].reduce(into: Self.magic) { bytes, number in
      withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
    }
  }

  /// Checks that a session like `own` can go on with what was saved.
  func check(
    against own: SaveHeader, contextLength: Int, path: String
  ) throws(SessionError) {
    guard weights == own.weights else {
      throw .invalidSave("\(path): saved with another model")
    }
    guard configuration == own.configuration else {
      throw .invalidSave(
        "\(path): saved under another configuration of the model: its numbers, such as the RoPE base "
          + "or the window, are not those of this file")
    }
    guard valueBytes == own.valueBytes else {
      throw .invalidSave(
        "\(path): saved with a cache of \(8 * valueBytes)-bit values, expected "
          + "\(8 * own.valueBytes) bits (--cache chooses)")
    }
    guard tokenCount <= contextLength else {
      throw .invalidSave(
        "\(path): \(tokenCount) tokens do not fit a context of \(contextLength)")
    }
  }
}

/// A hash to tell things apart, not to withstand an attack (FNV-1a).
private struct Fingerprint {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
  }
}

extension Model {
  /// Bytes of a tensor that are hashed at one place, and places in a tensor.
  private static let (sampleBytes, samples) = (64, 32)

  /// A hash of all tensors' names, types and shapes, and of bytes from everywhere in each: of small
  /// tensors all, as LongRoPE's factors are.
  var weightsFingerprint: UInt64 {
    var hash = Fingerprint()
    for tensor in file.tensors {
      hash.add(tensor.name.utf8)
      hash.add("\(tensor.type.rawValue) \(tensor.shape)".utf8)
      let bytes = tensor.bytes
      guard bytes.count > Self.sampleBytes * Self.samples else {
        hash.add(bytes)
        continue
      }
      for sample in 0..<Self.samples {
        let start = (bytes.count - Self.sampleBytes) * sample / (Self.samples - 1)
        hash.add(bytes[start..<start + Self.sampleBytes])
      }
    }
    return hash.value
  }
}

extension ModelConfiguration {
  /// A hash of every number, whichever there are; the name is none.
  var fingerprint: UInt64 {
    var hash = Fingerprint()
    for child in Mirror(reflecting: self).children where child.label != "name" {
      hash.add("\(child.label ?? "")=\(child.value);".utf8)
    }
    return hash.value
  }
}

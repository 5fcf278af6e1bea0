import Foundation
import GGUF

/// What a saved session holds besides the cache.
public struct SavedSession: Sendable {
  /// Whatever the caller saved beside it.
  public let note: Data
  /// How many tokens were restored.
  public let tokenCount: Int
}

/// A saved session is a magic word, six numbers, the caller's note, the tokens, and the keys and
/// values of every head one after the other; all little endian.
extension Session {
  private static let magic: [UInt8] = Array("PHISAVE1".utf8)
  private static let headerBytes = 8 + 6 * 8

  /// Writes tokens and cache, so that `restore` takes no computing.
  ///
  /// - Parameters:
  ///   - path: The file, which appears complete or not at all.
  ///   - note: Saved beside it.
  /// - Throws: An error of the file system.
  public func save(to path: String, note: Data = Data()) throws {
    var head = Data(Self.magic)
    for number in header(noteBytes: note.count) {
      withUnsafeBytes(of: number.littleEndian) { head.append(contentsOf: $0) }
    }
    head.append(note)
    tokens.withUnsafeBytes { head.append(contentsOf: $0) }
    let temporary = "\(path).\(ProcessInfo.processInfo.processIdentifier).part"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { throw SessionError.invalidSave(Self.problem(path)) }
    var isComplete = false
    defer { if !isComplete { unlink(temporary) } }
    do {
      let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
      try handle.write(contentsOf: head)
      try cache.forEachStretch(tokens.count) { stretch in
        guard let base = stretch.baseAddress, !stretch.isEmpty else { return }
        try handle.write(
          contentsOf: Data(bytesNoCopy: base, count: stretch.count, deallocator: .none))
      }
      try handle.synchronize()
      try handle.close()
    } catch {
      throw SessionError.invalidSave("\(path): \(error.localizedDescription)")
    }
    guard rename(temporary, path) == 0 else { throw SessionError.invalidSave(Self.problem(path)) }
    isComplete = true
  }

  /// Takes over a saved session of the same model and cache format.
  ///
  /// - Parameter path: What `save` wrote.
  /// - Returns: The note and the number of tokens.
  /// - Throws: `SessionError.invalidSave` if the file is none, of another model, cut short, or
  ///   does not fit; the session is then as it was.
  public func restore(from path: String) throws -> SavedSession {
    let file: Data
    do {
      file = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
    } catch {
      throw SessionError.invalidSave("\(path): \(error.localizedDescription)")
    }
    guard file.count >= Self.headerBytes, file.prefix(8).elementsEqual(Self.magic) else {
      throw SessionError.invalidSave("\(path): not a saved session")
    }
    let numbers: [UInt64] = file.withUnsafeBytes { bytes in
      (0..<6).map {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 + $0 * 8, as: UInt64.self))
      }
    }
    let expected = header(noteBytes: 0)
    guard numbers[0] == expected[0] else {
      throw SessionError.invalidSave("\(path): saved with another model")
    }
    guard numbers[1] == expected[1] else {
      throw SessionError.invalidSave("\(path): saved with another cache format")
    }
    guard numbers[2] <= UInt64(contextLength), numbers[4] <= UInt64(file.count),
      let factors = RoPEFactors(rawValue: numbers[3] == 1 ? 1 : 0)
    else {
      throw SessionError.invalidSave(
        "\(path): \(numbers[2]) tokens do not fit a context of \(contextLength)")
    }
    let count = Int(numbers[2])
    let noteBytes = Int(numbers[4])
    let (tokensStart, cacheStart) = (
      Self.headerBytes + noteBytes, Self.headerBytes + noteBytes + count * 4
    )
    guard file.count == cacheStart + count * cache.bytesPerPosition else {
      throw SessionError.invalidSave(
        "\(path): expected \(cacheStart + count * cache.bytesPerPosition) bytes, "
          + "found \(file.count)")
    }
    try file.withUnsafeBytes { bytes in
      let tokens = (0..<count).map {
        bytes.loadUnaligned(fromByteOffset: tokensStart + $0 * 4, as: Int32.self)
      }
      guard tokens.allSatisfy({ $0 >= 0 && Int($0) < model.vocabularySize }) else {
        throw SessionError.invalidSave("\(path): holds tokens that the vocabulary does not have")
      }
      var offset = cacheStart
      cache.forEachStretch(count) { stretch in
        stretch.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + stretch.count]))
        offset += stretch.count
      }
      adopt(tokens, factors)
    }
    return SavedSession(
      note: file.subdata(in: Self.headerBytes..<Self.headerBytes + noteBytes), tokenCount: count)
  }

  /// Model, cache format, tokens, factors, note's bytes, and one to spare.
  private func header(noteBytes: Int) -> [UInt64] {
    [
      model.fingerprint, UInt64(cache.format.bytes), UInt64(tokens.count),
      UInt64(cachedFactors.rawValue), UInt64(noteBytes), 0,
    ]
  }

  private static func problem(_ path: String) -> String {
    "\(path): \(String(cString: strerror(errno)))"
  }
}

extension Model {
  /// A hash of the tensors' names, types, shapes and first bytes (FNV-1a): enough to tell models
  /// apart, not to withstand an attack.
  var fingerprint: UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    for tensor in file.tensors {
      tensor.name.utf8.forEach(add)
      add(UInt8(truncatingIfNeeded: tensor.type.rawValue))
      for dimension in tensor.shape {
        withUnsafeBytes(of: dimension.littleEndian) { $0.forEach(add) }
      }
      tensor.bytes.prefix(64).forEach(add)
    }
    return hash
  }
}

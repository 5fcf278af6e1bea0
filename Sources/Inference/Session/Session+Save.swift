import Foundation
import GGUF

/// What a saved session holds besides the cache.
public struct SavedSession: Sendable {
  /// Whatever the caller saved beside it.
  public let note: Data
  /// How many tokens were restored.
  public let tokenCount: Int
}

/// A saved session is a header, the caller's note, the tokens, and the keys and values of every head
/// one after the other; all little endian.
extension Session {
  /// Writes tokens and cache, so that `restore` takes no computing.
  ///
  /// - Parameters:
  ///   - path: The file, which appears complete or not at all; only its owner may read it.
  ///   - note: Saved beside it.
  /// - Throws: `GGUFError` if the file cannot be written.
  public func save(to path: String, note: Data = Data()) throws {
    let header = header(noteBytes: note.count)
    let file = try AtomicFile(path: path, mode: 0o600)
    try file.reserve(header.byteCount(cache.bytesPerPosition))
    let tokenBytes = tokens.flatMap { withUnsafeBytes(of: $0.littleEndian) { Array($0) } }
    try file.write(header.bytes + Array(note) + tokenBytes, at: 0)
    var offset = header.cacheStart
    try cache.forEachStretch(tokens.count) { stretch in
      try file.write(UnsafeRawBufferPointer(stretch), at: offset)
      offset += stretch.count
    }
    try file.commit()
  }

  /// Takes over a saved session of the same model, configuration and cache format.
  ///
  /// - Parameters:
  ///   - path: What `save` wrote.
  ///   - check: Looks at the note before anything changes, and refuses it by throwing.
  /// - Returns: The note and the number of tokens.
  /// - Throws: `SessionError.invalidSave` if the file is none, of another model, cut short, or does
  ///   not fit; `GGUFError` if it cannot be read; what `check` threw. The session is then as it was.
  public func restore(
    from path: String, check: (Data) throws -> Void = { _ in }
  ) throws -> SavedSession {
    let file = try ReadableFile(path, expecting: "a saved session")
    let head = try file.bytes(0..<min(file.byteCount, SaveHeader.byteCount))
    let found = try SaveHeader(head, path: path)
    try found.check(against: header(noteBytes: 0), contextLength: contextLength, path: path)
    let expected = found.byteCount(cache.bytesPerPosition)
    guard file.byteCount == expected else {
      throw SessionError.invalidSave("\(path): found \(file.byteCount) bytes, expected \(expected)")
    }
    let count = found.tokenCount
    let tokens = try file.bytes(found.tokensStart..<found.cacheStart).withUnsafeBytes { bytes in
      (0..<count).map {
        Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self))
      }
    }
    guard tokens.allSatisfy({ $0 >= 0 && Int($0) < model.vocabularySize }) else {
      throw SessionError.invalidSave("\(path): holds tokens that the vocabulary does not have")
    }
    let note = Data(try file.bytes(SaveHeader.byteCount..<found.tokensStart))
    try check(note)
    // Into a cache of its own: what fails on the way leaves this one as it was.
    let restored = try KVCache(
      model.configuration, format: cache.format, capacity: contextLength, isAskedFor: false)
    var offset = found.cacheStart
    try restored.forEachStretch(count) { stretch in
      try file.read(at: offset, into: stretch)
      offset += stretch.count
    }
    cache.exchange(with: restored)
    adopt(tokens, found.factors)
    return SavedSession(note: note, tokenCount: count)
  }

  private func header(noteBytes: Int) -> SaveHeader {
    SaveHeader(
      weights: model.weightsFingerprint, configuration: model.configuration.fingerprint,
      valueBytes: cache.format.bytes, tokenCount: tokens.count, factors: cachedFactors,
      noteBytes: noteBytes)
  }
}

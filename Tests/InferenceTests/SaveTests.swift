import Foundation
import GGUF
import Kernels
import Phidelity
import Testing

@Suite struct SaveTests {
  /// A file with a model's weights and some of its metadata changed.
  private static func variant(
    _ name: String, _ changes: [(String, MetadataValue?)], to path: String
  ) throws -> Model {
    let file = try ModelGolden(name: name).model().file
    var metadata = file.metadata.entries
    for (key, value) in changes {
      metadata.removeAll { $0.key == key }
      if let value { metadata.append((key, value)) }
    }
    let writer = try GGUFWriter(
      path: path, metadata: metadata,
      tensors: file.tensors.map {
        TensorDescription(name: $0.name, type: $0.type, shape: $0.shape)
      })
    for (index, tensor) in file.tensors.enumerated() {
      try writer.write(tensor.bytes, of: index, at: 0)
    }
    try writer.commit()
    return try Model(path: path)
  }

  private static func temporary() -> String {
    FileManager.default.temporaryDirectory.path + "/phidelity-\(UUID().uuidString)"
  }

  @Test(arguments: [
    ("phi3.rope.freq_base", MetadataValue.float32(9999)),
    ("phi3.attention.sliding_window", .uint32(7)),
    ("phi3.attention.layer_norm_rms_epsilon", .float32(2e-5)),
    ("phi3.rope.scaling.attn_factor", .float32(1.5)),
    ("phi3.context_length", .uint32(77)),
  ])
  func anotherConfigurationIsRefused(_ key: String, _ value: MetadataValue) throws {
    let (file, save) = (Self.temporary(), Self.temporary())
    defer {
      unlink(file)
      unlink(save)
    }
    let session = try Session(try ModelGolden(name: "phi3-longrope").model())
    try session.append(SessionTests.tokens(session.model, 9))
    try session.save(to: save)
    let other = try Session(try Self.variant("phi3-longrope", [(key, value)], to: file))
    #expect(throws: SessionError.self) { try other.restore(from: save) }
    do {
      _ = try other.restore(from: save)
    } catch {
      #expect("\(error)".contains("another configuration"), "\(error)")
    }
    let template = try Self.variant(
      "phi3-longrope",
      [("tokenizer.chat_template", .text("x")), ("general.name", .text("another"))], to: file)
    #expect(try Session(template).restore(from: save).tokenCount == 9)
  }

  @Test func otherWeightsFarFromATensorsBeginningAreRefused() throws {
    let save = Self.temporary()
    defer { unlink(save) }
    let model = try ModelGolden(name: "phi3-longrope").model()
    let session = try Session(model)
    try session.append(SessionTests.tokens(model, 9))
    try session.save(to: save)
    for name in ["rope_factors_long.weight", "blk.0.ffn_down.weight"] {
      let tensor = try #require(model.file.tensor(named: name))
      let memory = try Buffer<UInt8>(count: tensor.bytes.count)
      let copy = UnsafeMutableRawBufferPointer(start: memory.pointer, count: memory.count)
      copy.copyMemory(from: tensor.bytes)
      copy[copy.count - 4] ^= 1
      let other = try Model(
        model,
        replacing: [
          TensorView(
            name: name, type: tensor.type, shape: tensor.shape, bytes: UnsafeRawBufferPointer(copy))
        ], keeping: memory)
      #expect(throws: SessionError.invalidSave("\(save): saved with another model")) {
        try Session(other).restore(from: save)
      }
    }
  }

  @Test func theCachesFormatAndVersionAreNamed() throws {
    let save = Self.temporary()
    defer { unlink(save) }
    let model = try ModelGolden(name: "phi3").model()
    var options = SessionOptions()
    options.cacheFormat = .f32
    let session = try Session(model, options)
    try session.append([1, 2, 3])
    try session.save(to: save)
    #expect(try SystemCall.status(at: save).st_mode & 0o777 == 0o600)
    options.cacheFormat = .f16
    do {
      _ = try Session(model, options).restore(from: save)
      Issue.record("another format was taken")
    } catch {
      #expect("\(error)".hasSuffix("a cache of 32-bit values, expected 16 bits (--cache chooses)"))
    }
    try AtomicFile.write(Array("PHISAVE1".utf8) + [UInt8](repeating: 0, count: 100), to: save)
    #expect(
      throws: SessionError.invalidSave(
        "\(save): was saved by another version of phi, expected one of this version")
    ) { try session.restore(from: save) }
  }

  /// Whatever keeps a save from being taken over, the session goes on as if nothing had been.
  @Test func aFailedRestoreChangesNothing() throws {
    let save = Self.temporary()
    defer { unlink(save) }
    struct Refused: Error {}
    let model = try ModelGolden(name: "phi3").model()
    let tokens = SessionTests.tokens(model, 12)
    let saved = try Session(model)
    try saved.append(Array(tokens.reversed()))
    try saved.save(to: save, note: Data("note".utf8))
    let alone = try Session(model)
    try alone.append(tokens)
    let expected = Array(try alone.append([5]))
    func check(_ what: String, _ restore: (Session) throws -> Void) throws {
      let session = try Session(model)
      try session.append(tokens)
      #expect(throws: (any Error).self, "\(what)") { try restore(session) }
      #expect(session.tokens == tokens, "\(what)")
      #expect(Array(try session.append([5])) == expected, "\(what)")
    }
    try check("note") { _ = try $0.restore(from: save) { _ in throw Refused() } }
    for call in 0..<500 {
      let injection = FailureInjection(failing: call)
      let session = try Session(model)
      try session.append(tokens)
      do {
        _ = try injection.run { try session.restore(from: save) }
        #expect([nil, "stat"].contains(injection.failedCall))
        #expect(session.tokens == tokens.reversed())
        guard injection.failedCall != nil else { break }
      } catch {
        #expect(session.tokens == tokens)
        #expect(Array(try session.append([5])) == expected)
        #expect(!"\(error)".isEmpty)
      }
      #expect(injection.openDescriptors == 0)
    }
    let bytes = try ReadableFile(save).bytes(0..<ReadableFile(save).byteCount)
    for count in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 40)) {
      try AtomicFile.write(Array(bytes[..<count]), to: save)
      try check("\(count) bytes") { _ = try $0.restore(from: save) }
    }
    try check("none") { _ = try $0.restore(from: save + "-none") }
    try check("a folder") { _ = try $0.restore(from: "/") }
  }

  @Test func everyAllocationAndCallOfASessionFailsAsAnError() throws {
    let save = Self.temporary()
    defer { unlink(save) }
    for name in ["phi3-window", "phimoe-mscales"] {
      let model = try ModelGolden(name: name).model()
      var options = SessionOptions()
      options.threads = 1
      var seen: Set<String> = []
      for call in 0..<500 {
        let injection = FailureInjection(failing: call)
        do {
          try injection.run {
            let session = try Session(model, options)
            try session.append(SessionTests.tokens(model, 20))
            try session.appendEach([1, 2]) { _ in }
            try session.save(to: save)
            _ = try session.fork()
          }
        } catch {
          #expect(
            error is MemoryError || error is ModelError || error is GGUFError, "\(error)")
          #expect(!"\(error)".isEmpty)
        }
        #expect(injection.openDescriptors == 0)
        guard let failed = injection.failedCall else { break }
        seen.insert(failed)
      }
      #expect(seen.isSuperset(of: ["allocate", "open", "pwrite", "fsync"]), "\(seen)")
      #expect(
        try SystemCall.names(in: Path.folder(save)).allSatisfy { !$0.hasPrefix(".phi-\(getpid())") }
      )
    }
  }
}

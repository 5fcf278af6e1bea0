import Phidelity

@testable import PhiCLI
@testable import Verification

/// What a session and `phi verify` read beside a model.
enum SessionTargets {
  private static let model: Model = {
    do {
      return try Model(path: FuzzFile.repository("Tests/InferenceTests/Fixtures/phi3.gguf"))
    } catch {
      preconditionFailure("\(error)")
    }
  }()

  private static func session() throws -> Session {
    var options = SessionOptions()
    options.contextLength = 16
    options.threads = 1
    return try Session(model, options)
  }

  /// What a session of some tokens saves.
  private static let saved: [UInt8] = {
    do {
      let session = try session()
      try session.append([1, 2, 3])
      return try FuzzFile.with(UnsafeRawBufferPointer(start: nil, count: 0), name: "base") { path in
        try session.save(to: path)
        return FuzzFile.load(path)
      }
    } catch {
      preconditionFailure("\(error)")
    }
  }()

  /// A saved session with changes; a refused one leaves the session as it was.
  static let save: @Sendable (UnsafeRawBufferPointer) -> Void = { bytes in
    var input = FuzzInput(bytes)
    // A first byte above 127: the input is the file itself.
    let isWhole = (bytes.first ?? 0) > 127
    let file = isWhole ? Array(bytes.dropFirst()) : input.patch(saved)
    file.withUnsafeBytes { file in
      FuzzFile.with(file, name: "session") { path in
        attempt {
          let session = try session()
          try session.append([4])
          if attempt({ try session.restore(from: path) }) == nil {
            precondition(session.tokens == [4], "a refused file changed the session")
          }
          guard session.remaining > 0 else { return }
          _ = try session.append([5])
        }
      }
    }
  }

  /// A file of a reference's logits.
  static let logits: @Sendable (UnsafeRawBufferPointer) -> Void = { bytes in
    FuzzFile.with(bytes, name: "logits") { path in
      attempt {
        let file = try LogitsFile(path: path)
        let row = UnsafeMutableBufferPointer<Float>.allocate(capacity: file.vocabularySize)
        defer { row.deallocate() }
        for stretch in 0..<min(4, file.stretches) {
          attempt { _ = try file.tokens(stretch) }
          for index in 0..<min(4, file.length - 1 - file.first) {
            attempt { try file.read(row: index, of: stretch, into: row) }
          }
        }
        try file.check(model)
      }
    }
  }

  /// A file of questions.
  static let tasks: @Sendable (UnsafeRawBufferPointer) -> Void = { bytes in
    FuzzFile.with(bytes, name: "tasks.jsonl") { path in
      attempt { _ = try TaskFile.read(path, for: model).count }
    }
  }
}

import Phidelity

/// Model files.
enum GGUFTargets {
  private static let texts = ["", "Hello  world\n\n", "<|user|>\nnaïve 日本 \u{1F600}<|end|>"]

  /// Everything that is read of a file without its weights: header, metadata, tensor directory,
  /// numbers, tokenizer.
  static let file: @Sendable (UnsafeRawBufferPointer) -> Void = { bytes in
    FuzzFile.with(bytes, name: "model.gguf") { path in
      if let file = attempt({ try GGUFFile(path: path) }) { examine(file) }
      attempt { _ = try GGUFFile(damaged: path) }
    }
  }

  private static func examine(_ file: GGUFFile) {
    for (key, value) in file.metadata.entries { _ = "\(key.printable) = \(value)" }
    for tensor in file.tensors {
      precondition(tensor.elementCount > 0, "\(tensor.name) has no values")
      _ = tensor.bytes.last
    }
    _ = (file.tensorBytes, file.valueCount)
    attempt { _ = try ModelConfiguration(file.metadata) }
    guard let tokenizer = attempt({ try Tokenizer(file.metadata) }) else { return }
    TokenizerTargets.exercise(tokenizer, texts)
    attempt {
      let format = try ChatFormat(file.metadata, tokenizer)
      _ = try format.tokens([ChatMessage(role: "user", content: "Hello")])
    }
  }

  /// A model as `phi run` takes it: loaded, with a prompt read and a token drawn.
  static let model: @Sendable (UnsafeRawBufferPointer) -> Void = { bytes in
    FuzzFile.with(bytes, name: "model.gguf") { path in
      attempt {
        let model = try Model(path: path)
        // What a file may ask for is bounded by its size, except for what its numbers make: those
        // of a large model need more memory than a fuzzer has.
        let configuration = model.configuration
        guard configuration.blockCount * configuration.kvLength < 1 << 16 else { return }
        var options = SessionOptions()
        options.contextLength = 16
        options.threads = 1
        let session = try Session(model, options)
        let prompt = Array(model.tokenizer.encode("Hello").prefix(4)) + [0]
        let logits = try session.append(prompt)
        var sampler = try Sampler(SamplingOptions(), vocabularySize: model.vocabularySize)
        let token = sampler.next(from: logits)
        precondition(token >= 0 && Int(token) < model.vocabularySize, "drew token \(token)")
        _ = try session.append([token])
      }
    }
  }

  /// A damaged model, examined and repaired.
  static let doctor: @Sendable (UnsafeRawBufferPointer) -> Void = { bytes in
    FuzzFile.with(bytes, name: "model.gguf") { path in
      attempt {
        let file = try GGUFFile(damaged: path)
        let doctor = try Doctor(file)
        for finding in doctor.findings { _ = "\(finding)" }
        let repaired = try RepairedModel(file, mending: doctor.findings)
        for change in repaired.changes { _ = change.description }
      }
    }
  }
}

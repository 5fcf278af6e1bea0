import Phidelity

@testable import Quantization

/// JSON of model folders and of conversations.
enum JSONTargets {
  /// A JSON text, by both readers.
  static let json: @Sendable (UnsafeRawBufferPointer) -> Void = { bytes in
    if let value = try? JSONParser.parse(bytes) { _ = value.kind }
    attempt { _ = try TemplateValue.parse(json: String(decoding: bytes, as: UTF8.self)) }
  }

  private static let format: ChatFormat = {
    do {
      let file = try GGUFFile(path: FuzzFile.repository("models/phi-pocket-q4_0.gguf"))
      return try ChatFormat(file.metadata, Tokenizer(file.metadata))
    } catch {
      preconditionFailure("\(error)")
    }
  }()

  /// Messages, rendered by the embedded model's template and by the built-in ones.
  static let messages: @Sendable (UnsafeRawBufferPointer) -> Void = { bytes in
    attempt {
      let messages = try TemplateValue.parse(json: String(decoding: bytes, as: UTF8.self))
      _ = try format.text(["messages": messages], addGenerationPrompt: true)
    }
  }
}

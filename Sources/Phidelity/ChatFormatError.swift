import GGUF

/// Why a conversation cannot be written for a model: one line that names the model's file.
public struct ChatFormatError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was found and what was expected.
  public let description: String

  init(_ source: String, _ problem: String) {
    description = "\(source): \(problem)".printable
  }
}

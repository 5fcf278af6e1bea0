import GGUF

/// A file is well-formed but no model that the runtime can run.
public struct ModelError: Error, Sendable, Equatable, CustomStringConvertible {
  /// One line: the file, the tensor or key, what was found and what was expected.
  public let description: String

  /// An error with its whole text.
  public init(_ description: String) { self.description = description }
}

/// A vocabulary that cannot be used: one line with the file, the key, what was found and expected.
public struct TokenizerError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The line.
  public let description: String

  /// An error with its whole text.
  public init(_ description: String) { self.description = description }
}

import GGUF

/// A change to a model file that leaves every tensor's bytes as they are.
public enum Repair: Sendable, Equatable {
  /// Gives a key a value.
  case set(key: String, value: MetadataValue)
  /// Takes a key away.
  case remove(key: String)
  /// Lets two tensors change names.
  case exchange(tensor: String, with: String)
  /// Leaves a tensor out.
  case drop(tensor: String)
  /// Writes the file anew, which is enough.
  case rewrite
}

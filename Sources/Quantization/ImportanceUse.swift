import GGUF

/// What a quantization makes of an importance matrix: which matrices it lacks, and which of its entries
/// nothing asks for.
struct ImportanceUse {
  private let importance: ImportanceMatrix
  private var used: Set<String> = []
  private var missing: [String] = []

  init(_ importance: ImportanceMatrix) { self.importance = importance }

  /// The weights of a matrix that is encoded; nil where it has none.
  mutating func weights(for source: any TensorSource) throws -> [Float]? {
    guard let weights = try importance.weights(for: source.name, shape: source.shape) else {
      missing.append(source.name)
      return nil
    }
    used.insert(source.name)
    return weights
  }

  /// What a person should know, a line each.
  ///
  /// - Throws: `QuantizationError` if the importance matrix is of another model.
  func notes() throws -> [String] {
    let name = importance.path ?? "the importance matrix"
    let others = importance.entries.keys.filter { !used.contains($0) }.sorted()
    if used.isEmpty, let first = missing.first {
      throw QuantizationError(
        "\(name): has none of the model's \(missing.count) matrices, expected \(first) and others"
          + (others.first.map { "; found \($0): it is of another model" } ?? ""))
    }
    var notes: [String] = []
    if !missing.isEmpty {
      notes.append(
        "\(name) lacks \(missing.count) of \(missing.count + used.count) matrices, which are "
          + "quantized without it: \(Self.list(missing))")
    }
    if !others.isEmpty {
      notes.append("\(name) has \(others.count) entries that are not used: \(Self.list(others))")
    }
    return notes
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", …" : "")
  }
}

extension ImportanceMatrix {
  /// Refuses entries of matrices that a model does not have, or has in another width.
  ///
  /// - Parameters:
  ///   - file: The model.
  ///   - path: Where the entries are from.
  /// - Throws: `QuantizationError` with the first that does not fit.
  public func check(against file: GGUFFile, path: String) throws {
    for name in entries.keys.sorted() {
      guard let tensor = file.tensor(named: name) else {
        throw QuantizationError(
          "\(path): \(name): found an entry, but \(file.path) has no such matrix")
      }
      _ = try weights(for: name, shape: tensor.shape)
    }
  }

  /// Matrices and experts of a model that were not measured, in one line; nil if all were.
  public func gaps(in file: GGUFFile) -> String? {
    let matrices = file.tensors.filter {
      MixRules.isQuantized(name: $0.name, shape: $0.shape) && $0.name.hasPrefix("blk.")
    }
    let lacking = matrices.filter { entries[$0.name] == nil }
    let partial = matrices.filter { entries[$0.name]?.counts.contains(0) ?? false }
    guard let first = (lacking + partial).first else { return nil }
    let parts = [
      lacking.isEmpty ? nil : "\(lacking.count) of \(matrices.count) matrices were never used",
      partial.isEmpty
        ? nil : "experts of \(partial.count) of \(matrices.count) matrices were never chosen",
    ].compactMap { $0 }
    return
      "\(parts.joined(separator: ", and ")) by this text (\(first.name)): more text would tell "
      + "what matters in them"
  }
}

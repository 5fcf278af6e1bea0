import GGUF
import Synchronization

/// Names of tensors that a graph has asked for.
final class TensorUse: Sendable {
  private let names = Mutex<Set<String>>([])

  func insert(_ name: String) { names.withLock { _ = $0.insert(name) } }

  /// Refuses a file with tensors that the graph has no place for: without them it would be another
  /// model.
  ///
  /// - Throws: `ModelError` with the first of them.
  func checkAll(of file: GGUFFile, _ architecture: Architecture) throws {
    let used = names.withLock { $0 }
    let unused = file.tensors.filter { !used.contains($0.name) && !ConstantTensor.isNamed($0.name) }
    guard let first = unused.first else { return }
    throw ModelError(
      "\(file.path): \(first.name)"
        + (unused.count > 1 ? " and \(unused.count - 1) more tensors" : "")
        + ": found in the file, but the graph of \(architecture.rawValue) has no such tensor: without "
        + "it the model would answer otherwise")
  }
}

/// Tensors that a file may have beside those of its graph.
package enum ConstantTensor {
  private static let suffixes = [
    "rotary_emb.inv_freq", "attn_rot_embd", "attn_rot_embd.weight", "attn.bias",
    "attn.masked_bias",
  ]

  /// Whether a name is one of those that hold what every runtime computes itself: frequencies of the
  /// rotation, and masks.
  package static func isNamed(_ name: String) -> Bool {
    suffixes.contains { name.hasSuffix($0) }
  }
}

/// The name of a tensor that holds all experts' matrices of a layer, as `mlx_lm` stacks them:
/// `model.layers.0.block_sparse_moe.switch_mlp.gate_proj.weight`.
struct StackedExperts {
  /// The most experts a layer is believed to have.
  static let maximumCount = 4096

  private let prefix: String
  private let matrix: String
  private let suffix: String

  init?(_ name: String) {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    let matrices = ["gate_proj": "w1", "down_proj": "w2", "up_proj": "w3"]
    guard let place = parts.firstIndex(of: "switch_mlp"), place + 3 == parts.count,
      let matrix = matrices[String(parts[place + 1])]
    else { return nil }
    prefix = parts[..<place].joined(separator: ".")
    self.matrix = matrix
    suffix = String(parts[place + 2])
  }

  /// The Hugging Face name of an expert's own matrix.
  func name(ofExpert index: Int) -> String { "\(prefix).experts.\(index).\(matrix).\(suffix)" }
}

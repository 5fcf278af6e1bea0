import GGUF
import Inference
import Quantization

/// The formats of a file's matrices, held against what mixes give them.
struct MixFormats {
  private let matrices: [TensorView]
  private let models: [MixRules.Model]

  /// The matrices of a file.
  init(_ file: GGUFFile, _ configuration: ModelConfiguration) {
    matrices = file.tensors.filter { MixRules.isQuantized(name: $0.name, shape: $0.shape) }
    let isTied = file.tensor(named: "output.weight") == nil
    models = [false, true].map {
      MixRules.Model(
        blocks: configuration.blockCount, queriesPerKey: configuration.groupSize, isTied: isTied,
        hasImportance: $0)
    }
  }

  /// Whether there are no matrices.
  var isEmpty: Bool { matrices.isEmpty }
  /// How many matrices there are.
  var count: Int { matrices.count }

  /// Mixes that give every matrix the format it has.
  var exact: [Mix] { Mix.allCases.filter { strays(from: $0).isEmpty } }

  /// Matrices of other formats than a mix gives them, with or without an importance matrix, today
  /// or in 2024; none if all have the mix's base format.
  func strays(from mix: Mix) -> [TensorView] {
    if matrices.allSatisfy({ $0.type == MixRules.fitting(mix.base, columns: $0.shape[0]) }) {
      return []
    }
    return models.map { model in
      let rules = MixRules(mix, for: model)
      return matrices.filter { matrix in
        matrix.type != rules.type(of: matrix.name, columns: matrix.shape[0])
          && matrix.type != Self.earlier(mix, matrix)
      }
    }.min { $0.count < $1.count } ?? []
  }

  /// What llama.cpp gave fused queries, keys and values in 2024.
  private static func earlier(_ mix: Mix, _ matrix: TensorView) -> TensorType? {
    guard matrix.name.hasSuffix(".attn_qkv.weight") else { return nil }
    let type: TensorType? =
      switch mix {
      case .q3_K_M, .q3_K_L: .q4_K
      case .q4_K_M: .q5_K
      case .q5_K_M: .q6_K
      default: nil
      }
    return type.map { MixRules.fitting($0, columns: matrix.shape[0]) }
  }

  /// The format of most values.
  var commonest: TensorType {
    let formats = Dictionary(grouping: matrices, by: \.type)
    return formats.max { Self.values($0.value) < Self.values($1.value) }?.key ?? .f32
  }

  /// How much of all values has a format.
  func share(of type: TensorType) -> Double {
    let all = Self.values(matrices)
    return all > 0 ? Self.values(matrices.filter { $0.type == type }) / all : 0
  }

  private static func values(_ tensors: [TensorView]) -> Double {
    tensors.reduce(0) { $0 + Double($1.elementCount) }
  }
}

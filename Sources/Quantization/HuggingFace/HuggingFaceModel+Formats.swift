import Foundation
import GGUF

extension HuggingFaceModel {
  /// The mix whose format most values of matrices have as they are.
  var commonestMix: Mix {
    var values: [TensorType: Int] = [:]
    for (matrix, type) in matrices { values[type, default: 0] += matrix.shape.reduce(1, *) }
    return Mix.allCases.max { values[$0.base, default: 0] < values[$1.base, default: 0] } ?? .f16
  }

  /// What becomes of weights that another runtime's tools quantized, in one line; nil for others.
  ///
  /// As in `MLX's weights: 39 matrices, 37 exactly as Q4_1; 2 as Q8_0 (3.1 MB): offsets are no multiples
  /// of the scales, the nearest codes are taken, weights change by at most 0.39 % of a block's largest`.
  public func importNote(_ mix: Mix?) -> String? {
    guard let runtime else { return nil }
    if let mix {
      let price =
        mix.base.blockSize == 1 ? "takes more space and gains nothing" : "loses more"
      return "\(runtime)'s weights were quantized before: \(mix.rawValue) \(price), "
        + "without --type they are kept as they are"
    }
    let parts = Dictionary(grouping: matrices, by: KeptKind.init).sorted {
      ($0.key.words == nil ? 0 : 1, $1.value.count, $0.key)
        < ($1.key.words == nil ? 0 : 1, $0.value.count, $1.key)
    }.map { $0.key.note($0.value.map(\.source)) }
    let isRounded = matrices.contains { $0.source.rounding?.change != nil }
    return "\(runtime)'s weights: \(matrices.count) matrices, " + parts.joined(separator: "; ")
      + (isRounded ? "; --exact-values rounds neither codes nor scales" : "")
  }

  /// What matrices have in common that are told of together.
  private struct KeptKind: Hashable, Comparable {
    let type: TensorType
    let words: String?

    init(_ matrix: (source: any ImportedTensor, type: TensorType)) {
      type = matrix.type
      words = matrix.source.rounding?.words
    }

    static func < (first: KeptKind, second: KeptKind) -> Bool {
      (first.type.name, first.words ?? "") < (second.type.name, second.words ?? "")
    }

    /// As in `2 as F16 (1.5 MB): groups of 16 in rows of 64 are no blocks of 32`.
    func note(_ matrices: [any ImportedTensor]) -> String {
      guard let words else { return "\(matrices.count) exactly as \(type.name)" }
      let bytes = matrices.reduce(0) { $0 + $1.description(as: type).byteCount }
      let size =
        bytes < 1_000_000
        ? String(format: "%.1f KB", Double(bytes) / 1e3)
        : String(format: "%.1f MB", Double(bytes) / 1e6)
      let rounding = ImportRounding.joined(matrices.compactMap(\.rounding))
      let change = rounding?.change.map {
        String(format: ", weights change by at most %.2g %% of a block's largest", 100 * $0)
      }
      let share = rounding.flatMap {
        $0.changedBlocks == 0
          ? nil
          : String(
            format: " in %.2g %% of the blocks", 100 * Double($0.changedBlocks) / Double($0.blocks))
      }
      return "\(matrices.count) as \(type.name) (\(size)): \(words)\(share ?? "")\(change ?? "")"
    }
  }

  private var matrices: [(source: any ImportedTensor, type: TensorType)] {
    zip(tensors, keptTypes).map { (source: $0, type: $1) }.filter {
      MixRules.isQuantized(name: $0.source.name, shape: $0.source.shape)
    }
  }
}

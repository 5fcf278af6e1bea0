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
  /// As in `MLX's weights: 39 matrices, 37 exactly as Q4_1, 2 not: 8-bit codes with biases are in no
  /// format, rounded to F16`.
  public func importNote(_ mix: Mix?) -> String? {
    guard let runtime else { return nil }
    if let mix {
      let price =
        mix.base.blockSize == 1 ? "takes more space and gains nothing" : "loses more"
      return "\(runtime)'s weights were quantized before: \(mix.rawValue) \(price), "
        + "without --type they are kept as they are"
    }
    let exact = Dictionary(grouping: matrices.filter { $0.source.rounding == nil }, by: \.type.name)
    let parts = exact.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.map {
      "\($0.value.count) exactly as \($0.key)"
    }
    let reasons = Dictionary(grouping: matrices.compactMap(\.source.rounding), by: \.self)
    let rounded = reasons.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.map {
      "\($0.value.count) not: \($0.key)"
    }
    return "\(runtime)'s weights: \(matrices.count) matrices, "
      + (parts + rounded).joined(separator: ", ")
  }

  private var matrices: [(source: any ImportedTensor, type: TensorType)] {
    zip(tensors, keptTypes).map { (source: $0, type: $1) }.filter {
      MixRules.isQuantized(name: $0.source.name, shape: $0.source.shape)
    }
  }
}

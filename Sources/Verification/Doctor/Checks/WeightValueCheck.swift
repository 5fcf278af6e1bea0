import GGUF

/// Values that are no numbers, and tensors or rows of zeros.
enum WeightValueCheck: FileCheck {
  /// Tensors that are told one by one.
  private static let told = 6

  static func findings(in examination: Examination) -> [Finding] {
    guard let weights = examination.weights else { return [] }
    var broken: [Finding] = []
    var empty: [Finding] = []
    for tensor in examination.file.tensors {
      guard let figures = weights.figures[tensor.name] else { continue }
      if let first = figures.firstNonFinite {
        broken.append(nonFinite(tensor, figures.nonFinite, first))
      } else if figures.isZero, !tensor.name.hasSuffix(".bias") {
        empty.append(
          Finding(
            .error, tensor.name.printable, "is zero throughout",
            consequence: "What it computes is lost: a download or conversion stopped here.",
            remedy: "take the file again, or convert it again from the original"))
      } else if let finding = zeroRows(tensor, figures, examination) {
        empty.append(finding)
      }
    }
    return shorten(broken) + shorten(empty)
  }

  private static func nonFinite(
    _ tensor: TensorView, _ count: Int, _ first: (index: Int, value: Float)
  ) -> Finding {
    let columns = max(1, tensor.shape.first ?? 1)
    let block = first.index / tensor.type.blockSize
    let place =
      tensor.type.blockSize > 1
      ? "block \(block), row \(first.index / columns)"
      : "row \(first.index / columns), column \(first.index % columns)"
    return Finding(
      .error, tensor.name.printable,
      "holds \(count) values that are no numbers, the first (\(first.value)) in \(place)",
      consequence: "Every answer that touches them becomes noise or the same token over and over.",
      remedy: "take the file again, or quantize it again from the original; it cannot be mended")
  }

  /// Rows of zeros where a row should say something.
  private static func zeroRows(
    _ tensor: TensorView, _ figures: TensorFigures, _ examination: Examination
  ) -> Finding? {
    guard figures.rows.count > 1 else { return nil }
    let isByToken = ["token_embd.weight", "output.weight"].contains(tensor.name)
    let rows = figures.rows.indices.filter { row in
      figures.rows[row] == 0 && !(isByToken && isFiller(row, examination.vocabulary))
    }
    guard let first = rows.first else { return nil }
    let what = isByToken ? "token \(examination.vocabulary.describe(first))" : "row \(first)"
    return Finding(
      isByToken ? .note : .warning, tensor.name.printable,
      "has \(rows.count) of \(figures.rows.count) rows of zeros, the first for \(what)",
      consequence: isByToken
        ? "The model knows nothing of these tokens."
        : "Outputs of these rows are lost, unless the model was pruned.",
      remedy: "compare with the original model")
  }

  /// Whether a token only fills the vocabulary up.
  private static func isFiller(_ id: Int, _ vocabulary: RoughVocabulary) -> Bool {
    guard id < vocabulary.count else { return true }
    return vocabulary.kinds?[id] == 5 || vocabulary.piece(id)?.hasPrefix("[PAD") ?? true
  }

  private static func shorten(_ findings: [Finding]) -> [Finding] {
    guard findings.count > told, let last = findings.last else { return findings }
    return findings.prefix(told) + [
      Finding(
        last.severity, "\(findings.count - told) more tensors", "have the same fault",
        consequence: last.consequence, remedy: last.remedy)
    ]
  }
}

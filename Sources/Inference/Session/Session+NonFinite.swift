import GGUF
import Kernels

/// What a session does with results that are no numbers: it looks for the first weight or block that
/// makes them, and throws.
extension Session {
  /// Walks over the pass's tokens again to find where its values stop being numbers.
  ///
  /// - Parameters:
  ///   - chunk: The tokens.
  ///   - walk: Walks over them again.
  /// - Returns: The error that names the place.
  func explainFault(_ chunk: ArraySlice<Int32>, walk: () -> Void) -> NonFiniteError {
    let fault = pass.findFirstFault(walk: walk)
    let path = model.file.path
    guard let fault else {
      // The second walk was fine: memory or a processor that computes wrongly.
      return NonFiniteError(
        path, ActivationFault(block: 0, stage: .hidden, value: .nan))
    }
    guard let block = fault.block else {
      let rows = chunk.map(Int.init)
      return model.firstNonFinite(in: "token_embd.weight", rows: rows)
        ?? NonFiniteError(path, fault)
    }
    let prefix = "blk.\(block)."
    for tensor in model.file.tensors where tensor.name.hasPrefix(prefix) {
      if let error = model.firstNonFinite(in: tensor.name) { return error }
    }
    return NonFiniteError(path, fault)
  }

  /// Why logits of a finite hidden state are not finite.
  func explainLogits(_ logits: UnsafePointer<Float>) -> NonFiniteError? {
    let count = model.vocabularySize
    guard let token = FiniteValues.firstBeyond(logits, count: count) else { return nil }
    let name = model.file.tensor(named: "output.weight") == nil ? "token_embd" : "output"
    return model.firstNonFinite(in: "\(name).weight", rows: [token])
      ?? NonFiniteError(model.file.path, logit: logits[token], token: token)
  }
}

extension Model {
  /// The first weight of a tensor that is no number, as an error.
  ///
  /// - Parameters:
  ///   - name: The tensor.
  ///   - rows: Rows to look at; nil for all.
  /// - Returns: Nil where all are finite, for formats that cannot be read, and without memory for a row.
  func firstNonFinite(in name: String, rows: [Int]? = nil) -> NonFiniteError? {
    guard let tensor = file.tensor(named: name), let format = WeightFormat(tensor.type),
      let start = tensor.bytes.baseAddress
    else { return nil }
    let matrix = Matrix(
      format: format, weights: start, rows: tensor.shape.dropFirst().reduce(1, *),
      columns: tensor.shape[0])
    func error(_ row: Int, _ column: Int, _ value: Float) -> NonFiniteError {
      NonFiniteError(file.path, tensor: name, row: row, column: column, value: value)
    }
    guard let rows else {
      return (try? matrix.firstNonFinite()).map { error($0.row, $0.column, $0.value) }
    }
    for row in rows {
      if let found = try? matrix.rows(row..<row + 1).firstNonFinite() {
        return error(row, found.column, found.value)
      }
    }
    return nil
  }
}

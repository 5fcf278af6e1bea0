import Phidelity

@testable import Quantization

/// What conversion and quantization read, but for whole folders.
enum QuantizationTargets {
  /// A file of tensors.
  static let safetensors: @Sendable (UnsafeRawBufferPointer) -> Void = { bytes in
    FuzzFile.with(bytes, name: "model.safetensors") { path in
      attempt {
        let file = try SafetensorsFile(path)
        for entry in file.entries {
          precondition(entry.bytes.upperBound <= bytes.count, "\(entry.name) ends after the file")
        }
      }
    }
  }

  /// A `tokenizer.model`.
  static let sentencePiece: @Sendable (UnsafeRawBufferPointer) -> Void = { bytes in
    attempt { _ = try SentencePieceModel(Array(bytes), path: "tokenizer.model").pieces.count }
  }

  /// An importance matrix in either format, merged, used and written.
  static let importanceMatrix: @Sendable (UnsafeRawBufferPointer) -> Void = { bytes in
    FuzzFile.with(bytes, name: "imatrix") { path in
      guard var matrix = attempt({ try ImportanceMatrix(path: path) }) else { return }
      for (name, entry) in matrix.entries {
        attempt { _ = try matrix.weights(for: name, shape: [entry.sums.count, 1]) }
        attempt { _ = try matrix.weights(for: name, shape: [64, 8, 2]) }
      }
      let other = matrix
      attempt { try matrix.merge(other) }
      attempt { try matrix.write(to: path + ".written") }
    }
  }

  /// A model, quantized.
  static let quantize: @Sendable (UnsafeRawBufferPointer) -> Void = { bytes in
    FuzzFile.with(bytes, name: "model.gguf") { path in
      attempt {
        let file = try GGUFFile(path: path)
        guard file.valueCount < 1 << 20 else { return }
        let mix: Mix = file.tensors.count % 2 == 0 ? .q4_K_M : .q4_0
        var options = QuantizationPlan.Options(mix)
        options.allowsRequantizing = true
        let plan = try QuantizationPlan(file, options)
        try ModelFileWriter(threads: 1).write(
          plan.items, metadata: plan.metadata, to: path + ".quantized")
      }
    }
  }

  /// Reads all values of a store's tensors, unless there are very many.
  static func readAll(_ store: some WeightStore) {
    for name in store.names.prefix(64) {
      attempt {
        let source = try store.source(named: name, as: "blk.0.ffn_up.weight")
        try read(source)
      }
    }
  }

  /// Reads all values of a tensor, and its bytes as they are.
  static func read(_ source: some TensorSource) throws {
    let rows = source.shape.dropFirst().reduce(1, *)
    let columns = source.shape.first ?? 1
    let (count, isLarge) = rows.multipliedReportingOverflow(by: columns)
    guard !isLarge, count < 1 << 18 else { return }
    var values = [Float](repeating: 0, count: max(1, count))
    try values.withUnsafeMutableBufferPointer { buffer in
      if let start = buffer.baseAddress { try source.read(rows: 0..<rows, into: start) }
    }
    var bytes = [UInt8](repeating: 0, count: source.description(as: source.type).byteCount)
    try bytes.withUnsafeMutableBytes { buffer in
      if let start = buffer.baseAddress { try source.copy(rows: 0..<rows, into: start) }
    }
  }
}

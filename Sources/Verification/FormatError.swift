import GGUF
import Inference
import Kernels
import Quantization

/// The error that a format makes of a matrix, on rows from everywhere in it.
struct FormatError {
  /// Squares over the sampled rows, each column's weighted by its importance.
  struct Squares {
    /// Mean over the rows of a row's squared error.
    var noise = 0.0
    /// Mean over the rows of a row's squares.
    var signal = 0.0

    /// Noise over signal.
    var ratio: Double { signal > 0 ? noise / signal : noise }
  }

  private static let sampledRows = 256
  /// How thoroughly the nearest codes are searched.
  let effort: EncodingEffort

  /// The error of encoding a matrix anew.
  ///
  /// - Parameters:
  ///   - source: The matrix.
  ///   - type: The format.
  ///   - weights: What columns count, `[expert][column]`; nil for all alike.
  /// - Returns: No noise for the format that the matrix has.
  /// - Throws: What is wrong with the source.
  func squares(
    of source: StoredTensor, as type: TensorType, _ weights: [Float]?
  ) throws -> Squares {
    guard let format = WeightFormat(type), type != source.type else {
      return try sample(source, weights) { values, _, _, decoded in
        decoded.update(from: values, count: source.shape[0])
      }
    }
    let columns = source.shape[0]
    let encoder = RowEncoder(effort: effort)
    let bytes = try Buffer<UInt8>(count: source.description(as: type).rowBytes)
    return try sample(source, weights) { values, _, importance, decoded in
      encoder.encode(
        values, count: columns, importance: importance, as: format,
        into: UnsafeMutableRawPointer(bytes.pointer))
      Matrix(format: format, weights: bytes.pointer, rows: 1, columns: columns)
        .decodeRow(0, into: decoded)
    }
  }

  /// The error of a matrix as another file has it.
  ///
  /// - Parameters:
  ///   - source: The matrix.
  ///   - other: The same matrix in another format.
  ///   - weights: What columns count, `[expert][column]`; nil for all alike.
  /// - Returns: The error on the rows that `squares(of:as:_:)` takes.
  /// - Throws: What is wrong with either.
  func squares(
    of source: StoredTensor, against other: StoredTensor, _ weights: [Float]?
  ) throws -> Squares {
    try sample(source, weights) { _, row, _, decoded in
      try other.read(rows: row..<row + 1, into: decoded)
    }
  }

  private func sample(
    _ source: StoredTensor, _ weights: [Float]?,
    decode: (
      _ values: UnsafePointer<Float>, _ row: Int, _ importance: UnsafePointer<Float>?,
      _ decoded: UnsafeMutablePointer<Float>
    ) throws -> Void
  ) throws -> Squares {
    let columns = source.shape[0]
    let rows = source.shape.dropFirst().reduce(1, *)
    let rowsOfExpert = source.shape.count > 1 ? max(1, source.shape[1]) : 1
    let values = try Buffer<Float>(count: columns)
    let decoded = try Buffer<Float>(count: columns)
    var squares = Squares()
    let count = min(rows, Self.sampledRows)
    for index in 0..<count {
      let row = index * rows / count
      try source.read(rows: row..<row + 1, into: values.pointer)
      let first = weights.map { row / rowsOfExpert * columns % $0.count } ?? 0
      if let weights {
        try weights.withUnsafeBufferPointer {
          try decode(values.pointer, row, $0.baseAddress.map { $0 + first }, decoded.pointer)
        }
      } else {
        try decode(values.pointer, row, nil, decoded.pointer)
      }
      for column in 0..<columns {
        let value = Double(values.pointer[column])
        let difference = Double(decoded.pointer[column]) - value
        let weight = Double(weights?[first + column] ?? 1)
        squares.noise += difference * difference * weight
        squares.signal += value * value * weight
      }
    }
    squares.noise /= Double(max(1, count))
    squares.signal /= Double(max(1, count))
    return squares
  }
}

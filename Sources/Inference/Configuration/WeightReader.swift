import GGUF
import Kernels

/// Weights of one linear map, `[outputs][inputs]`, and its bias.
struct Projection: Sendable {
  let matrix: Matrix
  /// `[outputs]`, or nil.
  let bias: Vector?
}

/// A row of floats that lives as long as its users.
struct Vector: @unchecked Sendable {
  private let buffer: Buffer<Float>
  var pointer: UnsafePointer<Float> { UnsafePointer(buffer.pointer) }
  var count: Int { buffer.count }

  init(_ buffer: Buffer<Float>) { self.buffer = buffer }
}

/// Gain and bias of a norm, `[embedding]` each.
struct Norm: Sendable {
  let weight: Vector
  /// Nil for RMSNorm.
  let bias: Vector?
}

/// Finds a file's tensors by name and checks them against the configuration: the schema of an
/// architecture is the list of calls that it makes here.
struct WeightReader {
  let file: GGUFFile
  /// The tensors that were asked for.
  let use = TensorUse()

  init(_ file: GGUFFile) { self.file = file }

  /// Whether the file has a tensor.
  func has(_ name: String) -> Bool { file.tensor(named: name) != nil }

  /// A linear map's weights, and its bias where the file has one or `biased` demands it.
  func projection(
    _ name: String, inputs: Int, outputs: Int, biased: Bool = false
  ) throws -> Projection {
    let matrix = try matrix("\(name).weight", columns: inputs, rows: outputs)
    let biasName = "\(name).bias"
    guard biased || has(biasName) else { return Projection(matrix: matrix, bias: nil) }
    return Projection(matrix: matrix, bias: try vector(biasName, count: outputs))
  }

  /// A norm's gain, and its bias if it is a LayerNorm.
  func norm(_ name: String, width: Int, hasBias: Bool = false) throws -> Norm {
    Norm(
      weight: try vector("\(name).weight", count: width),
      bias: hasBias ? try vector("\(name).bias", count: width) : nil)
  }

  /// A matrix of any supported format, in GGUF's shape `[columns, rows]`, experts one after the
  /// other.
  func matrix(_ name: String, columns: Int, rows: Int, experts: Int? = nil) throws -> Matrix {
    let shape = [columns, rows] + (experts.map { [$0] } ?? [])
    let tensor = try tensor(name, shape: shape)
    return Matrix(
      format: try format(tensor), weights: tensor.bytes.baseAddress.unsafelyUnwrapped,
      rows: rows * (experts ?? 1), columns: columns)
  }

  /// The token embedding, whose rows are the vocabulary.
  func embedding(width: Int) throws -> Matrix {
    let name = "token_embd.weight"
    let tensor = try tensor(name)
    guard tensor.shape.count == 2, tensor.shape[0] == width, tensor.shape[1] > 0 else {
      throw error(name, "expected [\(width), vocabulary], found \(tensor.shape)")
    }
    return try matrix(name, columns: width, rows: tensor.shape[1])
  }

  /// A one-dimensional tensor as floats.
  func vector(_ name: String, count: Int) throws -> Vector {
    let tensor = try tensor(name, shape: [count])
    let matrix = Matrix(
      format: try format(tensor), weights: tensor.bytes.baseAddress.unsafelyUnwrapped, rows: 1,
      columns: count)
    let buffer = try Buffer<Float>(count: count)
    matrix.decodeRow(0, into: buffer.pointer)
    if let place = FiniteValues.firstBeyond(buffer.pointer, count: count) {
      throw NonFiniteError(
        file.path, tensor: name, row: 0, column: place, value: buffer.pointer[place])
    }
    return Vector(buffer)
  }

  private func tensor(_ name: String) throws -> TensorView {
    guard let tensor = file.tensor(named: name) else { throw error(name, "tensor is missing") }
    use.insert(name)
    return tensor
  }

  private func tensor(_ name: String, shape: [Int]) throws -> TensorView {
    let tensor = try tensor(name)
    // Trailing dimensions of 1 say nothing.
    var found = tensor.shape
    while found.count > shape.count, found.last == 1 { found.removeLast() }
    guard found == shape else { throw error(name, "expected \(shape), found \(tensor.shape)") }
    return tensor
  }

  private func format(_ tensor: TensorView) throws -> WeightFormat {
    guard let format = WeightFormat(tensor.type) else {
      throw error(tensor.name, "has format \(tensor.type.name), which is not supported")
    }
    return format
  }

  private func error(_ name: String, _ problem: String) -> ModelError {
    ModelError("\(file.path): \(name): \(problem)")
  }
}

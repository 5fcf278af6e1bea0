import Foundation
import GGUF
import Inference
import Kernels

/// The embedded model, and what is done to it to be found out.
enum PocketModel {
  private static let folder = (0..<3).reduce(URL(fileURLWithPath: #filePath)) { url, _ in
    url.deletingLastPathComponent()
  }.appendingPathComponent("models")

  static let reference = model("phi-pocket-f16.gguf")
  static let quantized = model("phi-pocket-q4_0.gguf")

  /// A small model of another architecture.
  static func fixture(_ name: String) throws -> Model {
    try Model(
      path: folder.deletingLastPathComponent()
        .appendingPathComponent("Tests/InferenceTests/Fixtures/\(name).gguf").path)
  }

  private static func model(_ name: String) -> Result<Model, any Error> {
    Result { try Model(path: folder.appendingPathComponent(name).path) }
  }

  /// Stretches of the held-out text.
  static func text(stretches: Int, of length: Int) throws -> [[Int32]] {
    let model = try reference.get()
    let text = try String(
      contentsOf: folder.appendingPathComponent("heldout-text.txt"), encoding: .utf8)
    let tokens = model.tokenizer.encode(String(text.prefix(16 * stretches * length)))
    return (0..<stretches).map { Array(tokens[$0 * length..<($0 + 1) * length]) }
  }

  /// A model one of whose tensors has as much noise added as it has signal, times a share.
  static func damaged(_ model: Model, _ name: String, by share: Float) throws -> Model {
    guard let tensor = model.file.tensor(named: name), let format = WeightFormat(tensor.type),
      let start = tensor.bytes.baseAddress
    else { throw ModelError("no \(name)") }
    let rows = tensor.shape.dropFirst().reduce(1, *)
    let matrix = Matrix(format: format, weights: start, rows: rows, columns: tensor.shape[0])
    let values = try Buffer<Float>(count: tensor.elementCount)
    for row in 0..<rows { matrix.decodeRow(row, into: values.pointer + row * tensor.shape[0]) }
    let square = (0..<values.count).reduce(Float(0)) {
      $0 + values.pointer[$1] * values.pointer[$1]
    }
    // Uniform noise of this half width has the tensor's root mean square, times the share.
    let width = share * (3 * square / Float(values.count)).squareRoot()
    var random = RandomSource(seed: 7)
    for index in 0..<values.count {
      values.pointer[index] += width * Float(2 * random.uniform() - 1)
    }
    let bytes = UnsafeRawBufferPointer(
      start: values.pointer, count: 4 * values.count)
    let view = TensorView(name: name, type: .f32, shape: tensor.shape, bytes: bytes)
    return try Model(model, replacing: [view], keeping: values)
  }

  /// A model two of whose blocks are exchanged.
  static func exchanged(_ model: Model, _ a: Int, _ b: Int) throws -> Model {
    let views = model.file.tensors.compactMap { tensor -> TensorView? in
      for (from, to) in [(a, b), (b, a)] where tensor.name.hasPrefix("blk.\(from).") {
        let name = "blk.\(to)." + tensor.name.dropFirst("blk.\(from).".count)
        return TensorView(
          name: name, type: tensor.type, shape: tensor.shape, bytes: tensor.bytes)
      }
      return nil
    }
    return try Model(model, replacing: views, keeping: model.file)
  }

  /// Two threads, a cache as precise as the weights, and room for a stretch.
  static func options(_ length: Int) -> SessionOptions {
    var options = SessionOptions()
    options.contextLength = length
    options.threads = 2
    options.cacheFormat = .f32
    return options
  }
}

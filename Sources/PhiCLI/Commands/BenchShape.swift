import Foundation
import Phidelity

/// A model with made-up weights for `phi bench`.
enum BenchShape {
  /// Writes the file of a shape, opens it, and takes its name away unless it is to be kept: then
  /// nothing is left however the program ends.
  static func open(_ arguments: Arguments) throws -> Model {
    let (shape, mix) = try (shape(arguments), mix(arguments))
    let path =
      try arguments.string("keep").map(OutputPath.checked)
      ?? Path.join(Environment.temporaryFolder, "phi-bench-\(UUID().uuidString).gguf")
    let file = SyntheticModelFile(shape, mix)
    StandardError.write(
      "\(shape.name), \(shape.blockCount) blocks, \(mix.rawValue): "
        + "writing \(Bytes.text(file.byteCount)) of made-up weights\n")
    try withProgress { line in
      try file.write(to: path) { done, all in
        guard !Interrupt.shared.isRequested else { throw CancellationError() }
        line.update("\(done * 100 / max(1, all)) %")
      }
    }
    defer { if !arguments.has("keep") { try? SystemCall.remove(path) } }
    return try Model(path: path)
  }

  private static func shape(_ arguments: Arguments) throws -> ModelShape {
    let name = arguments.string("shape") ?? ""
    guard var shape = ModelShape(named: name) else {
      let known = ModelShape.published.map(\.name).joined(separator: ", ")
      throw UsageError(option: "shape", "expected one of \(known), found '\(name)'")
    }
    if let layers = try arguments.int("layers", in: 1...shape.blockCount) {
      shape.blockCount = layers
    }
    return shape
  }

  private static func mix(_ arguments: Arguments) throws -> Mix {
    let name = arguments.string("type") ?? Mix.q4_K_M.rawValue
    guard let mix = Mix(named: name) else {
      let known = Mix.allCases.map(\.rawValue).joined(separator: ", ")
      throw UsageError(option: "type", "expected one of \(known), found '\(name)'")
    }
    return mix
  }
}

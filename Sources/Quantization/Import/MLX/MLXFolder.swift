import GGUF

/// A model folder as `mlx_lm` writes it: safetensors whose matrices may be quantized by groups.
///
/// `X.weight` holds codes in words of 32 bits, the lowest first; `X.scales` and `X.biases` hold a
/// pair for each group: `value = scale * code + bias`
/// (https://ml-explore.github.io/mlx/build/html/python/_autosummary/mlx.core.quantize.html).
public struct MLXFolder: WeightStore {
  public var runtime: String? { quantization.map { _ in "MLX" } }
  public let names: [String]
  public let notes: [String]
  private let checkpoint: Checkpoint
  private let quantization: MLXQuantization?
  private let precision: ImportPrecision
  /// Experts that lie together in one tensor, by the Hugging Face name of each.
  private let experts: [String: (stack: String, index: Int, count: Int)]

  /// Opens a folder.
  ///
  /// - Parameters:
  ///   - path: The folder.
  ///   - precision: What is taken where no format is exact.
  /// - Throws: A line that says what is wrong with config.json or the safetensors files.
  public init(path: String, precision: ImportPrecision = .blocks) throws {
    let folder = try ModelFolder(path)
    let config = try folder.json("config.json")
    quantization = try config.flatMap {
      try MLXQuantization($0, path: folder.path(of: "config.json"))
    }
    checkpoint = try Checkpoint(folder)
    self.precision = precision
    let all = Set(checkpoint.names)
    let isQuantized = quantization != nil
    let stored = all.filter { name in
      guard isQuantized, name.hasSuffix(".scales") || name.hasSuffix(".biases") else { return true }
      let layer = name.dropLast(7)
      return !all.contains(layer + ".weight") || !all.contains(layer + ".scales")
    }
    let strangers = (quantization?.named ?? []).filter { !all.contains($0 + ".scales") }
    notes =
      strangers.first.map { first in
        let rest = strangers.count > 1 ? " and \(strangers.count - 1) more" : ""
        return [
          "\(folder.path(of: "config.json")): quantization: \(first)\(rest) are not quantized in the "
            + "safetensors files, what it says of them is not kept"
        ]
      } ?? []
    var experts: [String: (stack: String, index: Int, count: Int)] = [:]
    var names: [String] = []
    for name in stored {
      guard let stack = StackedExperts(name), let tensor = checkpoint.find(name),
        tensor.entry.shape.count == 3, tensor.entry.shape[0] <= StackedExperts.maximumCount
      else {
        names.append(name)
        continue
      }
      let count = tensor.entry.shape[0]
      for index in 0..<count {
        experts[stack.name(ofExpert: index)] = (name, index, count)
        names.append(stack.name(ofExpert: index))
      }
    }
    self.experts = experts
    self.names = names.sorted()
  }

  public func label(of hf: String) -> String {
    guard let stack = experts[hf]?.stack else { return checkpoint.label(of: hf) }
    return "\(checkpoint.label(of: stack)): \(hf)"
  }

  public func source(named hf: String, as ggufName: String) throws -> any ImportedTensor {
    let (stack, index, count) = experts[hf] ?? (hf, 0, 1)
    guard let tensor = checkpoint.find(stack) else { throw checkpoint.missing([hf]) }
    guard !tensor.entry.shape.isEmpty, !tensor.entry.shape.contains(0) else {
      throw QuantizationError("\(tensor.label): found \(tensor.entry.shape), expected values")
    }
    let isExpert = experts[hf] != nil
    let rowsShape = tensor.entry.shape.dropFirst(isExpert ? 1 : 0)
    let layer = stack.hasSuffix(".weight") ? String(stack.dropLast(7)) : nil
    if let layer, let quantization, let scales = checkpoint.find(layer + ".scales") {
      return try quantized(
        tensor, scales: scales, layer, quantization[layer], shape: Array(rowsShape),
        part: (index, count), as: ggufName)
    }
    return PlainTensor(
      name: ggufName, shape: rowsShape.reversed(),
      values: try tensor.floats(part: (index, count)))
  }

  private func quantized(
    _ tensor: Checkpoint.Tensor, scales: Checkpoint.Tensor, _ name: String,
    _ layer: MLXQuantization.Layer, shape: [Int], part: (index: Int, count: Int),
    as ggufName: String
  ) throws -> any ImportedTensor {
    guard tensor.entry.format == "U32", let words = shape.last, shape.count >= 2 else {
      throw QuantizationError(
        "\(tensor.label): found \(tensor.entry.format) \(tensor.entry.shape), "
          + "expected a matrix of U32 beside its scales")
    }
    // What config.json says of a layer may be lost or wrong: the scales tell whether it fits.
    let columns = words * 32 / layer.bits
    guard words * 32 % layer.bits == 0, columns % layer.groupSize == 0 else {
      throw QuantizationError(
        "\(tensor.label): found rows of \(words) words of 32 bits, which are no groups of "
          + "\(layer.groupSize) codes of \(layer.bits) bits: config.json says other bits or another "
          + "group_size than the layer was written with")
    }
    guard let biases = checkpoint.find(name + ".biases") else {
      throw checkpoint.missing([name + ".biases"])
    }
    let expected = Array(tensor.entry.shape.dropLast()) + [columns / layer.groupSize]
    for pair in [scales, biases] where pair.entry.shape != expected {
      throw QuantizationError(
        "\(pair.label): found \(pair.entry.shape), expected \(expected) for groups of "
          + "\(layer.groupSize) in rows of \(columns) codes of \(layer.bits) bits")
    }
    let codes = PackedCodes(
      FileBytes(tensor).part(part.index, of: part.count), bits: layer.bits, rowBits: words * 32)
    return try QuantizedMatrix(
      name: ggufName, shape: [columns] + shape.dropLast().reversed(), codes: codes,
      groupSize: layer.groupSize, scales: scales.floats(part: part),
      offset: .biases(biases.floats(part: part)), precision: precision, source: tensor.label)
  }
}

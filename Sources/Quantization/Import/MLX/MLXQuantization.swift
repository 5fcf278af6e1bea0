/// How the layers of an MLX model are quantized: `quantization` in its config.json.
struct MLXQuantization: Sendable {
  /// Bits of a code and codes with one scale.
  struct Layer: Sendable, Equatable {
    let bits: Int
    let groupSize: Int
  }

  private let usual: Layer
  private let layers: [String: Layer]

  /// Layers that the configuration names, sorted.
  var named: [String] { layers.keys.sorted() }

  /// What a configuration says; nil if it says nothing about quantization by MLX.
  init?(_ config: JSON, path: String) throws {
    // transformers' own configuration of a quantized model names its method.
    guard
      let (key, quantization) = ["quantization", "quantization_config"].lazy.compactMap({ key in
        config[key].map { (key, $0) }
      }).first, quantization["quant_method"] == nil,
      key == "quantization" || quantization["group_size"] != nil
    else { return nil }
    guard quantization.members != nil else {
      throw QuantizationError("\(path): \(key): found \(quantization.kind), expected an object")
    }
    usual = try Self.layer(quantization, "\(path): quantization")
    var layers: [String: Layer] = [:]
    for (name, value) in quantization.members ?? [] where value.members != nil {
      layers[name] = try Self.layer(value, "\(path): quantization: \(name)", otherwise: usual)
    }
    self.layers = layers
  }

  /// How a layer is quantized, if it is.
  subscript(layer: String) -> Layer { layers[layer] ?? usual }

  private static func layer(
    _ json: JSON, _ label: String, otherwise usual: Layer? = nil
  ) throws -> Layer {
    if let mode = json["mode"], mode.string != "affine" {
      throw QuantizationError(
        "\(label): found mode \(mode.kind), expected 'affine': floating-point codes cannot be read, "
          + "convert the original model's folder")
    }
    let bits = json["bits"].map { $0.integer ?? 0 } ?? usual?.bits ?? 4
    let groupSize = json["group_size"].map { $0.integer ?? 0 } ?? usual?.groupSize ?? 64
    guard [2, 3, 4, 5, 6, 8].contains(bits) else {
      throw QuantizationError("\(label): found bits \(bits), expected 2, 3, 4, 5, 6 or 8")
    }
    guard groupSize % 32 == 0, (32...1 << 16).contains(groupSize) else {
      throw QuantizationError(
        "\(label): found group_size \(groupSize), expected a multiple of 32")
    }
    return Layer(bits: bits, groupSize: groupSize)
  }
}

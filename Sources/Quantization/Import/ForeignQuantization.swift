/// Recognizes folders whose weights were quantized in ways that are not read.
enum ForeignQuantization {
  /// Files in which quantizers describe what they did, and whose they are.
  private static let files = [
    ("quantize_config.json", "GPTQ"), ("quant_config.json", "AWQ"),
    ("hf_quant_config.json", "ModelOpt"),
  ]

  /// Endings of tensors' names that only quantized weights have, and whose they are.
  private static let endings = [
    (".g_idx", "GPTQ"), (".qzeros", "GPTQ or AWQ"), (".qweight", "GPTQ or AWQ"),
    (".weight_packed", "compressed-tensors"), (".weight_scale_inv", "FP8"),
    (".weight_scale", "FP8 or compressed-tensors"), (".quant_map", "bitsandbytes"),
    (".absmax", "bitsandbytes"), (".SCB", "bitsandbytes"), (".weight_blocks", "MXFP4"),
    (".k_scale", "a quantized KV cache"), (".v_scale", "a quantized KV cache"),
    (".input_scale", "quantized activations"),
  ]

  /// Throws if a folder says that its weights are quantized in a way that is not read.
  static func refuse(_ folder: ModelFolder, _ config: JSON?) throws {
    let path = folder.path(of: "config.json")
    for (key, section) in [
      ("quantization_config", config?["quantization_config"]),
      ("compression_config", config?["compression_config"]),
    ] {
      guard let section, let method = section["quant_method"]?.string else { continue }
      let bits = section["bits"]?.integer.map { " at \($0) bits" } ?? ""
      throw error("\(path): \(key)", method + bits)
    }
    for (file, name) in files where folder.has(file) { throw error(folder.path(of: file), name) }
  }

  /// Throws if tensors are those of quantized weights.
  static func refuse(_ checkpoint: Checkpoint) throws {
    for tensor in checkpoint.names {
      if let (_, name) = endings.first(where: { tensor.hasSuffix($0.0) }) {
        throw error(checkpoint.label(of: tensor), name)
      }
    }
  }

  private static func error(_ label: String, _ name: String) -> QuantizationError {
    QuantizationError(
      "\(label): the weights are quantized already (\(name)), which cannot be read, expected F32, F16 "
        + "or BF16: convert the folder of the model they were made from, with --type for a smaller file"
    )
  }
}

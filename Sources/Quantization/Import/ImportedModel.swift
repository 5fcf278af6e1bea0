import GGUF

/// Opens the weights of a model folder that another runtime's tools wrote.
public enum ImportedModel {
  /// The weights of a folder, by the files in it.
  ///
  /// - Parameters:
  ///   - path: The folder.
  ///   - precision: What is taken where no format is exact.
  /// - Returns: The weights, or nil if the folder is none of MLX (quantized), ONNX Runtime or OpenVINO.
  /// - Throws: A line that says what is wrong with the folder.
  public static func open(
    path: String, precision: ImportPrecision = .blocks
  ) throws -> (any WeightStore)? {
    let folder = try ModelFolder(path)
    let config = try folder.json("config.json")
    if let config, try MLXQuantization(config, path: folder.path(of: "config.json")) != nil {
      return try MLXFolder(path: path, precision: precision)
    }
    try ForeignQuantization.refuse(folder, config)
    // Full precision goes before another runtime's copy beside it.
    guard !folder.has("model.safetensors"), !folder.has("model.safetensors.index.json") else {
      try ForeignQuantization.refuse(Checkpoint(folder))
      return nil
    }
    if folder.has(OpenVINOFolder.modelName + ".xml") {
      return try OpenVINOFolder(path: path, precision: precision)
    }
    if folder.has("model.onnx") { return try ONNXFolder(path: path, precision: precision) }
    return nil
  }
}

/// An adapter of PEFT (LoRA and its kin), in place of a model or beside it.
enum AdapterFolder {
  private static let configuration = "adapter_config.json"
  private static let weights = ["adapter_model.safetensors", "adapter_model.bin"]

  /// Throws if a folder holds an adapter: `transformers` applies it to the model that it names, and
  /// there is no telling whether weights beside it have it in them.
  static func refuse(_ folder: ModelFolder) throws {
    let found = weights.first { folder.has($0) }
    guard let file = folder.has(configuration) ? configuration : found else { return }
    let json = try folder.json(configuration)
    let kind = json?["peft_type"]?.string ?? "LoRA"
    let base = json?["base_model_name_or_path"]?.string
    let path = folder.path(of: file)
    guard folder.has("config.json") else {
      throw QuantizationError(
        "\(path): is an adapter (\(kind)) and no model: merge it into "
          + "\(base.map { "'\($0)'" } ?? "its base model") (merge_and_unload of PEFT), save that "
          + "(save_pretrained) and convert the result")
    }
    throw QuantizationError(
      "\(path): is an adapter (\(kind)) beside a model, which the file would not have in it: merge it "
        + "(merge_and_unload of PEFT) and convert the result; if the weights are merged already, "
        + "take \(([configuration] + weights).filter { folder.has($0) }.joined(separator: " and ")) "
        + "out of the folder")
  }
}

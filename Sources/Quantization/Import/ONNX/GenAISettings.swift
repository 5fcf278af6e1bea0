/// What a genai_config.json says beside the model's config.json, which ONNX Runtime GenAI reads alone.
enum GenAISettings {
  /// Settings of `search` that change nothing.
  private static let neutral: [String: Double] = [
    "temperature": 1, "top_p": 1, "repetition_penalty": 1, "length_penalty": 1,
    "diversity_penalty": 0, "no_repeat_ngram_size": 0, "min_length": 0, "num_beams": 1,
    "num_return_sequences": 1,
  ]

  /// What is not kept of it, one line each.
  static func notes(_ folder: ModelFolder) throws -> [String] {
    let name = "genai_config.json"
    guard let json = try folder.json(name) else { return [] }
    let path = folder.path(of: name)
    var notes: [String] = []
    let kept = try ["config.json", "generation_config.json"].flatMap {
      ids(try folder.json($0)?["eos_token_id"])
    }
    let lost = ids(json["model"]?["eos_token_id"]).filter { !kept.contains($0) }
    if !lost.isEmpty {
      notes.append(
        "\(path): model.eos_token_id: \(lost.map(String.init).joined(separator: ", ")) is not in "
          + "config.json or generation_config.json and is not kept")
    }
    let generation = try folder.json("generation_config.json")
    let search = (json["search"]?.members ?? []).filter { key, value in
      neutral[key].map { value.number != nil && value.number != $0 } == true
        && generation?[key]?.number != value.number
    }
    if !search.isEmpty {
      let settings = search.map { "\($0.key) \($0.value.kind)" }.joined(separator: ", ")
      notes.append("\(path): search: \(settings) is not kept: give it when you run the model")
    }
    return notes
  }

  private static func ids(_ json: JSON?) -> [Int] {
    json.map { $0.array?.compactMap(\.integer) ?? [$0.integer].compactMap { $0 } } ?? []
  }
}

import GGUF

/// Finds a model's tensors in a store, under the names of another architecture or in a fused tensor
/// too, and knows which ones nobody asked for.
struct WeightFinder {
  /// Where the tensors are.
  let store: any WeightStore
  private let configuration: HuggingFaceConfiguration
  private let names: Set<String>
  /// Whether the names are those of a model without its output, as `Phi3Model` saves itself.
  private let isBare: Bool
  private var used: Set<String> = []

  init(_ store: any WeightStore, _ configuration: HuggingFaceConfiguration) {
    self.store = store
    self.configuration = configuration
    names = Set(store.names)
    isBare = names.contains("embed_tokens.weight")
  }

  /// Whether there is a tensor that `take` would give.
  func has(_ hf: String) -> Bool { stored(hf) != nil || fused(hf) != nil }

  /// A tensor under GGUF's name.
  ///
  /// - Parameters:
  ///   - hf: Its Hugging Face name.
  ///   - shape: The shape that it must have, the contiguous dimension first.
  ///   - name: The name it gets.
  /// - Returns: The tensor.
  /// - Throws: `QuantizationError` if there is none, or one of another shape.
  mutating func take(_ hf: String, _ shape: [Int], as name: String) throws -> any ImportedTensor {
    if stored(hf) == nil, let (whole, rows, all) = fused(hf) {
      let expected = Array(shape.dropLast()) + [all]
      return RowSlice(try take(whole, expected, as: name), rows: rows, name: name)
    }
    let found = stored(hf) ?? hf
    ignore(found)
    let tensor = try store.source(named: found, as: name)
    guard tensor.shape == shape else {
      throw QuantizationError(
        "\(store.label(of: found)): found \(Array(tensor.shape.reversed())), "
          + "expected \(Array(shape.reversed()))")
    }
    return tensor
  }

  /// Lets a tensor, and those that it is made of, be in the store.
  mutating func ignore(_ hf: String) {
    used.insert(hf)
    used.formUnion(ModuleName.parts(of: hf) ?? [])
  }

  /// Throws if the tensors have the names of an adapter, or of a model inside another one.
  func refuseForeignNames() throws {
    guard store.runtime == nil else { return }
    let adapter = store.names.first { name in
      name.hasPrefix("base_model.model.")
        || Self.adapterWords.contains { name.contains(".\($0)") }
    }
    if let adapter {
      throw QuantizationError(
        "\(store.label(of: adapter)): a name of PEFT's: the adapter was not merged into the model; "
          + "merge it (merge_and_unload) and save the model (save_pretrained) first")
    }
    let name = "model.embed_tokens.weight"
    guard !has(name), let other = store.names.first(where: { $0.hasSuffix("embed_tokens.weight") })
    else { return }
    throw QuantizationError(
      "\(store.label(of: other)): expected the name \(name); save the model by itself "
        + "(save_pretrained of its causal language model)")
  }

  /// What PEFT puts into the names of its tensors and of those that it stands around.
  private static let adapterWords = [
    "base_layer.", "lora_", "modules_to_save.", "ia3_", "oft_", "hada_w", "lokr_w", "vera_lambda",
    "original_module.",
  ]

  /// Lines about buffers of the store that are not what is computed in their place.
  func notes() throws -> [String] {
    let buffers = store.names.filter { $0.hasSuffix(".rotary_emb.inv_freq") }
    let computed = configuration.rope.frequencies
    let other = try buffers.first { name in
      let tensor = try store.source(named: name, as: name)
      guard tensor.shape == [computed.count] else { return true }
      var values = [Float](repeating: 0, count: computed.count)
      try tensor.read(rows: 0..<1, into: &values)
      // Saved in half precision too.
      return !zip(values, computed).allSatisfy { abs($0 - $1) <= 0.01 * $1 + 1e-7 }
    }
    // Masks of old versions, which no class of today has.
    let masks = store.names.filter { name in
      !isUsed(name) && Self.masks.contains { name.hasSuffix($0) }
    }
    let line = masks.first.map {
      "\(store.label(of: $0)): a mask that old versions saved, one of \(masks.count), is not kept"
    }
    guard let other else { return [line].compactMap { $0 } }
    return [line].compactMap { $0 } + [
      "\(store.label(of: other)): is not what the configuration gives, and is not kept: "
        + "transformers computes it too"
    ]
  }

  /// Buffers that old versions of `transformers` saved, and that are computed today.
  private static let buffers = [".rotary_emb.inv_freq"] + masks

  private static let masks = [
    ".self_attn.bias", ".self_attn.masked_bias", ".attention.bias", ".attention.masked_bias",
  ]

  /// Throws if there are tensors that the model has no place for.
  func refuseOthers() throws {
    let others = store.names.filter { name in
      !isUsed(name) && !Self.buffers.contains { name.hasSuffix($0) }
    }
    guard let first = others.first else { return }
    let rest = others.count > 1 ? " and \(others.count - 1) more" : ""
    throw QuantizationError(
      "\(store.label(of: first))\(rest): unexpected in a model of \(configuration.blockCount) "
        + "\(configuration.architecture.rawValue) blocks")
  }

  /// Whether somebody asked for a tensor or for all its parts.
  private func isUsed(_ name: String) -> Bool {
    used.contains(name) || ModuleName.parts(of: name)?.allSatisfy(used.contains) == true
  }

  /// The name under which the store has a tensor.
  private func stored(_ hf: String) -> String? {
    ([hf] + ModuleName.alternatives(to: hf)).lazy.map { name in
      isBare && name.hasPrefix("model.") ? String(name.dropFirst("model.".count)) : name
    }.first { names.contains($0) }
  }

  /// The fused tensor that holds a tensor, its rows there, and how many there are in all.
  private func fused(_ hf: String) -> (name: String, rows: Range<Int>, all: Int)? {
    guard let (name, place) = ModuleName.whole(holding: hf), stored(name) != nil else {
      return nil
    }
    let model = configuration
    let keys = model.kvHeadCount * model.headSize
    let heights =
      name.contains(".qkv_proj.")
      ? [model.headCount * model.headSize, keys, keys]
      : [model.feedForwardLength, model.feedForwardLength]
    let first = heights[..<place].reduce(0, +)
    return (name, first..<first + heights[place], heights.reduce(0, +))
  }
}

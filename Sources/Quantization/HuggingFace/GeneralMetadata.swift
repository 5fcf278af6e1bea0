import Foundation
import GGUF

/// The keys that say what a model is called, who made it and under which terms: from its card, its
/// configuration, and its folder's name, in this order.
struct GeneralMetadata {
  private let card: ModelCard
  private let names: [ModelName]
  private let folderName: String
  private let generation: ConfigurationFile?
  private let tensors: [any TensorSource]
  private let parameters: Int

  init(
    _ folder: ModelFolder, _ configuration: ConfigurationFile, _ generation: ConfigurationFile?,
    _ tensors: [any TensorSource]
  ) throws {
    card = ModelCard((try? folder.text("README.md")) ?? "")
    self.generation = generation
    let parameters = tensors.reduce(0) { $0 + $1.shape.reduce(1, *) }
    // A name with more than one slash is where a file was on its maker's disk.
    let path = configuration["_name_or_path"]?.string ?? ""
    let named = path.isEmpty || path.count(where: { $0 == "/" }) > 1 ? [] : [path]
    names = (named + [folder.name]).map { ModelName($0, parameters: parameters) }
    folderName = folder.name
    self.tensors = tensors
    self.parameters = parameters
  }

  /// The keys after `general.architecture`.
  var metadata: [(key: String, value: MetadataValue)] {
    var pairs: [(key: String, value: MetadataValue)] = [("general.type", .text("model"))]
    func add(_ key: String, _ text: String?) {
      if let text { pairs.append(("general.\(key)", .text(text))) }
    }
    pairs += sampling
    add("name", name)
    add("author", card.text("author", "model_author", "model_creator"))
    add("version", card.text("version", "model_version") ?? first(\.version))
    add(
      "organization",
      card.text("organization", "model_organization")
        ?? first(\.organization).map(ModelName.title))
    add("finetune", card.text("finetune", "model_finetune") ?? first(\.finetune))
    add("basename", card.text("basename", "model_basename", "model_type") ?? first(\.basename))
    add("description", card.text("description", "model_description"))
    add("size_label", card.text("size_label", "model_size_label") ?? first(\.sizeLabel) ?? size)
    add("license", card.texts("license").map { $0.joined(separator: ",") })
    add("license.name", card.text("license_name"))
    add("license.link", card.text("license_link"))
    add("source.url", card.text("url", "model_url"))
    add("source.doi", card.text("doi", "model_doi"))
    add("source.uuid", card.text("uuid", "model_uuid"))
    add("source.repo_url", card.text("repo_url", "model_repo_url"))
    pairs += sources("base_model", card.texts("base_model", "base_models", "base_model_sources"))
    pairs += sources("dataset", card.texts("datasets", "dataset", "dataset_sources"))
    let tags = (card.texts("tags") ?? []) + (card.texts("pipeline_tag") ?? [])
    if !tags.isEmpty { pairs.append(("general.tags", .strings(tags))) }
    let languages = (card.texts("languages") ?? []) + (card.texts("language") ?? [])
    if !languages.isEmpty { pairs.append(("general.languages", .strings(languages))) }
    return pairs
  }

  private var name: String {
    if let name = card.text("name", "model_name") { return name }
    guard let full = names.lazy.map(\.full).first(where: { !$0.isEmpty }) else {
      return folderName
    }
    // llama.cpp knows by the hyphen which marks swallow the white space behind them; a title would
    // give its users other tokens.
    return full.lowercased().contains("phi-3") ? full : ModelName.title(full)
  }

  private func first(_ part: KeyPath<ModelName, String?>) -> String? {
    names.lazy.compactMap { $0[keyPath: part] }.first
  }

  /// Parameters, or experts times what one of them and all that is shared have.
  private var size: String {
    var (shared, expert, experts) = (0, 0, 0)
    for tensor in tensors {
      let count = tensor.shape.reduce(1, *)
      if tensor.name.contains("_exps."), tensor.shape.count == 3 {
        expert += count / tensor.shape[2]
        experts = tensor.shape[2]
      } else {
        shared += count
      }
    }
    let label = ModelName.sizeLabel(shared + expert)
    return experts > 0 ? "\(experts)x\(label)" : label
  }

  /// What the makers recommend for sampling.
  private var sampling: [(key: String, value: MetadataValue)] {
    var pairs: [(key: String, value: MetadataValue)] = []
    if let value = generation?["top_k"]?.integer.flatMap(Int32.init(exactly:)) {
      pairs.append(("general.sampling.top_k", .int32(value)))
    }
    for (name, key) in [("top_p", "top_p"), ("min_p", "min_p"), ("temperature", "temp")] {
      guard let value = generation?[name]?.number, value.isFinite else { continue }
      pairs.append(("general.sampling.\(key)", .float32(Float(value))))
    }
    if let value = generation?["repetition_penalty"]?.number, value.isFinite, value != 1 {
      // Over all that was read and written, as `transformers` counts.
      pairs.append(("general.sampling.penalty_last_n", .int32(-1)))
      pairs.append(("general.sampling.penalty_repeat", .float32(Float(value))))
    }
    return pairs
  }

  /// Models or collections of texts by their names on Hugging Face.
  private func sources(
    _ kind: String, _ found: [String]?
  ) -> [(key: String, value: MetadataValue)] {
    guard let found else { return [] }
    var pairs: [(key: String, value: MetadataValue)] = [
      ("general.\(kind).count", .uint32(UInt32(found.count)))
    ]
    for (index, text) in found.enumerated() {
      func add(_ key: String, _ text: String?) {
        if let text { pairs.append(("general.\(kind).\(index).\(key)", .text(text))) }
      }
      if text.contains("://") {
        add("repo_url", text)
        continue
      }
      let name = ModelName(text, parameters: parameters)
      add("name", ModelName.title(name.full))
      add("version", name.version)
      add("organization", name.organization.map(ModelName.title))
      if text.contains("/") { add("repo_url", "https://huggingface.co/\(text)") }
    }
    return pairs
  }
}

extension Double {
  /// The number with some decimals, as C's `printf` rounds.
  func formatted(decimals: Int) -> String { String(format: "%.\(decimals)f", self) }
}

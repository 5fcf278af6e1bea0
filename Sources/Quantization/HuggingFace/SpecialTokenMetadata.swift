import GGUF

/// The ids that mean something, whether texts begin and end with them, and the chat template.
struct SpecialTokenMetadata {
  private let files: TokenizerFiles
  private let vocabulary: ConvertedVocabulary
  private let configuration: HuggingFaceConfiguration

  init(
    _ files: TokenizerFiles, _ vocabulary: ConvertedVocabulary,
    _ configuration: HuggingFaceConfiguration
  ) {
    self.files = files
    self.vocabulary = vocabulary
    self.configuration = configuration
  }

  /// The keys.
  var metadata: [(key: String, value: MetadataValue)] {
    get throws {
      var pairs: [(key: String, value: MetadataValue)] = []
      var ids: [String: Int] = [:]
      for (role, name) in [
        ("bos", "bos"), ("eos", "eos"), ("unk", "unknown"), ("pad", "padding"),
      ] {
        guard let id = id(of: role) else { continue }
        ids[role] = id
        pairs.append(("tokenizer.ggml.\(name)_token_id", .uint32(UInt32(id))))
      }
      // What ends a turn is often not what ends a text, and generation must stop at both.
      if let turn = Self.turnEnds.compactMap({ vocabulary.id(of: $0) }).first, turn != ids["eos"] {
        pairs.append(("tokenizer.ggml.eot_token_id", .uint32(UInt32(turn))))
      }
      let begins = addsBOS && ids["bos"] != nil
      pairs.append(("tokenizer.ggml.add_bos_token", .bool(begins)))
      if let ends = addsEOS {
        pairs.append(("tokenizer.ggml.add_eos_token", .bool(ends && ids["eos"] != nil)))
      }
      return pairs + (try ChatTemplateFiles(files).metadata)
    }
  }

  private static let turnEnds = ["<|end|>", "<|im_end|>", "<|eot_id|>"]

  /// The tokenizer's word first, then the model's, then SentencePiece's.
  private func id(of role: String) -> Int? {
    if let text = files.special(role), let id = vocabulary.id(of: text) { return id }
    if role == "unk", case .sentencePiece = vocabulary.model { return vocabulary.unknown }
    guard let id = configuration.specialTokens[role], vocabulary.texts.indices.contains(id) else {
      return nil
    }
    return id
  }

  /// Whether texts begin with `bos`: by the tokenizer's configuration, else by its pipeline, else
  /// as its class does.
  private var addsBOS: Bool {
    if let flag = files.configuration?["add_bos_token"]?.bool { return flag }
    if files.tokenizer != nil { return id(of: "bos").map { template?.first == $0 } ?? false }
    if case .sentencePiece = vocabulary.model { return true }
    return false
  }

  private var addsEOS: Bool? {
    if let flag = files.configuration?["add_eos_token"]?.bool { return flag }
    guard let template, template.count > 1 else { return nil }
    return id(of: "eos").map { template.last == $0 } ?? false
  }

  /// Special tokens around one text, and nil for the text itself, by the pipeline's last step.
  private var template: [Int?]? {
    let steps = TokenizerFiles.steps(files.tokenizer?["post_processor"], "processors")
    let step = steps.first { $0["type"]?.string == "TemplateProcessing" }
    return step?["single"]?.array?.map { part in
      part["SpecialToken"]?["id"]?.string.flatMap { vocabulary.id(of: $0) }
    }
  }
}

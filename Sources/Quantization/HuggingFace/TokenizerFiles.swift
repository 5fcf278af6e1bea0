/// The files of a folder that say how texts become tokens.
struct TokenizerFiles {
  /// A token beside the trained ones.
  struct Added {
    let id: Int
    let text: String
    /// Whether it is the model's and not text.
    let isSpecial: Bool
  }

  /// The folder.
  let folder: ModelFolder
  /// `tokenizer.json`.
  let tokenizer: JSON?
  /// `tokenizer_config.json`.
  let configuration: JSON?
  /// `added_tokens.json`.
  private let addedTokens: JSON?

  init(_ folder: ModelFolder) throws {
    self.folder = folder
    tokenizer = try folder.json("tokenizer.json")
    configuration = try folder.json("tokenizer_config.json")
    addedTokens = try folder.json("added_tokens.json")
  }

  /// Tokens beside the trained ones, from all files; of one id the last counts.
  var added: [Added] {
    let plain = (addedTokens?.members ?? []).compactMap { text, value in
      value.integer.map { Added(id: $0, text: text, isSpecial: Self.looksSpecial(text)) }
    }
    let decoder = (configuration?["added_tokens_decoder"]?.members ?? []).compactMap { id, value in
      Int(id).flatMap { Self.added($0, value) }
    }
    let list = (tokenizer?["added_tokens"]?.array ?? []).compactMap { value in
      value["id"]?.integer.flatMap { Self.added($0, value) }
    }
    return plain + decoder + list
  }

  private static func added(_ id: Int, _ value: JSON) -> Added? {
    guard let text = value["content"]?.string else { return nil }
    let isSpecial = value["special"]?.bool == true || looksSpecial(text)
    return Added(id: id, text: text, isSpecial: isSpecial)
  }

  /// Some models do not call their marks special.
  private static func looksSpecial(_ text: String) -> Bool {
    text.hasPrefix("<|") && text.hasSuffix("|>") && text.utf8.count > 4
  }

  /// The text of a special token by its role, as in `bos`.
  func special(_ role: String) -> String? {
    let entry = configuration?["\(role)_token"]
    return entry?.string ?? entry?["content"]?.string
  }

  /// Whether SentencePiece puts a space before a text; nil if the files do not say.
  var addsSpacePrefix: Bool? {
    if let tokenizer {
      let normalizers = Self.steps(tokenizer["normalizer"], "normalizers")
      if normalizers.contains(where: { $0["type"]?.string == "Prepend" }) { return true }
      let steps = Self.steps(tokenizer["pre_tokenizer"], "pretokenizers")
      guard let metaspace = steps.first(where: { $0["type"]?.string == "Metaspace" }) else {
        return false
      }
      if let scheme = metaspace["prepend_scheme"]?.string { return scheme != "never" }
      return metaspace["add_prefix_space"]?.bool ?? true
    }
    return configuration?["add_prefix_space"]?.bool
  }

  /// A step of the pipeline, or the steps of a sequence.
  static func steps(_ value: JSON?, _ name: String) -> [JSON] {
    guard let value else { return [] }
    return value["type"]?.string == "Sequence" ? value[name]?.array ?? [] : [value]
  }
}

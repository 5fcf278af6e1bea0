import GGUF
import Tokenization

/// The ids that mean something, whether texts begin and end with them, and the chat template.
struct SpecialTokenMetadata {
  private let files: TokenizerFiles
  private let vocabulary: ConvertedVocabulary
  private let configuration: HuggingFaceConfiguration
  private let generation: ConfigurationFile?
  /// What the files say and is not kept, each in one line.
  private(set) var notes: [String] = []
  /// The keys.
  private(set) var metadata: [(key: String, value: MetadataValue)] = []

  init(
    _ files: TokenizerFiles, _ vocabulary: ConvertedVocabulary,
    _ configuration: HuggingFaceConfiguration, _ generation: ConfigurationFile?
  ) throws {
    self.files = files
    self.vocabulary = vocabulary
    self.configuration = configuration
    self.generation = generation
    var ids: [String: Int] = [:]
    for (role, name) in [
      ("bos", "bos"), ("eos", "eos"), ("unk", "unknown"), ("pad", "padding"),
    ] {
      guard let id = id(of: role) else { continue }
      ids[role] = id
      add("\(name)_token_id", .uint32(UInt32(id)))
    }
    try addEnds(eos: ids["eos"])
    let (begins, ends) = try ending(ids)
    add("add_bos_token", .bool(begins && ids["bos"] != nil))
    if let ends { add("add_eos_token", .bool(ends && ids["eos"] != nil)) }
    let templates = try ChatTemplateFiles(files)
    metadata += templates.metadata
    notes += templates.notes
    for (role, id) in ids.sorted(by: { $0.value < $1.value })
    where files.special(role) == nil && templates.mention("\(role)_token") {
      let text = String(decoding: vocabulary.texts[id], as: UTF8.self)
      notes.append(
        files.settings.line(
          "\(role)_token",
          "is missing: the chat template gets '\(text)', the \(role)_token_id of config.json; "
            + "transformers gives it nothing"))
    }
  }

  private mutating func add(_ name: String, _ value: MetadataValue) {
    metadata.append(("tokenizer.ggml.\(name)", value))
  }

  private static let turnEnds = ["<|end|>", "<|im_end|>", "<|eot_id|>"]

  /// What ends an answer beside `eos`.
  ///
  /// What ends a turn is often not what ends a text, and generation must stop at both. The tokens that
  /// `transformers` stops at have two keys in GGUF, of which the first is the turn's end; programs
  /// know some others by their texts. What is left has a key of the program's own.
  private mutating func addEnds(eos: Int?) throws {
    let turn = Self.turnEnds.compactMap { vocabulary.id(of: $0) }.first.flatMap {
      $0 == eos ? nil : $0
    }
    let known = Set(
      Vocabulary.endMarks.compactMap { vocabulary.id(of: $0) }.filter {
        vocabulary.kinds[$0] != .normal
      })
    let (named, file) = try listedEnds
    var others: [Int] = []
    for id in named where !others.contains(id) && id != eos && id != turn && !known.contains(id) {
      guard vocabulary.texts.indices.contains(id) else {
        notes.append(
          "\(file): eos_token_id: there is no token \(id), the embedding has "
            + "\(vocabulary.texts.count) rows")
        continue
      }
      others.append(id)
    }
    var keys = vocabulary.id(of: "<|eom_id|>") == nil ? ["eom_token_id"] : []
    if let turn {
      add("eot_token_id", .uint32(UInt32(turn)))
    } else {
      keys.insert("eot_token_id", at: 0)
    }
    for (name, id) in zip(keys, others) { add(name, .uint32(UInt32(id))) }
    let rest = others.dropFirst(keys.count)
    guard !rest.isEmpty else { return }
    metadata.append((Vocabulary.endsKey, .integers(rest.map(Int32.init))))
    notes.append(
      "\(file): eos_token_id: GGUF has no key for \(rest.count) of the tokens that end an answer: "
        + "they are in \(Vocabulary.endsKey), which other programs do not read")
  }

  /// Ids that end an answer, and the file that lists them.
  private var listedEnds: (ids: [Int], file: String) {
    get throws {
      if let generation, let ids = try generation.ids("eos_token_id") {
        return (ids, generation.path)
      }
      return (configuration.endTokens, files.folder.path(of: "config.json"))
    }
  }

  /// The tokenizer's word first, then the model's, then SentencePiece's.
  private func id(of role: String) -> Int? {
    if let text = files.special(role), let id = vocabulary.id(of: text) { return id }
    if role == "unk", case .sentencePiece = vocabulary.model { return vocabulary.unknown }
    guard let id = configuration.specialTokens[role], vocabulary.texts.indices.contains(id) else {
      return nil
    }
    return id
  }

  /// Whether texts begin with `bos` and end with `eos`; of the latter nil where no file says it.
  ///
  /// As `transformers` does it: where there is a pipeline, its last step decides, whatever the flags
  /// of the tokenizer's configuration say.
  private mutating func ending(_ ids: [String: Int]) throws -> (begins: Bool, ends: Bool?) {
    let (bos, eos) = (
      try files.settings.bool("add_bos_token"), try files.settings.bool("add_eos_token")
    )
    guard files.tokenizer != nil else {
      guard case .sentencePiece = vocabulary.model else { return (bos ?? false, eos) }
      return (bos ?? true, eos)
    }
    let template = try template
    let found = try template.map { try ending($0, ids) } ?? (begins: false, ends: false)
    for (name, flag, value) in [("bos", bos, found.begins), ("eos", eos, found.ends)] {
      guard let flag, flag != value else { continue }
      notes.append(
        files.settings.line(
          "add_\(name)_token",
          "\(flag) does not count, as in transformers: the post_processor of "
            + "tokenizer.json adds \(value ? "one" : "none")"))
    }
    return (found.begins, eos != nil || (template ?? []).count > 1 ? found.ends : nil)
  }

  /// Whether a step puts `bos` before a text and `eos` behind it, and nothing else.
  private func ending(
    _ template: [Int?], _ ids: [String: Int]
  ) throws -> (begins: Bool, ends: Bool) {
    var rest = template[...]
    let begins = rest.first.flatMap { $0 } != nil && rest.first == ids["bos"]
    if begins { rest.removeFirst() }
    let ends = rest.last.flatMap { $0 } != nil && rest.last == ids["eos"]
    if ends { rest.removeLast() }
    guard rest.count == 1, rest.first == .some(nil) else {
      throw QuantizationError(
        "\(files.folder.path(of: "tokenizer.json")): post_processor: found other tokens around a "
          + "text than bos and eos, for which GGUF has no place")
    }
    return (begins, ends)
  }

  /// Special tokens around one text, and nil for the text itself, by the pipeline's last step; nil
  /// without one.
  private var template: [Int?]? {
    get throws {
      let steps = TokenizerFiles.steps(files.tokenizer?["post_processor"], "processors")
      var template: [Int?]?
      for step in steps where step["type"]?.string != "ByteLevel" {
        guard step["type"]?.string == "TemplateProcessing", template == nil,
          let parts = step["single"]?.array
        else {
          throw QuantizationError(
            "\(files.folder.path(of: "tokenizer.json")): post_processor: found "
              + "\(step["type"]?.kind ?? "a step without a type"), expected TemplateProcessing")
        }
        try JSONShape.templateProcessing.check(
          step, "\(files.folder.path(of: "tokenizer.json")): post_processor")
        template = parts.flatMap { part -> [Int?] in
          guard let name = part["SpecialToken"]?["id"]?.string else {
            return [part["Sequence"]?["id"]?.string == "A" ? nil : -1]
          }
          // The step has ids of its own, which the vocabulary's need not be.
          return step["special_tokens"]?[name]?["ids"]?.array?.map { $0.integer ?? -1 } ?? [-1]
        }
      }
      return template
    }
  }
}

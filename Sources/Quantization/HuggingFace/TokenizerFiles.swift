import Inference
import Tokenization

/// The files of a folder that say how texts become tokens.
struct TokenizerFiles {
  /// A token beside the trained ones.
  struct Added {
    let id: Int
    let text: String
    /// Whether it is the model's and not text.
    let isSpecial: Bool
    /// How it is found in a text; nil if its file does not say.
    let flags: TokenFlags?
    /// The file and key that name it.
    let place: String
  }

  /// The folder.
  let folder: ModelFolder
  /// `tokenizer.json`.
  let tokenizer: JSON?
  /// `tokenizer_config.json`.
  let configuration: JSON?
  /// `tokenizer_config.json` with a memory of what was asked for.
  let settings: ConfigurationFile
  /// Tokens beside the trained ones, from all files; of one id the last counts.
  let added: [Added]
  /// `special_tokens_map.json`, which counts only where the configuration has no list of tokens.
  private let specialTokensMap: JSON?

  init(_ folder: ModelFolder) throws {
    self.folder = folder
    let tokenizer = try folder.json("tokenizer.json")
    let configuration = try folder.json("tokenizer_config.json")
    if let tokenizer {
      let path = folder.path(of: "tokenizer.json")
      try JSONShape.tokenizer.check(tokenizer, "\(path): ")
      if let version = tokenizer["version"]?.string, version != "1.0" {
        throw QuantizationError("\(path): version: found '\(version)', expected '1.0'")
      }
    }
    try JSONShape.tokenizerConfiguration.check(
      configuration ?? .object([]), "\(folder.path(of: "tokenizer_config.json")): ")
    let settings = ConfigurationFile(
      configuration ?? .object([]), path: folder.path(of: "tokenizer_config.json"))
    let decoder = settings["added_tokens_decoder"]
    let map = decoder == nil ? try folder.json("special_tokens_map.json") : nil
    let known = AddedTokenFiles(
      folder: folder, tokenizer: tokenizer, decoder: decoder,
      older: try folder.json("added_tokens.json"))
    for role in Self.roles {
      let value = configuration?["\(role)_token"]
      guard let value, value.tokenText == nil else { continue }
      throw settings.error("\(role)_token", "found \(value.kind), expected a token's text")
    }
    let roles = Self.roles.compactMap { role in
      Self.special(role, configuration, map).map { (key: "\(role)_token", value: $0) }
    }
    added = try known.tokens(special: roles + Self.extra(settings, map))
    self.tokenizer = tokenizer
    self.configuration = configuration
    self.settings = settings
    specialTokensMap = map
  }

  /// The roles that `transformers` gives tokens, in its order.
  private static let roles = ["bos", "eos", "unk", "sep", "pad", "cls", "mask"]

  /// The text of a special token by its role, as in `bos`.
  func special(_ role: String) -> String? {
    _ = settings["\(role)_token"]
    return Self.special(role, configuration, specialTokensMap)?.tokenText
  }

  private static func special(_ role: String, _ files: JSON?...) -> JSON? {
    files.reversed().lazy.compactMap { $0?["\(role)_token"] }.first { $0.tokenText != nil }
  }

  /// Special tokens without a role, and their keys.
  private static func extra(
    _ settings: ConfigurationFile, _ map: JSON?
  ) -> [(key: String, value: JSON)] {
    ["additional_special_tokens", "extra_special_tokens"].flatMap { name in
      let values = [map?[name], settings[name]].compactMap { $0 }
      return values.flatMap { $0.array ?? $0.members?.map(\.value) ?? [] }.map { (name, $0) }
    }
  }

  /// Classes that take a `tokenizer.json` as it is, or the rules of GPT-2 and Llama.
  private static let classes: Set = [
    "CodeGenTokenizer", "GPT2Tokenizer", "LlamaTokenizer", "PreTrainedTokenizer",
    "TokenizersBackend",
  ]

  /// Throws if a class brings rules of its own, and gives lines about those that are not kept.
  func checkClass(_ architecture: Architecture) throws -> [String] {
    let legacy = try settings.bool("legacy")
    guard let name = try settings.string("tokenizer_class") else { return [] }
    let base = name.hasSuffix("Fast") ? String(name.dropLast(4)) : name
    // The classes of Phi-3 and PhiMoE always take the file.
    let takesFile = tokenizer != nil && (architecture == .phi3 || architecture == .phimoe)
    guard takesFile || Self.classes.contains(base) else {
      throw settings.error(
        "tokenizer_class",
        "found '\(name)', expected one of \(Self.classes.sorted().joined(separator: ", "))")
    }
    guard tokenizer == nil, legacy == false else { return [] }
    return [
      settings.line(
        "legacy",
        "false is not kept: a space goes before each text between special tokens, as "
          + "SentencePiece does")
    ]
  }

  /// A step of the pipeline, or the steps of a sequence.
  static func steps(_ value: JSON?, _ name: String) -> [JSON] {
    guard let value else { return [] }
    return value["type"]?.string == "Sequence" ? value[name]?.array ?? [] : [value]
  }
}

import Tokenization

/// The lists of tokens beside the trained ones, as `transformers` and `tokenizers` put them together.
struct AddedTokenFiles {
  let folder: ModelFolder
  /// `tokenizer.json`.
  let tokenizer: JSON?
  /// `added_tokens_decoder` of `tokenizer_config.json`.
  let decoder: JSON?
  /// `added_tokens.json`.
  let older: JSON?

  /// All tokens.
  ///
  /// - Parameter special: Texts that are made tokens if they are none, and their keys.
  /// - Returns: The tokens; of one id the last counts.
  /// - Throws: `QuantizationError` about an entry that is none, or that would get another id.
  func tokens(special: [(key: String, value: JSON)]) throws -> [TokenizerFiles.Added] {
    let plain = (older?.members ?? []).compactMap { text, value in
      value.integer.map {
        TokenizerFiles.Added(
          id: $0, text: text, isSpecial: Self.looksSpecial(text), flags: nil,
          place: folder.path(of: "added_tokens.json"))
      }
    }
    let path = folder.path(of: "tokenizer.json")
    let list = try (tokenizer?["added_tokens"]?.array ?? []).map { value in
      try Self.added(value["id"]?.integer, value, "\(path): added_tokens")
    }
    let settingsPath = folder.path(of: "tokenizer_config.json")
    let settings = "\(settingsPath): added_tokens_decoder"
    let decoded = try (decoder?.members ?? []).map { id, value in
      try Self.added(Int(id), value, settings)
    }.sorted { $0.id < $1.id }
    // Without it there is nothing that gives ids.
    guard let trained = tokenizer?["model"]?["vocab"]?.members else {
      return plain + list + decoded
    }
    var all = list + decoded
    let listed = Set(all.map { Array($0.text.utf8) })
    let older = plain.filter { !listed.contains(Array($0.text.utf8)) }.sorted { $0.id < $1.id }
    if let token = older.first, decoder != nil {
      throw QuantizationError(
        "\(token.place): '\(token.text)' does not count in transformers beside the "
          + "added_tokens_decoder of tokenizer_config.json, expected it there")
    }
    all += older
    var ids = IDs(trained, texts: all.map(\.text))
    for token in all {
      let id = ids.add(token.text)
      guard id == token.id else {
        throw QuantizationError(
          "\(token.place): '\(token.text)' has the id \(token.id), but transformers gives it \(id)")
      }
    }
    // They are no tokens of the model's vocabulary, whatever it holds: a text of it gets an id more.
    let made = special.compactMap { key, value -> TokenizerFiles.Added? in
      guard let text = value.tokenText, !ids.isAdded(text) else { return nil }
      return TokenizerFiles.Added(
        id: ids.addNew(text), text: text, isSpecial: true,
        flags: Self.flags(value, isSpecial: true), place: "\(settingsPath): \(key)")
    }
    return older + list + decoded + made
  }

  /// Ids as `tokenizers` gives them: a text of the vocabulary keeps its own, others get the next.
  private struct IDs {
    private var ids: [[UInt8]: Int] = [:]
    private var added: Set<[UInt8]> = []
    private let trained: Int
    private var last = -1

    init(_ members: [(key: String, value: JSON)], texts: [String]) {
      let wanted = Set(texts.map { Array($0.utf8) })
      trained = members.count
      for (text, value) in members {
        let text = Array(text.utf8)
        if wanted.contains(text), let id = value.integer { ids[text] = id }
      }
    }

    func isAdded(_ text: String) -> Bool { added.contains(Array(text.utf8)) }

    mutating func addNew(_ text: String) -> Int {
      ids[Array(text.utf8)] = nil
      return add(text)
    }

    mutating func add(_ text: String) -> Int {
      let text = Array(text.utf8)
      let id = ids[text] ?? max(trained, last + 1)
      ids[text] = id
      added.insert(text)
      last = max(last, id)
      return id
    }
  }

  private static func added(
    _ id: Int?, _ value: JSON, _ place: String
  ) throws -> TokenizerFiles.Added {
    guard let id, id >= 0, let text = value["content"]?.string, !text.isEmpty else {
      throw QuantizationError("\(place): expected tokens with an id and a content")
    }
    let isSpecial = value["special"]?.bool ?? false
    return TokenizerFiles.Added(
      id: id, text: text, isSpecial: isSpecial || looksSpecial(text),
      flags: flags(value, isSpecial: isSpecial), place: place)
  }

  private static func flags(_ value: JSON, isSpecial: Bool) -> TokenFlags {
    var flags: TokenFlags = []
    if value["lstrip"]?.bool == true { flags.insert(.stripsLeft) }
    if value["rstrip"]?.bool == true { flags.insert(.stripsRight) }
    if value["single_word"]?.bool == true { flags.insert(.singleWord) }
    // `AddedToken` of the `tokenizers` package takes no plain token as it is unless told so.
    if value["normalized"]?.bool ?? !isSpecial { flags.insert(.normalized) }
    return flags
  }

  /// Some models do not call their marks special.
  private static func looksSpecial(_ text: String) -> Bool {
    text.hasPrefix("<|") && text.hasSuffix("|>") && text.utf8.count > 4
  }
}

extension JSON {
  /// The text of a token, which is written alone or as an object with flags.
  var tokenText: String? { string ?? self["content"]?.string }
}

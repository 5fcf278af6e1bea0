import GGUF

/// Ids of tokens that mean something: whether there are such tokens.
enum TokenIDCheck: FileCheck {
  static func findings(in examination: Examination) -> [Finding] {
    let vocabulary = examination.vocabulary
    guard vocabulary.count > 0 else { return [] }
    return examination.metadata.entries.compactMap { key, value in
      guard key.hasPrefix("tokenizer.ggml."), key.hasSuffix("_token_id") else { return nil }
      let id = value.integer
      // Converters write −1, in whichever type, for a token that there is not.
      if id == -1 || id == Int(UInt32.max) { return nil }
      guard !(0..<vocabulary.count).contains(id ?? -1) else { return nil }
      let right = right(key, examination)
      return Finding(
        .error, key.printable,
        id == nil
          ? "is \(value.type), expected a token"
          : "is \(value), but there are "
            + "\(vocabulary.count) tokens",
        consequence: "Most programs refuse the file, and in others the mark is never found.",
        remedy: right.map { "set it to \(vocabulary.describe($0))" } ?? "take it away",
        repairs: [
          right.map { .set(key: key, value: .uint32(UInt32($0))) } ?? .remove(key: key)
        ])
    }
  }

  /// The token that a key of the family names; nil if that is not certain.
  private static func right(_ key: String, _ examination: Examination) -> Int? {
    let vocabulary = examination.vocabulary
    let family = examination.family
    switch key {
    case "tokenizer.ggml.eos_token_id":
      return [family?.textEnd, family?.turnEnd, vocabulary.isSentencePiece ? "</s>" : nil]
        .compactMap { $0 }.lazy.compactMap { vocabulary.id(of: $0) }.first
    case "tokenizer.ggml.eot_token_id":
      return family.flatMap { vocabulary.id(of: $0.turnEnd) }
    case "tokenizer.ggml.bos_token_id" where vocabulary.isSentencePiece:
      return vocabulary.id(of: "<s>")
    case "tokenizer.ggml.bos_token_id":
      return vocabulary.id(of: "<|endoftext|>")
    case "tokenizer.ggml.unknown_token_id" where vocabulary.isSentencePiece:
      return vocabulary.id(of: "<unk>")
    default: return nil
    }
  }
}

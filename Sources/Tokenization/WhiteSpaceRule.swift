/// Which special tokens swallow the white space beside them.
///
/// GGUF has no key for it, and file names lie: the family is known by its pieces. The sources are
/// `added_tokens_decoder` in each model's `tokenizer_config.json`. A file with lists of its own
/// (`TokenFlags.keys`) needs no rule.
enum WhiteSpaceRule: Equatable {
  /// Nothing is swallowed.
  case none
  /// Phi-3, Phi-3.5 (SentencePiece): `rstrip` for `</s>`, roles and placeholders, so that the line
  /// feed of `<|user|>\n` never becomes a token; not for `<s>`, `<unk>` and `<|endoftext|>`.
  case phi3
  /// Phi-4-mini: `rstrip` for roles and tools; not for `<|endoftext|>` and `<|endofprompt|>`.
  case phi4Mini
  /// Phi-4: `lstrip` and `rstrip` for every special token.
  case phi4

  init(_ vocabulary: Vocabulary) {
    func has(_ names: String...) -> Bool {
      names.allSatisfy { name in
        vocabulary.id(of: name).map { vocabulary.kinds[Int($0)] != .normal } ?? false
      }
    }
    // Only the tokens of SentencePiece have scores.
    let isSentencePiece = !vocabulary.scores.isEmpty
    if has("<|user|>", "<|assistant|>", "<|end|>") {
      self = isSentencePiece ? .phi3 : has("<|system|>") ? .phi4Mini : .none
    } else if has("<|im_start|>", "<|im_sep|>", "<|im_end|>") {
      self = isSentencePiece ? .none : .phi4
    } else {
      self = .none
    }
  }

  /// The sides on which a token swallows white space.
  func flags(of piece: [UInt8]) -> TokenFlags {
    let name = String(decoding: piece, as: UTF8.self)
    let isMark = name.hasPrefix("<|") && name.hasSuffix("|>")
    switch self {
    case .none: return []
    case .phi3: return name == "</s>" || (isMark && name != "<|endoftext|>") ? .stripsRight : []
    case .phi4Mini: return isMark && !name.hasPrefix("<|endof") ? .stripsRight : []
    case .phi4: return isMark ? TokenFlags.strips : []
    }
  }
}

extension Vocabulary {
  /// Whether a token is looked for in a text before the rest is split.
  ///
  /// Converters call padding unknown; of those only the one unknown token is text.
  func isSpecial(_ id: Int) -> Bool {
    let kind = kinds[id]
    return kind == .control || kind == .userDefined
      || (kind == .unknown && unknown == Int32(id))
  }

  /// Tokens that are looked for in a text, with the flags that the family's rule gives them.
  package var familyFlags: [Int32: TokenFlags] {
    let rule = WhiteSpaceRule(self)
    var flags: [Int32: TokenFlags] = [:]
    for id in kinds.indices where isSpecial(id) { flags[Int32(id)] = rule.flags(of: pieces[id]) }
    return flags
  }
}

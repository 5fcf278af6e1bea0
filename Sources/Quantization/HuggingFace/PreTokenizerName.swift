import Inference

/// Recognizes the splitter of a byte-pair vocabulary by what it does, and gives it GGUF's name.
enum PreTokenizerName {
  /// Contractions, letters, up to three digits or one, symbols, line ends: OpenAI's cl100k and
  /// what was made from it.
  private static let contractions = [
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)"#,
    #"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"#,
  ]
  private static let afterDigits =
    #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  private static let upper = #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#
  private static let lower = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#

  /// The same in tiktoken's own words, which forbid steps back that never help.
  private static let tiktoken =
    #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|"#
    + #"\s*[\r\n]|\s+(?!\S)|\s+"#

  /// Splitters with a regular expression of their own.
  private enum Known { case cl100k, qwen2, o200k }

  private static func known(_ expression: String) -> Known? {
    if expression == tiktoken { return .cl100k }
    let mark = #"[^\r\n\p{L}\p{N}]?"#
    for contraction in contractions {
      let begin = contraction + "|" + mark + #"\p{L}+|"#
      if expression == begin + #"\p{N}{1,3}"# + afterDigits { return .cl100k }
      if expression == begin + #"\p{N}"# + afterDigits { return .qwen2 }
      let word =
        mark + upper + "*" + lower + "+" + contraction + "?|" + mark + upper + "+" + lower + "*"
        + contraction + "?|"
      let rest = #"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
      if expression == word + rest { return .o200k }
    }
    return nil
  }

  /// The name of a splitter.
  ///
  /// - Parameters:
  ///   - value: `pre_tokenizer` of a `tokenizer.json`.
  ///   - ignoresMerges: Whether a word that is a token needs no merges.
  ///   - architecture: Tells names of one splitter apart.
  ///   - path: The file.
  /// - Returns: What goes into `tokenizer.ggml.pre`.
  /// - Throws: `QuantizationError` if the splitter is unknown.
  static func find(
    _ value: JSON?, ignoresMerges: Bool, _ architecture: Architecture, path: String
  ) throws -> String {
    let steps = TokenizerFiles.steps(value, "pretokenizers")
    let types = steps.compactMap { $0["type"]?.string }
    let splits = steps.last?["use_regex"]?.bool ?? true
    if let prefixed = steps.last?["add_prefix_space"]?.bool, prefixed, types.last == "ByteLevel" {
      throw QuantizationError(
        "\(path): pre_tokenizer: found add_prefix_space, which GGUF has no place for")
    }
    switch types {
    case ["ByteLevel"] where splits:
      return architecture == .phi2 ? "phi-2" : "gpt-2"
    case ["Digits", "ByteLevel"] where splits && steps[0]["individual_digits"]?.bool == true:
      return "smollm"
    case ["Split", "ByteLevel"] where !splits:
      guard let expression = steps[0]["pattern"]?["Regex"]?.string else { break }
      // What matches are the words: kept for themselves, or what lies between taken away.
      let isInverted = steps[0]["invert"]?.bool ?? false
      let behavior = steps[0]["behavior"]
      guard behavior?.string == "Isolated" || (isInverted && behavior?.string == "Removed") else {
        throw QuantizationError(
          "\(path): pre_tokenizer: Split: behavior: found \(behavior?.kind ?? "null"), "
            + "expected \(isInverted ? "Removed or " : "")Isolated")
      }
      switch known(expression) {
      // llama.cpp looks words up before it merges under the one name, and not under the other.
      case .cl100k: return ignoresMerges ? "llama-bpe" : "dbrx"
      case .qwen2: return "qwen2"
      case .o200k: return "gpt-4o"
      case nil:
        throw QuantizationError(
          "\(path): pre_tokenizer: found the unknown expression '\(expression.prefix(200))'")
      }
    default: break
    }
    if types == ["Split", "ByteLevel"] {
      throw QuantizationError(
        splits
          ? "\(path): pre_tokenizer: ByteLevel: use_regex: found true after a Split, expected false"
          : "\(path): pre_tokenizer: Split: pattern: expected a Regex")
    }
    let found =
      types.isEmpty ? "found no steps" : "found the unknown steps \(types.joined(separator: ", "))"
    throw QuantizationError("\(path): pre_tokenizer: \(found), expected ByteLevel")
  }
}

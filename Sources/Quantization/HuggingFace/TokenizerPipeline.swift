import Tokenization

/// The steps of a `tokenizer.json` around its model: normalizer, pre-tokenizer and decoder.
///
/// Each step is one that the runtime takes too, or an error: a step that is left out gives other
/// tokens.
struct TokenizerPipeline {
  private let tokenizer: JSON
  private let path: String

  init(_ tokenizer: JSON, path: String) {
    self.tokenizer = tokenizer
    self.path = path
  }

  /// Checks that a byte-pair model sees texts as they are, byte by byte.
  ///
  /// - Parameter model: `model` of the file.
  /// - Returns: Lines about what is not kept.
  /// - Throws: `QuantizationError` about a step that changes texts.
  func checkBytePair(_ model: JSON) throws -> [String] {
    if let step = normalizers.first { throw unknown("normalizer", step) }
    let vocabulary = Set((model["vocab"]?.members ?? []).map { Array($0.key.utf8) })
    if let unknown = model["unk_token"]?.string,
      !ByteCharacters.encoded.allSatisfy(vocabulary.contains)
    {
      throw QuantizationError(
        "\(path): model.unk_token: found '\(unknown)' and bytes without a token, for which GGUF has "
          + "no place")
    }
    let decoders = TokenizerFiles.steps(tokenizer["decoder"], "decoders").map(Self.type)
    try refuseDropout(model)
    return decoders == ["ByteLevel"]
      ? [] : [decoderNote(decoders, "the bytes that tokens stand for")]
  }

  /// Whether and when a SentencePiece model, written as a list of merges, puts a space before texts.
  ///
  /// - Parameter model: `model` of the file.
  /// - Returns: When, nil for never, and lines about what is not kept.
  /// - Throws: `QuantizationError` about a step that changes texts.
  func checkSentencePiece(_ model: JSON) throws -> (prefix: SpacePrefix?, notes: [String]) {
    var prefix: SpacePrefix?
    var marks = false
    for step in normalizers {
      switch Self.type(step) {
      case "Prepend" where step["prepend"]?.string == Self.mark: prefix = .always
      case "Replace"
      where step["pattern"]?["String"]?.string == " " && step["content"]?.string == Self.mark:
        marks = true
      default: throw unknown("normalizer", step)
      }
    }
    let steps = TokenizerFiles.steps(tokenizer["pre_tokenizer"], "pretokenizers")
    for step in steps {
      guard Self.type(step) == "Metaspace", step["replacement"]?.string ?? Self.mark == Self.mark,
        steps.count == 1, prefix == nil
      else { throw unknown("pre_tokenizer", step) }
      marks = true
      let adds = step["add_prefix_space"]?.bool ?? true
      switch step["prepend_scheme"]?.string ?? (adds ? "always" : "never") {
      case "always": prefix = .unmarked
      case "first": prefix = .first
      case "never": prefix = nil
      case let scheme:
        throw QuantizationError(
          "\(path): pre_tokenizer.prepend_scheme: found '\(scheme)', expected always, first or never"
        )
      }
      let pieces = (model["vocab"]?.members ?? []).lazy.map { $0.key }
      if step["split"]?.bool ?? true,
        let piece = pieces.first(where: { $0.dropFirst().unicodeScalars.contains("▁") })
      {
        throw QuantizationError(
          "\(path): pre_tokenizer.split: found true and the piece '\(piece)', which GGUF would merge"
        )
      }
    }
    guard marks else {
      throw QuantizationError(
        "\(path): found no step that writes a space as '\(Self.mark)', expected Replace or Metaspace"
      )
    }
    try checkUnknown(model)
    let decoders = TokenizerFiles.steps(tokenizer["decoder"], "decoders").map(Self.type)
    let expected = ["Replace", "ByteFallback", "Fuse"]
    let isKnown =
      decoders == ["Metaspace"]
      || decoders.filter { $0 != "Strip" && $0 != "Metaspace" } == expected
      || decoders == ["Metaspace", "ByteFallback", "Fuse"]
    try refuseDropout(model)
    return (prefix, isKnown ? [] : [decoderNote(decoders, "pieces with their spaces")])
  }

  /// A run of characters that neither pieces nor bytes spell is one unknown token to the runtime.
  private func checkUnknown(_ model: JSON) throws {
    guard model["fuse_unk"]?.bool != true, model["unk_token"] != nil else { return }
    let pieces = Set((model["vocab"]?.members ?? []).map { Array($0.key.utf8) })
    let bytes = (0..<256).map { BytePiece.text(UInt8($0)) }
    guard let missing = bytes.first(where: { !pieces.contains($0) }) else { return }
    let piece = String(decoding: missing, as: UTF8.self)
    throw QuantizationError(
      "\(path): model.fuse_unk: found false and no piece \(piece), expected true")
  }

  private static let mark = "▁"

  private var normalizers: [JSON] {
    TokenizerFiles.steps(tokenizer["normalizer"], "normalizers")
  }

  private static func type(_ step: JSON) -> String { step["type"]?.string ?? "nothing" }

  private func unknown(_ place: String, _ step: JSON) -> QuantizationError {
    QuantizationError(
      "\(path): \(place): found \(Self.type(step)), which GGUF has no place for in this form")
  }

  private func refuseDropout(_ model: JSON) throws {
    guard let dropout = model["dropout"]?.number, dropout > 0 else { return }
    throw QuantizationError(
      "\(path): model.dropout: found \(dropout), which splits a text in another way each time, "
        + "expected null")
  }

  private func decoderNote(_ found: [String], _ kept: String) -> String {
    "\(path): decoder: found \(found.isEmpty ? "none" : found.joined(separator: ", ")); "
      + "texts are made of \(kept)"
  }
}

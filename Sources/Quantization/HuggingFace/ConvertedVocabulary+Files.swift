import Inference
import Tokenization

extension ConvertedVocabulary {
  /// The vocabulary of a model's files.
  ///
  /// - Parameters:
  ///   - files: The folder's.
  ///   - configuration: The model's, which says how many tokens there are.
  /// - Throws: `QuantizationError` if there is none, or none that GGUF has a place for.
  init(_ files: TokenizerFiles, _ configuration: HuggingFaceConfiguration) throws {
    let count = configuration.vocabularySize
    let path = files.folder.path(of: "tokenizer.json")
    let model = files.tokenizer?["model"]
    let isBytePair = model?["type"]?.string == "BPE" || model?["merges"] != nil
    let fallsBack = model?["byte_fallback"]?.bool ?? false
    for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
      if let mark = model?[key]?.string, !mark.isEmpty {
        throw QuantizationError("\(path): model.\(key): found '\(mark)', expected none")
      }
    }
    if let model, isBytePair, !fallsBack {
      let name = try PreTokenizerName.find(
        files.tokenizer?["pre_tokenizer"], ignoresMerges: model["ignore_merges"]?.bool ?? false,
        configuration.architecture, path: path)
      self.init(
        .bytePair(preTokenizer: name, merges: try Self.merges(model, path).map { $0 + " " + $1 }),
        count: count)
      for (text, id) in try Self.tokens(model, path) {
        set(id, Array(text.utf8), .normal, score: 0)
      }
    } else if let bytes = try files.folder.bytes("tokenizer.model") {
      let trained = try SentencePieceModel(bytes, path: files.folder.path(of: "tokenizer.model"))
      self.init(
        .sentencePiece(addsSpacePrefix: files.addsSpacePrefix ?? trained.addsSpacePrefix),
        count: count)
      for (id, piece) in trained.pieces.enumerated() {
        set(id, piece.text, piece.kind, score: piece.score)
      }
    } else if let model, isBytePair {
      self.init(.sentencePiece(addsSpacePrefix: files.addsSpacePrefix ?? true), count: count)
      try setPieces(model, path)
    } else {
      throw QuantizationError(
        "\(files.folder.path): found no byte-pair vocabulary, expected tokenizer.json or "
          + "tokenizer.model")
    }
    set(files.added)
  }

  /// The pieces of a SentencePiece model that was rewritten as a list of merges.
  ///
  /// A piece's score is the rank of the first merge that makes it, so that the highest score is the
  /// merge that comes first.
  private mutating func setPieces(_ model: JSON, _ path: String) throws {
    let merges = try Self.merges(model, path)
    var ranks: [[UInt8]: Int] = [:]
    for (rank, merge) in merges.enumerated() {
      let piece = Array((merge.0 + merge.1).utf8)
      if ranks[piece] == nil { ranks[piece] = rank }
    }
    let unknown = model["unk_token"]?.string
    for (text, id) in try Self.tokens(model, path) {
      let bytes = Array(text.utf8)
      let kind: TokenKind =
        text.utf8.elementsEqual((unknown ?? "").utf8)
        ? .unknown : Self.isByte(bytes) ? .byte : .normal
      // Single characters come after all that merges make: their scores are never looked at.
      set(id, bytes, kind, score: kind == .normal ? -Float(ranks[bytes] ?? merges.count) : 0)
    }
  }

  /// Whether a piece stands for a byte, as `<0x0A>` does.
  private static func isByte(_ piece: [UInt8]) -> Bool {
    let text = String(decoding: piece, as: UTF8.self)
    return piece.count == 6 && text.hasPrefix("<0x") && text.hasSuffix(">")
      && UInt8(text.dropFirst(3).dropLast(), radix: 16) != nil
  }

  private static func tokens(_ model: JSON, _ path: String) throws -> [(text: String, id: Int)] {
    guard let members = model["vocab"]?.members else {
      throw QuantizationError("\(path): model.vocab: expected an object")
    }
    return try members.map { text, value in
      guard let id = value.integer, id >= 0 else {
        throw QuantizationError(
          "\(path): model.vocab: \(text): found \(value.kind), expected an id")
      }
      return (text, id)
    }
  }

  /// Pairs, which are written as lists or with a space between.
  private static func merges(_ model: JSON, _ path: String) throws -> [(String, String)] {
    guard let elements = model["merges"]?.array else {
      throw QuantizationError("\(path): model.merges: expected an array")
    }
    return try elements.enumerated().map { rank, element in
      let parts =
        element.array?.compactMap(\.string)
        ?? element.string?.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      guard let parts, parts.count == 2, !parts.contains("") else {
        throw QuantizationError(
          "\(path): model.merges: merge \(rank): found \(element.kind), expected two pieces")
      }
      return (parts[0], parts[1])
    }
  }
}

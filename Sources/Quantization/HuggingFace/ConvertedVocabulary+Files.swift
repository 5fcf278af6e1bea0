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
    let type = model?["type"]?.string ?? "BPE"
    guard type == "BPE" else {
      throw QuantizationError("\(path): model.type: found '\(type)', expected BPE")
    }
    if files.tokenizer != nil, model?["merges"] == nil {
      throw QuantizationError("\(path): model.merges: is missing, expected those of byte pairs")
    }
    // Without pieces for bytes the flag does nothing.
    let fallsBack =
      model?["byte_fallback"]?.bool == true
      && !TokenizerFiles.steps(files.tokenizer?["pre_tokenizer"], "pretokenizers").contains {
        $0["type"]?.string == "ByteLevel"
      }
    for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
      if let mark = model?[key]?.string, !mark.isEmpty {
        throw QuantizationError("\(path): model.\(key): found '\(mark)', expected none")
      }
    }
    let pipeline = files.tokenizer.map { TokenizerPipeline($0, path: path) }
    if let model, let pipeline, !fallsBack {
      let ignoresMerges = model["ignore_merges"]?.bool ?? false
      let name = try PreTokenizerName.find(
        files.tokenizer?["pre_tokenizer"], ignoresMerges: ignoresMerges,
        configuration.architecture, path: path)
      self.init(
        .bytePair(preTokenizer: name, merges: try Self.merges(model, path).map { $0 + " " + $1 }),
        count: count)
      notes = try pipeline.checkBytePair(model)
      takesWholeWords = ignoresMerges
      for (text, id) in try Self.tokens(model, path) {
        try set(id, Array(text.utf8), .normal, score: 0, in: path)
      }
    } else if let model, let pipeline {
      let (prefix, notes) = try pipeline.checkSentencePiece(model)
      self.init(.sentencePiece(prefix), count: count)
      self.notes = notes
      try setPieces(model, path, added: files.added.map(\.text))
      try setTrained(files)
    } else if let trained = try Self.trained(files) {
      let adds = files.settings["add_prefix_space"]?.bool ?? trained.addsSpacePrefix
      self.init(.sentencePiece(adds ? .always : nil), count: count)
      try set(trained, files)
      notes = trained.notes
    } else {
      throw QuantizationError(
        "\(files.folder.path): found no byte-pair vocabulary, expected tokenizer.json or "
          + "tokenizer.model")
    }
    notes += try files.checkClass(configuration.architecture)
    for token in files.added {
      let text = Array(token.text.utf8)
      if kinds.indices.contains(token.id), kinds[token.id] == .normal, texts[token.id] != text {
        throw QuantizationError(
          "\(token.place): '\(token.text)' has the id \(token.id), which is that of the piece "
            + "'\(String(decoding: texts[token.id], as: UTF8.self))'")
      }
      // A piece of the vocabulary is merged as before where it is no token of its own.
      let isPiece =
        kinds.indices.contains(token.id) && kinds[token.id] == .normal
        && scores[token.id] > lowestScore && texts[token.id] == text
      let score = isPiece ? scores[token.id] : -1000
      try set(
        token.id, text, token.isSpecial ? .control : .userDefined, score: score, in: token.place)
      // Only the pipeline of a `tokenizer.json` normalizes before it looks for them.
      flags[token.id] = files.tokenizer == nil ? token.flags?.subtracting(.normalized) : token.flags
    }
  }

  private static func trained(_ files: TokenizerFiles) throws -> SentencePieceModel? {
    guard let bytes = try files.folder.bytes("tokenizer.model") else { return nil }
    return try SentencePieceModel(bytes, path: files.folder.path(of: "tokenizer.model"))
  }

  private mutating func set(_ trained: SentencePieceModel, _ files: TokenizerFiles) throws {
    let path = files.folder.path(of: "tokenizer.model")
    for (id, piece) in trained.pieces.enumerated() {
      try set(id, piece.text, piece.kind, score: piece.score, in: path)
    }
  }

  /// Takes scores and kinds from `tokenizer.model`, if it has the pieces of `tokenizer.json`.
  private mutating func setTrained(_ files: TokenizerFiles) throws {
    guard let trained = try Self.trained(files) else { return }
    let added = Set(files.added.map(\.id))
    let other = texts.indices.first { id in
      let piece = trained.pieces.indices.contains(id) ? trained.pieces[id].text : nil
      return kinds[id] != .unused && !added.contains(id) && texts[id] != piece
    }
    guard other == nil, hasOrder(of: trained) else {
      let path = files.folder.path(of: "tokenizer.model")
      notes.append(
        "\(path): differs from tokenizer.json"
          + (other.map { " at token \($0)" } ?? " in the order of merges")
          + "; tokenizer.json counts, as in transformers")
      return
    }
    try set(trained, files)
  }

  /// Whether the scores of a trained model order the pieces as the merges did.
  private func hasOrder(of trained: SentencePieceModel) -> Bool {
    let merged = texts.indices.filter { id in
      kinds[id] == .normal && scores[id] > lowestScore && trained.pieces.indices.contains(id)
    }
    let ordered = merged.sorted { scores[$0] > scores[$1] }
    return zip(ordered, ordered.dropFirst()).allSatisfy {
      trained.pieces[$0].score >= trained.pieces[$1].score
    }
  }

  /// The pieces of a SentencePiece model that was rewritten as a list of merges.
  ///
  /// A piece's score is the rank of the first merge that makes it, so that the highest score is the
  /// merge that comes first.
  private mutating func setPieces(_ model: JSON, _ path: String, added: [String]) throws {
    let merges = try Self.merges(model, path)
    let tokens = try Self.tokens(model, path)
    let unknown = model["unk_token"]?.string
    let marks = Set((added + [unknown].compactMap { $0 }).map { Array($0.utf8) })
    let ranks = try MergeRanks(
      merges, pieces: tokens.map { Array($0.text.utf8) }, marks: marks, path: path
    ).ranks
    if let unknown, unknown.count == 1 || ranks[Array(unknown.utf8)] != nil {
      throw QuantizationError(
        "\(path): model.unk_token: found '\(unknown)', which texts hold, expected a mark")
    }
    lowestScore = -Float(merges.count)
    for (text, id) in tokens {
      let bytes = Array(text.utf8)
      let kind: TokenKind =
        text.utf8.elementsEqual((unknown ?? "").utf8)
        ? .unknown : Self.isByte(bytes) ? .byte : .normal
      // Single characters come after all that merges make: their scores are never looked at.
      let score = kind == .normal ? -Float(ranks[bytes] ?? merges.count) : 0
      try set(id, bytes, kind, score: score, in: path)
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
    var taken: Set<Int> = []
    return try members.map { text, value in
      guard let id = value.integer, id >= 0 else {
        throw QuantizationError(
          "\(path): model.vocab: \(text): found \(value.kind), expected an id")
      }
      guard taken.insert(id).inserted else {
        throw QuantizationError("\(path): model.vocab: \(text): another piece has the id \(id) too")
      }
      return (text, id)
    }
  }

  /// Pairs, which are written as lists or with a space between.
  private static func merges(_ model: JSON, _ path: String) throws -> [(String, String)] {
    guard let elements = model["merges"]?.array else {
      throw QuantizationError("\(path): model.merges: expected an array")
    }
    let pieces = Set((model["vocab"]?.members ?? []).map { Array($0.key.utf8) })
    return try elements.enumerated().map { rank, element in
      let parts =
        element.array?.compactMap(\.string)
        ?? element.string?.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      guard let parts, parts.count == 2, !parts.contains("") else {
        throw QuantizationError(
          "\(path): model.merges: merge \(rank): found \(element.kind), expected two pieces")
      }
      for part in parts + [parts[0] + parts[1]] where !pieces.contains(Array(part.utf8)) {
        throw QuantizationError(
          "\(path): model.merges: merge \(rank): '\(part)' is no piece of model.vocab")
      }
      return (parts[0], parts[1])
    }
  }
}

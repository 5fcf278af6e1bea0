import GGUF

/// Reads a vocabulary from a file's metadata, and says what is wrong with it by its key.
struct VocabularyReader {
  let metadata: GGUFMetadata

  /// A key's value; what the metadata throws becomes a vocabulary's error.
  func value<T>(
    _ name: String, _ read: (GGUFMetadata, String) throws(GGUFError) -> T
  ) throws(TokenizerError) -> T {
    do {
      return try read(metadata, Self.key(name))
    } catch {
      throw TokenizerError(error.description)
    }
  }

  /// A string; nil if the key is absent.
  func string(_ name: String) throws(TokenizerError) -> String? {
    try value(name) { m, key throws(GGUFError) in try m.string(key) }
  }

  /// A boolean; nil if the key is absent.
  func flag(_ name: String) throws(TokenizerError) -> Bool? {
    try value(name) { m, key throws(GGUFError) in try m.bool(key) }
  }

  /// An array of strings; nil if the key is absent.
  func strings(_ name: String) throws(TokenizerError) -> MetadataArray? {
    let array = try value(name) { m, key throws(GGUFError) in try m.array(key) }
    guard let array else { return nil }
    guard array.elementType == .string else {
      throw error(name, "found an array of \(array.elementType), expected one of strings")
    }
    guard array.count <= Int(Int32.max) / 4 else {
      throw error(name, "found \(array.count) elements, expected fewer than 2²⁹")
    }
    return array
  }

  /// An error about a key.
  func error(_ name: String, _ problem: String) -> TokenizerError {
    TokenizerError("\(metadata.source): \(Self.key(name)): \(problem)".printable)
  }

  /// The key of a name, which is GGUF's without `tokenizer.ggml`, or complete.
  private static func key(_ name: String) -> String {
    name.contains(".") ? name : "tokenizer.ggml.\(name)"
  }

  /// The file's vocabulary.
  ///
  /// - Parameters:
  ///   - isSentencePiece: Whether tokens have scores, and begin and end by SentencePiece's names
  ///     where the file gives no ids.
  ///   - addsBOS: What holds if the file does not say whether texts begin with `bos`.
  /// - Returns: Its tokens.
  /// - Throws: `TokenizerError` if a list or an id is missing, of another type, or out of range.
  func vocabulary(isSentencePiece: Bool, addsBOS: Bool) throws(TokenizerError) -> Vocabulary {
    let pieces = try pieces()
    let scores = try scores(of: pieces)
    if isSentencePiece, scores.isEmpty { throw error("scores", "missing, expected one a token") }
    func named(_ name: String) -> Int32? {
      isSentencePiece ? Array(name.utf8).withUnsafeBytes { pieces.find($0) } : nil
    }
    let bos = try id("bos", of: pieces) ?? named("<s>")
    let eos = try id("eos", of: pieces) ?? named("</s>")
    let unknown = try id("unknown", of: pieces) ?? named("<unk>")
    let padding = try id("padding", of: pieces)
    var kinds = try kinds(of: pieces) ?? Self.kinds(of: pieces, [bos, eos, unknown, padding])
    // Some files call marks that end a turn plain pieces, or the user's: they would not be found in
    // a text, or shown in an answer. Only `</s>` may be text, in Phi-3's vocabulary and in others.
    for mark in Vocabulary.endMarks where mark != "</s>" {
      if let id = Array(mark.utf8).withUnsafeBytes({ pieces.find($0) }) {
        kinds[Int(id)] = .control
      }
    }
    try checkLengths(pieces, kinds)
    let wantsBOS = try flag("add_bos_token")
    if wantsBOS == true, bos == nil {
      throw error("add_bos_token", "found true, expected a bos_token_id with it")
    }
    let wantsEOS = try flag("add_eos_token") ?? false
    if wantsEOS, eos == nil {
      throw error("add_eos_token", "found true, expected an eos_token_id with it")
    }
    var vocabulary = Vocabulary(
      pieces: pieces, kinds: kinds, scores: isSentencePiece ? scores : [], bos: bos, eos: eos,
      eot: try id("eot", of: pieces), unknown: unknown, padding: padding,
      addsBOS: wantsBOS ?? addsBOS, addsEOS: wantsEOS,
      addsSpacePrefix: try flag("add_space_prefix") ?? true)
    try readOwnKeys(into: &vocabulary)
    return vocabulary
  }

  /// The keys that GGUF does not know, and what else ends a text.
  private func readOwnKeys(into vocabulary: inout Vocabulary) throws(TokenizerError) {
    let pieces = vocabulary.pieces
    vocabulary.otherEnds = try id("eom", of: pieces).map { [$0] } ?? []
    vocabulary.otherEnds += try ids(Vocabulary.endsKey, of: pieces) ?? []
    for (flag, key) in TokenFlags.keys {
      guard let ids = try ids(key, of: pieces) else { continue }
      if TokenFlags.strips.contains(flag) { vocabulary.namesStrips = true }
      for id in ids { vocabulary.flags[id, default: []].insert(flag) }
    }
    if let name = try string(SpacePrefix.key) {
      guard let prefix = SpacePrefix(rawValue: name) else {
        throw error(SpacePrefix.key, "found '\(name)', expected always, unmarked or first")
      }
      vocabulary.spacePrefix = prefix
    }
  }

  /// Tokens of a list; nil if the key is absent.
  private func ids(_ key: String, of pieces: PieceTable) throws(TokenizerError) -> [Int32]? {
    let ids = try value(key) { m, key throws(GGUFError) in try m.integerArray(key) }
    guard let ids else { return nil }
    if let wrong = ids.first(where: { !pieces.indices.contains($0) }) {
      throw error(key, "found \(wrong), expected tokens from 0 to \(pieces.count - 1)")
    }
    return ids.map(Int32.init)
  }

  /// Refuses tokens so long that looking for them at each place of a text would take forever.
  private func checkLengths(_ pieces: PieceTable, _ kinds: [TokenKind]) throws(TokenizerError) {
    for (token, kind) in kinds.enumerated() where kind == .control || kind == .userDefined {
      let length = pieces.withBytes(of: token) { $0.count }
      guard length <= Self.specialLimit else {
        throw error(
          "tokens",
          "token \(token): found a \(kind == .control ? "control" : "user-defined") token of "
            + "\(length) bytes, expected at most \(Self.specialLimit)")
      }
    }
  }

  /// Bytes of a control token, or of one that the user has defined, at most.
  static let specialLimit = 256

  private func pieces() throws(TokenizerError) -> PieceTable {
    guard let array = try strings("tokens") else { throw error("tokens", "missing") }
    guard array.count > 0 else { throw error("tokens", "found none, expected some") }
    var table = PieceTable(capacity: array.count)
    var duplicate: (first: Int32, second: Int)?
    array.forEachString { piece in
      guard table.byteCount + piece.count <= PieceTable.maximumBytes else { return }
      if let first = table.append(piece), !piece.isEmpty, duplicate == nil {
        duplicate = (first, table.count - 1)
      }
    }
    guard table.count == array.count else { throw error("tokens", "found more than 1 GiB of text") }
    if let (first, second) = duplicate {
      let text = String(decoding: table[second], as: UTF8.self)
      throw error("tokens", "tokens \(first) and \(second) are both '\(text)'")
    }
    return table
  }

  private func scores(of pieces: PieceTable) throws(TokenizerError) -> [Float] {
    let scores = try value("scores") { m, key throws(GGUFError) in try m.floatArray(key) }
    guard let scores else { return [] }
    try check("scores", scores.count, pieces)
    if let token = scores.firstIndex(where: \.isNaN) {
      throw error("scores", "token \(token): found nan, expected a number")
    }
    return scores
  }

  private func kinds(of pieces: PieceTable) throws(TokenizerError) -> [TokenKind]? {
    let types = try value("token_type") { m, key throws(GGUFError) in try m.integerArray(key) }
    guard let types else { return nil }
    try check("token_type", types.count, pieces)
    var kinds = [TokenKind](repeating: .normal, count: types.count)
    for (token, type) in types.enumerated() where type > 1 || type < 0 {
      guard let kind = UInt8(exactly: type).flatMap(TokenKind.init) else {
        throw error("token_type", "token \(token): found \(type), expected 0 to 6")
      }
      kinds[token] = kind
      if kind == .byte, BytePiece.byte(pieces[token]) == nil {
        let text = String(decoding: pieces[token], as: UTF8.self)
        throw error("tokens", "token \(token): found '\(text)', expected a byte such as <0x0A>")
      }
    }
    return kinds
  }

  /// What tokens are in a file that does not say.
  private static func kinds(of pieces: PieceTable, _ special: [Int32?]) -> [TokenKind] {
    var kinds = pieces.map { BytePiece.byte($0) == nil ? TokenKind.normal : .byte }
    for id in special.compactMap({ $0 }) { kinds[Int(id)] = .control }
    return kinds
  }

  private func check(
    _ name: String, _ count: Int, _ pieces: PieceTable
  ) throws(TokenizerError) {
    guard count == pieces.count else {
      throw error(name, "found \(count) elements, expected \(pieces.count), one for each token")
    }
  }

  private func id(_ name: String, of pieces: PieceTable) throws(TokenizerError) -> Int32? {
    let name = "\(name)_token_id"
    // Converters write −1, in whichever type, for a token that there is not.
    if let value = metadata[Self.key(name)]?.integer, value == -1 || value == Int(UInt32.max) {
      return nil
    }
    return try value(name) { m, key throws(GGUFError) in
      try m.integer(key, in: 0...pieces.count - 1)
    }.map { Int32($0) }
  }

  /// The file's merges.
  func merges(of pieces: PieceTable) throws(TokenizerError) -> MergeTable {
    guard let array = try strings("merges") else { throw error("merges", "missing") }
    var table = MergeTable(capacity: array.count)
    var failure: MergeError?
    array.forEachString { merge in
      guard failure == nil else { return }
      do throws(MergeError) {
        try table.append(merge, of: pieces)
      } catch {
        failure = error
      }
    }
    if let failure { throw error("merges", "merge \(failure.rank): \(failure.problem)") }
    return table
  }
}

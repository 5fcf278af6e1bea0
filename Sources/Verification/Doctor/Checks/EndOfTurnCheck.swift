import GGUF

/// What ends an answer: the file's `eos` and `eot` against the marks that the family writes.
enum EndOfTurnCheck: FileCheck {
  private static let eosKey = "tokenizer.ggml.eos_token_id"
  private static let eotKey = "tokenizer.ggml.eot_token_id"

  static func findings(in examination: Examination) -> [Finding] {
    let vocabulary = examination.vocabulary
    guard let family = examination.family, let turnEnd = vocabulary.id(of: family.turnEnd) else {
      return foreign(examination)
    }
    let eos = id(eosKey, examination)
    let eot = id(eotKey, examination)
    let textEnd = vocabulary.id(of: family.textEnd) ?? turnEnd
    var findings: [Finding] = []
    let own = examination.ownTurnEnds
    let isEnd = eos.map { $0 == turnEnd || $0 == textEnd || own.contains($0) }
    if examination.metadata[eosKey] == nil || isEnd == false {
      findings.append(
        Finding(
          .error, eosKey,
          eos.map { "is \(vocabulary.describe($0)), which \(family.name) does not end with" }
            ?? "is missing",
          consequence: "Programs that stop at it alone never stop, or stop in the middle.",
          remedy: "set it to \(vocabulary.describe(textEnd))",
          repairs: [.set(key: eosKey, value: .uint32(UInt32(textEnd)))]))
    }
    guard turnEnd != textEnd else { return findings }
    let repair = Repair.set(key: eotKey, value: .uint32(UInt32(turnEnd)))
    if let eot, eot != turnEnd, !own.contains(eot) {
      findings.append(
        Finding(
          .error, eotKey,
          "is \(vocabulary.describe(eot)), but \(family.name) ends a turn with '\(family.turnEnd)'",
          consequence: "Answers stop where they should not, or never.",
          remedy: "set it to \(vocabulary.describe(turnEnd))", repairs: [repair]))
    } else if eot == nil, eos != turnEnd, own.isEmpty {
      findings.append(
        Finding(
          .note, eotKey,
          "is missing, and eos is "
            + (eos.map { vocabulary.describe($0) } ?? "not \(family.turnEnd)"),
          consequence:
            "\(family.name) ends its turns with '\(family.turnEnd)': programs that trust "
            + "eos alone never stop.",
          remedy: "set it to \(vocabulary.describe(turnEnd))", repairs: [repair]))
    }
    return findings
  }

  /// In a vocabulary of no known family: only an end that is plain text is certainly wrong.
  private static func foreign(_ examination: Examination) -> [Finding] {
    let vocabulary = examination.vocabulary
    guard let eos = id(eosKey, examination), let kinds = vocabulary.kinds, kinds[eos] == 1,
      let piece = vocabulary.piece(eos), !piece.hasPrefix("<"), !piece.hasPrefix("[")
    else { return [] }
    return [
      Finding(
        .error, eosKey, "is \(vocabulary.describe(eos)), which is text",
        consequence: "Answers stop wherever that text is written.",
        remedy: "set it to the token that ends a text")
    ]
  }

  /// A key's token; nil if there is none, or no such token, as `TokenIDCheck` tells.
  private static func id(_ key: String, _ examination: Examination) -> Int? {
    examination.metadata[key]?.integer.flatMap {
      (0..<examination.vocabulary.count).contains($0) ? $0 : nil
    }
  }
}

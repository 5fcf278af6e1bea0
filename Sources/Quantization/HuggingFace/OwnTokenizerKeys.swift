import GGUF
import Tokenization

/// What a tokenizer's files say and GGUF has no keys for: keys of the program's own, written only
/// where a reader without them would find other tokens.
struct OwnTokenizerKeys {
  /// The keys.
  private(set) var metadata: [(key: String, value: MetadataValue)] = []
  private let vocabulary: ConvertedVocabulary
  private let read: Vocabulary

  /// The keys of a vocabulary.
  ///
  /// - Parameters:
  ///   - vocabulary: The folder's.
  ///   - read: The same as a reader has it that knows GGUF's keys alone.
  init(_ vocabulary: ConvertedVocabulary, read: Vocabulary) {
    self.vocabulary = vocabulary
    self.read = read
    addStrips()
    if needsOrder { add(.normalized) }
    if vocabulary.flags.values.contains(where: { $0.contains(.singleWord) }) { add(.singleWord) }
    switch vocabulary.model {
    case .sentencePiece(let prefix):
      if let prefix, prefix != .always {
        metadata.append((SpacePrefix.key, .text(prefix.rawValue)))
      }
    case .bytePair(let preTokenizer, _):
      if vocabulary.takesWholeWords, preTokenizer != "llama-bpe" {
        metadata.append((Vocabulary.wholeWordsKey, .bool(true)))
      }
    }
  }

  /// One line about the keys, if there are any.
  var note: String? {
    guard !metadata.isEmpty else { return nil }
    let keys = metadata.map(\.key).joined(separator: ", ")
    return "the tokenizer has rules that GGUF has no keys for; they are kept in \(keys), "
      + "which other programs do not read: their tokens can differ"
  }

  /// Both lists about white space, unless the family's rule says the same.
  private mutating func addStrips() {
    var flags = read.familyFlags
    for (id, own) in vocabulary.flags { flags[Int32(id)] = own.intersection(.strips) }
    guard flags != read.familyFlags else { return }
    for (flag, key) in TokenFlags.keys where TokenFlags.strips.contains(flag) {
      let ids = flags.filter { $0.value.contains(flag) }.keys.sorted()
      metadata.append((key, .integers(ids)))
    }
  }

  private mutating func add(_ flag: TokenFlags) {
    for (listed, key) in TokenFlags.keys where listed == flag {
      let ids = vocabulary.flags.filter { $0.value.contains(flag) }.keys.sorted()
      metadata.append((key, .integers(ids.map(Int32.init))))
    }
  }

  /// Whether it matters that some tokens are looked for after the others, in a text that is
  /// normalized by then.
  private var needsOrder: Bool {
    let normalized = texts { $0.contains(.normalized) }
    guard !normalized.isEmpty else { return false }
    // `Prepend` makes a mark of what stands before the token.
    if case .sentencePiece(.always) = vocabulary.model { return true }
    let isWord = vocabulary.flags.values.contains { $0.isSuperset(of: [.normalized, .singleWord]) }
    if isWord { return true }
    let others = texts { !$0.contains(.normalized) }
    return others.contains { other in normalized.contains { Self.overlap($0, other) } }
      || (vocabulary.flags.values.contains { !$0.isDisjoint(with: .strips) }
        && normalized.contains { $0.contains { $0 <= 0x20 || $0 >= 0xC2 } })
  }

  private func texts(_ isWanted: (TokenFlags) -> Bool) -> [[UInt8]] {
    vocabulary.flags.filter { isWanted($0.value) }.map { vocabulary.texts[$0.key] }
  }

  /// Whether one text can begin inside the other, or holds it.
  private static func overlap(_ first: [UInt8], _ second: [UInt8]) -> Bool {
    func runsInto(_ a: [UInt8], _ b: [UInt8]) -> Bool {
      a.indices.contains { start in
        let count = min(a.count - start, b.count)
        return a[start..<start + count].elementsEqual(b[..<count])
      }
    }
    return runsInto(first, second) || runsInto(second, first)
  }
}

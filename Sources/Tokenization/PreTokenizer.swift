/// How byte-pair vocabularies split a text into words before merging, hand-coded from the original
/// regular expressions.
enum PreTokenizer: Sendable, Equatable {
  /// GPT-2, Phi-1 to Phi-2:
  /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
  case gpt2
  /// SmolLM: each `\p{N}` by itself, then each stretch between as GPT-2.
  case smollm
  /// Llama 3 and Phi-4:
  /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|`
  /// `\s*[\r\n]+|\s+(?!\S)|\s+`
  case llama3
  /// Qwen 2: as Llama 3, with each `\p{N}` by itself.
  case qwen2
  /// GPT-4o and Phi-4-mini: words by case, marks with letters, contractions after words.
  case gpt4o

  /// The splitter that `tokenizer.ggml.pre` names, and whether whole words bypass the merges.
  ///
  /// A file without the key is split as GPT-2's.
  init(named name: String?, source: String) throws(TokenizerError) {
    switch name {
    case nil, "default", "gpt-2", "gpt2", "phi-2": self = .gpt2
    case "smollm": self = .smollm
    case "llama3", "llama-v3", "llama-bpe", "falcon3", "dbrx", "smaug-bpe": self = .llama3
    case "qwen2", "deepseek-r1-qwen": self = .qwen2
    case "gpt-4o", "llama4": self = .gpt4o
    case .some(let name):
      throw TokenizerError(
        "\(source): tokenizer.ggml.pre: found '\(name)', expected one of gpt-2, phi-2, smollm, "
          + "llama-bpe, dbrx, qwen2, gpt-4o")
    }
  }

  /// Whether a name's vocabularies take a word that is a piece whole.
  static func ignoresMerges(_ name: String?) -> Bool {
    ["llama3", "llama-v3", "llama-bpe", "falcon3"].contains(name)
  }

  /// Calls the body with each word's bytes, in order.
  func split(_ text: ArraySlice<UInt8>, _ body: (ArraySlice<UInt8>) -> Void) {
    let characters = Characters(text)
    func emit(_ range: Range<Int>) {
      body(text[characters.offset(range.lowerBound)..<characters.offset(range.upperBound)])
    }
    guard self == .smollm else {
      walk(WordScanner(characters, end: characters.count), from: 0, emit)
      return
    }
    var start = 0
    for index in 0..<characters.count where characters.kind(index) == .number {
      walk(WordScanner(characters, end: index), from: start, emit)
      emit(index..<index + 1)
      start = index + 1
    }
    walk(WordScanner(characters, end: characters.count), from: start, emit)
  }

  private func walk(_ scanner: WordScanner, from start: Int, _ emit: (Range<Int>) -> Void) {
    var position = start
    while position < scanner.end {
      let next = end(of: scanner, at: position)
      emit(position..<next)
      position = next
    }
  }

  /// Where the word at a place ends: the first alternative that matches.
  private func end(of text: WordScanner, at start: Int) -> Int {
    switch self {
    case .gpt2, .smollm:
      return text.contraction(start, ignoringCase: false)
        ?? text.spaced(start) { $0.isLetter } ?? text.spaced(start) { $0 == .number }
        ?? text.spaced(start) { $0.isOther } ?? text.whiteSpace(start)
    case .llama3, .qwen2:
      return text.contraction(start, ignoringCase: true)
        ?? text.prefixedLetters(start) ?? text.numbers(start, atMost: self == .qwen2 ? 1 : 3)
        ?? text.symbols(start, slashes: false) ?? text.lineEnds(start) ?? text.whiteSpace(start)
    case .gpt4o:
      return text.casedWord(start) ?? text.numbers(start, atMost: 3)
        ?? text.symbols(start, slashes: true) ?? text.lineEnds(start) ?? text.whiteSpace(start)
    }
  }
}

/// How byte-pair vocabularies split a text into words before merging, hand-coded from the original
/// regular expressions.
enum PreTokenizer: Sendable, Equatable, CaseIterable {
  /// GPT-2, Phi-1 to Phi-2:
  /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
  case gpt2
  /// SmolLM, StarCoder: each number by itself, then each stretch between as GPT-2.
  case smollm
  /// Llama 3 and Phi-4:
  /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|`
  /// `\s*[\r\n]+|\s+(?!\S)|\s+`
  case llama3
  /// Qwen 2: as Llama 3, with each `\p{N}` by itself.
  case qwen2
  /// GPT-4o and Phi-4-mini: words by case, marks with letters, contractions after words; then as
  /// Llama 3, with slashes among the line ends after symbols.
  case gpt4o

  /// The names in `tokenizer.ggml.pre` that are known.
  ///
  /// A byte-pair file without the key was made before there was one, for GPT-2's own vocabulary or
  /// Phi-2's: it is split as theirs, and so is `default`.
  static let named: [(names: [String], splitter: PreTokenizer)] = [
    (["gpt-2", "phi-2", "default"], .gpt2),
    (["smollm", "starcoder", "refact"], .smollm),
    (["llama-bpe", "llama3", "llama-v3", "dbrx", "smaug-bpe"], .llama3),
    (["qwen2", "deepseek-r1-qwen"], .qwen2),
    (["gpt-4o", "llama4"], .gpt4o),
  ]

  /// The splitter of a name; nil if there is none of the name.
  init?(named name: String) {
    guard let found = Self.named.first(where: { $0.names.contains(name) }) else { return nil }
    self = found.splitter
  }

  /// Calls the body with each word, in order.
  func split(_ text: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) {
    let scanner = WordScanner(text, end: text.count)
    func emit(_ start: Int, _ end: Int) {
      body(UnsafeRawBufferPointer(rebasing: text[start..<end]))
    }
    guard self == .smollm else { return walk(scanner, from: 0, emit) }
    var (start, index) = (0, 0)
    while index < text.count {
      let (value, width) = scanner.scalar(at: index)
      if Self.isNumeric(value) {
        walk(scanner.ending(at: index), from: start, emit)
        emit(index, index + width)
        start = index + width
      }
      index += width
    }
    walk(scanner, from: start, emit)
  }

  private func walk(_ scanner: WordScanner, from start: Int, _ emit: (Int, Int) -> Void) {
    var position = start
    while position < scanner.end {
      let next = end(of: scanner, at: position)
      emit(position, next)
      position = next
    }
  }

  /// Where the word at a place ends: the first alternative that matches.
  private func end(of text: WordScanner, at start: Int) -> Int {
    switch self {
    case .gpt2, .smollm:
      text.contraction(start, ignoringCase: false)
        ?? text.spaced(start, .letter) ?? text.spaced(start, .number)
        ?? text.spaced(start, .symbol) ?? text.whiteSpace(start)
    case .llama3, .qwen2:
      text.contraction(start, ignoringCase: true)
        ?? text.prefixedLetters(start) ?? text.numbers(start, atMost: self == .qwen2 ? 1 : 3)
        ?? text.symbols(start, slashes: false) ?? text.lineEnds(start) ?? text.whiteSpace(start)
    case .gpt4o:
      text.casedWord(start) ?? text.numbers(start, atMost: 3)
        ?? text.symbols(start, slashes: true) ?? text.lineEnds(start) ?? text.whiteSpace(start)
    }
  }

  /// Rust's `char::is_numeric`, by which the `Digits` splitter goes: it knows two rows of digits
  /// (Unicode 17) that the expressions' tables do not.
  private static func isNumeric(_ scalar: UInt32) -> Bool {
    if scalar < 0x80 { return 48...57 ~= scalar }
    return ScalarClass.table[Int(scalar)] == .number
      || 0x11DE0...0x11DE9 ~= scalar || 0x16FF4...0x16FF6 ~= scalar
  }
}

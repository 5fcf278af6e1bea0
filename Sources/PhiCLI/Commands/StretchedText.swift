import Phidelity

/// A text's tokens in stretches of one length, as llama.cpp's perplexity cuts them; a shorter rest is
/// left out.
struct StretchedText {
  /// The stretches as they are in the text.
  let tokens: [[Int32]]
  private let begin: Int32?

  /// Cuts a text.
  ///
  /// - Parameters:
  ///   - path: The text's file; `-` for standard input.
  ///   - model: The model whose vocabulary it is.
  ///   - length: Tokens in a stretch.
  ///   - maximum: Stretches at most.
  /// - Throws: `QuantizationError` if there are not two stretches; as `InputText.read`.
  init(_ path: String, _ model: Model, length: Int, maximum: Int) throws {
    let text = try InputText.read(path, as: .measured)
    let tokens = model.tokenizer.encode(text)
    guard tokens.count >= 2 * length else {
      throw QuantizationError(
        "\(path): found \(tokens.count) tokens, expected at least \(2 * length), two stretches of "
          + "\(length) (-c takes shorter ones)")
    }
    self.tokens = (0..<min(maximum, tokens.count / length)).map { index in
      Array(tokens[index * length..<(index + 1) * length])
    }
    let vocabulary = model.tokenizer.vocabulary
    begin = vocabulary.addsBOS ? vocabulary.bos : nil
  }

  /// The stretches as a model reads them: the token that begins a text in the place of the first.
  var asRead: [[Int32]] {
    guard let begin else { return tokens }
    return tokens.map { [begin] + $0.dropFirst() }
  }
}

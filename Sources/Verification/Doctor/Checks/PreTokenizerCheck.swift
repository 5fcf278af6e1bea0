import GGUF

/// How text is cut into words before it is merged, for families of which one way is known.
enum PreTokenizerCheck: FileCheck {
  private static let key = "tokenizer.ggml.pre"

  static func findings(in examination: Examination) -> [Finding] {
    let vocabulary = examination.vocabulary
    guard vocabulary.model == "gpt2", let family = examination.family,
      let right = family.preTokenizers.first
    else { return [] }
    let found = examination.metadata[key]?.text
    // GPT-2's way is taken where the key is missing, which is right for Phi-2.
    guard !family.preTokenizers.contains(found ?? "default") else { return [] }
    // A vocabulary of another size may have been trained with another splitter.
    let isCertain = vocabulary.count == family.vocabularySize
    return [
      Finding(
        isCertain ? .error : .warning, key,
        (found.map { "is '\($0.printable)'" } ?? "is missing")
          + ", but \(family.name) splits text as '\(right)'",
        consequence: "Words and numbers become other tokens than in training, and answers worse.",
        remedy: "set it to '\(right)'",
        repairs: isCertain ? [.set(key: key, value: .text(right))] : [])
    ]
  }
}

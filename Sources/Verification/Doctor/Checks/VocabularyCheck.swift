import GGUF
import Inference
import Tokenization

/// The tokens and what goes with them: whether all of it is there, and as long as it should be.
enum VocabularyCheck: FileCheck {
  static func findings(in examination: Examination) -> [Finding] {
    let metadata = examination.metadata
    let vocabulary = examination.vocabulary
    guard let model = vocabulary.model, vocabulary.count > 0 else {
      return [missing(vocabulary.model == nil ? "tokenizer.ggml.model" : "tokenizer.ggml.tokens")]
    }
    var findings = lists(metadata, vocabulary)
    if let (first, second, count) = vocabulary.repeated {
      findings.append(
        Finding(
          .error, "tokenizer.ggml.tokens",
          "has tokens twice: \(first) and \(vocabulary.describe(second))"
            + (count > 1 ? ", and \(count - 1) more" : ""),
          consequence: "A text has two spellings, of which the model learned one.",
          remedy: "convert the model again from the original tokenizer"))
    }
    findings += size(examination)
    if vocabulary.isSentencePiece, metadata["tokenizer.ggml.add_bos_token"] == nil {
      findings.append(
        Finding(
          .note, "tokenizer.ggml.add_bos_token", "is missing",
          consequence:
            "Programs guess whether a text begins with a mark; SentencePiece's usually do.",
          remedy: "set it to true",
          repairs: vocabulary.id(of: "<s>") == nil
            ? [] : [.set(key: "tokenizer.ggml.add_bos_token", value: .bool(true))]))
    }
    // What only the tokenizer itself finds out, such as a merge of pieces that are no tokens.
    if !findings.contains(where: { $0.severity == .error }), ["llama", "gpt2"].contains(model) {
      findings += reading(examination)
    } else if !["llama", "gpt2"].contains(model) {
      findings.append(
        Finding(
          .error, "tokenizer.ggml.model", "is '\(model.printable)', expected llama or gpt2",
          consequence: "phi cannot split text for it.", remedy: "run it elsewhere"))
    }
    return findings
  }

  private static func missing(_ key: String) -> Finding {
    Finding(
      .error, key, "is missing", consequence: "No text can be read or written.",
      remedy: "convert the model again, with its tokenizer beside it")
  }

  /// Lists that go with the tokens.
  private static func lists(
    _ metadata: GGUFMetadata, _ vocabulary: RoughVocabulary
  ) -> [Finding] {
    var findings: [Finding] = []
    for name in ["scores", "token_type"] {
      let key = "tokenizer.ggml.\(name)"
      guard let found = metadata[key] else { continue }
      guard let array = found.array, array.count == vocabulary.count else {
        let what = found.array.map { "has \($0.count) elements" } ?? "is \(found.type)"
        findings.append(
          Finding(
            .error, key, "\(what), expected \(vocabulary.count), one for each token",
            consequence: "Most programs refuse the file.", remedy: "convert the model again"))
        continue
      }
    }
    let needed = vocabulary.isSentencePiece ? "tokenizer.ggml.scores" : "tokenizer.ggml.merges"
    if metadata[needed]?.array == nil || metadata[needed]?.array?.count == 0 {
      findings.append(
        Finding(
          .error, needed, "is missing",
          consequence: "Without it words are not put together as the model learned them.",
          remedy: "convert the model again, with its tokenizer beside it"))
    }
    return findings
  }

  /// Tokens against rows of the embedding.
  private static func size(_ examination: Examination) -> [Finding] {
    let count = examination.vocabulary.count
    var findings: [Finding] = []
    if let shape = examination.file.tensor(named: "token_embd.weight")?.shape, shape.count == 2 {
      if shape[1] < count {
        findings.append(
          Finding(
            .error, "tokenizer.ggml.tokens",
            "has \(count) tokens, but token_embd.weight only \(shape[1]) rows",
            consequence: "Tokens without a row cannot be read.",
            remedy: "take the tokenizer that belongs to the weights"))
      } else if shape[1] > count {
        findings.append(
          Finding(
            .note, "token_embd.weight", "has \(shape[1]) rows for \(count) tokens",
            consequence: "The last \(shape[1] - count) can be chosen when text is written, and "
              + "have none.",
            remedy: "none needed; converters usually fill the vocabulary up"))
      }
    }
    let key = examination.key("vocab_size")
    if let written = examination.metadata[key]?.integer, written != count {
      findings.append(
        Finding(
          .warning, key, "is \(written), but there are \(count) tokens",
          consequence: "Programs that go by the key refuse the file.", remedy: "set it to \(count)",
          repairs: [.set(key: key, value: .uint32(UInt32(clamping: count)))]))
    }
    return findings
  }

  /// What the tokenizer says, if no id is wrong: `TokenIDCheck` tells those.
  private static func reading(_ examination: Examination) -> [Finding] {
    guard TokenIDCheck.findings(in: examination).isEmpty else { return [] }
    do {
      _ = try Tokenizer(examination.metadata)
      return []
    } catch {
      let problem = ConfigurationCheck.problem(error, examination.file.path)
      return [
        Finding(
          .error, "the tokenizer", "cannot be built: \(problem)",
          consequence: "No text can be read or written.",
          remedy: "convert the model again from the original tokenizer")
      ]
    }
  }
}

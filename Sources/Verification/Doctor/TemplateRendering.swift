import ChatTemplates
import GGUF

/// A template's conversation, and what is to be seen in it.
struct TemplateRendering {
  /// The template.
  let source: String
  /// A conversation of three turns that waits for an answer; empty if there is a problem.
  let prompt: String
  /// Why the template cannot be used; nil if it can.
  let problem: String?
  private let vocabulary: RoughVocabulary

  /// Turns whose text no template could write by itself.
  private static let messages = [
    ChatMessage(role: "user", content: "qabc"), ChatMessage(role: "assistant", content: "qdef"),
    ChatMessage(role: "user", content: "qghi"),
  ]

  init(_ source: String, _ metadata: GGUFMetadata, _ vocabulary: RoughVocabulary) {
    self.source = source
    self.vocabulary = vocabulary
    var prompt = ""
    var problem: String?
    do throws(TemplateError) {
      let template = try ChatTemplate(source)
      do throws(TemplateError) {
        prompt = try template.render(
          messages: Self.messages, addGenerationPrompt: true,
          bosToken: Self.special("bos", metadata, vocabulary),
          eosToken: Self.special("eos", metadata, vocabulary))
        if !Self.messages.allSatisfy({ prompt.contains($0.content) }) {
          problem = "leaves out what was said: of three turns it writes not all"
        }
      } catch {
        problem = "cannot write a conversation: \(error.description.printable)"
      }
    } catch {
      problem = "cannot be parsed: \(error.description.printable)"
    }
    self.prompt = prompt
    self.problem = problem
  }

  /// The text of a token that the file names; empty if it names none.
  static func special(
    _ name: String, _ metadata: GGUFMetadata, _ vocabulary: RoughVocabulary
  ) -> String {
    if let id = metadata["tokenizer.ggml.\(name)_token_id"]?.integer {
      return vocabulary.piece(id) ?? ""
    }
    guard vocabulary.isSentencePiece else { return "" }
    let usual = name == "bos" ? "<s>" : "</s>"
    return vocabulary.id(of: usual) == nil ? "" : usual
  }

  /// Marks of the prompt that are no tokens of the vocabulary.
  var strangeMarks: [String] {
    var found: [String] = []
    for mark in marks where vocabulary.id(of: mark) == nil && !found.contains(mark) {
      found.append(mark)
    }
    return found
  }

  /// Whether the assistant's turn ends with a text.
  func endsTurn(with mark: String) -> Bool {
    guard !mark.isEmpty, let answer = prompt.firstRange(of: Self.messages[1].content) else {
      return false
    }
    return prompt[answer.upperBound...].drop(while: \.isWhitespace).hasPrefix(mark)
  }

  /// Marks that are written in the template and are no tokens of the vocabulary, whether a plain
  /// conversation needs them or not.
  var missingMarks: [String] {
    // Not what an expression stands in, as in `'<|' + role + '|>'`.
    let written = Self.marks(of: source).filter { mark in
      mark.dropFirst(2).dropLast(2).allSatisfy { $0.isLetter || $0.isNumber || "_-/".contains($0) }
    }
    return written.filter { vocabulary.id(of: $0) == nil }.reduce(into: []) { found, mark in
      if !found.contains(mark) { found.append(mark) }
    }
  }

  /// A mark with a line feed before or after it; nil if there is none.
  var markBesideLineFeed: String? {
    marks.first { prompt.contains("\($0)\n") || prompt.contains("\n\($0)") }
  }

  /// What looks like a mark, in order.
  private var marks: [String] {
    let fixed = ["[INST]", "<start_of_turn>", "<<SYS>>"].filter { prompt.contains($0) }
    return fixed.filter { vocabulary.id(of: $0) == nil && !isSentencePieceText($0) }
      + Self.marks(of: prompt)
  }

  /// All of the form `<|…|>` in a text, in order.
  private static func marks(of text: String) -> [String] {
    var marks: [String] = []
    var rest = Array(text.utf8)[...]
    let (open, bar, close) = (UInt8(ascii: "<"), UInt8(ascii: "|"), UInt8(ascii: ">"))
    while let start = rest.indices.dropLast().first(where: {
      rest[$0] == open && rest[$0 + 1] == bar
    }) {
      let end = rest[start...].prefix(64).indices.dropFirst(3).first {
        rest[$0] == close && rest[$0 - 1] == bar
      }
      if let end { marks.append(String(decoding: rest[start...end], as: UTF8.self)) }
      rest = rest[((end ?? start) + 1)...]
    }
    return marks
  }

  /// Llama 2 and Mistral write some marks as plain text.
  private func isSentencePieceText(_ mark: String) -> Bool {
    vocabulary.isSentencePiece && mark != "<start_of_turn>" && vocabulary.id(of: "<|user|>") == nil
  }
}

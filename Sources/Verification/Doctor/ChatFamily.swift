import ChatTemplates
import Inference

/// How a family of models marks turns, known by the marks in its vocabulary.
///
/// The marks and ids are those of the models' `tokenizer_config.json`.
struct ChatFamily: Sendable {
  /// The family's name.
  let name: String
  /// The template that the family was published with, in short.
  let template: BuiltinTemplate
  /// Begins a user's turn.
  let userMark: String
  /// Ends a prompt, before the answer.
  let assistantHeader: String
  /// Ends a turn.
  let turnEnd: String
  /// Ends a text.
  let textEnd: String
  /// All marks that a prompt is made of.
  let marks: [String]
  /// Names in `tokenizer.ggml.pre` of the family's way to split words.
  let preTokenizers: [String]
  /// Tokens of the published vocabulary; nil where there are several.
  let vocabularySize: Int?
  /// Whether it is certain that the family's template goes with the vocabulary.
  let ownsTemplate: Bool

  /// The family whose marks a vocabulary has.
  init?(_ vocabulary: RoughVocabulary, _ architecture: Architecture?) {
    guard vocabulary.count > 0 else { return nil }
    let isBytePair = vocabulary.model == "gpt2"
    let template = BuiltinTemplate.detect(
      isBytePair: isBytePair, hasPiece: { vocabulary.id(of: $0) != nil })
    self.template = template
    switch template {
    case .phi3, .phi4Mini:
      name = template == .phi3 ? "Phi-3" : "Phi-4-mini"
      userMark = "<|user|>"
      assistantHeader = "<|assistant|>"
      turnEnd = "<|end|>"
      textEnd = "<|endoftext|>"
      marks = ["<|user|>", "<|assistant|>", "<|system|>", "<|end|>"]
      preTokenizers = template == .phi3 ? [] : ["gpt-4o"]
      vocabularySize = template == .phi3 ? 32064 : 200064
      ownsTemplate = true
    case .phi4:
      name = "Phi-4"
      userMark = "<|im_start|>user<|im_sep|>"
      assistantHeader = "<|im_start|>assistant<|im_sep|>"
      turnEnd = "<|im_end|>"
      textEnd = "<|endoftext|>"
      marks = ["<|im_start|>", "<|im_sep|>", "<|im_end|>"]
      preTokenizers = ["dbrx", "llama-bpe", "llama3", "llama-v3", "smaug-bpe"]
      vocabularySize = 100352
      ownsTemplate = true
    case .chatML:
      name = "ChatML"
      userMark = "<|im_start|>user"
      assistantHeader = "<|im_start|>assistant"
      turnEnd = "<|im_end|>"
      textEnd = "<|endoftext|>"
      marks = ["<|im_start|>", "<|im_end|>"]
      preTokenizers = []
      vocabularySize = nil
      ownsTemplate = false
    case .phi2:
      guard architecture == .phi2 else { return nil }
      name = "Phi-2"
      userMark = ""
      assistantHeader = ""
      turnEnd = "<|endoftext|>"
      textEnd = "<|endoftext|>"
      marks = []
      preTokenizers = ["phi-2", "gpt-2", "default"]
      vocabularySize = 51200
      ownsTemplate = false
    }
  }

  /// Whether prompts have marks at all.
  var hasMarks: Bool { !marks.isEmpty }
}

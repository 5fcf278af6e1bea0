import ChatTemplates
import GGUF

/// The chat template: there, readable, and written for this model's marks.
enum ChatTemplateCheck: FileCheck {
  private static let key = "tokenizer.chat_template"

  static func findings(in examination: Examination) -> [Finding] {
    guard examination.vocabulary.count > 0 else { return [] }
    let family = examination.family
    guard let rendering = examination.template else {
      guard let family, family.hasMarks else { return [] }
      return [
        Finding(
          .warning, key, "is missing",
          consequence:
            "Programs guess how \(family.name) wants turns written, or do not mark them.",
          remedy: family.ownsTemplate
            ? "add \(family.name)'s" : "add the template of the original model",
          repairs: repairs(family))
      ]
    }
    if let problem = rendering.problem {
      return [
        Finding(
          .error, key, problem, consequence: "No conversation can be written with it.",
          remedy: remedy(family), repairs: repairs(family))
      ]
    }
    let strange = rendering.strangeMarks
    guard strange.isEmpty else {
      return [
        Finding(
          .error, key,
          "is another model's: it writes "
            + strange.prefix(4).map { "'\($0)'" }
            .joined(separator: ", ") + ", of which the vocabulary has no such token",
          consequence: "Marks are read as text, and answers run on or make no sense.",
          remedy: remedy(family), repairs: repairs(family))
      ]
    }
    let missing = rendering.missingMarks
    if !missing.isEmpty, family?.hasMarks == true {
      return [
        Finding(
          .error, key,
          "knows " + missing.prefix(4).map { "'\($0)'" }.joined(separator: ", ")
            + ", of which the vocabulary has no such token",
          consequence:
            "What the template writes with it is read as text: tokens were lost when the "
            + "file was made, or the template is another model's.",
          remedy: "convert the model again, with the embedding resized to its tokenizer")
      ]
    }
    guard let family, family.hasMarks else { return [] }
    if let end = examination.ownTurnEnds.min() {
      guard !rendering.prompt.contains(family.turnEnd) else { return [] }
      return [
        Finding(
          .note, key,
          "ends turns with \(examination.vocabulary.describe(end)), and not with "
            + "\(family.name)'s '\(family.turnEnd)'",
          consequence: "None where the model was trained so: the file ends answers there too.",
          remedy: "none needed for a fine-tune with marks of its own")
      ]
    }
    return marks(rendering, family)
  }

  /// Whether the family's marks are where they should be.
  private static func marks(_ rendering: TemplateRendering, _ family: ChatFamily) -> [Finding] {
    let missing = [family.userMark, family.turnEnd].filter { !rendering.prompt.contains($0) }
    if let mark = missing.first {
      return [
        Finding(
          .error, key, "never writes '\(mark)', by which \(family.name) knows turns",
          consequence: "The model does not see where a turn begins or ends.",
          remedy: remedy(family), repairs: repairs(family))
      ]
    }
    if !rendering.prompt.trimmed.hasSuffix(family.assistantHeader) {
      return [
        Finding(
          .error, key, "does not end a prompt with '\(family.assistantHeader)'",
          consequence: "The model goes on with the user's turn instead of answering.",
          remedy: "end it with the header where add_generation_prompt is true",
          repairs: repairs(family))
      ]
    }
    if [.phi4, .phi4Mini].contains(family.template), let mark = rendering.markBesideLineFeed {
      return [
        Finding(
          .warning, key, "writes a line feed beside '\(mark)', where \(family.name) has none",
          consequence: "Programs that keep it show the model prompts it was not trained on.",
          remedy: "write the marks without line feeds",
          // A template with tools can do what the plain one cannot.
          repairs: rendering.source.contains("tool") ? [] : repairs(family))
      ]
    }
    return []
  }

  private static func remedy(_ family: ChatFamily?) -> String {
    guard let family, family.ownsTemplate else { return "take the template of the original model" }
    return "take \(family.name)'s"
  }

  private static func repairs(_ family: ChatFamily?) -> [Repair] {
    guard let family, family.ownsTemplate else { return [] }
    return [.set(key: key, value: .text(family.template.source))]
  }
}

extension String {
  /// The text without white space at its ends.
  fileprivate var trimmed: Substring {
    var text = self[...]
    while text.last?.isWhitespace == true { text.removeLast() }
    while text.first?.isWhitespace == true { text.removeFirst() }
    return text
  }
}

import Foundation
import ChatTemplates
import GGUF

/// A mark that begins a text, written by the template and put before it by the tokenizer too.
enum DoubleBOSCheck: FileCheck {
  private static let key = "tokenizer.chat_template"

  static func findings(in examination: Examination) -> [Finding] {
    let vocabulary = examination.vocabulary
    let addsBOS =
      examination.metadata["tokenizer.ggml.add_bos_token"]?.flag ?? vocabulary.isSentencePiece
    let bos = TemplateRendering.special("bos", examination.metadata, vocabulary)
    guard addsBOS, !bos.isEmpty, let template = examination.template, template.problem == nil,
      template.prompt.hasPrefix(bos)
    else { return [] }
    let mended = without(bos, template, examination)
    return [
      Finding(
        .warning, key,
        "writes '\(bos.printable)' first, and add_bos_token puts another before it",
        consequence: "Programs that do not look begin every conversation with it twice, which "
          + "makes answers worse.",
        remedy: "take it out of the template, and let add_bos_token do it",
        repairs: mended.map { [.set(key: key, value: .text($0))] } ?? [])
    ]
  }

  /// The template without the expression that writes the mark; nil if that is not all it takes.
  private static func without(
    _ bos: String, _ template: TemplateRendering, _ examination: Examination
  ) -> String? {
    let source = template.source
    let expected = template.prompt.dropFirst(bos.count)
    for expression in [
      "{{ bos_token }}", "{{bos_token}}", "{{- bos_token }}", "{{- bos_token -}}",
      "{{ bos_token -}}", "{{ '\(bos)' }}", bos,
    ] {
      guard let range = source.range(of: expression) else { continue }
      let candidate = source.replacingCharacters(in: range, with: "")
      let rendering = TemplateRendering(candidate, examination.metadata, examination.vocabulary)
      if rendering.problem == nil, rendering.prompt == expected { return candidate }
    }
    return nil
  }
}

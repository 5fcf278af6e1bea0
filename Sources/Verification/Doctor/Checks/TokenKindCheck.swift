import GGUF
import Tokenization

/// Marks that are typed as text: they would be split when read, or shown when written.
enum TokenKindCheck: FileCheck {
  private static let key = "tokenizer.ggml.token_type"

  static func findings(in examination: Examination) -> [Finding] {
    guard let family = examination.family, let kinds = examination.vocabulary.kinds else {
      return []
    }
    let vocabulary = examination.vocabulary
    let control = Int(TokenKind.control.rawValue)
    let ids = Set(family.marks + [family.turnEnd, family.textEnd]).compactMap {
      vocabulary.id(of: $0)
    }
    let ends = Set([family.turnEnd, family.textEnd].compactMap { vocabulary.id(of: $0) })
    // A user-defined mark is found in a text as well, but is shown in answers.
    let wrong = ids.filter { id in
      kinds[id] != control
        && (kinds[id] != Int(TokenKind.userDefined.rawValue) || ends.contains(id))
    }.sorted()
    guard !wrong.isEmpty else { return [] }
    var mended = kinds.map { Int32(clamping: $0) }
    for id in wrong { mended[id] = Int32(control) }
    let list = wrong.map { "\(vocabulary.describe($0)) is \(kindName(kinds[$0]))" }
    let isSplit = wrong.contains { kinds[$0] != Int(TokenKind.userDefined.rawValue) }
    return [
      Finding(
        isSplit ? .error : .warning, key, list.joined(separator: ", ") + "; expected control",
        consequence: isSplit
          ? "The mark is read as several tokens of text, which the model never saw."
          : "The mark is shown at the end of answers, or does not end them.",
        remedy: "make it a control token", repairs: [.set(key: key, value: .integers(mended))])
    ]
  }

  private static func kindName(_ kind: Int) -> String {
    UInt8(exactly: kind).flatMap(TokenKind.init).map { "\($0)" } ?? "\(kind)"
  }
}

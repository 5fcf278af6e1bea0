import Foundation
import GGUF
import Inference
import Quantization

/// Whether the tensors have the formats that the file's name and `general.file_type` promise.
enum MixCheck: FileCheck {
  static let needsAllTensors = true

  private static let key = "general.file_type"

  static func findings(in examination: Examination) -> [Finding] {
    guard case .success(let configuration) = examination.configuration else { return [] }
    let formats = MixFormats(examination.file, configuration)
    guard !formats.isEmpty else { return [] }
    var findings: [Finding] = []
    let name = Path.name(examination.file.path)
    if let mix = mix(in: name) {
      findings += compare(mix, formats, "the file's name", isKey: false)
    }
    if let mix = examination.metadata["general.name"]?.text.flatMap(mix) {
      findings += compare(mix, formats, "general.name", isKey: false)
    }
    if let type = examination.metadata[key]?.integer {
      // Bit 1024 says that the type was guessed.
      if let mix = Mix.allCases.first(where: { Int($0.fileType) == type & ~1024 }) {
        findings += compare(mix, formats, key, isKey: true)
      }
    } else if let actual = formats.exact.first {
      findings.append(
        Finding(
          .note, key, "is missing",
          consequence: "Programs cannot say what the file is quantized to.",
          remedy: "set it to \(actual.fileType), \(actual.rawValue)",
          repairs: [.set(key: key, value: .uint32(actual.fileType))]))
    }
    return findings
  }

  /// What a claim is worth.
  private static func compare(
    _ mix: Mix, _ formats: MixFormats, _ subject: String, isKey: Bool
  ) -> [Finding] {
    let strays = formats.strays(from: mix)
    guard !strays.isEmpty else { return [] }
    if let actual = formats.exact.first {
      return [
        Finding(
          .warning, subject,
          "says \(mix.rawValue), but the tensors are those of \(actual.rawValue)",
          consequence: "Size and quality are not what one expects by the name.",
          remedy: isKey ? "set it to \(actual.fileType), \(actual.rawValue)" : "rename it",
          repairs: isKey ? [.set(key: key, value: .uint32(actual.fileType))] : [])
      ]
    }
    let example = "\(strays[0].name.printable) is \(strays[0].type.name)"
    let most = formats.commonest
    // Embedding and output are often kept better on purpose, and single tensors too.
    if most == mix.base || formats.share(of: mix.base) >= 0.3 {
      return [
        Finding(
          .note, subject,
          "says \(mix.rawValue), of which \(strays.count) of \(formats.count) matrices differ: "
            + example,
          consequence: "It is a mix of its own; its figures are not those of \(mix.rawValue).",
          remedy: "none needed if that is on purpose")
      ]
    }
    return [
      Finding(
        .warning, subject,
        "says \(mix.rawValue), but most weights are \(most.name): \(example)",
        consequence: "Size and quality are not what one expects by the name.",
        remedy: isKey ? "convert or quantize it again" : "rename it")
    ]
  }

  /// The mix that a name ends with; nil if it names none.
  private static func mix(in name: String) -> Mix? {
    let names = Mix.allCases.map(\.rawValue) + ["FP16", "FP32"]
    let pattern =
      "(?<![A-Za-z0-9])("
      + names.sorted { $0.count > $1.count }.joined(separator: "|") + ")(?![A-Za-z0-9]|_[0-9KSML])"
    guard
      let expression = try? NSRegularExpression(pattern: pattern, options: .caseInsensitive),
      let match = expression.matches(in: name, range: NSRange(name.startIndex..., in: name)).last,
      let range = Range(match.range(at: 1), in: name)
    else { return nil }
    return Mix(named: String(name[range]))
  }
}

import GGUF
import Inference

/// The model's numbers: whether they are there, and fit each other.
enum ConfigurationCheck: FileCheck {
  static func findings(in examination: Examination) -> [Finding] {
    guard case .failure(let error) = examination.configuration else { return [] }
    let known = Architecture.allCases.map(\.rawValue).joined(separator: ", ")
    guard let name = examination.metadata["general.architecture"]?.text else {
      return [
        Finding(
          .error, "general.architecture", "is missing",
          consequence: "No program knows which graph the tensors belong to.",
          remedy: "convert the model again; a file of tensors alone is no model")
      ]
    }
    guard examination.architecture != nil else {
      return [
        Finding(
          .error, "general.architecture", "is '\(name.printable)', expected one of \(known)",
          consequence: "phi has no graph for it; other programs may.",
          remedy: "run it elsewhere, or take a model of one of these architectures")
      ]
    }
    return [
      Finding(
        .error, "the configuration", "is wrong: \(problem(error, examination.file.path))",
        consequence: "The model cannot be built from the file.",
        remedy: "convert it again, or set the key to what the model's config.json says")
    ]
  }

  /// The error without the file's name.
  static func problem(_ error: any Error, _ path: String) -> String {
    let text = "\(error)".printable
    let prefix = "\(path.printable): "
    return text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
  }
}

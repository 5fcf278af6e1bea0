import GGUF
import Inference
import Kernels

/// The tensors: all that the graph needs, in its shapes, and none besides.
enum TensorCheck: FileCheck {
  static let needsAllTensors = true

  /// Findings of one kind that are told one by one.
  private static let told = 8

  static func findings(in examination: Examination) -> [Finding] {
    guard case .success(let configuration) = examination.configuration,
      !examination.file.tensors.isEmpty
    else { return [] }
    let file = examination.file
    let schema = TensorSchema(configuration, file)
    var misshapen: [Finding] = []
    var missing: [Finding] = []
    for (name, shape) in schema.required.sorted(by: { $0.key < $1.key }) {
      guard let tensor = file.tensor(named: name) else {
        missing.append(
          Finding(
            .error, name, "is missing, expected \(describe(shape))",
            consequence: "The graph cannot be built.",
            remedy: "convert the model again, or join all parts of a split file"))
        continue
      }
      misshapen += check(tensor, shape)
    }
    for (name, shape) in schema.optional.sorted(by: { $0.key < $1.key }) {
      if let tensor = file.tensor(named: name) { misshapen += check(tensor, shape) }
    }
    let unused = file.tensors.filter {
      schema.required[$0.name] == nil && schema.optional[$0.name] == nil
    }
    // A missing tensor may be here under a wrong name: then nothing is dropped.
    let isSure = missing.isEmpty && file.flaws.isEmpty
    let (constants, strange) = (
      unused.filter { ConstantTensor.isNamed($0.name) },
      unused.filter { !ConstantTensor.isNamed($0.name) }
    )
    let strangeFindings = strange.map { tensor in
      Finding(
        .error, tensor.name.printable,
        "is no tensor of \(configuration.architecture.rawValue): "
          + "\(tensor.type.name) \(tensor.shape)",
        consequence: "Without it the model would answer otherwise: phi and llama.cpp refuse the "
          + "file.",
        remedy: isSure
          ? "take a program that knows this kind of model, or convert it again"
          : "give it the name of the tensor that is missing")
    }
    let constantFindings = constants.map { tensor in
      Finding(
        .warning, tensor.name.printable,
        "is a constant that \(configuration.architecture.rawValue) computes itself: "
          + "\(tensor.type.name) \(tensor.shape)",
        consequence: "llama.cpp refuses files with tensors it does not use; here it is ignored.",
        remedy: "leave it out", repairs: isSure ? [.drop(tensor: tensor.name)] : [])
    }
    return shorten(missing, "tensors are missing") + shorten(misshapen, "tensors are misshapen")
      + formats(file) + shorten(strangeFindings, "tensors are none of the architecture's")
      + (constants.count > told ? many(constants, isSure) : constantFindings)
  }

  private static func check(_ tensor: TensorView, _ expected: [Int]) -> [Finding] {
    var found = tensor.shape
    while found.count > expected.count, found.last == 1 { found.removeLast() }
    let fits =
      found.count == expected.count && zip(found, expected).allSatisfy { $1 == 0 || $0 == $1 }
    guard !fits else { return [] }
    return [
      Finding(
        .error, tensor.name, "has shape \(tensor.shape), expected \(describe(expected))",
        consequence: "The graph cannot be built.",
        remedy: "convert the model again; or a number of the metadata is wrong")
    ]
  }

  /// Formats that the runtime has no kernels for.
  private static func formats(_ file: GGUFFile) -> [Finding] {
    let unsupported = file.tensors.filter { WeightFormat($0.type) == nil }
    let groups = Dictionary(grouping: unsupported, by: \.type.rawValue)
    return groups.sorted { $0.key < $1.key }.map { _, tensors -> Finding in
      let more = tensors.count > 1 ? ", as \(tensors.count - 1) more" : ""
      return Finding(
        .error, tensors[0].name.printable, "has format \(tensors[0].type.name)\(more)",
        consequence: "phi has no kernels for it; other programs may.",
        remedy: "take the model in another format, or quantize it again from the original")
    }
  }

  private static func many(_ unused: [TensorView], _ isSure: Bool) -> [Finding] {
    [
      Finding(
        .warning, unused[0].name.printable,
        "and \(unused.count - 1) more are constants that are computed",
        consequence: "llama.cpp refuses files with tensors it does not use; here they are ignored.",
        remedy: "leave them out", repairs: isSure ? unused.map { .drop(tensor: $0.name) } : [])
    ]
  }

  private static func shorten(_ findings: [Finding], _ what: String) -> [Finding] {
    guard findings.count > told else { return findings }
    let first = findings[0]
    return findings.prefix(told) + [
      Finding(
        .error, "the tensor list", "\(findings.count - told) more \(what)",
        consequence: first.consequence, remedy: first.remedy)
    ]
  }

  private static func describe(_ shape: [Int]) -> String {
    "[" + shape.map { $0 == 0 ? "any" : "\($0)" }.joined(separator: ", ") + "]"
  }
}

import GGUF
import Inference

/// The file around the model: cut off, longer than it should be, or written oddly.
enum ContainerCheck: FileCheck {
  static func findings(in examination: Examination) -> [Finding] {
    let file = examination.file
    var findings = Dictionary(grouping: file.flaws, by: \.kind).values.map(flaw)
    findings.sort { $0.subject < $1.subject }
    let alignment = file.metadata["general.alignment"]?.integer ?? 32
    if file.flaws.isEmpty, file.trailingBytes >= max(alignment, 32) {
      findings.append(
        Finding(
          .warning, "the file", "has \(file.trailingBytes) bytes after the last tensor",
          consequence: "Nothing reads them: a download was joined wrongly, or tensors are missing.",
          remedy: "compare size and hash with the publisher's", repairs: [.rewrite]))
    }
    if alignment < 32 {
      findings.append(
        Finding(
          .note, "general.alignment", "is \(alignment), where others write 32",
          consequence: "Tensors may begin where kernels of other programs cannot load them.",
          remedy: "set it to 32",
          repairs: [.set(key: "general.alignment", value: .uint32(32))]))
    }
    if let finding = zeroTail(file) { findings.append(finding) }
    if file.tensors.isEmpty, file.cutTensors.isEmpty, file.flaws.isEmpty {
      findings.append(
        Finding(
          .error, "the file", "has no tensors", consequence: "There is no model to run.",
          remedy: "take the file with the weights; this one holds a vocabulary or settings alone"))
    }
    let isQuantized = file.tensors.contains { $0.type.blockSize > 1 }
    if isQuantized, file.metadata["general.quantization_version"] == nil {
      findings.append(
        Finding(
          .note, "general.quantization_version", "is missing",
          consequence: "Programs cannot tell which layout the quantized blocks have.",
          remedy: "set it to 2, the only one there is in use",
          repairs: [.set(key: "general.quantization_version", value: .uint32(2))]))
    }
    return findings
  }

  /// Zeros at the end that are more than a padding: whole matrices, or a mebibyte.
  private static func zeroTail(_ file: GGUFFile) -> Finding? {
    guard let tail = file.zeroTail() else { return nil }
    let matrices = tail.tensors.filter { name in
      (file.tensor(named: name)?.shape.count ?? 0) > 1
    }
    guard !matrices.isEmpty || tail.length >= 1 << 20 else { return nil }
    let share = Int((Double(tail.length) / Double(tail.byteCount) * 100).rounded())
    let part = tail.path == file.path ? "" : " (\(tail.path.printable))"
    return Finding(
      matrices.isEmpty ? .warning : .error, "the file",
      "ends in zeros\(part): \(tail.length) of \(tail.byteCount) bytes (\(share) %), from byte "
        + "\(tail.start) on"
        + (matrices.first.map {
          ", in which \($0) and \(matrices.count - 1) more matrices lie"
        } ?? ""),
      consequence: "A download took the room for the whole file and did not complete.",
      remedy: "download or copy it again, and compare size and hash")
  }

  /// Flaws of one kind as one finding.
  private static func flaw(_ flaws: [GGUFFlaw]) -> Finding {
    let more = flaws.count > 1 ? " (and \(flaws.count - 1) more)" : ""
    let found = flaws[0].error.problem.printable + more
    switch flaws[0].kind {
    case .missingBytes:
      return Finding(
        .error, "the file", "is cut off: \(found)",
        consequence: "Weights are missing, so that no program loads it.",
        remedy: "download or copy it again, and compare size and hash")
    case .misplacedTensor:
      return Finding(
        .error, "tensor offsets", "do not follow each other: \(found)",
        consequence: "Most programs refuse the file.",
        remedy: "write the tensors anew one after the other", repairs: [.rewrite])
    case .repeatedKey:
      return Finding(
        .error, "metadata", "is ambiguous: \(found)",
        consequence: "Most programs refuse the file; others take either value.",
        remedy: "keep the first", repairs: [.rewrite])
    case .repeatedTensor:
      return Finding(
        .error, "the tensor list", "is ambiguous: \(found)",
        consequence: "Most programs refuse the file; others take either tensor.",
        remedy: "keep the first", repairs: [.rewrite])
    }
  }
}

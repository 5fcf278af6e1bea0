import GGUF
import Quantization

/// The same weights in two places: blocks copied over others, and an output that repeats the
/// embedding.
enum RepeatedWeightCheck: FileCheck {
  static let needsAllTensors = true

  static func findings(in examination: Examination) -> [Finding] {
    guard let weights = examination.weights else { return [] }
    let file = examination.file
    var findings = blocks(file, weights)
    if let output = file.tensor(named: "output.weight"),
      let embedding = file.tensor(named: "token_embd.weight"),
      areEqual(output, embedding, weights)
    {
      findings.append(
        Finding(
          .note, output.name, "repeats token_embd.weight, \(output.bytes.count) bytes",
          consequence: "The file is that much larger than it needs to be.",
          remedy: "leave it out, where the architecture ties them"))
    }
    return findings
  }

  private static func blocks(_ file: GGUFFile, _ weights: WeightSurvey) -> [Finding] {
    var copies: [Int: [Int: [String]]] = [:]  // roles by block, by the block it repeats
    var seen: [String: [(block: Int, tensor: TensorView)]] = [:]
    var roles: [Int: Int] = [:]
    for tensor in file.tensors where MixRules.isQuantized(name: tensor.name, shape: tensor.shape) {
      let parts = tensor.name.split(separator: ".", maxSplits: 2)
      guard parts.count == 3, parts[0] == "blk", let block = Int(parts[1]),
        let figures = weights.figures[tensor.name], !figures.isZero, figures.nonFinite == 0
      else { continue }
      let role = String(parts[2])
      roles[block, default: 0] += 1
      let key = "\(role) \(tensor.bytes.count) \(figures.hash)"
      if let first = seen[key]?.first(where: { areEqual($0.tensor, tensor, weights) }) {
        copies[block, default: [:]][first.block, default: []].append(role)
      } else {
        seen[key, default: []].append((block, tensor))
      }
    }
    return copies.sorted { $0.key < $1.key }.flatMap { block, sources in
      sources.sorted { $0.key < $1.key }.map { source, names in
        let isWhole = names.count == roles[block]
        return Finding(
          .warning, isWhole ? "blk.\(block)" : "blk.\(block).\(names[0])",
          isWhole
            ? "has all matrices of blk.\(source)"
            : "is the same as in blk.\(source)"
              + (names.count > 1 ? ", as \(names.count - 1) more" : ""),
          consequence: "No two blocks are trained to be alike: one was copied over the other, "
            + "unless the model was stretched on purpose.",
          remedy: "compare with the original model")
      }
    }
  }

  /// Whether two tensors have the same bytes.
  private static func areEqual(_ a: TensorView, _ b: TensorView, _ weights: WeightSurvey) -> Bool {
    guard a.type == b.type, a.shape == b.shape, a.bytes.count == b.bytes.count,
      let first = weights.figures[a.name], let second = weights.figures[b.name],
      first.nonFinite == 0
    else { return false }
    return first.hash == second.hash
  }
}

import GGUF
import Inference
import Kernels
import Quantization

/// Finds what keeping tensors in better formats would cost and save.
struct UpgradeFinder {
  private static let ladder: [TensorType] = [
    .q2_K, .q3_K, .q4_K, .q5_K, .q6_K, .q8_0, .f16, .f32,
  ]
  /// A tensor whose own format could do with half of the error was not made from the reference as
  /// it is, however plain its encoder: making it again is the cure.
  private static let spoiled = 0.5

  let reference: GGUFFile
  let candidate: GGUFFile
  let activity: Activity?
  let effort: EncodingEffort

  /// A matrix in its next better format.
  private struct Step {
    let name: String
    let type: TensorType
    let extraBytes: Int
    /// Noise over signal now and then.
    let now: Double
    let then: Double
  }

  /// The next better formats of some tensors.
  ///
  /// - Parameters:
  ///   - names: The tensors.
  ///   - cost: The divergence that they cause together.
  ///   - layer: The layer, if they are all of one.
  /// - Returns: The upgrade; nil if no better format is less than the reference itself.
  /// - Throws: What is wrong with the weights.
  func upgrade(of names: [String], cost: Double, layer: String?) throws -> SwapCost.Upgrade? {
    let steps = try names.compactMap(step)
    let now = steps.reduce(0) { $0 + $1.now }
    guard !steps.isEmpty, now > 0 else { return nil }
    // Within a layer, tensors are taken to cost as much as they are noisy.
    let then = steps.reduce(0) { $0 + $1.then }
    return SwapCost.Upgrade(
      types: Dictionary(uniqueKeysWithValues: steps.map { ($0.name, $0.type) }),
      extraBytes: steps.reduce(0) { $0 + $1.extraBytes }, saved: cost * max(0, 1 - then / now),
      arguments: Self.arguments(steps, layer))
  }

  private func step(_ name: String) throws -> Step? {
    guard let target = reference.tensor(named: name), let tensor = candidate.tensor(named: name),
      MixRules.isQuantized(name: name, shape: target.shape), WeightFormat(tensor.type) != nil,
      WeightFormat(target.type) != nil
    else { return nil }
    let source = StoredTensor(target, in: reference)
    let other = StoredTensor(tensor, in: candidate)
    let weights = try activity?.squares(for: target)
    let error = FormatError(effort: effort)
    let now = try error.squares(of: source, against: other, weights)
    guard now.noise > 0 else { return nil }
    func step(_ type: TensorType, _ squares: FormatError.Squares) -> Step {
      Step(
        name: name, type: type,
        extraBytes: source.description(as: type).byteCount - tensor.bytes.count, now: now.ratio,
        then: squares.ratio)
    }
    // Without weights, which an encoder that had none could not heed.
    let again = try error.squares(of: source, as: tensor.type, nil).noise
    if again < Self.spoiled * (try error.squares(of: source, against: other, nil).noise) {
      return step(tensor.type, try error.squares(of: source, as: tensor.type, weights))
    }
    let larger = Self.ladder.map { MixRules.fitting($0, columns: target.shape[0]) }.filter {
      let bytes = source.description(as: $0).byteCount
      return bytes > tensor.bytes.count && bytes <= target.bytes.count
    }
    guard let type = larger.first else { return nil }
    return step(type, try error.squares(of: source, as: type, weights))
  }

  /// What to tell `phi quantize`, whose expressions match anywhere in a name.
  private static func arguments(_ steps: [Step], _ layer: String?) -> [String] {
    let types = Set(steps.map(\.type))
    if let layer, let type = types.first, types.count == 1, steps.count > 1 {
      return ["--tensor '^\(layer.replacing(".", with: "\\."))\\.=\(type.name)'"]
    }
    return steps.map { "--tensor ^\($0.name)=\($0.type.name)" }
  }
}

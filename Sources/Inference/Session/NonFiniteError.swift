import GGUF

/// A model computes values that are no numbers: because weights of its file are none, or because
/// activations overflow.
public struct NonFiniteError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The model's file.
  public let path: String
  /// The first tensor that holds such a weight; if all weights are finite, the first block whose
  /// activations are not, as in `blk.3`, or `output`.
  public let place: String
  /// Whether weights of the file are not finite.
  public let isInWeights: Bool
  private let problem: String

  /// One line: the file, the place, what was found and what was expected.
  public var description: String { "\(path): \(place): \(problem)".printable }

  /// A weight of a tensor.
  init(_ path: String, tensor: String, row: Int, column: Int, value: Float) {
    self.path = path
    place = tensor
    isInWeights = true
    problem = "found \(Self.text(value)) in row \(row), column \(column), expected finite weights"
  }

  /// Activations of a model whose weights are finite.
  init(_ path: String, _ fault: ActivationFault) {
    self.path = path
    place = fault.block.map { "blk.\($0)" } ?? "token_embd.weight"
    isInWeights = false
    problem =
      switch (fault.value.isFinite, fault.stage) {
      case (true, .cache):
        "found \(fault.value) among the keys and values, expected at most 65504 for an F16 cache; "
          + "--cache f32 holds it"
      case (true, _):
        "the activations overflow: found \(fault.value) in \(fault.stage.rawValue), expected numbers "
          + "whose squares a norm can add (the block's weights are finite)"
      case (false, _):
        "the activations overflow: found \(Self.text(fault.value)) in \(fault.stage.rawValue), "
          + "expected finite numbers (the block's weights are finite)"
      }
  }

  /// Logits of a model whose hidden state and output weights are finite.
  init(_ path: String, logit: Float, token: Int) {
    self.path = path
    place = "output"
    isInWeights = false
    problem =
      "the logits overflow: found \(Self.text(logit)) for token \(token), expected finite numbers"
  }

  private static func text(_ value: Float) -> String { value.isNaN ? "nan" : "\(value)" }
}

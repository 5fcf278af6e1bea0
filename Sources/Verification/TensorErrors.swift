import GGUF
import Inference
import Quantization

/// How a candidate's tensors differ from the reference's.
public struct TensorErrors: Sendable {
  /// A tensor whose dimensions are not the same in both files.
  public struct ShapeDifference: Sendable, Equatable {
    /// The tensor.
    public let name: String
    /// The reference's dimensions.
    public let reference: [Int]
    /// The candidate's dimensions.
    public let candidate: [Int]
  }

  /// Tensors that both files have, the worst first.
  public let errors: [TensorError]
  /// Names that only the reference has.
  public let onlyInReference: [String]
  /// Names that only the candidate has.
  public let onlyInCandidate: [String]
  /// Tensors that cannot be compared.
  public let shapes: [ShapeDifference]
  /// Whether the walk was ended before the last tensor.
  public let isPartial: Bool

  /// Walks two files' tensors together.
  ///
  /// Both are read by rows, and their pages let go of as they are done.
  ///
  /// - Parameters:
  ///   - reference: The file that is taken to be right.
  ///   - candidate: The file that is judged.
  ///   - activity: What the tensors are multiplied with; nil for no weighted errors.
  ///   - threads: Threads.
  ///   - progress: Is told the values done, of how many, and the tensor that is next; false ends
  ///     the walk.
  /// - Throws: `GGUFError` if a tensor's format cannot be read.
  public init(
    reference: GGUFFile, candidate: GGUFFile, activity: Activity? = nil, threads: Int,
    progress: (_ done: Int, _ all: Int, _ tensor: String) -> Bool = { _, _, _ in true }
  ) throws {
    let meter = TensorErrorMeter(threads: threads)
    var errors: [TensorError] = []
    var shapes: [ShapeDifference] = []
    var (done, isPartial) = (0, false)
    let all = reference.tensors.reduce(0) { $0 + $1.elementCount }
    for tensor in reference.tensors {
      guard progress(done, all, tensor.name) else {
        isPartial = true
        break
      }
      done += tensor.elementCount
      guard let other = candidate.tensor(named: tensor.name) else { continue }
      guard tensor.shape == other.shape else {
        shapes.append(
          ShapeDifference(name: tensor.name, reference: tensor.shape, candidate: other.shape))
        continue
      }
      errors.append(
        try meter.measure(
          StoredTensor(tensor, in: reference), StoredTensor(other, in: candidate),
          weights: try activity?.weights(for: tensor)))
    }
    // Of equally bad ones the file's first; `sort` alone promises no order of equals.
    self.errors = errors.enumerated().sorted {
      ($1.element.severity, $0.offset) < ($0.element.severity, $1.offset)
    }.map(\.element)
    self.shapes = shapes
    self.isPartial = isPartial
    onlyInReference = reference.tensors.map(\.name).filter { candidate.tensor(named: $0) == nil }
    onlyInCandidate = candidate.tensors.map(\.name).filter { reference.tensor(named: $0) == nil }
  }
}

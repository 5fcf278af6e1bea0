/// The tensors of a model folder, by the names they have in the model's Hugging Face folder,
/// whatever runtime the folder was written for.
public protocol WeightStore: Sendable {
  /// The runtime whose tools wrote the folder; nil where weights are as `transformers` saves them.
  var runtime: String? { get }

  /// Hugging Face names of all tensors, sorted.
  var names: [String] { get }

  /// What the folder says and a GGUF file does not keep, one line each.
  var notes: [String] { get }

  /// How messages name a tensor: with the file or folder that holds it.
  func label(of hf: String) -> String

  /// A tensor under GGUF's name.
  ///
  /// - Parameters:
  ///   - hf: Its Hugging Face name.
  ///   - ggufName: The name it gets.
  /// - Returns: The source, which keeps the files open.
  /// - Throws: A line that says what is wrong with the tensor, or that there is none.
  func source(named hf: String, as ggufName: String) throws -> any ImportedTensor
}

extension WeightStore {
  /// Nothing is left out.
  public var notes: [String] { [] }
}

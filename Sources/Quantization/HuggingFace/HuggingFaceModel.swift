import Foundation
import GGUF
import Inference
import Tokenization

/// A model as `transformers` saves it, on its way to GGUF.
///
/// It is a folder with `config.json`, weights in
/// safetensors files and a tokenizer.
///
/// ```swift
/// let model = try HuggingFaceModel(folder: "Phi-4-mini-instruct")
/// try ModelFileWriter(threads: 8).write(
///   model.items(.q4_K_M), metadata: model.metadata(.q4_K_M), to: "phi-4-mini.gguf")
/// ```
public struct HuggingFaceModel: Sendable {
  /// Where the model is.
  public let path: String
  /// The tensors under GGUF's names, in the file's order.
  public let tensors: [any TensorSource]
  /// The graph.
  public var architecture: Architecture { configuration.architecture }
  /// How many parameters the tensors have.
  public var parameterCount: Int { tensors.reduce(0) { $0 + $1.shape.reduce(1, *) } }

  private let configuration: HuggingFaceConfiguration
  private let general: [(key: String, value: MetadataValue)]
  private let vocabulary: [(key: String, value: MetadataValue)]

  /// Reads all but the weights, and checks that a file made of it will be complete.
  ///
  /// - Parameter folder: The folder.
  /// - Throws: One line that names the file, key or tensor and what is wrong with it.
  public init(folder: String) throws {
    let folder = try ModelFolder(folder)
    path = folder.path
    guard let json = try folder.json("config.json") else {
      throw QuantizationError("\(folder.path(of: "config.json")): no such file")
    }
    let file = ConfigurationFile(json, path: folder.path(of: "config.json"))
    configuration = try HuggingFaceConfiguration(file)
    let map = try TensorMap(Checkpoint(folder), configuration)
    tensors = map.sources
    general = try GeneralMetadata(folder, file, tensors).metadata
    let files = try TokenizerFiles(folder)
    let vocabulary = try ConvertedVocabulary(files, configuration)
    self.vocabulary =
      try vocabulary.metadata
      + SpecialTokenMetadata(files, vocabulary, configuration).metadata
    // What is written must be what the runtime can read.
    let metadata = GGUFMetadata(metadata(.f32), source: folder.path)
    _ = try ModelConfiguration(metadata)
    _ = try Tokenizer(metadata)
  }

  /// All pairs of a file in which weights have a mix of formats.
  public func metadata(_ mix: Mix) -> [(key: String, value: MetadataValue)] {
    [("general.architecture", .text(architecture.rawValue))] + general + configuration.metadata + [
      ("general.file_type", .uint32(mix.fileType)), ("general.quantization_version", .uint32(2)),
    ] + vocabulary
  }

  /// The tensors, each in the format that a mix gives it.
  public func items(_ mix: Mix) -> [ModelFileWriter.Item] {
    let rules = MixRules(
      mix,
      for: MixRules.Model(
        blocks: configuration.blockCount,
        queriesPerKey: configuration.headCount / configuration.kvHeadCount,
        isTied: configuration.isTied, hasImportance: false))
    return tensors.map { .init($0, as: rules.type(ofSource: $0)) }
  }
}

extension MixRules {
  /// The format of a tensor whose values come from a checkpoint: what is not quantized is written
  /// in full.
  func type(ofSource source: any TensorSource) -> TensorType {
    guard Self.isQuantized(name: source.name, shape: source.shape) else { return .f32 }
    return type(of: source.name, columns: source.shape[0])
  }
}

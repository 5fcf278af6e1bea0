import Foundation
import GGUF
import Inference
import Tokenization

/// A model as `transformers` saves it, on its way to GGUF.
///
/// It is a folder with `config.json`, a tokenizer, and weights: in safetensors files, or as MLX, ONNX
/// Runtime or OpenVINO have them.
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
  public let tensors: [any ImportedTensor]
  /// The runtime whose tools quantized the weights; nil where they are as `transformers` saves them.
  public let runtime: String?
  /// The graph.
  public var architecture: Architecture { configuration.architecture }
  /// How many parameters the tensors have.
  public var parameterCount: Int { tensors.reduce(0) { $0 + $1.shape.reduce(1, *) } }

  /// What the folder says and the file made of it does not keep, where the result is still right,
  /// and what is kept in a way that other programs do not know; each in one line.
  public let notes: [String]

  /// The format that holds each tensor as it is.
  let keptTypes: [TensorType]

  private let configuration: HuggingFaceConfiguration
  private let general: [(key: String, value: MetadataValue)]
  private let vocabulary: [(key: String, value: MetadataValue)]

  /// Reads all but the weights, and checks that a file made of it will be complete.
  ///
  /// - Parameters:
  ///   - folder: The folder.
  ///   - precision: What may be rounded in weights that another runtime's tools quantized.
  /// - Throws: One line that names the file, key or tensor and what is wrong with it.
  public init(folder: String, precision: ImportPrecision = .blocks) throws {
    let folder = try ModelFolder(folder)
    path = folder.path
    try AdapterFolder.refuse(folder)
    guard let json = try folder.json("config.json") else { throw Self.noConfiguration(folder) }
    let file = ConfigurationFile(json, path: folder.path(of: "config.json"))
    let (generation, generationNote) = Self.generation(folder)
    let imported = try ImportedModel.open(path: folder.path, precision: precision)
    runtime = imported?.runtime
    configuration = try HuggingFaceConfiguration(file, allowsQuantized: imported != nil)
    let map = try TensorMap(imported ?? Checkpoint(folder), configuration)
    tensors = map.sources
    keptTypes = try tensors.map { source in
      guard MixRules.isQuantized(name: source.name, shape: source.shape) else { return .f32 }
      return imported == nil ? source.type : try source.keptType()
    }
    general = try GeneralMetadata(folder, file, generation, tensors).metadata
    let files = try TokenizerFiles(folder)
    let converted = try ConvertedVocabulary(files, configuration)
    let special = try SpecialTokenMetadata(files, converted, configuration, generation)
    let plain = converted.metadata + special.metadata
    let own = OwnTokenizerKeys(
      converted, read: try Tokenizer(GGUFMetadata(plain, source: folder.path)).vocabulary)
    vocabulary = plain + own.metadata
    notes =
      (imported?.notes ?? []) + generationNote + configuration.rope.notes + map.notes
      + converted.notes + special.notes
      + [own.note.map { "\(folder.path): \($0)" }].compactMap { $0 }
      + Self.unkept(file, files.settings, generation)
    // What is written must be what the runtime can read.
    let metadata = GGUFMetadata(metadata(.f32), source: folder.path)
    _ = try ModelConfiguration(metadata)
    _ = try Tokenizer(metadata)
  }

  /// `generation_config.json`, or a line about what is wrong with it: `transformers` does without.
  private static func generation(
    _ folder: ModelFolder
  ) -> (file: ConfigurationFile?, notes: [String]) {
    let name = "generation_config.json"
    do {
      let json = try folder.json(name)
      return (json.map { ConfigurationFile($0, path: folder.path(of: name)) }, [])
    } catch {
      return (nil, ["\(error); it is not kept"])
    }
  }

  /// Lines about keys that nobody asked for.
  private static func unkept(
    _ configuration: ConfigurationFile, _ tokenizer: ConfigurationFile,
    _ generation: ConfigurationFile?
  ) -> [String] {
    [
      UnkeptKeys.note(
        configuration, inert: UnkeptKeys.configuration,
        "the model's class in transformers does not know them"),
      UnkeptKeys.note(
        tokenizer, inert: UnkeptKeys.tokenizer, "the runtime always does the usual"),
      generation.flatMap {
        UnkeptKeys.note(
          $0, inert: UnkeptKeys.generation, neutral: UnkeptKeys.neutralGeneration,
          "GGUF has no keys for them")
      },
    ].compactMap { $0 }
  }

  private static func noConfiguration(_ folder: ModelFolder) -> QuantizationError {
    let path = folder.path(of: "config.json")
    if let file = folder.unfinished {
      return QuantizationError(
        "\(path): no such file; \(file) is a download that did not finish, fetch the model again")
    }
    let other = ["genai_config.json", "openvino_config.json"].first { folder.has($0) }
    return QuantizationError(
      "\(path): no such file"
        + (other.map { "; \($0) does not say all of it, expected the original model's beside it" }
          ?? ""))
  }

  /// All pairs of a file in which weights have a mix of formats, or where there is none the formats
  /// that hold them as they are.
  public func metadata(_ mix: Mix?) -> [(key: String, value: MetadataValue)] {
    let fileType = (mix ?? commonestMix).fileType
    return [("general.architecture", .text(architecture.rawValue))] + general
      + configuration.metadata + [
        ("general.file_type", .uint32(fileType)), ("general.quantization_version", .uint32(2)),
      ] + vocabulary
  }

  /// The tensors, each in the format that a mix gives it, or where there is none in the format that
  /// holds it as it is.
  public func items(_ mix: Mix?) -> [ModelFileWriter.Item] {
    guard let mix else {
      return zip(tensors, keptTypes).map { .init($0, as: $1) }
    }
    let rules = rules(mix)
    return tensors.map { .init($0, as: rules.type(ofSource: $0)) }
  }

  /// Which matrices cannot have the format that a mix has for them, in one line; nil if all can.
  public func fallbackNote(_ mix: Mix?) -> String? {
    guard let mix else { return nil }
    let matrices = tensors.filter { MixRules.isQuantized(name: $0.name, shape: $0.shape) }
    let rules = rules(mix)
    return FormatFallback.note(
      matrices.compactMap { rules.fallback(of: $0.name, columns: $0.shape[0]) },
      of: matrices.count)
  }

  private func rules(_ mix: Mix) -> MixRules {
    MixRules(
      mix,
      for: MixRules.Model(
        blocks: configuration.blockCount,
        queriesPerKey: configuration.headCount / configuration.kvHeadCount,
        isTied: !tensors.contains { $0.name == "output.weight" }, hasImportance: false))
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

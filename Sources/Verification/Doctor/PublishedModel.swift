import GGUF
import Inference

/// The numbers of a published model that a file of its shape must have.
///
/// From the models' `config.json` (huggingface.co/microsoft), as llama.cpp's `conversion/phi.py`
/// writes them. What differs between models of one shape is told apart by the context length.
struct PublishedModel: Sendable {
  /// A model of the shape, by the context it was made for.
  struct Variant: Sendable {
    let name: String
    let contextLength: Int
    var originalContextLength: Int?
    /// Positions that a query sees; nil where it is not certain, 0 for all.
    var slidingWindow: Int?
    var ropeBase: Float? = 10000
  }

  let architecture: Architecture
  let embeddingLength: Int
  let blockCount: Int
  let feedForwardLength: Int
  let vocabularySize: Int
  let headCount: Int
  let kvHeadCount: Int
  let ropeDimensions: Int
  let variants: [Variant]

  /// What to call a file whose context length says nothing.
  var name: String { variants.map(\.name).joined(separator: " or ") }

  /// The variant of a context length.
  func variant(contextLength: Int?) -> Variant? {
    variants.first { $0.contextLength == contextLength }
  }

  static let all: [PublishedModel] = [
    PublishedModel(
      architecture: .phi2, embeddingLength: 2048, blockCount: 24, feedForwardLength: 8192,
      vocabularySize: 51200, headCount: 32, kvHeadCount: 32, ropeDimensions: 32,
      variants: [Variant(name: "Phi-1 or Phi-1.5", contextLength: 2048)]),
    PublishedModel(
      architecture: .phi2, embeddingLength: 2560, blockCount: 32, feedForwardLength: 10240,
      vocabularySize: 51200, headCount: 32, kvHeadCount: 32, ropeDimensions: 32,
      variants: [Variant(name: "Phi-2", contextLength: 2048)]),
    PublishedModel(
      architecture: .phi3, embeddingLength: 3072, blockCount: 32, feedForwardLength: 8192,
      vocabularySize: 32064, headCount: 32, kvHeadCount: 32, ropeDimensions: 96,
      variants: [
        Variant(
          name: "Phi-3-mini-4k", contextLength: 4096, originalContextLength: 4096,
          slidingWindow: 2047),
        Variant(
          name: "Phi-3-mini-128k or Phi-3.5-mini", contextLength: 131072,
          originalContextLength: 4096, slidingWindow: 262144),
      ]),
    PublishedModel(
      architecture: .phi3, embeddingLength: 5120, blockCount: 40, feedForwardLength: 17920,
      vocabularySize: 32064, headCount: 40, kvHeadCount: 10, ropeDimensions: 128,
      variants: [
        Variant(
          name: "Phi-3-medium-4k", contextLength: 4096, originalContextLength: 4096,
          slidingWindow: 2047),
        Variant(
          name: "Phi-3-medium-128k", contextLength: 131072, originalContextLength: 4096,
          slidingWindow: 131072),
      ]),
    PublishedModel(
      architecture: .phi3, embeddingLength: 5120, blockCount: 40, feedForwardLength: 17920,
      vocabularySize: 100352, headCount: 40, kvHeadCount: 10, ropeDimensions: 128,
      variants: [
        Variant(
          name: "Phi-4", contextLength: 16384, originalContextLength: 16384, slidingWindow: 0,
          ropeBase: 250000),
        Variant(
          name: "Phi-4-reasoning", contextLength: 32768, slidingWindow: 0, ropeBase: nil),
      ]),
    PublishedModel(
      architecture: .phi3, embeddingLength: 3072, blockCount: 32, feedForwardLength: 8192,
      vocabularySize: 200064, headCount: 24, kvHeadCount: 8, ropeDimensions: 96,
      variants: [
        Variant(
          name: "Phi-4-mini", contextLength: 131072, originalContextLength: 4096,
          slidingWindow: 262144)
      ]),
    PublishedModel(
      architecture: .phimoe, embeddingLength: 4096, blockCount: 32, feedForwardLength: 6400,
      vocabularySize: 32064, headCount: 32, kvHeadCount: 8, ropeDimensions: 128,
      variants: [
        Variant(
          name: "Phi-3.5-MoE", contextLength: 131072, originalContextLength: 4096)
      ]),
  ]

  /// The published model with a file's tensors.
  static func find(_ file: GGUFFile, _ architecture: Architecture) -> PublishedModel? {
    guard let embedding = file.tensor(named: "token_embd.weight")?.shape, embedding.count >= 2
    else { return nil }
    let down =
      file.tensor(named: "blk.0.ffn_down.weight")
      ?? file.tensor(named: "blk.0.ffn_down_exps.weight")
    return all.first { model in
      model.architecture == architecture && embedding[0] == model.embeddingLength
        && embedding[1] == model.vocabularySize && down?.shape.first == model.feedForwardLength
        && file.tensor(named: "blk.\(model.blockCount - 1).attn_norm.weight") != nil
        && file.tensor(named: "blk.\(model.blockCount).attn_norm.weight") == nil
    }
  }
}

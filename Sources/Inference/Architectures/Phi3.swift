import Kernels

/// Phi-3, Phi-3.5, Phi-4 and Phi-4-mini (Abdin and others, 2024), and Llama's layout of the same
/// graph: RMSNorm before each sublayer, rotary grouped-query attention, a SiLU-gated feed-forward
/// network.
struct Phi3: ModelGraph {
  private struct Block: Sendable {
    let attnNorm: Norm
    let attention: AttentionWeights
    let ffnNorm: Norm
    let feedForward: GatedFeedForward
  }

  let embeddings: Matrix
  let outputNorm: Norm
  let output: Projection
  private let blocks: [Block]

  init(_ reader: WeightReader, _ configuration: ModelConfiguration) throws {
    let width = configuration.embeddingLength
    embeddings = try reader.embedding(width: width)
    outputNorm = try reader.norm("output_norm", width: width)
    // Phi-4-mini ties the output to the embedding.
    output =
      reader.has("output.weight")
      ? try reader.projection("output", inputs: width, outputs: embeddings.rows)
      : Projection(matrix: embeddings, bias: nil)
    blocks = try (0..<configuration.blockCount).map { index in
      let prefix = "blk.\(index)"
      return Block(
        attnNorm: try reader.norm("\(prefix).attn_norm", width: width),
        attention: try AttentionWeights(reader, prefix, configuration),
        ffnNorm: try reader.norm("\(prefix).ffn_norm", width: width),
        feedForward: try GatedFeedForward(reader, prefix, configuration))
    }
  }

  func run(_ pass: ForwardPass) {
    for (index, block) in blocks.enumerated() where !pass.isCancelled() {
      pass.norm(pass.hidden.pointer, block.attnNorm, into: pass.normed.pointer)
      block.attention.run(pass, block: index)
      pass.addUpdate()
      pass.norm(pass.hidden.pointer, block.ffnNorm, into: pass.normed.pointer)
      block.feedForward.run(pass)
      pass.addUpdate()
      pass.finish(block: index)
    }
  }
}

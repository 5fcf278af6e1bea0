import Kernels

/// Phi-1, Phi-1.5 and Phi-2 (Li and others, 2023): one LayerNorm feeds attention and a GELU network
/// side by side, and both are added to the hidden state; everything has a bias.
struct Phi2: ModelGraph {
  private struct Block: Sendable {
    let attnNorm: Norm
    let attention: AttentionWeights
    let ffnUp: Projection
    let ffnDown: Projection
  }

  let embeddings: Matrix
  let outputNorm: Norm
  let output: Projection
  private let blocks: [Block]

  init(_ reader: WeightReader, _ configuration: ModelConfiguration) throws {
    let width = configuration.embeddingLength
    let inner = configuration.feedForwardLength
    embeddings = try reader.embedding(width: width)
    outputNorm = try reader.norm("output_norm", width: width, hasBias: true)
    output = try reader.projection(
      "output", inputs: width, outputs: embeddings.rows, biased: true)
    blocks = try (0..<configuration.blockCount).map { index in
      let prefix = "blk.\(index)"
      return Block(
        attnNorm: try reader.norm("\(prefix).attn_norm", width: width, hasBias: true),
        attention: try AttentionWeights(reader, prefix, configuration, biased: true),
        ffnUp: try reader.projection(
          "\(prefix).ffn_up", inputs: width, outputs: inner, biased: true),
        ffnDown: try reader.projection(
          "\(prefix).ffn_down", inputs: inner, outputs: width, biased: true))
    }
  }

  func run(_ pass: ForwardPass) {
    let width = pass.configuration.embeddingLength
    for (index, block) in blocks.enumerated() where !pass.isCancelled() {
      pass.norm(pass.hidden.pointer, block.attnNorm, into: pass.normed.pointer)
      block.attention.run(pass, block: index)
      pass.addUpdate()
      pass.prepare(pass.normed.pointer, width: width)
      pass.project(block.ffnUp, into: pass.inner.pointer)
      pass.applyGELU()
      pass.prepare(pass.inner.pointer, width: pass.configuration.feedForwardLength)
      pass.project(block.ffnDown, into: pass.update.pointer)
      pass.addUpdate()
      pass.finish(block: index)
    }
  }
}

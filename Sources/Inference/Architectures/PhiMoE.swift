import Foundation
import Kernels

/// Phi-3.5-MoE, Phi-mini-MoE and Phi-tiny-MoE (Abdin and others, 2024): LayerNorm, biased
/// attention, and a feed-forward network of which each token uses two experts, chosen by
/// SparseMixer (Liu, Gao and Chen 2023).
struct PhiMoE: ModelGraph {
  private struct Block: Sendable {
    let attnNorm: Norm
    let attention: AttentionWeights
    let ffnNorm: Norm
    let router: Projection
    let gate: Matrix  // [expert][feedForward][embedding]
    let up: Matrix  // [expert][feedForward][embedding]
    let down: Matrix  // [expert][embedding][feedForward]
  }

  let embeddings: Matrix
  let outputNorm: Norm
  let output: Projection
  private let blocks: [Block]

  init(_ reader: WeightReader, _ configuration: ModelConfiguration) throws {
    let width = configuration.embeddingLength
    let inner = configuration.feedForwardLength
    let experts = configuration.expertCount
    embeddings = try reader.embedding(width: width)
    outputNorm = try reader.norm("output_norm", width: width, hasBias: true)
    output =
      reader.has("output.weight")
      ? try reader.projection("output", inputs: width, outputs: embeddings.rows)
      : Projection(matrix: embeddings, bias: nil)
    blocks = try (0..<configuration.blockCount).map { index in
      let prefix = "blk.\(index)"
      return Block(
        attnNorm: try reader.norm("\(prefix).attn_norm", width: width, hasBias: true),
        attention: try AttentionWeights(reader, prefix, configuration),
        ffnNorm: try reader.norm("\(prefix).ffn_norm", width: width, hasBias: true),
        router: try reader.projection("\(prefix).ffn_gate_inp", inputs: width, outputs: experts),
        gate: try reader.matrix(
          "\(prefix).ffn_gate_exps.weight", columns: width, rows: inner, experts: experts),
        up: try reader.matrix(
          "\(prefix).ffn_up_exps.weight", columns: width, rows: inner, experts: experts),
        down: try reader.matrix(
          "\(prefix).ffn_down_exps.weight", columns: inner, rows: width, experts: experts))
    }
  }

  func run(_ pass: ForwardPass) {
    for (index, block) in blocks.enumerated() where !pass.isCancelled() {
      pass.norm(pass.hidden.pointer, block.attnNorm, into: pass.normed.pointer)
      block.attention.run(pass, block: index)
      pass.addUpdate()
      pass.norm(pass.hidden.pointer, block.ffnNorm, into: pass.normed.pointer)
      runExperts(block, pass)
      pass.finish(block: index)
    }
  }

  /// Adds the two experts' results to each token, experts in order of their number.
  private func runExperts(_ block: Block, _ pass: ForwardPass) {
    let configuration = pass.configuration
    let width = configuration.embeddingLength
    let inner = configuration.feedForwardLength
    let experts = configuration.expertCount
    let mixture = pass.expertScratch
    pass.prepare(pass.normed.pointer, width: width)
    pass.project(block.router, into: mixture.routing.pointer)
    pass.check(mixture.routing.pointer, pass.count * experts, .router, block: pass.block)
    for token in 0..<pass.count {
      mixture.choices.pointer[token] = Self.route(
        UnsafeMutableBufferPointer(
          start: mixture.routing.pointer + token * experts, count: experts))
    }
    for expert in 0..<experts {
      var rows = 0
      for token in 0..<pass.count where mixture.choices.pointer[token].weight(of: expert) != nil {
        (mixture.gathered.pointer + rows * width)
          .update(from: pass.normed.pointer + token * width, count: width)
        rows += 1
      }
      guard rows > 0 else { continue }
      let gate = block.gate.rows(expert * inner..<(expert + 1) * inner)
      let up = block.up.rows(expert * inner..<(expert + 1) * inner)
      let down = block.down.rows(expert * width..<(expert + 1) * width)
      pass.prepare(mixture.gathered.pointer, width: width, rows: rows)
      pass.compute.multiply(gate, into: pass.inner.pointer, stride: 2 * inner)
      pass.compute.multiply(up, into: pass.inner.pointer + inner, stride: 2 * inner)
      pass.prepare(pass.gateBySiLU(rows: rows), width: inner, rows: rows)
      pass.compute.multiply(down, into: pass.update.pointer)
      var row = 0
      for token in 0..<pass.count {
        guard let weight = mixture.choices.pointer[token].weight(of: expert) else { continue }
        pass.compute.kernels.addScaled(
          pass.hidden.pointer + token * width, pass.update.pointer + row * width, weight, width)
        row += 1
      }
    }
  }

  /// Two experts for a token and their weights.
  struct Choice: BitwiseCopyable {
    var first: Int32
    var second: Int32
    var firstWeight: Float
    var secondWeight: Float

    func weight(of expert: Int) -> Float? {
      if Int(first) == expert { return firstWeight }
      return Int(second) == expert ? secondWeight : nil
    }
  }

  /// SparseMixer as a model in use routes: each expert is the largest logit of those left, and
  /// weighs as much as a softmax over the logits within 2 % of it gives.
  ///
  /// The weights are near 1 each and are not scaled to a sum of 1. Overwrites the logits.
  static func route(_ logits: UnsafeMutableBufferPointer<Float>) -> Choice {
    let jitter: Float = 0.01
    func pick() -> (index: Int, weight: Float) {
      var best = 0
      for index in logits.indices where logits[index] > logits[best] { best = index }
      let largest = logits[best]
      var sum: Float = 0
      for logit in logits where logit > -.infinity {
        // The reference clamps from below: the larger of |logit| and the best logit.
        let factor = max(abs(logit), largest)
        // Written so that 0 / 0 counts as near, as it does there.
        if !((largest - logit) / factor > 2 * jitter) { sum += exp(logit - largest) }
      }
      return (best, sum > 0 ? 1 / sum : 0)
    }
    let first = pick()
    logits[first.index] = -.infinity
    let second = pick()
    return Choice(
      first: Int32(first.index), second: Int32(second.index), firstWeight: first.weight,
      secondWeight: second.weight)
  }
}

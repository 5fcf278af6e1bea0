import Kernels

/// An architecture: its weights, and how tokens walk through its blocks.
protocol ModelGraph: Sendable {
  /// The token embedding, `[vocabulary][embedding]`.
  var embeddings: Matrix { get }
  /// The norm before the output.
  var outputNorm: Norm { get }
  /// From the normed hidden state to logits.
  var output: Projection { get }

  /// Reads the weights, checking each against the configuration.
  init(_ reader: WeightReader, _ configuration: ModelConfiguration) throws

  /// Runs all blocks over the pass's hidden state.
  func run(_ pass: ForwardPass)
}

/// Attention's linear maps.
struct AttentionWeights: Sendable {
  /// Queries, keys and values as one matrix or as three.
  enum Input: Sendable {
    case fused(Projection)
    case split(query: Projection, key: Projection, value: Projection)
  }

  let input: Input
  let output: Projection

  /// `attn_qkv`, or `attn_q`, `attn_k` and `attn_v`; and `attn_output`.
  init(
    _ reader: WeightReader, _ prefix: String, _ configuration: ModelConfiguration,
    biased: Bool = false
  ) throws {
    let embedding = configuration.embeddingLength
    let queryLength = configuration.headCount * configuration.headSize
    let kvLength = configuration.kvLength
    func projection(_ name: String, _ outputs: Int) throws -> Projection {
      try reader.projection(
        "\(prefix).\(name)", inputs: embedding, outputs: outputs, biased: biased)
    }
    if reader.has("\(prefix).attn_q.weight") {
      input = .split(
        query: try projection("attn_q", queryLength), key: try projection("attn_k", kvLength),
        value: try projection("attn_v", kvLength))
    } else {
      input = .fused(try projection("attn_qkv", queryLength + 2 * kvLength))
    }
    output = try reader.projection(
      "\(prefix).attn_output", inputs: queryLength, outputs: embedding, biased: biased)
  }
}

/// Weights of a gated feed-forward network: gate and up as one matrix or as two.
struct GatedFeedForward: Sendable {
  private enum Input: Sendable {
    case fused(Projection)
    case split(gate: Projection, up: Projection)
  }

  private let input: Input
  private let down: Projection

  /// `ffn_gate` and `ffn_up`, or `ffn_up` whose first half is the gate; and `ffn_down`.
  init(
    _ reader: WeightReader, _ prefix: String, _ configuration: ModelConfiguration
  ) throws {
    let embedding = configuration.embeddingLength
    let width = configuration.feedForwardLength
    func projection(_ name: String, _ outputs: Int) throws -> Projection {
      try reader.projection("\(prefix).\(name)", inputs: embedding, outputs: outputs)
    }
    if reader.has("\(prefix).ffn_gate.weight") {
      input = .split(gate: try projection("ffn_gate", width), up: try projection("ffn_up", width))
    } else {
      input = .fused(try projection("ffn_up", 2 * width))
    }
    down = try reader.projection("\(prefix).ffn_down", inputs: width, outputs: embedding)
  }

  /// `update = down(silu(gate(normed)) * up(normed))`.
  func run(_ pass: ForwardPass) {
    let width = pass.configuration.feedForwardLength
    pass.prepare(pass.normed.pointer, width: pass.configuration.embeddingLength)
    switch input {
    case .fused(let projection):
      pass.project(projection, into: pass.inner.pointer)
    case .split(let gate, let up):
      pass.project(gate, into: pass.inner.pointer, stride: 2 * width)
      pass.project(up, into: pass.inner.pointer + width, stride: 2 * width)
    }
    pass.prepare(pass.gateBySiLU(), width: width)
    pass.project(down, into: pass.update.pointer)
  }
}

extension AttentionWeights {
  /// `update = output(attention(normed))`.
  func run(_ pass: ForwardPass, block: Int) {
    let configuration = pass.configuration
    pass.prepare(pass.normed.pointer, width: configuration.embeddingLength)
    pass.project(self)
    pass.attend(block: block)
    pass.prepare(pass.attended.pointer, width: configuration.headCount * configuration.headSize)
    pass.project(output, into: pass.update.pointer)
  }
}

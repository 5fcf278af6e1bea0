import Kernels
import Platform

/// Buffers that only a mixture of experts needs.
final class ExpertScratch {
  /// The router's logits.
  let routing: Buffer<Float>  // [count][expert]
  /// Each token's experts.
  let choices: Buffer<PhiMoE.Choice>  // [count]
  /// The inputs of one expert's tokens.
  let gathered: Buffer<Float>  // [count][embedding]

  init(_ configuration: ModelConfiguration, capacity: Int) throws(MemoryError) {
    let capacity = configuration.expertCount == 0 ? 0 : capacity
    routing = try Buffer(count: capacity * configuration.expertCount, for: "activations")
    choices = try Buffer(count: capacity, for: "activations")
    gathered = try Buffer(count: capacity * configuration.embeddingLength, for: "activations")
  }
}

import Kernels

/// Buffers that only a mixture of experts needs.
final class ExpertScratch {
  /// The router's logits.
  let routing: Buffer<Float>  // [count][expert]
  /// Each token's experts.
  let choices: Buffer<PhiMoE.Choice>  // [count]
  /// The inputs of one expert's tokens.
  let gathered: Buffer<Float>  // [count][embedding]

  init(_ configuration: ModelConfiguration, capacity: Int) {
    routing = Buffer(count: capacity * configuration.expertCount)
    choices = Buffer(count: configuration.expertCount == 0 ? 0 : capacity)
    gathered = Buffer(
      count: configuration.expertCount == 0 ? 0 : capacity * configuration.embeddingLength)
  }
}

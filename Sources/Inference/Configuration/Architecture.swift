/// The transformer graphs that the runtime knows, by the names that GGUF gives them.
public enum Architecture: String, Sendable, CaseIterable {
  /// Phi-1, Phi-1.5, Phi-2.
  case phi2
  /// Phi-3, Phi-3.5, Phi-4, Phi-4-mini.
  case phi3
  /// Phi-3.5-MoE, Phi-mini-MoE, Phi-tiny-MoE.
  case phimoe
  /// Llama and what is published in its layout: Phi-4 by some, SmolLM2.
  case llama
}

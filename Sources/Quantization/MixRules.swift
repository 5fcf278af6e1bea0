import GGUF

/// Which format a mix gives each tensor: llama.cpp's choices for the architectures of this family,
/// as `llama-quantize` makes them today.
///
/// Fused queries, keys and values are treated as values there; files of 2024 gave them a format of
/// their own.
public struct MixRules: Sendable {
  /// What the choices depend on beside the tensor.
  public struct Model: Sendable {
    /// Blocks of the model.
    public var blocks: Int
    /// Query heads to a key head.
    public var queriesPerKey: Int
    /// Whether the embedding is the output matrix too.
    public var isTied: Bool
    /// Whether an importance matrix is used.
    public var hasImportance: Bool

    /// The facts of a model.
    public init(blocks: Int, queriesPerKey: Int, isTied: Bool, hasImportance: Bool) {
      self.blocks = blocks
      self.queriesPerKey = queriesPerKey
      self.isTied = isTied
      self.hasImportance = hasImportance
    }
  }

  private let mix: Mix
  private let model: Model

  /// The rules of a mix for a model.
  public init(_ mix: Mix, for model: Model) {
    self.mix = mix
    self.model = model
  }

  /// Whether a tensor is a matrix of weights; norms, biases, routers and rotation factors keep
  /// what they have.
  public static func isQuantized(name: String, shape: [Int]) -> Bool {
    let dimensions = shape.lastIndex { $0 > 1 }.map { $0 + 1 } ?? 0
    return dimensions >= 2 && name.hasSuffix("weight") && !name.contains("_norm.weight")
      && !name.contains("ffn_gate_inp.weight") && name != "position_embd.weight"
      && name != "token_types.weight"
  }

  /// The format of a quantized tensor whose rows have a length.
  public func type(of name: String, columns: Int) -> TensorType {
    Self.fitting(isOutput(name) ? output(columns) : inner(name), columns: columns)
  }

  /// The format that the mix has for a quantized tensor, whether or not its rows fit.
  public func wanted(of name: String) -> TensorType {
    guard isOutput(name) else { return inner(name) }
    return mix.base.blockSize == 1 || mix.base == .q8_0 ? mix.base : .q6_K
  }

  /// What becomes of a tensor that cannot have the format that the mix has for it; nil if it can.
  public func fallback(of name: String, columns: Int) -> FormatFallback? {
    let (wanted, type) = (wanted(of: name), type(of: name, columns: columns))
    return wanted == type
      ? nil : FormatFallback(tensor: name, columns: columns, wanted: wanted, type: type)
  }

  /// The format itself, or where the row is no multiple of its block the one that takes its place.
  public static func fitting(_ type: TensorType, columns: Int) -> TensorType {
    guard columns % type.blockSize != 0 else { return type }
    let other: TensorType =
      switch type {
      case .iq4_XS: .iq4_NL
      case .q2_K, .q3_K: .q4_0
      case .q4_K: .q5_0
      case .q5_K: .q5_1
      case .q6_K: .q8_0
      default: .f16
      }
    return columns % other.blockSize == 0 ? other : .f16
  }

  private func isOutput(_ name: String) -> Bool {
    name == "output.weight" || (model.isTied && name == "token_embd.weight")
  }

  private func output(_ columns: Int) -> TensorType {
    if columns % mix.base.blockSize != 0 || mix.base == .q8_0 { return .q8_0 }
    return mix.base.blockSize == 1 ? mix.base : .q6_K
  }

  private func inner(_ name: String) -> TensorType {
    let parts = name.split(separator: ".")
    guard parts.count == 4, parts[0] == "blk", let block = Int(parts[1]) else { return mix.base }
    switch parts[2] {
    case "attn_v", "attn_qkv": return values(block)
    case "ffn_down", "ffn_down_exps": return down(block)
    case "attn_output": return attentionOutput
    default: return mix.base
    }
  }

  /// The first and last eighth of the blocks, and every third between.
  private func deservesMore(_ block: Int) -> Bool {
    let count = model.blocks
    return block < count / 8 || block >= 7 * count / 8 || (block - count / 8) % 3 == 2
  }

  private func values(_ block: Int) -> TensorType {
    switch mix {
    case .q2_K: model.queriesPerKey >= 4 ? .q4_K : .q3_K
    case .q2_K_S: model.queriesPerKey >= 4 ? .q4_K : mix.base
    case .q3_K_M: block < 2 ? .q5_K : .q4_K
    case .q3_K_L: .q5_K
    case .iq4_NL, .iq4_XS: model.queriesPerKey >= 4 ? .q5_K : mix.base
    case .q4_K_M, .q5_K_M: deservesMore(block) ? .q6_K : mix.base
    case .q4_K_S: block < 4 ? .q5_K : mix.base
    default: mix.base
    }
  }

  private func down(_ block: Int) -> TensorType {
    let isEarly = block < model.blocks / 8
    return switch mix {
    case .q2_K: .q3_K
    case .q2_K_S: isEarly ? .q4_K : mix.base
    case .q3_K_M: block < model.blocks / 16 ? .q5_K : .q4_K
    case .q3_K_L: .q5_K
    case .q4_K_M, .q5_K_M: deservesMore(block) ? .q6_K : mix.base
    case .q4_K_S: isEarly ? .q5_K : mix.base
    case .iq4_NL, .iq4_XS: isEarly && !model.hasImportance ? .q5_K : mix.base
    case .q4_0: isEarly && model.hasImportance ? .q4_1 : mix.base
    case .q5_0: isEarly && model.hasImportance ? .q5_1 : mix.base
    default: mix.base
    }
  }

  private var attentionOutput: TensorType {
    switch mix {
    case .q2_K: .q3_K
    case .q3_K_M: .q4_K
    case .q3_K_L: .q5_K
    default: mix.base
    }
  }
}

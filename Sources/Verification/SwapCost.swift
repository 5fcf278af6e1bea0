import GGUF

/// What one tensor, or one layer, costs: it is swapped alone between the models, and the divergence
/// measured over a text.
public struct SwapCost: Sendable {
  /// Keeping what was swapped in better formats.
  public struct Upgrade: Sendable {
    /// The formats, by tensor.
    public let types: [String: TensorType]
    /// Bytes that the candidate grows by.
    public let extraBytes: Int
    /// Divergence that it is expected to save, in nats: the cost, less the share of it that the
    /// better formats' own error makes.
    public let saved: Double
    /// What to tell `phi quantize`: `--tensor NAME=FORMAT` for each.
    public let arguments: [String]

    /// Divergence saved for a mebibyte.
    public var savedPerMebibyte: Double { saved / (Double(max(1, extraBytes)) / 1_048_576) }
  }

  /// The tensor's name, or of a layer `blk.N`.
  public let name: String
  /// The tensors that were swapped together.
  public let tensors: [String]
  /// Bytes of the candidate's.
  public let candidateBytes: Int
  /// Bytes of the reference's.
  public let referenceBytes: Int
  /// Divergence of the reference with only this from the candidate, in nats; exactly 0 where both
  /// files hold the same bytes.
  public let alone: Double
  /// How much less the candidate diverges with this from the reference, in nats; nil where it was
  /// not measured.
  public let gained: Double?
  /// The next better formats; nil where the candidate's are as good as the reference's.
  public let upgrade: Upgrade?
}

/// Costs of all swaps over a text.
public struct SwapCosts: Sendable {
  /// Divergence of the whole candidate on the text, in nats.
  public let divergence: Double
  /// Positions measured on.
  public let positions: Int
  /// Whether layers were swapped, not tensors.
  public let isByLayer: Bool
  /// The costs, the dearest first.
  public let costs: [SwapCost]
  /// Whether the measurement was ended before every swap was tried.
  public let isPartial: Bool

  /// The upgrades that save the most divergence for a byte, the best first.
  public func suggestions(_ count: Int = 3) -> [SwapCost] {
    Array(
      costs.filter { $0.upgrade.map { $0.saved > 0 && $0.extraBytes > 0 } ?? false }
        .sorted { ($0.upgrade?.savedPerMebibyte ?? 0) > ($1.upgrade?.savedPerMebibyte ?? 0) }
        .prefix(count))
  }
}

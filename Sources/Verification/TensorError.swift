import GGUF

/// How far a candidate's tensor is from the reference's, value by value.
///
/// Values that are not finite in either file are counted and left out of every sum.
public struct TensorError: Sendable {
  /// The value that is farthest off.
  public struct Extreme: Sendable, Equatable {
    /// Row over all dimensions but the first.
    public let row: Int
    /// Place in the row.
    public let column: Int
    /// The reference's value.
    public let reference: Float
    /// The candidate's value.
    public let candidate: Float

    /// How far off, without its sign.
    public var error: Double { abs(Double(candidate) - Double(reference)) }
  }

  /// Values that are no numbers, or infinite.
  public struct NotFinite: Sendable, Equatable {
    /// NaNs.
    public var nans = 0
    /// Infinities of either sign.
    public var infinities = 0

    /// Both together.
    public var count: Int { nans + infinities }
  }

  /// GGUF's name.
  public let name: String
  /// Dimensions, the contiguous one first.
  public let shape: [Int]
  /// The reference's format.
  public let referenceType: TensorType
  /// The candidate's format.
  public let candidateType: TensorType
  /// Bytes of the candidate's.
  public let candidateBytes: Int
  /// Root of the mean squared error.
  public let rmse: Double
  /// The error's norm over the reference's: 0 for none; the error's norm itself where the reference
  /// is all zeros.
  public let relativeError: Double
  /// Cosine of the angle between both, as vectors.
  public let cosine: Double
  /// Signal over noise in decibels; nil where there is no noise.
  public let signalToNoise: Double?
  /// The value that is farthest off; nil where none is.
  public let largest: Extreme?
  /// The reference's values that are not finite.
  public let referenceNotFinite: NotFinite
  /// The candidate's values that are not finite.
  public let candidateNotFinite: NotFinite
  /// Squared errors weighted by the mean squares of what their columns are multiplied with, summed:
  /// what the error adds to a token's product on the text, squared; nil for tensors that are no
  /// matrices and those the text did not use.
  public let weightedError: Double?
  /// The root of that over the same sum of the reference's values: noise over signal in the product.
  public let weightedRelativeError: Double?

  /// The block that the tensor belongs to; nil for those outside.
  public var block: Int? { TensorName.block(of: name) }

  /// What tensors are ranked by: the weighted relative error, the plain one where there is none, and
  /// before all others values that only the candidate has broken.
  public var severity: Double {
    candidateNotFinite.count > referenceNotFinite.count
      ? .infinity : weightedRelativeError ?? relativeError
  }
}

/// What GGUF's tensor names say.
enum TensorName {
  /// The block of `blk.N.…`; nil for other names.
  static func block(of name: String) -> Int? {
    let parts = name.split(separator: ".", maxSplits: 2)
    return parts.count == 3 && parts[0] == "blk" ? Int(parts[1]) : nil
  }
}

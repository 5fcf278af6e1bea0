import BlockFormats

/// The table of kernels for one instruction set.
///
/// A table is made once, by `KernelSet(S.self)` in the target that is compiled for `S`; a set that
/// has something better than a generic kernel assigns that field.
public struct KernelSet: Sendable {
  /// Rows of packed weights times a few vectors; see `MatrixVector.packed`.
  public typealias PackedVectors =
    @Sendable (
      _ weights: UnsafeRawPointer, _ rowBytes: Int, _ rows: Int, _ columns: Int,
      _ activations: UnsafeRawPointer, _ tokens: Int, _ scratch: UnsafeMutableRawPointer,
      _ out: UnsafeMutablePointer<Float>, _ outStride: Int
    ) -> Void
  /// Rows of float weights times one vector; see `MatrixVector.floats`.
  public typealias FloatVector =
    @Sendable (
      _ weights: UnsafeRawPointer, _ rowBytes: Int, _ rows: Int, _ columns: Int,
      _ activations: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>
    ) -> Void
  /// Decodes rows into a `WeightPanel`.
  public typealias Decode =
    @Sendable (
      _ weights: UnsafeRawPointer, _ rowBytes: Int, _ rows: Int, _ columns: Int,
      _ scratch: UnsafeMutableRawPointer, _ panel: UnsafeMutableRawPointer
    ) -> Void
  /// A panel of packed weights times tokens; see `MatrixMatrix.packed`.
  public typealias PackedMatrix =
    @Sendable (
      _ panel: UnsafeRawPointer, _ rows: Int, _ steps: Int, _ activations: UnsafeRawPointer,
      _ tokens: Int, _ sums: UnsafeMutablePointer<Float>, _ adds: Bool
    ) -> Void
  /// A panel of float weights times tokens; see `MatrixMatrix.floats`.
  public typealias FloatMatrix =
    @Sendable (
      _ panel: UnsafeRawPointer, _ rows: Int, _ columns: Int,
      _ activations: UnsafePointer<Float>, _ tokenStride: Int, _ tokens: Int,
      _ sums: UnsafeMutablePointer<Float>, _ adds: Bool
    ) -> Void
  /// One query head over a range of positions; see `AttentionKernel.attend`.
  public typealias Attend =
    @Sendable (
      _ query: UnsafePointer<Float>, _ keys: UnsafeRawPointer, _ values: UnsafeRawPointer,
      _ positionBytes: Int, _ positions: Int, _ headSize: Int,
      _ scores: UnsafeMutablePointer<Float>, _ out: UnsafeMutablePointer<Float>
    ) -> Void
  /// One head of many tokens; see `AttentionTile.attend`.
  public typealias AttendTile =
    @Sendable (
      _ queries: UnsafePointer<Float>, _ stride: Int, _ tokens: Int, _ view: AttentionTile.View,
      _ headSize: Int, _ scratch: UnsafeMutablePointer<Float>, _ out: UnsafeMutablePointer<Float>,
      _ outStride: Int
    ) -> Void

  /// Encodes one row; see `RowEncoder`.
  public typealias Encode =
    @Sendable (
      _ values: UnsafePointer<Float>, _ count: Int, _ importance: UnsafePointer<Float>?,
      _ effort: Int, _ out: UnsafeMutableRawPointer
    ) -> Void

  /// What one packed format needs.
  public struct PackedKernels: Sendable {
    /// Whether panels carry minimums.
    public var hasMinimums: Bool
    /// Whether each sixteen weights have a scale of their own.
    public var hasSmallBlocks: Bool
    /// The order in which `vectors` takes activations.
    public var order: GroupOrder
    /// The kernel for one token or a few.
    public var vectors: PackedVectors
    /// Fills a panel.
    public var decode: Decode
  }

  /// What one float format needs.
  public struct FloatKernels: Sendable {
    /// The decode step's kernel.
    public var vector: FloatVector
    /// Fills a panel.
    public var decode: Decode
  }

  /// The set's name.
  public var name: String
  /// By `WeightFormat.rawValue`; nil for float formats.
  public var packed: [PackedKernels?]
  /// By `WeightFormat.rawValue`; nil for packed formats.
  public var float: [FloatKernels?]
  /// By `WeightFormat.rawValue`; nil for float formats.
  public var encode: [Encode?]
  /// Panels of packed weights, by what `PackedKernels.matrix(of:)` reads from the format.
  public var packedMatrix: [PackedMatrix]
  /// Panels of floats.
  public var floatMatrix: FloatMatrix
  /// Products of many tokens with fewer bits; nil for a set that rounds nothing.
  ///
  /// A set that has them lets activations of few tokens be rounded too. All else keeps the bits of its
  /// operands, but for `roundsAttention`.
  public var rounded: RoundedKernels?
  /// Whether attention of many tokens is in bfloat16.
  public var roundsAttention: Bool
  /// `QuantizedActivations.quantize`.
  public var quantize:
    @Sendable (
      _ x: UnsafePointer<Float>, _ count: Int, _ out: UnsafeMutableRawPointer, _ stride: Int
    ) -> Void
  /// `PlaneActivations.quantize`.
  public var quantizePlanes:
    @Sendable (
      _ x: UnsafePointer<Float>, _ count: Int, _ order: GroupOrder, _ heaviest: Float,
      _ out: UnsafeMutableRawPointer, _ stride: Int
    ) -> Void
  /// Attention over a cache of 32-bit floats.
  public var attendF32: Attend
  /// Attention over a cache of 16-bit floats.
  public var attendF16: Attend
  /// Attention of many tokens over a cache of 32-bit floats.
  public var attendTileF32: AttendTile
  /// Attention of many tokens over a cache of 16-bit floats.
  public var attendTileF16: AttendTile
  /// `RowKernels.rmsNorm`.
  public var rmsNorm:
    @Sendable (
      _ x: UnsafePointer<Float>, _ weight: UnsafePointer<Float>,
      _ epsilon: Float, _ count: Int, _ out: UnsafeMutablePointer<Float>
    ) -> Void
  /// `RowKernels.layerNorm`.
  public var layerNorm:
    @Sendable (
      _ x: UnsafePointer<Float>, _ weight: UnsafePointer<Float>,
      _ bias: UnsafePointer<Float>, _ epsilon: Float, _ count: Int,
      _ out: UnsafeMutablePointer<Float>
    ) -> Void
  /// `RowKernels.siluMultiply`.
  public var siluMultiply:
    @Sendable (
      _ gate: UnsafeMutablePointer<Float>, _ up: UnsafePointer<Float>, _ count: Int
    ) -> Void
  /// `RowKernels.gelu`.
  public var gelu: @Sendable (_ x: UnsafeMutablePointer<Float>, _ count: Int) -> Void
  /// `RowKernels.add`.
  public var add:
    @Sendable (
      _ x: UnsafeMutablePointer<Float>, _ y: UnsafePointer<Float>, _ count: Int
    ) -> Void
  /// `RowKernels.addScaled`.
  public var addScaled:
    @Sendable (
      _ x: UnsafeMutablePointer<Float>, _ y: UnsafePointer<Float>,
      _ scale: Float, _ count: Int
    ) -> Void
  /// `RowKernels.rotateHalves`.
  public var rotateHalves:
    @Sendable (
      _ head: UnsafeMutablePointer<Float>, _ cosines: UnsafePointer<Float>,
      _ sines: UnsafePointer<Float>, _ half: Int
    ) -> Void
  /// `RowKernels.rotatePairs`.
  public var rotatePairs:
    @Sendable (
      _ head: UnsafeMutablePointer<Float>, _ cosines: UnsafePointer<Float>,
      _ sines: UnsafePointer<Float>, _ half: Int
    ) -> Void
  /// Rounds floats to half precision.
  public var storeHalf:
    @Sendable (
      _ x: UnsafePointer<Float>, _ count: Int, _ out: UnsafeMutableRawPointer
    ) -> Void
  /// `ProbeKernels.read`.
  public var probeRead: @Sendable (_ p: UnsafeRawPointer, _ count: Int, _ prefetches: Bool) -> Int
  /// `ProbeKernels.dots`.
  public var probeDots: @Sendable (_ count: Int, _ seed: UInt8) -> Float
  /// `ProbeKernels.products`.
  public var probeProducts: @Sendable (_ count: Int, _ seed: Float) -> Float
}

extension KernelSet.PackedKernels {
  /// The product of this format's panels with tokens.
  public func matrix(of set: KernelSet) -> KernelSet.PackedMatrix {
    set.packedMatrix[(hasMinimums ? 1 : 0) + (hasSmallBlocks ? 2 : 0)]
  }
}

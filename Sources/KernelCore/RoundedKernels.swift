/// The table of kernels that multiply many tokens with fewer bits than all else in a `KernelSet`:
/// in tiles or pairs of bfloat16, or in bytes.
public struct RoundedKernels: Sendable {
  /// Rounds up to `tokens` tokens: `[group of 256 columns][tokens]`.
  public typealias Pack =
    @Sendable (
      _ x: UnsafePointer<Float>, _ stride: Int, _ tokens: Int, _ columns: Int,
      _ out: UnsafeMutableRawPointer, _ groupStride: Int
    ) -> Void
  /// Decodes up to 32 rows over 256 columns; `work` is 2048 bytes to be overwritten.
  public typealias Decode =
    @Sendable (
      _ weights: UnsafeRawPointer, _ rowBytes: Int, _ rows: Int, _ columns: Int,
      _ scratch: UnsafeMutableRawPointer, _ work: UnsafeMutableRawPointer,
      _ panel: UnsafeMutableRawPointer
    ) -> Void
  /// Multiplies a panel with some times `tokens` tokens; sums are `[tokens][32]`.
  public typealias Multiply =
    @Sendable (
      _ panel: UnsafeRawPointer, _ steps: Int, _ activations: UnsafeRawPointer, _ tiles: Int,
      _ sums: UnsafeMutablePointer<Float>, _ adds: Bool
    ) -> Void

  /// What one format needs.
  public struct Product: Sendable {
    /// Fills a panel.
    public var decode: Decode
    /// Multiplies it.
    public var multiply: Multiply

    /// The two of them.
    @inlinable @inline(__always)
    public init(decode: @escaping Decode, multiply: @escaping Multiply) {
      self.decode = decode
      self.multiply = multiply
    }
  }

  /// Tokens that are best multiplied at once.
  public var chunkLength: Int
  /// Tokens that lie together once rounded: a tile.
  public var tokens: Int
  /// Bytes of a tile over 256 columns.
  public var groupBytes: Int
  /// Rounds a tile.
  public var pack: Pack
  /// By `WeightFormat.rawValue`; nil for what is to keep all its bits.
  public var products: [Product?]
  /// Multiplies operands that stay in registers, to find the limit; a count is a multiple of 12.
  public var probe: @Sendable (_ count: Int) -> Float
  /// Products in each of `probe`'s counts.
  public var probeProducts: Int

  /// Bytes of a panel, whatever it holds.
  @inlinable public static var panelBytes: Int {
    @inline(__always) get { max(TilePanel.bytes, BytePanel.bytes) }
  }

  /// Tiles that hold so many tokens.
  public func tiles(_ count: Int) -> Int { (count + tokens - 1) / tokens }

  /// A table.
  @inlinable @inline(__always)
  public init(
    chunkLength: Int, tokens: Int, groupBytes: Int, pack: @escaping Pack,
    products: [Product?], probe: @escaping @Sendable (_ count: Int) -> Float, probeProducts: Int
  ) {
    self.chunkLength = chunkLength
    self.tokens = tokens
    self.groupBytes = groupBytes
    self.pack = pack
    self.products = products
    self.probe = probe
    self.probeProducts = probeProducts
  }
}

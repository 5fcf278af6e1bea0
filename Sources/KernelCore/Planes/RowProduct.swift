/// How rows of a format are multiplied with `PlaneActivations`.
@usableFromInline
protocol RowProduct: SendableMetatype {
  /// Rows times a tile of tokens; see `MatrixVector.packed`.
  static func multiply<S: InstructionSet, T: TokenTile>(
    _ weights: UnsafeRawPointer, _ rowBytes: Int, _ rows: Int, _ columns: Int,
    _ activations: UnsafeRawPointer, _ stride: Int, _ scratch: UnsafeMutableRawPointer,
    _ out: UnsafeMutablePointer<Float>, _ outStride: Int, _: S.Type, _: T.Type)
}

import BlockFormats

/// A few rows of a matrix, decoded into cache once and then multiplied with many tokens.
///
/// Rows come in tiles of four. Within a tile, each step holds the four rows' shares side by side:
/// for packed formats 64 signed codes, sixteen lanes of scale and, where the format has them,
/// sixteen lanes of minimum; for float formats sixteen floats. Missing rows repeat the last one.
public enum WeightPanel {
  /// Rows in a tile.
  @inlinable public static var tileRows: Int {
    @inline(__always) get { 4 }
  }

  /// Bytes of a row in one step of a packed format.
  @inlinable @inline(__always)
  public static func packedStepBytes(hasMinimums: Bool) -> Int { hasMinimums ? 192 : 128 }

  /// Decodes rows of a packed format.
  @inlinable @inline(__always)
  public static func decodePacked<S: InstructionSet, F: PackedFormat>(
    _ weights: UnsafeRawPointer, rowBytes: Int, rows: Int, columns: Int,
    scratch: UnsafeMutableRawPointer, into panel: UnsafeMutableRawPointer, _: S.Type, _: F.Type
  ) {
    let groups = columns / F.groupSize
    let hasTail = columns &- groups &* F.groupSize > 0
    let stepBytes = packedStepBytes(hasMinimums: F.hasMinimums)
    let steps = QuantizedActivations.steps(columns)
    let tiles = (rows &+ 3) / 4
    var row = 0
    while row < tiles &* 4 {
      let source = weights + (row < rows ? row : rows &- 1) &* rowBytes
      var out = panel + ((row &>> 2) &* steps &* 4 &+ (row & 3)) &* stepBytes
      var group = 0
      while group < groups {
        let p = source + group &* F.groupBytes
        S.prefetch(p + 1024)
        decodeGroup(p, &out, stepBytes: stepBytes, S.self, F.self)
        group &+= 1
      }
      if hasTail {
        let p = MatrixVector.padded(source + groups &* F.groupBytes, scratch, F.self)
        decodeGroup(p, &out, stepBytes: stepBytes, S.self, F.self)
      }
      row &+= 1
    }
  }

  @inlinable @inline(__always)
  static func decodeGroup<S: InstructionSet, F: PackedFormat>(
    _ group: UnsafeRawPointer, _ out: inout UnsafeMutableRawPointer, stepBytes: Int,
    _: S.Type, _: F.Type
  ) {
    let scales = F.scales(group, S.self)
    var step = 0
    while step < F.stepsPerGroup {
      let (codes, scale, minimum) = F.unpack(group, step: step, scales, S.self)
      S.storeBits(codes, out)
      S.store(scale, (out + 64).assumingMemoryBound(to: Float.self))
      if F.hasMinimums { S.store(minimum, (out + 128).assumingMemoryBound(to: Float.self)) }
      out += 4 &* stepBytes
      step &+= 1
    }
  }

  /// Decodes rows of a float format; the last step is filled with zeros.
  @inlinable @inline(__always)
  public static func decodeFloats<S: InstructionSet, F: FloatFormat>(
    _ weights: UnsafeRawPointer, rowBytes: Int, rows: Int, columns: Int,
    into panel: UnsafeMutablePointer<Float>, _: S.Type, _: F.Type
  ) {
    let steps = (columns &+ 15) / 16
    let tiles = (rows &+ 3) / 4
    var row = 0
    while row < tiles &* 4 {
      let source = weights + (row < rows ? row : rows &- 1) &* rowBytes
      var out = panel + ((row &>> 2) &* steps &* 4 &+ (row & 3)) &* 16
      var column = 0
      while column < columns {
        let p = source + column &* F.blockBytes
        let count = columns &- column
        S.store(count >= 16 ? F.load(p, S.self) : F.load(p, count: count, S.self), out)
        out += 64
        column &+= 16
      }
      row &+= 1
    }
  }
}

import BlockFormats

/// Products of some rows of a matrix with one vector: the decode step's kernel, which reads every
/// weight once from memory and so walks four rows at a time to keep enough loads in flight.
public enum MatrixVector {
  /// How far ahead of each row the next lines are asked for, in bytes.
  @usableFromInline static var prefetchDistance: Int {
    @inlinable @inline(__always) get { 1024 }
  }

  /// Rows of a packed format times quantized activations.
  ///
  /// - `weights`: The first row.
  /// - `rowBytes`: The bytes from one row to the next.
  /// - `rows`: How many rows.
  /// - `columns`: The values in a row, a multiple of 32.
  /// - `activations`: `QuantizedActivations` of the vector.
  /// - `scratch`: At least two blocks, for the end of a row that is half a step.
  /// - `out`: `[rows]`.
  @inlinable @inline(__always)
  public static func packed<S: InstructionSet, F: PackedFormat>(
    _ weights: UnsafeRawPointer, rowBytes: Int, rows: Int, columns: Int,
    _ activations: UnsafeRawPointer, scratch: UnsafeMutableRawPointer,
    into out: UnsafeMutablePointer<Float>, _: S.Type, _: F.Type
  ) {
    let groups = columns / F.groupSize
    let groupBytes = F.groupBytes
    let hasTail = columns &- groups &* F.groupSize > 0
    var row = 0
    while row < rows {
      // The last rows are walked twice rather than by a kernel of their own.
      let last = rows &- 1
      let i1 = row &+ 1 < last ? row &+ 1 : last
      let i2 = row &+ 2 < last ? row &+ 2 : last
      let i3 = row &+ 3 < last ? row &+ 3 : last
      var p0 = weights + row &* rowBytes
      var p1 = weights + i1 &* rowBytes
      var p2 = weights + i2 &* rowBytes
      var p3 = weights + i3 &* rowBytes
      var a = activations
      var s0 = S.splat(0)
      var s1 = S.splat(0)
      var s2 = S.splat(0)
      var s3 = S.splat(0)
      var group = 0
      while group < groups {
        accumulate(p0, a, &s0, S.self, F.self)
        accumulate(p1, a, &s1, S.self, F.self)
        accumulate(p2, a, &s2, S.self, F.self)
        accumulate(p3, a, &s3, S.self, F.self)
        S.prefetch(p0 + prefetchDistance)
        S.prefetch(p1 + prefetchDistance)
        S.prefetch(p2 + prefetchDistance)
        S.prefetch(p3 + prefetchDistance)
        p0 += groupBytes
        p1 += groupBytes
        p2 += groupBytes
        p3 += groupBytes
        a += QuantizedActivations.stepBytes &* F.stepsPerGroup
        group &+= 1
      }
      if hasTail {
        accumulate(padded(p0, scratch, F.self), a, &s0, S.self, F.self)
        accumulate(padded(p1, scratch, F.self), a, &s1, S.self, F.self)
        accumulate(padded(p2, scratch, F.self), a, &s2, S.self, F.self)
        accumulate(padded(p3, scratch, F.self), a, &s3, S.self, F.self)
      }
      out[row] = S.sum(s0)
      out[i1] = S.sum(s1)
      out[i2] = S.sum(s2)
      out[i3] = S.sum(s3)
      row &+= 4
    }
  }

  /// Adds the products of one group of weights.
  @inlinable @inline(__always)
  static func accumulate<S: InstructionSet, F: PackedFormat>(
    _ group: UnsafeRawPointer, _ activations: UnsafeRawPointer, _ sum: inout Floats,
    _: S.Type, _: F.Type
  ) {
    let scales = F.scales(group, S.self)
    var step = 0
    while step < F.stepsPerGroup {
      let (codes, scale, minimum) = F.unpack(group, step: step, scales, S.self)
      sum = PackedStep.add(
        sum, codes, scale, minimum, hasMinimums: F.hasMinimums,
        activations: activations + step &* QuantizedActivations.stepBytes, S.self)
      step &+= 1
    }
  }

  /// A copy of a row's last block followed by a block of zeros.
  @inlinable @inline(__always)
  static func padded<F: PackedFormat>(
    _ block: UnsafeRawPointer, _ scratch: UnsafeMutableRawPointer, _: F.Type
  ) -> UnsafeRawPointer {
    var i = 0
    while i < F.blockBytes {
      scratch.storeBytes(
        of: block.load(fromByteOffset: i, as: UInt8.self), toByteOffset: i, as: UInt8.self)
      scratch.storeBytes(of: 0, toByteOffset: F.blockBytes &+ i, as: UInt8.self)
      i &+= 1
    }
    return UnsafeRawPointer(scratch)
  }

  /// Rows of floats times a vector of floats, padded with zeros to a multiple of 16.
  @inlinable @inline(__always)
  public static func floats<S: InstructionSet, F: FloatFormat>(
    _ weights: UnsafeRawPointer, rowBytes: Int, rows: Int, columns: Int,
    _ activations: UnsafePointer<Float>,
    into out: UnsafeMutablePointer<Float>, _: S.Type, _: F.Type
  ) {
    let whole = columns & ~15
    var row = 0
    while row < rows {
      let last = rows &- 1
      let i1 = row &+ 1 < last ? row &+ 1 : last
      let i2 = row &+ 2 < last ? row &+ 2 : last
      let i3 = row &+ 3 < last ? row &+ 3 : last
      let p0 = weights + row &* rowBytes
      let p1 = weights + i1 &* rowBytes
      let p2 = weights + i2 &* rowBytes
      let p3 = weights + i3 &* rowBytes
      var s0 = S.splat(0)
      var s1 = S.splat(0)
      var s2 = S.splat(0)
      var s3 = S.splat(0)
      var column = 0
      while column < whole {
        let a = S.load(activations + column)
        let offset = column &* F.blockBytes
        s0 = S.multiplyAdd(s0, F.load(p0 + offset, S.self), a)
        s1 = S.multiplyAdd(s1, F.load(p1 + offset, S.self), a)
        s2 = S.multiplyAdd(s2, F.load(p2 + offset, S.self), a)
        s3 = S.multiplyAdd(s3, F.load(p3 + offset, S.self), a)
        S.prefetch(p0 + (offset &+ prefetchDistance))
        S.prefetch(p1 + (offset &+ prefetchDistance))
        S.prefetch(p2 + (offset &+ prefetchDistance))
        S.prefetch(p3 + (offset &+ prefetchDistance))
        column &+= 16
      }
      if whole < columns {
        let a = S.load(activations + whole)
        let offset = whole &* F.blockBytes
        let count = columns &- whole
        s0 = S.multiplyAdd(s0, F.load(p0 + offset, count: count, S.self), a)
        s1 = S.multiplyAdd(s1, F.load(p1 + offset, count: count, S.self), a)
        s2 = S.multiplyAdd(s2, F.load(p2 + offset, count: count, S.self), a)
        s3 = S.multiplyAdd(s3, F.load(p3 + offset, count: count, S.self), a)
      }
      out[row] = S.sum(s0)
      out[i1] = S.sum(s1)
      out[i2] = S.sum(s2)
      out[i3] = S.sum(s3)
      row &+= 4
    }
  }
}

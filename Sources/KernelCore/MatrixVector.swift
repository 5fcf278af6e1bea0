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
  /// - `scratch`: At least `WeightPanel.scratchBytes`, for the end of a row that is no whole group.
  /// - `out`: `[rows]`.
  @inlinable @inline(__always)
  public static func packed<S: InstructionSet, F: PackedFormat>(
    _ weights: UnsafeRawPointer, rowBytes: Int, rows: Int, columns: Int,
    _ activations: UnsafeRawPointer, scratch: UnsafeMutableRawPointer,
    into out: UnsafeMutablePointer<Float>, _: S.Type, _: F.Type
  ) {
    let groups = columns / QuantizedActivations.groupSize
    let groupBytes = F.groupBytes
    let rest = columns &- groups &* QuantizedActivations.groupSize
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
        var g0 = GroupSum(p0, a, S.self, F.self)
        var g1 = GroupSum(p1, a, S.self, F.self)
        var g2 = GroupSum(p2, a, S.self, F.self)
        var g3 = GroupSum(p3, a, S.self, F.self)
        addStep(0, p0, p1, p2, p3, a, &g0, &g1, &g2, &g3, S.self, F.self)
        addStep(1, p0, p1, p2, p3, a, &g0, &g1, &g2, &g3, S.self, F.self)
        addStep(2, p0, p1, p2, p3, a, &g0, &g1, &g2, &g3, S.self, F.self)
        addStep(3, p0, p1, p2, p3, a, &g0, &g1, &g2, &g3, S.self, F.self)
        let scale = S.splat(QuantizedActivations.scale(a))
        s0 = S.multiplyAdd(s0, g0.sum, scale)
        s1 = S.multiplyAdd(s1, g1.sum, scale)
        s2 = S.multiplyAdd(s2, g2.sum, scale)
        s3 = S.multiplyAdd(s3, g3.sum, scale)
        prefetch(p0, groupBytes, S.self)
        prefetch(p1, groupBytes, S.self)
        prefetch(p2, groupBytes, S.self)
        prefetch(p3, groupBytes, S.self)
        p0 += groupBytes
        p1 += groupBytes
        p2 += groupBytes
        p3 += groupBytes
        a += QuantizedActivations.groupBytes
        group &+= 1
      }
      if rest > 0 {
        addRest(&s0, p0, rest, a, scratch, S.self, F.self)
        addRest(&s1, p1, rest, a, scratch, S.self, F.self)
        addRest(&s2, p2, rest, a, scratch, S.self, F.self)
        addRest(&s3, p3, rest, a, scratch, S.self, F.self)
      }
      out[row] = S.sum(s0)
      out[i1] = S.sum(s1)
      out[i2] = S.sum(s2)
      out[i3] = S.sum(s3)
      row &+= 4
    }
  }

  /// A group's sum in units of the activations' scale, as far as it is.
  @usableFromInline
  struct GroupSum {
    @usableFromInline var sum: Floats
    @usableFromInline let scales: Floats

    /// A group of which nothing but `start` is added.
    @inlinable @inline(__always)
    init<S: InstructionSet, F: PackedFormat>(
      _ group: UnsafeRawPointer, _ activations: UnsafeRawPointer, _: S.Type, _: F.Type
    ) {
      let (scales, minimums) = F.scales(group, S.self)
      self.scales = scales
      sum = Self.start(scales, minimums, activations, S.self, F.self)
    }

    /// The minimums' share, and the offset's.
    @inlinable @inline(__always)
    static func start<S: InstructionSet, F: PackedFormat>(
      _ scales: Floats, _ minimums: Floats, _ activations: UnsafeRawPointer, _: S.Type, _: F.Type
    ) -> Floats {
      let sums = S.load(
        (activations + QuantizedActivations.sumsOffset).assumingMemoryBound(to: Float.self))
      if F.hasMinimums { return minimums * (S.splat(0) - sums) }
      return F.offset == 0 ? S.splat(0) : scales * (sums * S.splat(-Float(F.offset)))
    }

    /// Adds the products of one step.
    @inlinable @inline(__always)
    mutating func add<S: InstructionSet, F: PackedFormat>(
      _ group: UnsafeRawPointer, step: Int, _ even: Bits, _ odd: Bits, _: S.Type, _: F.Type
    ) {
      let codes = F.widened(F.unpack(group, step: step, S.self), S.self)
      let products = S.addProducts(S.products(codes.even, even), codes.odd, odd)
      sum = S.multiplyAdd(sum, S.spread4(scales, step), S.floats(products))
    }
  }

  /// One step of four rows.
  @inlinable @inline(__always)
  static func addStep<S: InstructionSet, F: PackedFormat>(
    _ step: Int, _ p0: UnsafeRawPointer, _ p1: UnsafeRawPointer, _ p2: UnsafeRawPointer,
    _ p3: UnsafeRawPointer, _ activations: UnsafeRawPointer, _ g0: inout GroupSum,
    _ g1: inout GroupSum, _ g2: inout GroupSum, _ g3: inout GroupSum, _: S.Type, _: F.Type
  ) {
    let even = S.loadBits(activations + step &* QuantizedActivations.stepBytes)
    let odd = S.loadBits(activations + (step &* QuantizedActivations.stepBytes &+ 64))
    g0.add(p0, step: step, even, odd, S.self, F.self)
    g1.add(p1, step: step, even, odd, S.self, F.self)
    g2.add(p2, step: step, even, odd, S.self, F.self)
    g3.add(p3, step: step, even, odd, S.self, F.self)
  }

  /// Adds the last `rest` weights of a row that are no whole group.
  @inlinable @inline(__always)
  static func addRest<S: InstructionSet, F: PackedFormat>(
    _ sum: inout Floats, _ weights: UnsafeRawPointer, _ rest: Int,
    _ activations: UnsafeRawPointer, _ scratch: UnsafeMutableRawPointer, _: S.Type, _: F.Type
  ) {
    let group = padded(weights, rest, scratch, F.self)
    var part = GroupSum(group, activations, S.self, F.self)
    var step = 0
    while step &* 64 < rest {
      let even = S.loadBits(activations + step &* QuantizedActivations.stepBytes)
      let odd = S.loadBits(activations + (step &* QuantizedActivations.stepBytes &+ 64))
      part.add(group, step: step, even, odd, S.self, F.self)
      step &+= 1
    }
    sum = S.multiplyAdd(sum, part.sum, S.splat(QuantizedActivations.scale(activations)))
  }

  /// Asks for the lines of a row that lie some groups ahead.
  @inlinable @inline(__always)
  static func prefetch<S: InstructionSet>(_ p: UnsafeRawPointer, _ bytes: Int, _: S.Type) {
    var offset = 0
    while offset < bytes {
      S.prefetch(p + (prefetchDistance &+ offset))
      offset &+= 64
    }
  }

  /// A copy of the last `rest` weights of a row, followed by zeros up to a whole group.
  @inlinable @inline(__always)
  static func padded<F: PackedFormat>(
    _ weights: UnsafeRawPointer, _ rest: Int, _ scratch: UnsafeMutableRawPointer, _: F.Type
  ) -> UnsafeRawPointer {
    let bytes = rest / F.blockSize &* F.blockBytes
    var i = 0
    while i < F.groupBytes {
      let byte = i < bytes ? weights.load(fromByteOffset: i, as: UInt8.self) : 0
      scratch.storeBytes(of: byte, toByteOffset: i, as: UInt8.self)
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

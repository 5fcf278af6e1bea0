/// Sums of one token for the rows of a panel that are worked on together: in registers.
@usableFromInline
struct TokenSums {
  /// Integer sums of a block, of the first half's rows and of the second's.
  @usableFromInline var integers = (Bits(repeating: 0), Bits(repeating: 0))
  /// Sums of the blocks so far.
  @usableFromInline var floats = (Floats(repeating: 0), Floats(repeating: 0))

  @inlinable @inline(__always)
  init() {}

  /// Begins a block of shared products with what they have too much.
  @inlinable @inline(__always)
  mutating func begin<S: InstructionSet>(_ w: (Bits, Bits), _ x: UnsafeRawPointer, _: S.Type) {
    let x = S.splatPair(x)
    integers.0 = S.subtractIntegers(x, w.0)
    if S.hasWideTiles { integers.1 = S.subtractIntegers(x, w.1) }
  }

  /// Adds the products of a pair of even columns and of a pair of odd ones.
  @inlinable @inline(__always)
  mutating func add<S: InstructionSet, R: ProductRule>(
    _ even: (Bits, Bits), _ odd: (Bits, Bits), _ x: UnsafeRawPointer, _: S.Type, _: R.Type
  ) {
    let xEven = S.splatPair(x)
    let xOdd = S.splatPair(x + QuantizedActivations.stepBytes / 2)
    integers.0 = R.add(integers.0, even.0, odd.0, xEven, xOdd, S.self)
    if S.hasWideTiles { integers.1 = R.add(integers.1, even.1, odd.1, xEven, xOdd, S.self) }
  }

  /// Adds the products of four columns and of the next four.
  @inlinable @inline(__always)
  mutating func addBytes<S: InstructionSet>(
    _ w: (Bits, Bits), _ next: (Bits, Bits), _ x: UnsafeRawPointer, _: S.Type
  ) {
    let x = (S.splatPair(x), S.splatPair(x + 4))
    integers.0 = S.addByteProducts(integers.0, unsigned: x, signed: (w.0, next.0))
    if S.hasWideTiles {
      integers.1 = S.addByteProducts(integers.1, unsigned: x, signed: (w.1, next.1))
    }
  }

  /// Adds the products of a pair of columns in bfloat16.
  @inlinable @inline(__always)
  mutating func addPairs<S: InstructionSet>(
    _ w: (Bits, Bits), _ x: UnsafeRawPointer, _: S.Type
  ) {
    let x = S.splatPair(x)
    floats.0 = S.addPairProducts(floats.0, w.0, x)
    if S.hasWideTiles { floats.1 = S.addPairProducts(floats.1, w.1, x) }
  }

  /// Adds the integer sums, times the block's scales, and begins them anew.
  @inlinable @inline(__always)
  mutating func fold<S: InstructionSet>(_ scales: (Floats, Floats), _: S.Type) {
    floats.0 = S.multiplyAdd(floats.0, scales.0, S.floats(integers.0))
    integers.0 = Bits(repeating: 0)
    if S.hasWideTiles {
      floats.1 = S.multiplyAdd(floats.1, scales.1, S.floats(integers.1))
      integers.1 = Bits(repeating: 0)
    }
  }

  /// Adds a column's products.
  @inlinable @inline(__always)
  mutating func add<S: InstructionSet>(_ w: (Floats, Floats), _ x: Float, _: S.Type) {
    let x = S.splat(x)
    floats.0 = S.multiplyAdd(floats.0, w.0, x)
    if S.hasWideTiles { floats.1 = S.multiplyAdd(floats.1, w.1, x) }
  }

  /// Writes the sums, times a scale, of sixteen rows or of 32.
  @inlinable @inline(__always)
  func write<S: InstructionSet>(
    scale: Float, to out: UnsafeMutablePointer<Float>, adds: Bool, _: S.Type
  ) {
    write(floats.0, scale, out, adds, S.self)
    if S.hasWideTiles { write(floats.1, scale, out + 16, adds, S.self) }
  }

  @inlinable @inline(__always)
  func write<S: InstructionSet>(
    _ sums: Floats, _ scale: Float, _ out: UnsafeMutablePointer<Float>, _ adds: Bool, _: S.Type
  ) {
    let old = adds ? S.load(UnsafePointer(out)) : S.splat(0)
    S.store(S.multiplyAdd(old, sums, S.splat(scale)), out)
  }
}

/// Sums of some tokens.
@usableFromInline
protocol TokenTile {
  /// How many tokens.
  static var count: Int { get }
  init()
  /// Calls the body for each token.
  mutating func forEach(_ body: (_ token: Int, _ sums: inout TokenSums) -> Void)
}

/// One token.
@usableFromInline
struct TokenTile1: TokenTile {
  @inlinable static var count: Int { @inline(__always) get { 1 } }
  @usableFromInline var a = TokenSums()
  @inlinable @inline(__always)
  init() {}

  @inlinable @inline(__always)
  mutating func forEach(_ body: (Int, inout TokenSums) -> Void) { body(0, &a) }
}

/// Two tokens.
@usableFromInline
struct TokenTile2: TokenTile {
  @inlinable static var count: Int { @inline(__always) get { 2 } }
  @usableFromInline var a = TokenSums()
  @usableFromInline var b = TokenSums()
  @inlinable @inline(__always)
  init() {}

  @inlinable @inline(__always)
  mutating func forEach(_ body: (Int, inout TokenSums) -> Void) {
    body(0, &a)
    body(1, &b)
  }
}

/// Three tokens.
@usableFromInline
struct TokenTile3: TokenTile {
  @inlinable static var count: Int { @inline(__always) get { 3 } }
  @usableFromInline var a = TokenTile2()
  @usableFromInline var b = TokenSums()
  @inlinable @inline(__always)
  init() {}

  @inlinable @inline(__always)
  mutating func forEach(_ body: (Int, inout TokenSums) -> Void) {
    a.forEach { body($0, &$1) }
    body(2, &b)
  }
}

/// Four tokens.
@usableFromInline
struct TokenTile4: TokenTile {
  @inlinable static var count: Int { @inline(__always) get { 4 } }
  @usableFromInline var a = TokenTile2()
  @usableFromInline var b = TokenTile2()
  @inlinable @inline(__always)
  init() {}

  @inlinable @inline(__always)
  mutating func forEach(_ body: (Int, inout TokenSums) -> Void) {
    a.forEach { body($0, &$1) }
    b.forEach { body($0 &+ 2, &$1) }
  }
}

/// Six tokens.
@usableFromInline
struct TokenTile6: TokenTile {
  @inlinable static var count: Int { @inline(__always) get { 6 } }
  @usableFromInline var a = TokenTile4()
  @usableFromInline var b = TokenTile2()
  @inlinable @inline(__always)
  init() {}

  @inlinable @inline(__always)
  mutating func forEach(_ body: (Int, inout TokenSums) -> Void) {
    a.forEach { body($0, &$1) }
    b.forEach { body($0 &+ 4, &$1) }
  }
}

/// Eight tokens.
@usableFromInline
struct TokenTile8: TokenTile {
  @inlinable static var count: Int { @inline(__always) get { 8 } }
  @usableFromInline var a = TokenTile4()
  @usableFromInline var b = TokenTile4()
  @inlinable @inline(__always)
  init() {}

  @inlinable @inline(__always)
  mutating func forEach(_ body: (Int, inout TokenSums) -> Void) {
    a.forEach { body($0, &$1) }
    b.forEach { body($0 &+ 4, &$1) }
  }
}

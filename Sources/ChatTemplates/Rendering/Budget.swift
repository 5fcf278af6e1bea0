/// What one parse or one rendering may still spend: steps, bytes and depth.
///
/// Templates are programs from strangers. The lexer, the parser, the renderer and every builtin draw
/// from one budget, and every string, list and dictionary is made through it (`TextBuilder`,
/// `ListBuilder`, `ValueDict`), so that nothing grows with a number that a template chose.
final class Budget {
  /// Operations of a rendering: some tenths of a second in a release build.
  static let stepLimit = 1_500_000
  /// Bytes of all that a rendering makes, released or not.
  ///
  /// Inputs add to it; see `init(inputBytes:)`.
  static let byteLimit = 64 << 20
  /// Nested statements, expressions, calls and walks through nested values.
  static let depthLimit = 250
  /// Bytes of stack that a parse or a rendering may use.
  ///
  /// A Dispatch worker has 512 KiB. A release build reaches `depthLimit` first; the frames of a debug build
  /// or of one with sanitizers are several times as large.
  static let stackLimit = 300 << 10
  /// Lists and dictionaries inside each other.
  ///
  /// Values never nest deeper, so they release without a
  /// deep recursion.
  static let nestingLimit = 120

  /// Bytes of a name in a template.
  ///
  /// Each use of a name hashes it, so that a name costs its length again and again.
  static let nameLimit = 256

  private(set) var steps = 0
  private(set) var bytes = 0
  private(set) var depth = 0
  private let byteLimit: Int
  private let stackBase = Budget.stackAddress()
  private var objects: [TemplateObject] = []

  /// A budget for one rendering.
  ///
  /// - Parameter inputBytes: Bytes of the variables, which a template copies a few times.
  init(inputBytes: Int = 0) { byteLimit = Budget.byteLimit + 32 * min(inputBytes, 1 << 32) }

  /// Takes steps.
  @inline(__always) func step(_ count: Int = 1) throws(TemplateError) {
    steps &+= count
    guard steps <= Self.stepLimit, count >= 0 else {
      throw TemplateError("takes too many steps (at most \(Self.stepLimit))")
    }
  }

  /// Takes the steps of a look at every scalar of a text, of so many bytes.
  func stepScalars(_ bytes: Int) throws(TemplateError) { try step(1 + bytes >> 3) }

  /// Takes the steps of a look at the Unicode properties of every scalar, or of a string made for each,
  /// of so many bytes.
  func stepProperties(_ bytes: Int) throws(TemplateError) { try step(1 + bytes >> 1) }

  /// Takes the steps of a comparison or search by the C library, of so many bytes.
  func stepBytes(_ bytes: Int) throws(TemplateError) { try step(1 + bytes >> 6) }

  /// Takes bytes that are about to be allocated.
  @inline(__always) func allocate(_ count: Int) throws(TemplateError) {
    let (sum, overflow) = bytes.addingReportingOverflow(count)
    guard !overflow, count >= 0, sum <= byteLimit else {
      throw TemplateError("makes more than \(byteLimit >> 20) MiB of text and values")
    }
    bytes = sum
  }

  /// Takes the bytes of `count` things of `size` bytes each.
  func allocate(_ count: Int, of size: Int) throws(TemplateError) {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
    try allocate(overflow ? Int.max : bytes)
  }

  /// Goes one level deeper; `leave` must follow.
  @inline(__always) func enter() throws(TemplateError) {
    guard depth < Self.depthLimit, stackBase - Self.stackAddress() < Self.stackLimit else {
      throw TemplateError("nests too deep (at most \(Self.depthLimit) levels)")
    }
    depth &+= 1
    try step()
  }

  /// About where the stack ends now.
  @inline(__always) private static func stackAddress() -> Int {
    var marker: UInt8 = 0
    return withUnsafeMutablePointer(to: &marker) { Int(bitPattern: $0) }
  }

  /// Comes back from one level.
  @inline(__always) func leave() { depth &-= 1 }

  /// Keeps an object until the rendering ends.
  ///
  /// Objects may refer to each other in a circle or in a long chain. The budget owns them all and
  /// empties each before it releases any, so that they neither leak nor release recursively.
  func adopt(_ object: TemplateObject) { objects.append(object) }

  /// Empties and releases the objects.
  func releaseObjects() {
    for object in objects { object.releaseValues() }
    objects = []
  }

  deinit { releaseObjects() }
}

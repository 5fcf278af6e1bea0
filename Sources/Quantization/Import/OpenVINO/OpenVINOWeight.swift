/// A weight of an OpenVINO graph: a constant, and how its codes become values.
///
/// `Constant → Convert → [Subtract zeros] → [Multiply scales] → [Reshape] → [Convert]`; codes of less
/// than a byte lie lowest first, across rows. The graph multiplies in its scales' precision; here
/// nothing is rounded before the format is chosen.
struct OpenVINOWeight: Sendable {
  /// Why an input is no weight that can be read.
  struct Unreadable: Error {
    let problem: String
  }

  let constant: OpenVINOGraph.Constant
  private(set) var zeros: OpenVINOGraph.Constant?
  private(set) var scales: OpenVINOGraph.Constant?
  private(set) var isTransposed = false

  private static let maximumSteps = 16

  /// Follows a matrix's input to its constant; nil if it comes to none that can be read.
  init?(_ layer: OpenVINOLayer, in graph: OpenVINOGraph) throws {
    guard case .success(let weight) = try Self.find(layer, in: graph) else { return nil }
    self = weight
  }

  private init(constant: OpenVINOGraph.Constant) { self.constant = constant }

  /// Follows a matrix's input to its constant.
  static func find(
    _ layer: OpenVINOLayer, in graph: OpenVINOGraph
  ) throws -> Result<OpenVINOWeight, Unreadable> {
    var layer = layer
    var zeros: OpenVINOGraph.Constant?
    var scales: OpenVINOGraph.Constant?
    var isTransposed = false
    for _ in 0..<maximumSteps {
      if let constant = try graph.constant(layer) {
        var weight = OpenVINOWeight(constant: constant)
        (weight.zeros, weight.scales, weight.isTransposed) = (zeros, scales, isTransposed)
        return .success(weight)
      }
      guard let next = graph.input(layer, 0) else { break }
      let other = try constant(graph.input(layer, 1), in: graph)
      switch layer.operation {
      case "Convert", "Reshape": break
      case "Transpose":
        guard scales == nil, zeros == nil, let other, try other.integers(atMost: 8) == [1, 0] else {
          return .failure(Unreadable(problem: "transposed in another way than a matrix"))
        }
        isTransposed.toggle()
      case "Multiply":
        // The way leads backwards: zeros are taken away before scales are multiplied.
        guard scales == nil, zeros == nil, let other else {
          return .failure(Unreadable(problem: "multiplied more than once, or not by a constant"))
        }
        scales = other
      case "Subtract":
        guard zeros == nil, scales != nil, let other else {
          return .failure(Unreadable(problem: "less something else than the zeros of its codes"))
        }
        zeros = other
      case "Gather":
        return .failure(
          Unreadable(problem: "a codebook's values (Gather), expected integer codes and scales"))
      default: return .failure(Unreadable(problem: "computed by \(layer.operation)"))
      }
      layer = next
    }
    return .failure(Unreadable(problem: "computed by \(layer.operation) \(layer.name)"))
  }

  /// A constant, converted or not.
  static func constant(
    _ layer: OpenVINOLayer?, in graph: OpenVINOGraph
  ) throws -> OpenVINOGraph.Constant? {
    guard let layer else { return nil }
    if layer.operation == "Convert" {
      return try graph.input(layer, 0).flatMap { try graph.constant($0) }
    }
    return try graph.constant(layer)
  }

  /// The weight as a source under GGUF's name.
  ///
  /// - Parameters:
  ///   - name: GGUF's name.
  ///   - isVector: Whether all but one dimension are left away.
  ///   - isOutputLast: Whether the matrix is `[input][output]`.
  ///   - precision: What is taken where no format is exact.
  /// - Returns: The source.
  /// - Throws: What is wrong with the constants.
  func source(
    as name: String, isVector: Bool, isOutputLast: Bool, precision: ImportPrecision
  ) throws -> any ImportedTensor {
    let dimensions = constant.dimensions
    guard scales != nil || zeros != nil else {
      let values = try constant.floats()
      if isVector { return PlainTensor(name: name, shape: [constant.count], values: values) }
      guard dimensions.count == 2 else { throw error(constant, "expected a matrix") }
      guard isOutputLast != isTransposed else {
        return PlainTensor(name: name, shape: dimensions.reversed(), values: values)
      }
      return TransposedMatrix(
        name: name, rows: dimensions[1], columns: dimensions[0], values: values)
    }
    let types = ["u2": 2, "u4": 4, "i4": 4, "u8": 8, "i8": 8]
    guard let bits = types[constant.elementType] else {
      throw error(
        constant,
        "expected u2, u4, i4, u8 or i8 beside a scale: floating-point codes cannot be read, convert "
          + "the original model's folder")
    }
    guard let scales, (2...3).contains(dimensions.count) else {
      throw error(constant, "expected a matrix [row][column] or [row][group][column] with scales")
    }
    let groups = try groups(bits, isOutputFirst: isOutputLast == isTransposed)
    return try QuantizedMatrix(
      name: name, shape: [groups.columns, groups.rows],
      codes: PackedCodes(
        constant.bytes, bits: bits, isSigned: isSigned,
        order: groups.isOutputFirst
          ? .rows(stride: groups.columns * bits) : .columns(rows: groups.rows)),
      groupSize: groups.columns / groups.count, scales: scales.floats(),
      order: scales.count == 1 ? .shared : groups.order(),
      offset: offset(bits, groups), precision: precision, source: constant.label)
  }

  private var isSigned: Bool { constant.elementType.hasPrefix("i") }

  /// How codes with one scale lie in the constant.
  private struct Groups {
    let rows: Int
    let columns: Int
    /// Groups in a row.
    let count: Int
    let isOutputFirst: Bool
    /// The dimensions of scales and zeros.
    let dimensions: [Int]

    /// How scales and zeros lie, values of some bits.
    func order(bits: Int = 1) -> RowOrder {
      isOutputFirst ? .rows(stride: count * bits) : .columns(rows: rows)
    }
  }

  /// `[row][group][column]` if the output comes first, else `[group][column][row]`.
  private func groups(_ bits: Int, isOutputFirst: Bool) throws -> Groups {
    let dimensions = constant.dimensions
    let rows = isOutputFirst ? dimensions[0] : dimensions[dimensions.count - 1]
    let count = dimensions.count == 3 ? dimensions[isOutputFirst ? 1 : 0] : 1
    let groups = Groups(
      rows: rows, columns: constant.count / rows, count: count, isOutputFirst: isOutputFirst,
      dimensions: isOutputFirst ? [rows, count] : [count, rows])
    guard let scales else { return groups }
    for array in [scales, zeros].compactMap({ $0 }) {
      let found = array.dimensions.filter { $0 > 1 }
      guard array.count == 1 || found == groups.dimensions.filter({ $0 > 1 }) else {
        throw error(array, "expected one value, or \(groups.dimensions)")
      }
    }
    guard scales.count > 1 || count == 1 else {
      throw error(scales, "expected \(groups.dimensions)")
    }
    return groups
  }

  private func offset(_ bits: Int, _ groups: Groups) throws -> QuantizedMatrix.Offset {
    // A signed code is read plus half of its range.
    guard let zeros else { return .zero(isSigned ? 1 << (bits - 1) : 0) }
    guard zeros.elementType == constant.elementType else {
      throw error(zeros, "expected \(constant.elementType)")
    }
    if zeros.count == 1 {
      let codes = PackedCodes(zeros.bytes, bits: bits, isSigned: isSigned, rowBits: bits)
      return .zero(Int(try codes.load(rows: 0..<1, count: 1)[0]))
    }
    return .zeros(
      PackedCodes(zeros.bytes, bits: bits, isSigned: isSigned, order: groups.order(bits: bits)))
  }

  private func error(_ constant: OpenVINOGraph.Constant, _ expected: String) -> QuantizationError {
    QuantizationError(
      "\(constant.label): found \(constant.elementType) \(constant.dimensions), \(expected)")
  }
}

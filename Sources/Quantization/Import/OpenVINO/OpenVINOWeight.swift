/// A weight of an OpenVINO graph: a constant, and how its codes become values.
///
/// `Constant → Convert → [Subtract zeros] → [Multiply scales] → [Reshape] → [Convert]`; codes of less
/// than a byte lie lowest first, across rows. The graph multiplies in its scales' precision; here
/// nothing is rounded before the format is chosen.
struct OpenVINOWeight: Sendable {
  let constant: OpenVINOGraph.Constant
  private(set) var zeros: OpenVINOGraph.Constant?
  private(set) var scales: OpenVINOGraph.Constant?
  private(set) var isTransposed = false

  private static let maximumSteps = 16

  /// Follows a matrix's input to its constant; nil if it comes to none.
  init?(_ layer: OpenVINOLayer, in graph: OpenVINOGraph) throws {
    var layer = layer
    for _ in 0..<Self.maximumSteps {
      if let constant = try graph.constant(layer) {
        self.constant = constant
        return
      }
      guard let next = graph.input(layer, 0) else { return nil }
      switch layer.operation {
      case "Convert", "Reshape": break
      case "Transpose": isTransposed.toggle()
      case "Multiply":
        guard scales == nil, let scales = try Self.constant(graph.input(layer, 1), in: graph) else {
          return nil
        }
        self.scales = scales
      case "Subtract":
        guard zeros == nil, let zeros = try Self.constant(graph.input(layer, 1), in: graph) else {
          return nil
        }
        self.zeros = zeros
      default: return nil
      }
      layer = next
    }
    return nil
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
      throw error(constant, "expected u2, u4, i4, u8 or i8 beside a scale")
    }
    guard let scales, (2...3).contains(dimensions.count), isOutputLast == isTransposed else {
      throw error(constant, "expected a matrix [row][column] or [row][group][column] with scales")
    }
    let rows = dimensions[0]
    let groups = dimensions.count == 3 ? dimensions[1] : 1
    let columns = constant.count / rows
    guard scales.count == rows * groups else {
      throw error(scales, "expected \(rows) rows of \(groups)")
    }
    let isSigned = constant.elementType.hasPrefix("i")
    return try QuantizedMatrix(
      name: name, shape: [columns, rows],
      codes: PackedCodes(
        constant.bytes, bits: bits, isSigned: isSigned, rowBits: columns * bits),
      groupSize: columns / groups, scales: scales.floats(),
      offset: offset(bits, rows, groups, isSigned), precision: precision, source: constant.label)
  }

  private func offset(
    _ bits: Int, _ rows: Int, _ groups: Int, _ isSigned: Bool
  ) throws -> QuantizedMatrix.Offset {
    // A signed code is read plus half of its range.
    guard let zeros else { return .zero(isSigned ? 1 << (bits - 1) : 0) }
    guard zeros.elementType == constant.elementType else {
      throw error(zeros, "expected \(constant.elementType)")
    }
    if zeros.count == 1 {
      let codes = PackedCodes(zeros.bytes, bits: bits, isSigned: isSigned, rowBits: bits)
      return .zero(Int(try codes.load(rows: 0..<1, count: 1)[0]))
    }
    guard zeros.count == rows * groups else {
      throw error(zeros, "expected \(rows) rows of \(groups)")
    }
    return .zeros(
      PackedCodes(zeros.bytes, bits: bits, isSigned: isSigned, rowBits: groups * bits))
  }

  private func error(_ constant: OpenVINOGraph.Constant, _ expected: String) -> QuantizationError {
    QuantizationError(
      "\(constant.label): found \(constant.elementType) \(constant.dimensions), \(expected)")
  }
}

/// A node of an ONNX graph, as much of it as tells which weights it takes.
struct ONNXNode: Sendable {
  private(set) var name = ""
  private(set) var operation = ""
  private(set) var inputs: [String] = []
  private(set) var outputs: [String] = []
  private(set) var integers: [String: [Int]] = [:]
  private(set) var floats: [String: Float] = [:]
  /// Where the tensor lies that a `Constant` gives.
  private(set) var constant: Range<Int>?

  /// Reads `NodeProto` (onnx.proto).
  init(_ reader: WireReader) throws {
    var reader = reader
    while let (number, value) = try reader.next() {
      switch number {
      case 1: inputs.append(try reader.string(value, "a node's input"))
      case 2: outputs.append(try reader.string(value, "a node's output"))
      case 3: name = try reader.string(value, "a node's name")
      case 4: operation = try reader.string(value, "a node's operation")
      case 5: try readAttribute(reader.message(value, "a node's attribute"))
      default: break
      }
    }
  }

  /// An input's name; nil if it is left out.
  func input(_ index: Int) -> String? {
    inputs.indices.contains(index) && !inputs[index].isEmpty ? inputs[index] : nil
  }

  /// An integer attribute.
  func integer(_ name: String, otherwise: Int) -> Int { integers[name]?.first ?? otherwise }

  /// How messages name the node.
  var label: String { "\(operation) \(name.isEmpty ? outputs.first ?? "" : name)" }

  /// Reads `AttributeProto`, if it is of integers, a float or a tensor.
  private mutating func readAttribute(_ reader: WireReader) throws {
    var reader = reader
    var name = ""
    var values: [Int] = []
    while let (number, value) = try reader.next() {
      switch number {
      case 1: name = try reader.string(value, "an attribute's name")
      case 2: if case .word(let bits) = value { floats[name] = Float(bitPattern: bits) }
      case 5: constant = try reader.range(value, "an attribute's tensor")
      case 3, 8:
        // More than a transposition's axes nobody asks for.
        guard values.count < 8 else { break }
        values += try reader.integers(value, "an attribute's integers", atMost: 1 << 16).prefix(8)
      default: break
      }
    }
    if !values.isEmpty { integers[name] = values }
  }
}

import GGUF

/// What all groups of a quantized matrix have in common: enough to say which format holds it exactly.
struct GroupRange {
  /// Why no format holds a matrix exactly.
  struct Inexact: Error {
    let words: String
  }

  private let bits: Int
  private let scalesFit: Bool
  private let biasesFit: Bool
  private let zeros: ClosedRange<Int>?

  /// Looks at all groups of a matrix.
  init(_ groups: CodeGroups, rows: Int, bits: Int, source: String) throws {
    self.bits = bits
    var scalesFit = true
    var biasesFit = true
    var low = Int.max
    var high = Int.min
    let rowsAtOnce = max(1, 65_536 / max(1, groups.count))
    for start in stride(from: 0, to: rows, by: rowsAtOnce) {
      let piece = start..<min(rows, start + rowsAtOnce)
      let loaded = try groups.load(rows: piece)
      for index in 0..<loaded.scales.count {
        let scale = loaded.scales[index]
        let zero = loaded.zero(index)
        let bias = loaded.bias(index) - Float(zero) * scale
        guard scale.isFinite, bias.isFinite else {
          throw QuantizationError(
            "\(source): found scale \(scale) and bias \(bias) in row "
              + "\(start + index / groups.count), group \(index % groups.count), expected numbers")
        }
        scalesFit = scalesFit && Float(Float16(scale)) == scale
        biasesFit = biasesFit && Float(Float16(bias)) == bias
        low = min(low, zero)
        high = max(high, zero)
      }
    }
    self.scalesFit = scalesFit
    self.biasesFit = biasesFit
    if case .biases = groups.offset {
      zeros = nil
    } else {
      zeros = low <= high ? low...high : 0...0
    }
  }

  /// The smallest format of 32-value blocks that holds codes, scales and zeros as they are.
  func exactType(columns: Int, groupSize: Int) -> Result<TensorType, Inexact> {
    guard columns % 32 == 0, groupSize % 32 == 0 || groupSize >= columns else {
      return .failure(
        Inexact(words: "groups of \(groupSize) in rows of \(columns) are no blocks of 32"))
    }
    guard scalesFit else {
      return .failure(Inexact(words: "scales are more precise than half precision"))
    }
    let largest = (1 << bits) - 1
    if let zeros {
      let codes = -zeros.upperBound...largest - zeros.lowerBound
      if fits(codes, -8...7) { return .success(.q4_0) }
      if bits <= 4, biasesFit { return .success(.q4_1) }
      if fits(codes, -16...15) { return .success(.q5_0) }
      if fits(codes, -128...127) { return .success(.q8_0) }
      return .failure(
        Inexact(words: "\(bits)-bit codes with zeros of their own are in no format"))
    }
    guard biasesFit else {
      return .failure(Inexact(words: "biases are more precise than half precision"))
    }
    switch bits {
    case ...4: return .success(.q4_1)
    case 5: return .success(.q5_1)
    default:
      return .failure(Inexact(words: "\(bits)-bit codes with biases are in no format"))
    }
  }

  private func fits(_ codes: ClosedRange<Int>, _ range: ClosedRange<Int>) -> Bool {
    range.lowerBound <= codes.lowerBound && codes.upperBound <= range.upperBound
  }
}

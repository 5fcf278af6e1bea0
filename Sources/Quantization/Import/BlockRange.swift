import GGUF

/// The codes that a format's blocks hold beside one scale, and what else a block has.
struct BlockRange: Sendable {
  /// What a block adds to its scaled codes.
  enum Addend: Sendable, Equatable {
    /// Nothing: codes are signed.
    case none
    /// A half-precision number.
    case half
    /// A half-precision number times a whole one up to this.
    case multiple(Int)
  }

  let type: TensorType
  let codes: ClosedRange<Int>
  let addend: Addend

  /// All formats, the smallest blocks first.
  static let all = [
    BlockRange(type: .q2_K, codes: 0...3, addend: .multiple(15)),
    BlockRange(type: .q3_K, codes: -4...3, addend: .none),
    BlockRange(type: .q4_0, codes: -8...7, addend: .none),
    BlockRange(type: .q4_K, codes: 0...15, addend: .multiple(63)),
    BlockRange(type: .q4_1, codes: 0...15, addend: .half),
    BlockRange(type: .q5_0, codes: -16...15, addend: .none),
    BlockRange(type: .q5_K, codes: 0...31, addend: .multiple(63)),
    BlockRange(type: .q5_1, codes: 0...31, addend: .half),
    BlockRange(type: .q6_K, codes: -32...31, addend: .none),
    BlockRange(type: .q8_0, codes: -128...127, addend: .none),
  ]

  /// Bits of a block for each of its weights.
  static func bitsPerWeight(_ type: TensorType) -> Double {
    Double(8 * type.blockBytes) / Double(type.blockSize)
  }

  /// What the file keeps for the least code: Q8_0's are signed there too.
  private var firstStored: Int { type == .q8_0 || addend != .none ? 0 : -codes.lowerBound }

  /// The smallest changes that count, as a part of the largest weight: those of half precision.
  private static let scaleLimit = 0x1p-11
  /// Of a scale and an offset, which are rounded apart.
  private static let biasLimit = 0x1p-10
  /// The least normal number of half precision; below it changes are compared with this.
  static let leastNormal = 0x1p-14

  /// The scale and offset of a block for a group's codes.
  ///
  /// - Parameters:
  ///   - group: The group.
  ///   - top: The largest code it may have; the least is 0.
  ///   - isExact: Whether nothing may be rounded.
  /// - Returns: What a block of this format gets, or why it cannot hold the group.
  func fit(_ group: CodeGroup, top: Int, isExact: Bool) -> Result<GroupFit, GroupFit.Misfit> {
    let group = group.withoutBias
    let rounded = Float16(group.scale)
    guard rounded.isFinite else { return .failure(.scale) }
    let (scale, half) = (Double(group.scale), Double(rounded))
    let largest = max(group.largest(top), Self.leastNormal)
    let scaleChange = abs(half - scale) * (group.largest(top) / max(abs(scale), 1e-300)) / largest
    guard scaleChange <= (isExact ? 0 : Self.scaleLimit) else { return .failure(.scale) }
    guard group.bias == 0 else {
      return fitBias(group, half, top: top, largest: largest, isExact: isExact)
    }
    switch addend {
    case .none:
      for (sign, least) in [(1, -group.zero), (-1, group.zero - top)]
      where codes.lowerBound <= least && least + top <= codes.upperBound {
        return .success(
          GroupFit(
            scale: sign > 0 ? rounded : -rounded, sign: sign,
            shift: firstStored - sign * group.zero, change: scaleChange))
      }
      return .failure(.codes)
    case .multiple(let most):
      guard top <= codes.upperBound, 0...most ~= group.zero else { return .failure(.codes) }
      return .success(
        GroupFit(
          scale: rounded, offset: rounded, multiple: group.zero, change: scaleChange))
    case .half:
      let offset = -Double(group.zero) * half
      guard top <= codes.upperBound, Double(Float16(offset)) == offset else {
        return .failure(.codes)
      }
      return .success(GroupFit(scale: rounded, offset: Float16(offset), change: scaleChange))
    }
  }

  /// Of a group whose bias is no multiple of its scale.
  private func fitBias(
    _ group: CodeGroup, _ half: Double, top: Int, largest: Double, isExact: Bool
  ) -> Result<GroupFit, GroupFit.Misfit> {
    guard addend != .none, top <= codes.upperBound else { return .failure(.codes) }
    let scale = Double(group.scale)
    let bias = Double(group.bias) - Double(group.zero) * scale
    // What the scale's rounding does to the largest code is shared with the least.
    let offset = Float16(bias + (scale - half) * Double(top) / 2)
    guard offset.isFinite else { return .failure(.bias) }
    let first = Double(offset) - bias
    let last = first + (half - scale) * Double(top)
    let change = max(abs(first), abs(last)) / largest
    guard change <= (isExact ? 0 : Self.biasLimit) else { return .failure(.bias) }
    let isMultiple = addend != .half
    return .success(
      GroupFit(
        scale: Float16(group.scale), offset: isMultiple ? -offset : offset,
        multiple: isMultiple ? 1 : 0, change: change))
  }
}

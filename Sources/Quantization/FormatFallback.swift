import GGUF

/// A tensor whose rows are no whole number of the chosen format's blocks, and what it gets instead.
public struct FormatFallback: Sendable, Equatable {
  /// The tensor.
  public let tensor: String
  /// Values in its rows.
  public let columns: Int
  /// What was chosen.
  public let wanted: TensorType
  /// What fits.
  public let type: TensorType

  /// The fallbacks in one line, with their counts.
  ///
  /// As in `166 of 211 matrices get another format, because their rows are no whole number of blocks:
  /// 150 Q4_K -> Q5_0, 16 Q6_K -> Q8_0 (rows of 576, blocks of 256)`.
  ///
  /// - Parameters:
  ///   - fallbacks: The fallbacks.
  ///   - count: Matrices in all.
  /// - Returns: The line; nil if there are no fallbacks.
  public static func note(_ fallbacks: [FormatFallback], of count: Int) -> String? {
    guard !fallbacks.isEmpty else { return nil }
    let kinds = Dictionary(grouping: fallbacks) { "\($0.wanted.name) -> \($0.type.name)" }
    let parts = kinds.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.map {
      "\($0.value.count) \($0.key)"
    }
    func list(_ numbers: [Int]) -> String {
      Set(numbers).sorted().map(String.init).joined(separator: ", ")
    }
    return "\(fallbacks.count) of \(count) matrices get another format, because their rows are no "
      + "whole number of blocks: \(parts.joined(separator: ", ")) (rows of "
      + "\(list(fallbacks.map(\.columns))), blocks of \(list(fallbacks.map(\.wanted.blockSize))))"
  }
}

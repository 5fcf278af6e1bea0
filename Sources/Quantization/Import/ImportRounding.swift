/// What a format does to weights that it does not hold exactly.
public struct ImportRounding: Sendable, Equatable {
  /// What is rounded and why, in words that follow the format's name.
  public let words: String
  /// The largest change of a weight, as a part of the largest weight in its group or block; nil
  /// where weights are rounded one by one.
  public let change: Double?
  /// Blocks whose weights change by more than half precision's rounding.
  private(set) var changedBlocks = 0
  /// Blocks that were looked at.
  private(set) var blocks = 0

  /// Scales, and what is added to the scaled codes.
  static let scales = "scales are rounded to half precision"

  init(words: String, change: Double?, changedBlocks: Int = 0, blocks: Int = 0) {
    self.words = words
    self.change = change
    self.changedBlocks = changedBlocks
    self.blocks = blocks
  }

  /// The same of several tensors: the first one's words, the largest change.
  static func joined(_ roundings: [ImportRounding]) -> ImportRounding? {
    roundings.first.map {
      ImportRounding(
        words: $0.words, change: roundings.compactMap(\.change).max(),
        changedBlocks: roundings.reduce(0) { $0 + $1.changedBlocks },
        blocks: roundings.reduce(0) { $0 + $1.blocks })
    }
  }
}

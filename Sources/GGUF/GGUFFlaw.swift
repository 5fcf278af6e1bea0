/// Something wrong with a file that can be read past.
public struct GGUFFlaw: Sendable, Equatable {
  /// What kind of flaw it is.
  public enum Kind: Sendable {
    /// The same key twice; the first counts.
    case repeatedKey
    /// The same tensor twice; the first counts.
    case repeatedTensor
    /// A tensor's offset leaves a gap or goes back.
    case misplacedTensor
    /// The file ends before a tensor does.
    case missingBytes
  }

  /// The kind.
  public let kind: Kind
  /// What was found and what was expected.
  public let error: GGUFError
}

/// Flaws so far; the first is thrown unless they are to be read past.
struct FlawList {
  let isTolerant: Bool
  private(set) var flaws: [GGUFFlaw] = []

  init(isTolerant: Bool, flaws: [GGUFFlaw] = []) {
    self.isTolerant = isTolerant
    self.flaws = flaws
  }

  mutating func add(_ kind: GGUFFlaw.Kind, _ error: GGUFError) throws(GGUFError) {
    guard isTolerant else { throw error }
    flaws.append(GGUFFlaw(kind: kind, error: error))
  }
}

import Foundation
import GGUF

/// What `phi verify` found: parts that may be missing, which each renderer shows in its way.
public struct VerifyReport: Sendable {
  /// A model that was compared.
  public struct Subject: Sendable {
    /// Its file.
    public let path: String
    /// Bytes of its tensors.
    public let bytes: Int
    /// Bytes of its tensors in bits, to a weight.
    public let bitsPerWeight: Double

    /// The model of a file.
    public init(_ file: GGUFFile) {
      path = file.path
      bytes = file.tensorBytes
      bitsPerWeight = Double(bytes) * 8 / Double(max(1, file.valueCount))
    }

    /// The file's name without its folder, safe to show.
    public var name: String { (path as NSString).lastPathComponent.printable }

    /// Name and size in one line.
    var line: String {
      name + String(format: ", %@, %.2f bits a weight", Bytes.text(bytes), bitsPerWeight)
    }
  }

  /// What both models said of a text.
  public struct Comparison: Sendable {
    /// Every position that was compared, by stretch.
    public let stretches: [[TokenComparison]]
    /// Tokens that were read together.
    public let length: Int
    /// The figures.
    public let summary: DivergenceSummary

    /// A text that was compared.
    ///
    /// - Parameters:
    ///   - stretches: Every position, by stretch.
    ///   - length: Tokens that were read together.
    public init(_ stretches: [[TokenComparison]], length: Int) {
      self.stretches = stretches
      self.length = length
      summary = DivergenceSummary(stretches)
    }
  }

  /// The model that is taken to be right.
  public let reference: Subject
  /// The one that is judged.
  public let candidate: Subject
  /// What they said of a text.
  public var comparison: Comparison?
  /// The comparison held against limits.
  public var verdict: Verdict?
  /// Questions with one right answer.
  public var score: TaskScore?

  /// A report with no part yet.
  public init(reference: Subject, candidate: Subject) {
    self.reference = reference
    self.candidate = candidate
  }

  /// Whether no limit is broken.
  public var isWithin: Bool { verdict?.isWithin ?? true }
}

import Foundation
import GGUF

/// What `phi verify` found: parts that may be missing, which each renderer shows in its way.
public struct VerifyReport: Sendable {
  /// A model that was compared.
  public struct Subject: Sendable {
    /// Its file.
    public let path: String
    /// Bytes of its tensors, or of the file of logits.
    public let bytes: Int
    /// Bits of its tensors to a weight; nil for a file of logits.
    public let bitsPerWeight: Double?
    /// Whether its activations are rounded.
    public var roundsActivations = false

    /// A model by its figures.
    init(path: String, bytes: Int, bitsPerWeight: Double?) {
      self.path = path
      self.bytes = bytes
      self.bitsPerWeight = bitsPerWeight
    }

    /// The model of a file.
    public init(_ file: GGUFFile) {
      path = file.path
      bytes = file.tensorBytes
      bitsPerWeight = Double(bytes) * 8 / Double(max(1, file.valueCount))
    }

    /// A reference of which there is but a file of logits.
    public init(_ file: LogitsFile) {
      path = file.path
      bytes = file.byteCount
      bitsPerWeight = nil
    }

    /// The file's name without its folder, safe to show.
    public var name: String { Path.name(path).printable }

    /// The name, and whether its activations are rounded.
    var title: String { name + (roundsActivations ? " (activations rounded)" : "") }

    /// Title and size in one line.
    var line: String {
      title + ", " + Bytes.text(bytes)
        + (bitsPerWeight.map { String(format: ", %.2f bits a weight", $0) } ?? " of logits")
    }
  }

  /// What both models said of a text.
  public struct Comparison: Sendable {
    /// Every position that was compared, by stretch.
    public let stretches: [[TokenComparison]]
    /// Tokens that were read together.
    public let length: Int
    /// Whether the reference is but a file of logits, in which unlikely tokens are all alike: figures
    /// in which those count mean nothing then.
    public let isFromFile: Bool
    /// The figures.
    public let summary: DivergenceSummary

    /// A text that was compared.
    ///
    /// - Parameters:
    ///   - stretches: Every position, by stretch.
    ///   - length: Tokens that were read together.
    ///   - isFromFile: Whether the reference is a file of logits.
    public init(_ stretches: [[TokenComparison]], length: Int, isFromFile: Bool = false) {
      self.stretches = stretches
      self.length = length
      self.isFromFile = isFromFile
      summary = DivergenceSummary(stretches)
    }
  }

  /// The model that is taken to be right.
  public let reference: Subject
  /// The one that is judged.
  public var candidate: Subject
  /// What they said of a text.
  public var comparison: Comparison?
  /// The comparison held against limits.
  public var verdict: Verdict?
  /// Questions with one right answer.
  public var score: TaskScore?
  /// The positions at which they differ most, the worst first.
  public var worst: [WorstToken] = []
  /// The error of every tensor.
  public var tensors: TensorErrors?
  /// The drift of the hidden state, layer by layer.
  public var drift: [LayerDrift]?
  /// What every tensor or layer costs alone.
  public var swaps: SwapCosts?
  /// Both models' answers to prompts.
  public var answers: [AnswerComparison] = []
  /// What the comparison needed of the machine's memory.
  public var memory: MemoryUse?

  /// A report with no part yet.
  public init(reference: Subject, candidate: Subject) {
    self.reference = reference
    self.candidate = candidate
  }

  /// Whether no limit is broken.
  public var isWithin: Bool { verdict?.isWithin ?? true }
}

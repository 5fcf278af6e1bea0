import GGUF
import Inference

/// Finds what breaks model files: metadata, tokenizer, template, rotation, formats and weights.
public struct Doctor: Sendable {
  /// What is looked at, in the order in which findings of one severity are told.
  static let checks: [any FileCheck.Type] = [
    ContainerCheck.self, ConfigurationCheck.self, TensorCheck.self, LongRoPECheck.self,
    AttentionFactorCheck.self, PublishedValueCheck.self, VocabularyCheck.self,
    TokenIDCheck.self, EndOfTurnCheck.self, TokenKindCheck.self, PreTokenizerCheck.self,
    ChatTemplateCheck.self, DoubleBOSCheck.self, MixCheck.self, NormFormatCheck.self,
    WeightValueCheck.self, WeightScaleCheck.self, RepeatedWeightCheck.self,
  ]

  /// The file.
  public let file: GGUFFile
  /// What was found, the worst first.
  public let findings: [Finding]
  /// The published model that the file is by its shape; nil if it is none that is known.
  public let publishedName: String?

  /// Whether nothing keeps the file from running well.
  public var isHealthy: Bool { count(.error) == 0 }

  /// How many findings there are of a severity.
  public func count(_ severity: Finding.Severity) -> Int {
    findings.count { $0.severity == severity }
  }

  /// Examines a file.
  ///
  /// - Parameters:
  ///   - file: The file, best opened with `GGUFFile(damaged:)`.
  ///   - readsWeights: Whether the weights are read too, all of them.
  ///   - threads: Threads that read weights.
  ///   - progress: Is told how many bytes of how many are read, and stops the work by throwing.
  /// - Throws: What `progress` threw.
  public init(
    _ file: GGUFFile, readsWeights: Bool = true, threads: Int = 1,
    progress: (_ doneBytes: Int, _ totalBytes: Int) throws -> Void = { _, _ in }
  ) throws {
    self.file = file
    let weights =
      readsWeights
      ? try WeightSurvey(file, threads: threads, progress: progress) : nil
    let examination = Examination(file, weights: weights)
    publishedName = examination.published.map { model in
      model.variant(contextLength: examination.integer("context_length"))?.name ?? model.name
    }
    let checks = Self.checks.filter { file.cutTensors.isEmpty || !$0.needsAllTensors }
    var findings = checks.flatMap { $0.findings(in: examination) }
    if !findings.contains(where: { $0.severity == .error }) { findings += Self.trial(file) }
    self.findings = Finding.Severity.allCases.flatMap { severity in
      findings.filter { $0.severity == severity }
    }
  }

  /// What loading the model says of a file in which no check found an error.
  private static func trial(_ file: GGUFFile) -> [Finding] {
    do {
      return try Model(file).notes.map { note in
        Finding(
          .note, "metadata", note,
          consequence: "What it may ask for is not done.", remedy: "compare with the original model"
        )
      }
    } catch {
      return [
        Finding(
          .error, "the model", "cannot be loaded: \("\(error)".printable)",
          consequence: "No text can be written with it.",
          remedy: "convert it again from the original")
      ]
    }
  }
}

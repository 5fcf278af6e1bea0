import Foundation
import GGUF
import Inference

/// Which format every tensor of a file is to have, and the metadata of the file that results.
public struct QuantizationPlan: Sendable {
  /// What the formats are chosen by.
  public struct Options: Sendable {
    /// The mix.
    public var mix: Mix
    /// Formats for tensors whose names match expressions; the first match counts.
    public var overrides: [Override] = []
    /// Formats of tensors by their whole names, before anything else is asked.
    public var types: [String: TensorType] = [:]
    /// Whether all matrices get the mix's base format.
    public var isPure = false
    /// The embedding's format, where it is not the mix's.
    public var embeddingType: TensorType?
    /// The output's format, where it is not the mix's.
    public var outputType: TensorType?
    /// Whether tensors that are quantized already may be quantized again.
    public var allowsRequantizing = false
    /// What a squared error costs, by tensor and column.
    public var importance: ImportanceMatrix?

    /// Options with a mix and nothing else.
    public init(_ mix: Mix) { self.mix = mix }
  }

  /// A format for tensors of matching names.
  public struct Override: Sendable {
    /// A regular expression that matches somewhere in the name.
    public let pattern: String
    /// The format.
    public let type: TensorType
    private let expression: NSRegularExpression

    /// An override, or nil if the pattern is no regular expression.
    public init?(pattern: String, type: TensorType) {
      guard let expression = try? NSRegularExpression(pattern: pattern) else { return nil }
      self.pattern = pattern
      self.type = type
      self.expression = expression
    }

    func matches(_ name: String) -> Bool {
      let range = NSRange(name.startIndex..., in: name)
      return expression.firstMatch(in: name, range: range) != nil
    }
  }

  /// The tensors, in the source's order.
  public private(set) var items: [ModelFileWriter.Item]
  /// The metadata of the result.
  public let metadata: [(key: String, value: MetadataValue)]
  /// Tensors that could not get the chosen format.
  public private(set) var fallbacks: [FormatFallback] = []
  /// What a person should know of the plan, a line each.
  public private(set) var notes: [String] = []

  /// Whether an importance matrix or more effort can change the result: some tensor is quantized.
  public var encodesBlocks: Bool {
    items.contains { $0.type.blockSize > 1 && $0.type != $0.source.type }
  }

  /// Bytes of all tensors.
  public var byteCount: Int { items.reduce(0) { $0 + $1.description.byteCount } }
  /// Bits of all tensors for each of their values.
  public var bitsPerWeight: Double {
    let values = items.reduce(0) { $0 + $1.source.shape.reduce(1, *) }
    return Double(byteCount) * 8 / Double(max(1, values))
  }

  /// Plans a file's quantization.
  ///
  /// - Parameters:
  ///   - file: The model.
  ///   - options: How formats are chosen.
  /// - Throws: `QuantizationError` if a tensor is quantized already, an override or the importance
  ///   matrix does not fit the model, or the file is no model of a known architecture.
  public init(_ file: GGUFFile, _ options: Options) throws {
    let sources = file.tensors.map { StoredTensor($0, in: file) }
    let matrices = sources.filter(Self.isQuantized)
    try Self.check(options, matrices, file)
    let rules = MixRules(options.mix, for: try .init(file, options))
    var use = options.importance.map(ImportanceUse.init)
    items = []
    for source in sources {
      guard Self.isQuantized(source) else {
        items.append(.init(source, as: source.type))
        continue
      }
      let fallback = Self.fallback(of: source, options, rules)
      let type =
        fallback?.type ?? Self.chosen(for: source, options) ?? rules.wanted(of: source.name)
      if let fallback { fallbacks.append(fallback) }
      let isFloat = [.f32, .f16, .bf16].contains(source.type)
      guard isFloat || type == source.type || options.allowsRequantizing else {
        throw QuantizationError(
          "\(file.path): \(source.name): is \(source.type.name), expected F32, F16 or BF16; "
            + "quantizing again loses more (--allow-requantize does it all the same)")
      }
      let isOuter = ["token_embd.weight", "output.weight"].contains(source.name)
      let isEncoded = type.blockSize > 1 && type != source.type
      items.append(
        .init(
          source, as: type,
          importance: isOuter || !isEncoded ? nil : try use?.weights(for: source)))
    }
    metadata = Self.metadata(file.metadata, options)
    notes = [FormatFallback.note(fallbacks, of: matrices.count)].compactMap { $0 }
    if encodesBlocks { notes += try use?.notes() ?? [] }
  }

  /// Refuses options that would decide nothing.
  private static func check(
    _ options: Options, _ matrices: [StoredTensor], _ file: GGUFFile
  ) throws {
    for (index, override) in options.overrides.enumerated() {
      let matching = matrices.filter { override.matches($0.name) }
      let words = "--tensor \(override.pattern)=\(override.type.name)"
      guard !matching.isEmpty else {
        throw QuantizationError(
          "\(words): no matrix of \(file.path) has a name that matches")
      }
      let earlier = options.overrides[..<index]
      if matching.allSatisfy({ matrix in earlier.contains { $0.matches(matrix.name) } }) {
        throw QuantizationError(
          "\(words): every matrix that it matches is matched by a --tensor before it")
      }
    }
    let outer = [
      ("token-embedding-type", "token_embd.weight", options.embeddingType),
      ("output-type", "output.weight", options.outputType),
    ]
    for (option, name, type) in outer where type != nil {
      guard matrices.contains(where: { $0.name == name }) else {
        throw QuantizationError(
          "--\(option): \(file.path) has no \(name)"
            + (name == "output.weight"
              ? "; its output is the embedding, for which there is --token-embedding-type" : ""))
      }
      if let override = options.overrides.first(where: { $0.matches(name) }) {
        throw QuantizationError(
          "--\(option): --tensor \(override.pattern)=\(override.type.name) decides on \(name)")
      }
    }
  }

  private static func isQuantized(_ source: StoredTensor) -> Bool {
    MixRules.isQuantized(name: source.name, shape: source.shape)
  }

  /// The format that the options name for a matrix; nil where the mix decides.
  private static func chosen(for source: StoredTensor, _ options: Options) -> TensorType? {
    if let type = options.types[source.name] { return type }
    if let override = options.overrides.first(where: { $0.matches(source.name) }) {
      return override.type
    }
    if source.name == "token_embd.weight", let type = options.embeddingType { return type }
    if source.name == "output.weight", let type = options.outputType { return type }
    return options.isPure ? options.mix.base : nil
  }

  /// What becomes of a matrix whose rows do not fit its format; nil where they do.
  private static func fallback(
    of source: StoredTensor, _ options: Options, _ rules: MixRules
  ) -> FormatFallback? {
    let columns = source.shape[0]
    guard let wanted = chosen(for: source, options) else {
      return rules.fallback(of: source.name, columns: columns)
    }
    let type = MixRules.fitting(wanted, columns: columns)
    return type == wanted
      ? nil : FormatFallback(tensor: source.name, columns: columns, wanted: wanted, type: type)
  }

  private static func metadata(
    _ metadata: GGUFMetadata, _ options: Options
  ) -> [(key: String, value: MetadataValue)] {
    let replaced: [(key: String, value: MetadataValue)] =
      [
        ("general.quantization_version", .uint32(2)),
        ("general.file_type", .uint32(options.mix.fileType)),
      ] + (options.importance?.provenance ?? [])
    return metadata.entries.filter { entry in
      !entry.key.hasPrefix("split.") && !entry.key.hasPrefix("quantize.imatrix.")
        && !replaced.contains { $0.key == entry.key }
    } + replaced
  }
}

extension MixRules.Model {
  /// What the rules need to know of a file.
  init(_ file: GGUFFile, _ options: QuantizationPlan.Options) throws {
    let configuration = try ModelConfiguration(file.metadata)
    self.init(
      blocks: configuration.blockCount, queriesPerKey: configuration.groupSize,
      isTied: file.tensor(named: "output.weight") == nil,
      hasImportance: options.importance != nil)
  }
}

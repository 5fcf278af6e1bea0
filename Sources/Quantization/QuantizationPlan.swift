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

  /// A tensor whose rows are no whole number of the chosen format's blocks, and what it gets.
  public struct Fallback: Sendable, Equatable {
    /// The tensor.
    public let tensor: String
    /// What was chosen.
    public let wanted: TensorType
    /// What fits.
    public let type: TensorType
  }

  /// The tensors, in the source's order.
  public private(set) var items: [ModelFileWriter.Item]
  /// The metadata of the result.
  public let metadata: [(key: String, value: MetadataValue)]
  /// Tensors that could not get the chosen format.
  public private(set) var fallbacks: [Fallback] = []

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
    let rules = MixRules(options.mix, for: try .init(file, options))
    items = []
    for override in options.overrides
    where !sources.contains(where: { Self.isQuantized($0) && override.matches($0.name) }) {
      throw QuantizationError(
        "--tensor \(override.pattern)=\(override.type.name): no matrix of \(file.path) has a name "
          + "that matches")
    }
    for source in sources {
      guard Self.isQuantized(source) else {
        items.append(.init(source, as: source.type))
        continue
      }
      let wanted = Self.type(of: source, options, rules)
      let type = MixRules.fitting(wanted, columns: source.shape[0])
      if type != wanted {
        fallbacks.append(Fallback(tensor: source.name, wanted: wanted, type: type))
      }
      let isFloat = [.f32, .f16, .bf16].contains(source.type)
      guard isFloat || type == source.type || options.allowsRequantizing else {
        throw QuantizationError(
          "\(file.path): \(source.name): is \(source.type.name), expected F32, F16 or BF16; "
            + "quantizing again loses more (--allow-requantize does it all the same)")
      }
      let isOuter = ["token_embd.weight", "output.weight"].contains(source.name)
      let importance =
        isOuter ? nil : try options.importance?.weights(for: source.name, shape: source.shape)
      items.append(.init(source, as: type, importance: importance))
    }
    metadata = Self.metadata(file.metadata, options)
  }

  private static func isQuantized(_ source: StoredTensor) -> Bool {
    MixRules.isQuantized(name: source.name, shape: source.shape)
  }

  private static func type(
    of source: StoredTensor, _ options: Options, _ rules: MixRules
  ) -> TensorType {
    if let type = options.types[source.name] { return type }
    if let override = options.overrides.first(where: { $0.matches(source.name) }) {
      return override.type
    }
    if source.name == "token_embd.weight", let type = options.embeddingType { return type }
    if source.name == "output.weight", let type = options.outputType { return type }
    return options.isPure ? options.mix.base : rules.type(of: source.name, columns: source.shape[0])
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

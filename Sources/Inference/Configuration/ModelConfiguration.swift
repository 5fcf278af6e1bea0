import GGUF

/// The numbers of a model, read from its metadata and checked against each other.
public struct ModelConfiguration: Sendable, Equatable {
  /// The graph.
  public let architecture: Architecture
  /// `general.name`, or the architecture where the file has none.
  public let name: String
  /// Transformer blocks.
  public let blockCount: Int
  /// Positions that the model was made for.
  public let contextLength: Int
  /// Width of the hidden state.
  public let embeddingLength: Int
  /// Width of the feed-forward network, of one expert where there are experts.
  public let feedForwardLength: Int
  /// Query heads.
  public let headCount: Int
  /// Key and value heads, a divisor of `headCount`.
  public let kvHeadCount: Int
  /// Values in a head.
  public let headSize: Int
  /// Epsilon of the norms.
  public let normEpsilon: Float
  /// How many positions a query sees, itself included; nil for all.
  public let slidingWindow: Int?
  /// Rotary position embedding.
  public let rope: RoPEConfiguration
  /// Experts in a block; 0 for a dense network.
  public let expertCount: Int

  /// Values in the keys, and in the values, of one position of one block.
  public var kvLength: Int { kvHeadCount * headSize }
  /// Query heads that share a key and value head.
  public var groupSize: Int { headCount / kvHeadCount }

  /// Reads and checks the numbers.
  ///
  /// - Parameter metadata: The file's.
  /// - Throws: `GGUFError` if a value has the wrong type, `ModelError` if one is missing or does
  ///   not fit the others.
  public init(_ metadata: GGUFMetadata) throws {
    let reader = ConfigurationReader(metadata)
    guard let found = try metadata.string("general.architecture") else {
      throw reader.error("general.architecture", "is missing")
    }
    guard let architecture = Architecture(rawValue: found) else {
      let known = Architecture.allCases.map(\.rawValue).joined(separator: ", ")
      throw reader.error("general.architecture", "found '\(found)', expected one of \(known)")
    }
    self.architecture = architecture
    let prefix = architecture.rawValue
    name = try metadata.string("general.name") ?? prefix
    blockCount = try reader.required("\(prefix).block_count", 1...4096)
    contextLength = try reader.required("\(prefix).context_length", 1...(1 << 30))
    embeddingLength = try reader.required("\(prefix).embedding_length", 1...(1 << 20))
    feedForwardLength = try reader.required("\(prefix).feed_forward_length", 1...(1 << 22))
    headCount = try reader.required("\(prefix).attention.head_count", 1...(1 << 16))
    kvHeadCount =
      try metadata.integer("\(prefix).attention.head_count_kv", in: 1...(1 << 16)) ?? headCount
    guard headCount % kvHeadCount == 0 else {
      throw reader.error(
        "\(prefix).attention.head_count_kv",
        "found \(kvHeadCount), expected a divisor of \(headCount) heads")
    }
    headSize = try Self.headSize(reader, prefix, embeddingLength, headCount)
    normEpsilon = try Self.epsilon(reader, architecture)
    let window =
      try metadata.integer("\(prefix).attention.sliding_window", in: 0...Int(UInt32.max)) ?? 0
    slidingWindow = window > 0 ? window : nil
    expertCount =
      architecture == .phimoe ? try reader.required("\(prefix).expert_count", 2...4096) : 0
    if let used = try metadata.integer("\(prefix).expert_used_count", in: 0...4096),
      architecture == .phimoe, used != 2
    {
      throw reader.error("\(prefix).expert_used_count", "found \(used), expected 2")
    }
    if architecture == .llama,
      let experts = try metadata.integer("llama.expert_count", in: 0...4096),
      experts > 0
    {
      throw reader.error("llama.expert_count", "found \(experts), expected a model without experts")
    }
    rope = try RoPEConfiguration(
      reader, architecture, headSize: headSize, contextLength: contextLength)
  }

  private static func headSize(
    _ reader: ConfigurationReader, _ prefix: String, _ embedding: Int, _ heads: Int
  ) throws -> Int {
    let key = "\(prefix).attention.key_length"
    let found = try reader.metadata.integer(key, in: 1...4096)
    if let value = try reader.metadata.integer("\(prefix).attention.value_length", in: 1...4096),
      value != (found ?? embedding / heads)
    {
      throw reader.error(
        "\(prefix).attention.value_length",
        "found \(value), expected the key length \(found ?? embedding / heads)")
    }
    if let found { return found }
    guard embedding % heads == 0, embedding / heads <= 4096 else {
      throw reader.error(
        "\(prefix).attention.head_count",
        "found \(heads), expected a divisor of the embedding length \(embedding)")
    }
    return embedding / heads
  }

  private static func epsilon(
    _ reader: ConfigurationReader, _ architecture: Architecture
  ) throws -> Float {
    let prefix = architecture.rawValue
    // PhiMoE has LayerNorm and yet its converter writes the RMSNorm key.
    let keys = [
      "\(prefix).attention.layer_norm_rms_epsilon", "\(prefix).attention.layer_norm_epsilon",
    ]
    let ordered = architecture == .phi2 ? keys.reversed() : keys
    for key in ordered {
      guard let epsilon = try reader.metadata.float(key) else { continue }
      guard epsilon >= 0, epsilon < 1 else {
        throw reader.error(key, "found \(epsilon), expected a number from 0 to 1")
      }
      return epsilon
    }
    throw reader.error(ordered[0], "is missing")
  }
}

/// Metadata with the errors of a configuration.
struct ConfigurationReader {
  let metadata: GGUFMetadata

  init(_ metadata: GGUFMetadata) { self.metadata = metadata }

  /// The integer of a key that must be there.
  func required(_ key: String, _ range: ClosedRange<Int>) throws -> Int {
    guard let value = try metadata.integer(key, in: range) else { throw error(key, "is missing") }
    return value
  }

  /// An error about a key.
  func error(_ key: String, _ problem: String) -> ModelError {
    ModelError("\(metadata.source): \(key) \(problem)")
  }
}

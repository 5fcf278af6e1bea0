import GGUF

/// How much the columns of a model's matrices matter: the mean squares of what is multiplied with
/// them, measured over a text.
///
/// Files are GGUF as `llama-imatrix` writes them (`NAME.in_sum2`, `NAME.counts`), or its older
/// binary format, which is only read.
public struct ImportanceMatrix: Sendable {
  /// Sums for one tensor.
  public struct Entry: Sendable, Equatable {
    /// Sums of squares, `[expert][column]`.
    public var sums: [Float]
    /// Tokens summed over, by expert.
    public var counts: [Float]

    /// An entry; the sums are a multiple of the counts.
    public init(sums: [Float], counts: [Float]) {
      self.sums = sums
      self.counts = counts
    }

    /// What cannot be in sums of squares, in words; nil if nothing is wrong.
    ///
    /// An expert that no token chose has a count and sums of 0.
    var problem: String? {
      func text(_ value: Float) -> String { value.isNaN ? "nan" : "\(value)" }
      if let place = sums.firstIndex(where: { !($0 >= 0 && $0 < .infinity) }) {
        return "found \(text(sums[place])) as the sum of column \(place), expected a finite sum of "
          + "squares"
      }
      if let place = counts.firstIndex(where: { !($0 >= 0 && $0 < .infinity) }) {
        return "found \(text(counts[place])) as the count of expert \(place), expected a number of "
          + "tokens"
      }
      guard counts.contains(where: { $0 > 0 }) else {
        return "found a count of 0, expected a number of tokens that it was measured on"
      }
      let width = sums.count / counts.count
      if let expert = counts.indices.first(where: { expert in
        counts[expert] == 0 && sums[expert * width..<(expert + 1) * width].contains { $0 != 0 }
      }) {
        return "found sums for expert \(expert), whose count is 0"
      }
      return nil
    }
  }

  /// By tensor.
  public var entries: [String: Entry]
  /// The texts.
  public var datasets: [String]
  /// Stretches of text.
  public var chunkCount: Int
  /// Tokens in one.
  public var chunkLength: Int
  /// Where it was read from; nil if it was measured just now.
  public private(set) var path: String?

  /// A matrix in memory.
  public init(
    entries: [String: Entry] = [:], datasets: [String] = [], chunkCount: Int = 0,
    chunkLength: Int = 512
  ) {
    self.entries = entries
    self.datasets = datasets
    self.chunkCount = chunkCount
    self.chunkLength = chunkLength
  }

  /// Reads a file.
  ///
  /// - Parameter path: A file in either format.
  /// - Throws: `GGUFError` if it is neither, or malformed.
  public init(path: String) throws {
    let file = try ReadableFile(path, expecting: "an importance matrix")
    if try file.bytes(0..<min(4, file.byteCount)).elementsEqual("GGUF".utf8) {
      try self.init(GGUFFile(path: path))
    } else {
      try self.init(legacy: file)
    }
    self.path = path
  }

  /// Whether a tensor of a file belongs to one of the entries.
  private static func isPart(_ name: String, of entries: [String: Entry]) -> Bool {
    [".in_sum2", ".counts"].contains {
      name.hasSuffix($0) && entries[String(name.dropLast($0.count))] != nil
    }
  }

  private init(_ file: GGUFFile) throws {
    self.init(
      datasets: try file.metadata.stringArray("imatrix.datasets") ?? [],
      chunkCount: try file.metadata.integer("imatrix.chunk_count", in: 0...Int(UInt32.max)) ?? 0,
      chunkLength: try file.metadata.integer("imatrix.chunk_size", in: 0...Int(UInt32.max)) ?? 0)
    for sums in file.tensors where sums.name.hasSuffix(".in_sum2") {
      let name = String(sums.name.dropLast(".in_sum2".count))
      guard let counts = file.tensor(named: name + ".counts") else {
        throw GGUFError(file.path, "\(name).counts: is missing, though \(sums.name) is there")
      }
      let entry = Entry(sums: try file.floats(sums), counts: try file.floats(counts))
      guard !entry.counts.isEmpty, entry.sums.count % entry.counts.count == 0 else {
        throw GGUFError(
          file.path,
          "\(name): found \(entry.sums.count) sums for \(entry.counts.count) experts")
      }
      if let problem = entry.problem { throw GGUFError(file.path, "\(name): \(problem)") }
      entries[name] = entry
    }
    for tensor in file.tensors where !Self.isPart(tensor.name, of: entries) {
      throw GGUFError(
        file.path, "\(tensor.name): expected NAME.in_sum2 and NAME.counts, an importance matrix")
    }
    guard !entries.isEmpty else {
      throw GGUFError(file.path, "has no tensor NAME.in_sum2, expected an importance matrix")
    }
  }

  /// Mean squares for a tensor, `[expert][column]`; nil if it was not measured.
  ///
  /// An expert that no token chose, and a column that was always zero, count as the tensor's mean,
  /// so that their weights are not given up.
  ///
  /// - Parameters:
  ///   - name: The tensor.
  ///   - shape: Its dimensions, the contiguous one first.
  /// - Returns: The mean squares, or nil.
  /// - Throws: `QuantizationError` if the entry has another width.
  public func weights(for name: String, shape: [Int]) throws -> [Float]? {
    guard let entry = entries[name] else { return nil }
    let columns = shape[0]
    let experts = shape.count > 2 ? shape[2] : 1
    guard entry.sums.count == columns * experts, experts % entry.counts.count == 0 else {
      throw QuantizationError(
        "\(path ?? "importance matrix"): \(name): found \(entry.sums.count) values, expected "
          + "\(columns * experts)")
    }
    var weights = entry.sums
    let perCount = entry.sums.count / entry.counts.count
    for index in weights.indices {
      let count = entry.counts[index / perCount]
      weights[index] = count > 0 ? weights[index] / count : 0
    }
    if let problem = entry.problem {
      throw QuantizationError("\(path ?? "importance matrix"): \(name): \(problem)")
    }
    let seen = weights.filter { $0 > 0 }
    guard !seen.isEmpty else { return nil }
    let mean = seen.reduce(0, +) / Float(seen.count)
    for expert in 0..<experts {
      let range = expert * columns..<(expert + 1) * columns
      if weights[range].allSatisfy({ $0 == 0 }) {
        for index in range { weights[index] = mean }
      }
    }
    return weights
  }

  /// Adds another's sums.
  ///
  /// - Throws: `QuantizationError` if a tensor has another width there.
  public mutating func merge(_ other: ImportanceMatrix) throws {
    for (name, entry) in other.entries {
      guard var mine = entries[name] else {
        entries[name] = entry
        continue
      }
      guard mine.sums.count == entry.sums.count, mine.counts.count == entry.counts.count else {
        throw QuantizationError(
          "\(other.path ?? "importance matrix"): \(name): found \(entry.sums.count) values, "
            + "expected \(mine.sums.count)")
      }
      for index in mine.sums.indices { mine.sums[index] += entry.sums[index] }
      for index in mine.counts.indices { mine.counts[index] += entry.counts[index] }
      entries[name] = mine
    }
    datasets += other.datasets.filter { !datasets.contains($0) }
    chunkCount += other.chunkCount
  }

  /// Writes the GGUF form; it appears when it is complete.
  ///
  /// - Parameter path: The file.
  /// - Throws: `GGUFError` if it cannot be written.
  public func write(to path: String) throws {
    let names = entries.keys.sorted()
    let tensors = names.flatMap { name -> [TensorDescription] in
      guard let entry = entries[name] else { return [] }
      let experts = entry.counts.count
      return [
        TensorDescription(
          name: name + ".in_sum2", type: .f32, shape: [entry.sums.count / experts, experts]),
        TensorDescription(name: name + ".counts", type: .f32, shape: [1, experts]),
      ]
    }
    let writer = try GGUFWriter(
      path: path,
      metadata: [
        ("general.type", .text("imatrix")),
        ("imatrix.datasets", .strings(datasets)),
        ("imatrix.chunk_count", .uint32(UInt32(clamping: chunkCount))),
        ("imatrix.chunk_size", .uint32(UInt32(clamping: chunkLength))),
      ], tensors: tensors)
    for (index, name) in names.enumerated() {
      guard let entry = entries[name] else { continue }
      for (offset, values) in [entry.sums, entry.counts].enumerated() {
        let bytes = values.flatMap { value in
          withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
        }
        try bytes.withUnsafeBytes { try writer.write($0, of: 2 * index + offset, at: 0) }
      }
    }
    try writer.commit()
  }

  /// What a quantized file says about it.
  var provenance: [(key: String, value: MetadataValue)] {
    var pairs: [(key: String, value: MetadataValue)] = [
      ("quantize.imatrix.entries_count", .uint32(UInt32(clamping: entries.count))),
      ("quantize.imatrix.chunks_count", .uint32(UInt32(clamping: chunkCount))),
    ]
    if let path { pairs.append(("quantize.imatrix.file", .string(Path.bytes(path)))) }
    if let dataset = datasets.first { pairs.append(("quantize.imatrix.dataset", .text(dataset))) }
    return pairs
  }
}

extension GGUFFile {
  /// All values of an F32 tensor.
  fileprivate func floats(_ tensor: TensorView) throws(GGUFError) -> [Float] {
    guard tensor.type == .f32 else {
      throw GGUFError(path, "\(tensor.name): found \(tensor.type.name), expected F32")
    }
    return (0..<tensor.elementCount).map {
      Float(
        bitPattern: tensor.bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)
          .littleEndian)
    }
  }
}

import GGUF

/// All tensors of a folder, from one safetensors file or from the shards that an index names.
struct Checkpoint: WeightStore {
  /// A tensor and the file that holds it.
  struct Tensor: Sendable {
    let file: ReadableFile
    let entry: SafetensorsFile.Entry
    /// How messages name it.
    var label: String { "\(file.path): \(entry.name)" }

    /// The values, or those of one of several equally long parts.
    func floats(part: (index: Int, count: Int) = (0, 1)) throws -> FloatArray {
      let types: [String: TensorType] = ["F32": .f32, "F16": .f16, "BF16": .bf16]
      guard let type = types[entry.format] else {
        throw QuantizationError("\(label): found \(entry.format), expected F32, F16 or BF16")
      }
      return FloatArray(FileBytes(self).part(part.index, of: part.count), type: type)
    }
  }

  private let tensors: [[UInt8]: Tensor]
  let runtime: String? = nil
  let names: [String]
  private let folder: String

  init(_ folder: ModelFolder) throws {
    self.folder = folder.path
    var tensors: [[UInt8]: Tensor] = [:]
    var names: [String] = []
    for shard in try Self.shards(folder) {
      let file = try SafetensorsFile(folder.path(of: shard))
      for entry in file.entries {
        let old = tensors.updateValue(
          Tensor(file: file.file, entry: entry), forKey: Array(entry.name.utf8))
        if let old {
          throw QuantizationError("\(file.file.path): \(entry.name) is in \(old.file.path) too")
        }
        names.append(entry.name)
      }
    }
    self.tensors = tensors
    self.names = names.sorted()
    for (name, shard) in try Self.index(folder) where tensors[Array(name.utf8)] == nil {
      throw QuantizationError(
        "\(folder.path(of: shard)): \(name) is missing, which the index names")
    }
  }

  /// A tensor; nil if there is none of the name.
  func find(_ name: String) -> Tensor? { tensors[Array(name.utf8)] }

  func label(of hf: String) -> String { find(hf)?.label ?? "\(folder): \(hf)" }

  func source(named hf: String, as ggufName: String) throws -> any ImportedTensor {
    guard let tensor = find(hf) else { throw missing([hf]) }
    return PlainTensor(
      name: ggufName, shape: tensor.entry.shape.reversed(), values: try tensor.floats())
  }

  /// An error about a tensor that there is not.
  func missing(_ names: [String]) -> QuantizationError {
    QuantizationError("\(folder): \(names.joined(separator: " or ")): tensor is missing")
  }

  private static let indexName = "model.safetensors.index.json"

  /// Tensors and their shards, by the index; empty without one.
  private static func index(_ folder: ModelFolder) throws -> [(name: String, shard: String)] {
    guard let index = try folder.json(indexName) else { return [] }
    guard let members = index["weight_map"]?.members else {
      throw QuantizationError("\(folder.path(of: indexName)): weight_map is missing")
    }
    return try members.map { name, value in
      guard let shard = value.string, !shard.contains("/"), shard.hasSuffix(".safetensors") else {
        throw QuantizationError(
          "\(folder.path(of: indexName)): \(name): found \(value.kind), expected a file's name")
      }
      return (name, shard)
    }
  }

  /// The files that hold the tensors.
  private static func shards(_ folder: ModelFolder) throws -> [String] {
    if folder.has("model.safetensors") { return ["model.safetensors"] }
    let shards = Set(try index(folder).map(\.shard)).sorted()
    if let shard = shards.first(where: { !folder.has($0) }) {
      throw QuantizationError(
        "\(folder.path(of: shard)): is missing, one of \(shards.count) files that the index names")
    }
    guard shards.isEmpty else { return shards }
    let pickle = folder.has("pytorch_model.bin") || folder.has("pytorch_model.bin.index.json")
    let other =
      folder.files(endingIn: ".safetensors").first ?? folder.files(endingIn: ".gguf").first
    let hint =
      pickle
      ? "; pytorch_model.bin is a Python pickle, which is not read: save the model as safetensors "
        + "(save_pretrained)"
      : folder.unfinished.map {
        "; \($0) is a download that did not finish, fetch the model again"
      } ?? other.map { "; \($0) has another name" } ?? ""
    throw QuantizationError("\(folder.path): holds no model.safetensors and no \(indexName)\(hint)")
  }
}

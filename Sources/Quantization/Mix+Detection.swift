import GGUF

extension Mix {
  /// The mix that a file's weights are: the one that the file names, where most of its matrices'
  /// values have that one's format; else the plainest of the format that most have.
  public init?(of file: GGUFFile) {
    var counts: [TensorType: Int] = [:]
    for tensor in file.tensors
    where MixRules.isQuantized(name: tensor.name, shape: tensor.shape)
      && tensor.name.hasPrefix("blk.")
    {
      counts[tensor.type, default: 0] += tensor.elementCount
    }
    // Of equally frequent formats the first by name, so that the answer is always the same.
    let most = counts.max { ($0.value, $1.key.name) < ($1.value, $0.key.name) }
    guard let base = most?.key else { return nil }
    let mixes = Self.allCases.filter { $0.base == base }
    let number = try? file.metadata.integer("general.file_type", in: 0...Int(UInt32.max))
    let named = mixes.first { Int($0.fileType) == number }
    let plain = mixes.first { $0.rawValue.hasSuffix("_M") || !$0.rawValue.hasSuffix("_S") }
    guard let mix = named ?? plain ?? mixes.first else { return nil }
    self = mix
  }
}

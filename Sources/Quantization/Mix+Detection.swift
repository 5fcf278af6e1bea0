import GGUF

extension Mix {
  /// The mix that a file's weights are: the one that the file names, where its weights agree; else
  /// the plainest of the format that most of them have.
  public init?(of file: GGUFFile) {
    let matrices = file.tensors.filter {
      MixRules.isQuantized(name: $0.name, shape: $0.shape) && $0.name.hasPrefix("blk.")
    }
    var counts: [TensorType: Int] = [:]
    for matrix in matrices { counts[matrix.type, default: 0] += matrix.elementCount }
    // Of equally frequent formats the first by name, so that the answer is always the same.
    let most = counts.max { ($0.value, $1.key.name) < ($1.value, $0.key.name) }
    guard let base = most?.key else { return nil }
    let number = try? file.metadata.integer("general.file_type", in: 0...Int(UInt32.max))
    if let named = Self.allCases.first(where: { Int($0.fileType) == number }) {
      // Where rows are no multiple of a block, another format stands for the mix's own.
      let fitting = matrices.filter {
        $0.type == MixRules.fitting(named.base, columns: $0.shape[0])
      }
      let all = matrices.reduce(0) { $0 + $1.elementCount }
      if fitting.reduce(0, { $0 + $1.elementCount }) * 5 >= all * 2 {
        self = named
        return
      }
    }
    let mixes = Self.allCases.filter { $0.base == base }
    let plain = mixes.first { $0.rawValue.hasSuffix("_M") || !$0.rawValue.hasSuffix("_S") }
    guard let mix = plain ?? mixes.first else { return nil }
    self = mix
  }
}

import GGUF
import Kernels

/// Writes a model's tensors to a GGUF file, each in the format that was chosen for it.
public final class ModelFileWriter {
  /// A tensor and what becomes of it.
  public struct Item: Sendable {
    /// Where the values come from.
    public var source: any TensorSource
    /// The format to write.
    public var type: TensorType
    /// Importance of each column, of each expert in turn; nil to let all columns count the same.
    public var importance: [Float]?

    /// A tensor to write in a format.
    public init(_ source: any TensorSource, as type: TensorType, importance: [Float]? = nil) {
      self.source = source
      self.type = type
      self.importance = importance
    }

    var description: TensorDescription { source.description(as: type) }
  }

  /// How far the work is.
  public struct Progress: Sendable {
    /// The tensor at work.
    public let tensor: String
    /// Bytes written so far.
    public let doneBytes: Int
    /// Bytes to write.
    public let totalBytes: Int
  }

  private let encoder: TensorEncoder

  /// A writer on some threads.
  ///
  /// - Parameters:
  ///   - threads: How many.
  ///   - effort: How thoroughly formats are searched for the values nearest to the model's.
  ///   - checksCopies: Whether tensors that keep their format must hold finite weights too.
  public init(threads: Int, effort: EncodingEffort = .normal, checksCopies: Bool = true) {
    encoder = TensorEncoder(threads: threads, effort: effort, checksCopies: checksCopies)
  }

  /// Writes a file; it appears when it is complete.
  ///
  /// - Parameters:
  ///   - items: The tensors, in the file's order.
  ///   - metadata: All pairs.
  ///   - path: The file.
  ///   - maximumBytes: Tensor bytes in one part of a split set; nil for one file.
  ///   - progress: Is told how far the work is, and stops it by throwing.
  /// - Throws: What is wrong with a source's values or with the target, or what `progress` threw.
  public func write(
    _ items: [Item], metadata: [(key: String, value: MetadataValue)], to path: String,
    maximumBytes: Int? = nil, progress: (Progress) throws -> Void = { _ in }
  ) throws {
    let file = try GGUFWriter(
      path: path, metadata: metadata, tensors: items.map(\.description), maximumBytes: maximumBytes)
    let total = file.tensors.reduce(0) { $0 + $1.byteCount }
    var done = 0
    for (index, item) in items.enumerated() {
      try encoder.encode(
        item, into: { bytes, offset in try file.write(bytes, of: index, at: offset) },
        progress: { bytes in
          try progress(
            Progress(tensor: item.source.name, doneBytes: done + bytes, totalBytes: total))
        })
      done += file.tensors[index].byteCount
    }
    try file.commit()
  }
}

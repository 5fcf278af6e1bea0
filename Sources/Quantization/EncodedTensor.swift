import GGUF
import Kernels

/// A tensor in memory, in a format that it was encoded to.
public final class EncodedTensor: @unchecked Sendable {
  /// The tensor; valid while this object lives.
  public let view: TensorView
  private let memory: Buffer<UInt8>

  /// Encodes a tensor.
  ///
  /// - Parameters:
  ///   - item: The tensor and its format.
  ///   - threads: Threads to encode on.
  ///   - effort: How thoroughly the nearest codes are searched.
  /// - Throws: What is wrong with the values.
  public init(
    _ item: ModelFileWriter.Item, threads: Int, effort: EncodingEffort = .normal
  ) throws {
    let description = item.description
    let memory = try Buffer<UInt8>(count: description.byteCount, for: description.name)
    self.memory = memory
    view = TensorView(
      name: description.name, type: description.type, shape: description.shape,
      bytes: UnsafeRawBufferPointer(start: memory.pointer, count: memory.count))
    // Every piece goes to a place of its own.
    nonisolated(unsafe) let target = UnsafeMutableRawBufferPointer(
      start: memory.pointer, count: memory.count)
    try TensorEncoder(threads: threads, effort: effort).encode(
      item,
      into: { bytes, offset in
        UnsafeMutableRawBufferPointer(rebasing: target[offset..<offset + bytes.count])
          .copyMemory(from: bytes)
      })
  }
}

import GGUF
import Kernels

/// A tensor in memory, in a format that it was encoded to.
public final class EncodedTensor: @unchecked Sendable {
  /// The tensor; valid while this object lives.
  public let view: TensorView
  private let memory: UnsafeMutableRawBufferPointer

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
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: description.byteCount, alignment: 64)
    self.memory = memory
    view = TensorView(
      name: description.name, type: description.type, shape: description.shape,
      bytes: UnsafeRawBufferPointer(memory))
    // Every piece goes to a place of its own.
    nonisolated(unsafe) let target = memory
    try TensorEncoder(threads: threads, effort: effort).encode(
      item,
      into: { bytes, offset in
        UnsafeMutableRawBufferPointer(rebasing: target[offset..<offset + bytes.count])
          .copyMemory(from: bytes)
      })
  }

  deinit { memory.deallocate() }
}

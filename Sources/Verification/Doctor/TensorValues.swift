import GGUF
import Inference
import Kernels

/// Reads small tensors as floats.
enum TensorValues {
  /// A tensor's values; nil if there are too many, or the format cannot be read.
  static func read(_ tensor: TensorView, atMost limit: Int) -> [Float]? {
    guard let format = WeightFormat(tensor.type), let start = tensor.bytes.baseAddress else {
      return nil
    }
    let blocks = format.blocks
    let count = tensor.bytes.count / blocks.blockBytes * blocks.blockSize
    guard count > 0, count <= limit else { return nil }
    return [Float](unsafeUninitializedCapacity: count) { values, filled in
      blocks.decodeRow(start, count: count, into: values.baseAddress.unsafelyUnwrapped)
      filled = count
    }
  }
}

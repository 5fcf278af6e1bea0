import Foundation
import GGUF
import Inference
import Kernels
import Quantization

/// Writes a file of a model's shape with weights that nobody trained.
///
/// Every matrix holds normally distributed weights of the size that keeps a hidden state as large
/// as it was. Rows repeat after a few dozen, in an order of each matrix's own: memory and
/// arithmetic see no difference, and the file is written as fast as the disk takes it.
public struct SyntheticModelFile {
  /// The dimensions.
  public let shape: ModelShape
  /// The formats.
  public let mix: Mix

  private static let distinctRows = 61
  private static let pieceBytes = 4 << 20

  /// A file of a shape in a mix.
  public init(_ shape: ModelShape, _ mix: Mix) {
    self.shape = shape
    self.mix = mix
  }

  /// Bytes of the file.
  public var byteCount: Int {
    GGUFWriter.size(metadata: shape.metadata(mix), tensors: shape.descriptions(mix))
  }

  /// Writes the file; it appears when it is complete.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - progress: Is told the bytes done and the bytes in all, and stops the work by throwing.
  /// - Throws: What is wrong with the target, or what `progress` threw.
  public func write(
    to path: String, progress: (_ done: Int, _ all: Int) throws -> Void = { _, _ in }
  ) throws {
    let tensors = shape.descriptions(mix)
    let writer = try GGUFWriter(path: path, metadata: shape.metadata(mix), tensors: tensors)
    let all = tensors.reduce(0) { $0 + $1.byteCount }
    var done = 0
    var pools: [PoolKey: [UInt8]] = [:]
    for (index, tensor) in tensors.enumerated() {
      let key = PoolKey(tensor)
      let pool = pools[key] ?? Self.rows(tensor)
      pools[key] = pool
      let rowsAtOnce = max(1, Self.pieceBytes / tensor.rowBytes)
      for first in stride(from: 0, to: tensor.rows, by: rowsAtOnce) {
        let rows = first..<min(tensor.rows, first + rowsAtOnce)
        let bytes = Self.bytes(of: rows, from: pool, rowBytes: tensor.rowBytes, salt: index)
        try bytes.withUnsafeBytes { try writer.write($0, of: index, at: first * tensor.rowBytes) }
        done += bytes.count
        try progress(done, all)
      }
    }
    try writer.commit()
  }

  /// What decides a tensor's rows.
  private struct PoolKey: Hashable {
    let type: TensorType
    let columns: Int
    let isConstant: Bool
    let constant: Float

    init(_ tensor: TensorDescription) {
      type = tensor.type
      columns = tensor.columns
      isConstant = tensor.shape.count == 1
      constant = tensor.name.hasSuffix(".bias") ? 0 : 1
    }
  }

  private static func rows(_ tensor: TensorDescription) -> [UInt8] {
    let key = PoolKey(tensor)
    guard let format = WeightFormat(tensor.type) else {
      preconditionFailure("a mix has only formats with kernels")
    }
    let count = min(tensor.rows, distinctRows)
    var random = RandomSource(seed: UInt64(tensor.columns))
    let deviation = 1 / Float(tensor.columns).squareRoot()
    let encoder = RowEncoder()
    var values = [Float](repeating: key.constant, count: tensor.columns)
    return [UInt8](unsafeUninitializedCapacity: count * tensor.rowBytes) { bytes, initialized in
      for row in 0..<count {
        if !key.isConstant {
          for column in values.indices { values[column] = deviation * normal(&random) }
        }
        let target = UnsafeMutableRawPointer(bytes.baseAddress.unsafelyUnwrapped)
        encoder.encode(
          values, count: tensor.columns, importance: nil, as: format,
          into: target + row * tensor.rowBytes)
      }
      initialized = count * tensor.rowBytes
    }
  }

  /// A standard normal number (Box and Muller 1958).
  private static func normal(_ random: inout RandomSource) -> Float {
    let radius = (-2 * log(1 - random.uniform())).squareRoot()
    return Float(radius * cos(2 * .pi * random.uniform()))
  }

  private static func bytes(
    of rows: Range<Int>, from pool: [UInt8], rowBytes: Int, salt: Int
  ) -> [UInt8] {
    let count = pool.count / rowBytes
    return [UInt8](unsafeUninitializedCapacity: rows.count * rowBytes) { bytes, initialized in
      pool.withUnsafeBytes { pool in
        for (place, row) in rows.enumerated() {
          let source = (row &* 7 &+ row / count &* 3 &+ salt &* 13) % count
          UnsafeMutableRawBufferPointer(bytes).baseAddress.unsafelyUnwrapped
            .advanced(by: place * rowBytes)
            .copyMemory(
              from: pool.baseAddress.unsafelyUnwrapped + source * rowBytes, byteCount: rowBytes)
        }
      }
      initialized = rows.count * rowBytes
    }
  }
}

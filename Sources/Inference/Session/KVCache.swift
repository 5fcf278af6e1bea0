import Kernels
import Platform

/// How keys and values are kept.
public enum CacheFormat: String, Sendable, CaseIterable {
  /// 32-bit floats.
  case f32
  /// 16-bit floats: half the memory, rounded to 11 bits.
  case f16

  /// Bytes of a value.
  var bytes: Int { self == .f32 ? 4 : 2 }
}

/// Keys and values of the positions read so far: `[block][kvHead][position][headSize]` each.
///
/// Memory for the whole context is reserved at once and taken from the system only as positions
/// are written, so that a long context costs nothing until it is used.
final class KVCache {
  /// Values' format.
  let format: CacheFormat
  /// Positions that fit.
  let capacity: Int
  /// Bytes from one position of a head to the next.
  let positionBytes: Int

  private let blockCount: Int
  private let kvHeadCount: Int
  private let headSize: Int
  private var memory: UnsafeMutableRawPointer
  private let halfBytes: Int

  /// - Parameters:
  ///   - configuration: The model's numbers.
  ///   - format: The values' format.
  ///   - capacity: Positions.
  ///   - isAskedFor: Whether somebody wants that many: then the machine must have memory for all of
  ///     them. A model's own context may be longer than is ever used.
  /// - Throws: `ModelError` if the machine or the address space has no room.
  init(
    _ configuration: ModelConfiguration, format: CacheFormat, capacity: Int, isAskedFor: Bool
  ) throws(ModelError) {
    self.format = format
    self.capacity = capacity
    blockCount = configuration.blockCount
    kvHeadCount = configuration.kvHeadCount
    headSize = configuration.headSize
    positionBytes = headSize * format.bytes
    // The configuration's bounds keep all but the last product far from overflow.
    let (bytes, overflow) = (2 * blockCount * kvHeadCount * positionBytes)
      .multipliedReportingOverflow(by: capacity)
    let need =
      "a context of \(capacity) tokens needs "
      + "\(overflow ? "more memory than there are addresses" : Bytes.text(bytes)) for keys and values"
    guard !overflow, !isAskedFor || bytes <= Memory.physicalBytes else {
      throw ModelError(
        "\(need), and the machine has \(Bytes.text(Memory.physicalBytes)); a smaller -c needs less")
    }
    guard let memory = Memory.reserve(bytes) else {
      throw ModelError("\(need), which cannot be had; a smaller -c needs less")
    }
    halfBytes = bytes / 2
    self.memory = memory
  }

  deinit { Memory.release(memory, halfBytes * 2) }

  /// Exchanges keys and values with a cache of the same shape.
  func exchange(with other: KVCache) {
    precondition(
      other.halfBytes == halfBytes && other.positionBytes == positionBytes
        && other.capacity == capacity, "caches of different shapes")
    swap(&memory, &other.memory)
  }

  /// Bytes that a position takes in all blocks.
  var bytesPerPosition: Int { blockCount * kvHeadCount * positionBytes * 2 }

  /// The keys of a head of a block from position 0 on.
  func keys(block: Int, kvHead: Int) -> UnsafeMutableRawPointer {
    memory + (block * kvHeadCount + kvHead) * capacity * positionBytes
  }

  /// The values of a head of a block from position 0 on.
  func values(block: Int, kvHead: Int) -> UnsafeMutableRawPointer {
    keys(block: block, kvHead: kvHead) + halfBytes
  }

  /// Writes one position of one head.
  func store(
    _ x: UnsafePointer<Float>, at position: Int, of head: UnsafeMutableRawPointer,
    _ kernels: KernelSet
  ) {
    let out = head + position * positionBytes
    switch format {
    case .f32: out.copyMemory(from: x, byteCount: positionBytes)
    case .f16: kernels.storeHalf(x, headSize, out)
    }
  }

  /// Calls the body with each stretch of memory that holds the first `count` positions.
  func forEachStretch(_ count: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows
  {
    for start in [memory, memory + halfBytes] {
      for head in 0..<blockCount * kvHeadCount {
        try body(
          UnsafeMutableRawBufferPointer(
            start: start + head * capacity * positionBytes, count: count * positionBytes))
      }
    }
  }
}

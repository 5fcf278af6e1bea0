import Kernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

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
  private let memory: UnsafeMutableRawPointer
  private let halfBytes: Int

  /// - Throws: `ModelError` if the address space has no room.
  init(_ configuration: ModelConfiguration, format: CacheFormat, capacity: Int) throws {
    self.format = format
    self.capacity = capacity
    blockCount = configuration.blockCount
    kvHeadCount = configuration.kvHeadCount
    headSize = configuration.headSize
    positionBytes = headSize * format.bytes
    // The configuration's bounds keep the first product far from overflow.
    let (half, overflow) = (blockCount * kvHeadCount * positionBytes)
      .multipliedReportingOverflow(by: capacity)
    guard !overflow, half < 1 << 46,
      let memory = mmap(
        nil, max(1, half * 2), PROT_READ | PROT_WRITE, MAP_PRIVATE | Self.anonymous, -1, 0),
      memory != MAP_FAILED
    else {
      throw ModelError("no room for a context of \(capacity) tokens; a smaller -c needs less")
    }
    halfBytes = half
    self.memory = memory
  }

  deinit { munmap(memory, max(1, halfBytes * 2)) }

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

  #if canImport(Darwin)
    private static let anonymous = MAP_ANON
  #else
    private static let anonymous = MAP_ANONYMOUS | MAP_NORESERVE
  #endif
}

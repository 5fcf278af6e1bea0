import KernelCore
import Platform

/// What a machine can do at best with some kernels on some threads, measured.
public struct MachineLimits: Sendable {
  /// Bytes a second read from memory, with lines asked for ahead or without: the better of both.
  public let readBytes: Double
  /// Products a second of packed weights with quantized activations.
  public let packedProducts: Double
  /// Products a second of floats.
  public let floatProducts: Double
  /// Products a second of `KernelSet.rounded`; nil for a set that rounds nothing.
  public let roundedProducts: Double?

  private let isRounded: [Bool]

  /// Products a second of many tokens with weights of a format.
  public func products(_ format: WeightFormat) -> Double {
    if let roundedProducts, isRounded[format.rawValue] { return roundedProducts }
    return format.isFloat ? floatProducts : packedProducts
  }

  /// Bytes that are read in one measurement: far more than caches hold.
  private static let memory = 256 << 20
  private static let time = Duration.milliseconds(250)
  private static let calls = 12 << 20

  /// Measures for a quarter of a second each.
  ///
  /// - Parameters:
  ///   - kernels: The set whose words are used.
  ///   - threads: How many threads work at once.
  /// - Throws: `MemoryError` if the system has no memory to read.
  public init(kernels: KernelSet, threads: Int) throws(MemoryError) {
    let parallel = Parallel(threads: threads)
    isRounded = WeightFormat.allCases.map { kernels.rounded?.products[$0.rawValue] != nil }
    let buffer = try Buffer<UInt8>(count: Self.memory, for: "the measurement of its speed")
    buffer.pointer.update(repeating: 1, count: Self.memory)
    let bytes = UnsafeRawPointer(buffer.pointer)
    let piece = 1 << 20
    func read(prefetches: Bool) -> Double {
      Self.best(Double(Self.memory), parallel) {
        parallel(over: Self.memory / piece) { index, _ in
          Self.keep(kernels.probeRead(bytes + index * piece, piece, prefetches))
        }
      }
    }
    readBytes = max(read(prefetches: false), read(prefetches: true))
    packedProducts = Self.best(Double(threads * Self.calls * 32), parallel) {
      parallel(over: threads) { index, _ in
        Self.keep(kernels.probeDots(Self.calls, UInt8(truncatingIfNeeded: index &+ 1)))
      }
    }
    floatProducts = Self.best(Double(threads * Self.calls * 16), parallel) {
      parallel(over: threads) { index, _ in
        Self.keep(kernels.probeProducts(Self.calls, 0.5 / Float(index + 1)))
      }
    }
    roundedProducts = kernels.rounded.map { rounded in
      // As long as the others, whatever a count holds.
      let calls = max(12, Self.calls * 32 / rounded.probeProducts / 12 * 12)
      return Self.best(Double(threads * calls * rounded.probeProducts), parallel) {
        parallel(over: threads) { _, _ in Self.keep(rounded.probe(calls)) }
      }
    }
  }

  /// The largest amount of work a second among many rounds.
  private static func best(_ work: Double, _ parallel: Parallel, _ body: () -> Void) -> Double {
    let clock = ContinuousClock()
    var best = 0.0
    parallel.awake {
      let start = clock.now
      while clock.now - start < time {
        best = max(best, work / (clock.measure(body) / .seconds(1)))
      }
    }
    return best
  }

  /// A use of a value that the compiler cannot see through.
  @inline(never)
  private static func keep<T>(_ value: T) {}
}

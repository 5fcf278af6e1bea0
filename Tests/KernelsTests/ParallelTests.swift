import Synchronization
import Testing

@testable import Kernels

@Suite struct ParallelTests {
  @Test(arguments: [1, 2, 3, 8], [0, 1, 2, 7, 1000])
  func everyPieceIsDoneOnce(_ threads: Int, _ pieces: Int) {
    let parallel = Parallel(threads: threads)
    let done = Buffer<UInt8>.made(pieces)
    for _ in 0..<20 {
      parallel(over: pieces) { piece, worker in
        precondition(worker >= 0 && worker < threads)
        done.pointer[piece] &+= 1
      }
    }
    #expect((0..<pieces).allSatisfy { done.pointer[$0] == 20 })
  }

  @Test func loopsInsideAStepSeeEachOthersResults() {
    let parallel = Parallel(threads: 4)
    let values = Buffer<Int>.made(64)
    parallel.awake {
      for round in 0..<500 {
        parallel(over: 64) { piece, _ in values.pointer[piece] += 1 }
        let sum = (0..<64).reduce(0) { $0 + values.pointer[$1] }
        precondition(sum == 64 * (round + 1))
      }
    }
    #expect(values.pointer[63] == 500)
  }

  @Test func aWorkerIsNeverTwoThreads() {
    let parallel = Parallel(threads: 4)
    let inside = Buffer<Int>.made(4)
    let clashes = Atomic<Int>(0)
    for _ in 0..<200 {
      parallel(over: 16) { _, worker in
        inside.pointer[worker] += 1
        if inside.pointer[worker] != 1 { clashes.add(1, ordering: .relaxed) }
        inside.pointer[worker] -= 1
      }
    }
    #expect(clashes.load(ordering: .relaxed) == 0)
  }
}

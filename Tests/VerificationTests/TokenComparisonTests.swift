import Foundation
import Testing

@testable import Verification

/// Figures that numpy and scipy give in 64-bit arithmetic.
private struct Golden: Decodable {
  struct Comparison: Decodable {
    let reference: [Float]
    let candidate: [Float]
    let next: Int32
    let divergence: Double
    let reverse: Double
    let jensen_shannon: Double
    let losses: [Double]
    let entropies: [Double]
    let tops: [Int32]
    let shared5: Int
    let top_change: Double
  }

  struct Student: Decodable {
    let degrees: Double
    let share: Double
    let quantile: Double
  }

  struct McNemar: Decodable {
    let reference: Int
    let candidate: Int
    let p: Double
  }

  let comparisons: [Comparison]
  let student: [Student]
  let mcnemar: [McNemar]

  static func load() throws -> Golden {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/divergence.json")
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: path))
  }
}

@Suite("Comparing two models")
struct TokenComparisonTests {
  func compare(_ reference: [Float], _ candidate: [Float], _ next: Int32 = 0) -> TokenComparison {
    reference.withUnsafeBufferPointer { p in
      candidate.withUnsafeBufferPointer { q in
        TokenComparison(reference: p, candidate: q, next: next)
      }
    }
  }

  func isClose(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-12 + 1e-9 * abs(b) }

  @Test("Figures of a position are those of 64-bit arithmetic")
  func figures() throws {
    for golden in try Golden.load().comparisons {
      let found = compare(golden.reference, golden.candidate, golden.next)
      #expect(isClose(found.divergence, golden.divergence))
      #expect(isClose(found.reverseDivergence, golden.reverse))
      #expect(isClose(found.jensenShannon, golden.jensen_shannon))
      #expect(isClose(found.referenceLoss, golden.losses[0]))
      #expect(isClose(found.candidateLoss, golden.losses[1]))
      #expect(isClose(found.referenceEntropy, golden.entropies[0]))
      #expect(isClose(found.candidateEntropy, golden.entropies[1]))
      #expect([found.referenceTop, found.candidateTop] == golden.tops)
      #expect(found.sharedTop5 == golden.shared5)
      #expect(isClose(found.topChange, golden.top_change))
    }
  }

  @Test("Equal logits differ by exactly nothing, and logits moved alike by next to nothing")
  func same() {
    let logits = (0..<100).map { Float(sin(Double($0) * 7)) * 20 }
    let found = compare(logits, logits, 3)
    #expect(found.divergence == 0)
    #expect(found.reverseDivergence == 0)
    #expect(found.jensenShannon == 0)
    #expect(found.rightChange == 0)
    #expect(found.sharedTop5 == 5)
    #expect(compare(logits, logits.map { $0 + 4 }).divergence < 1e-10)
  }

  @Test("Tokens of no probability add nothing", arguments: [Float](arrayLiteral: -1e30, -.infinity))
  func impossible(logit: Float) {
    let found = compare([0, 0, logit], [0, 0, logit])
    #expect(found.divergence == 0)
    #expect(isClose(found.referenceEntropy, log(2)))
  }

  @Test("Quantiles of Student's distribution are scipy's")
  func student() throws {
    for golden in try Golden.load().student {
      let found = StudentT(degrees: golden.degrees).quantile(golden.share)
      #expect(abs(found - golden.quantile) < 1e-8 * golden.quantile)
      #expect(StudentT(degrees: golden.degrees).quantile(1 - golden.share) == -found)
    }
  }

  @Test("McNemar's test is scipy's binomial one")
  func mcnemar() throws {
    for golden in try Golden.load().mcnemar {
      var score = TaskScore()
      for _ in 0..<golden.reference { score.add("a", reference: true, candidate: false) }
      for _ in 0..<golden.candidate { score.add("a", reference: false, candidate: true) }
      for _ in 0..<9 { score.add("a", reference: true, candidate: true) }
      #expect(isClose(score.probabilityOfEqual, golden.p))
    }
  }

  @Test("Intervals cover the true mean as often as they say, where stretches hang together")
  func coverage() {
    var random = SeededNormal(7)
    var covered = 0
    let trials = 2000
    for _ in 0..<trials {
      let stretches = (0..<12).map { _ -> [Double] in
        let shift = random.normal()
        return (0..<20).map { _ in shift + random.normal() }
      }
      if let interval = ClusteredMean(stretches).interval(), interval.contains(0) { covered += 1 }
    }
    // Three standard errors of the share itself.
    #expect(abs(Double(covered) / Double(trials) - 0.95) < 3 * (0.95 * 0.05 / 2000).squareRoot())
  }

  @Test("One stretch gives no interval")
  func single() {
    #expect(ClusteredMean([[1, 2, 3]]).interval() == nil)
    #expect(ClusteredMean([[1, 2, 3]]).mean == 2)
    #expect(ClusteredMean([]).mean == 0)
  }
}

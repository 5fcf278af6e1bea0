import Foundation
import Testing

@testable import GGUF
@testable import Inference
@testable import Quantization
@testable import Verification

@Suite("Figures of what is no number")
struct NotANumberTests {
  private func compare(_ reference: [Float], _ candidate: [Float]) -> TokenComparison {
    reference.withUnsafeBufferPointer { p in
      candidate.withUnsafeBufferPointer { TokenComparison(reference: p, candidate: $0, next: 0) }
    }
  }

  @Test(
    "A NaN or an infinity among the logits is in every figure of a position",
    arguments: [Float.nan, .infinity], 0..<4)
  func position(value: Float, place: Int) {
    let good: [Float] = [1, 2, 3, 4]
    var bad = good
    bad[place] = value
    for (a, b) in [(good, bad), (bad, good), (bad, bad)] {
      let found = compare(a, b)
      #expect(!found.isNumber)
      #expect(found.divergence.isNaN)
      #expect(found.reverseDivergence.isNaN)
      #expect(found.jensenShannon.isNaN)
      #expect(!found.agreesOnTop)
      #expect(found.sharedTop5 == 0)
    }
  }

  @Test("One such position spoils every mean, percentile and verdict of a text")
  func summary() {
    let good = compare([1, 2, 3, 4], [1, 2, 3, 5])
    let bad = compare([1, 2, 3, 4], [1, .nan, 3, 4])
    let texts = [
      [[good, bad], [good, good]], [[bad, good], [good, good]], [[good, good, bad]],
    ]
    for stretches in texts {
      let summary = DivergenceSummary(stretches)
      #expect(summary.divergence.mean.isNaN)
      #expect(summary.reverseDivergence.mean.isNaN)
      #expect(summary.jensenShannon.mean.isNaN)
      #expect(summary.lossCorrelation.isNaN)
      #expect(summary.rightChangeRMS.isNaN)
      #expect(summary.percentile(1).isNaN)
      #expect(!summary.isSame)
      #expect(summary.topAgreement.mean < 1)
      let verdict = Verdict(
        summary, .init(divergence: 1e6, topAgreement: 0, perplexityRatio: 1e6))
      #expect(!verdict.isWithin)
      #expect(!verdict.isSure || !verdict.isWithin)
    }
  }

  @Test("llama.cpp's lines print it")
  func llama() {
    let bad = compare([1, 2, 3, 4], [1, .nan, 3, 4])
    let text = LlamaReport.text(.made(of: [Array(repeating: bad, count: 120)]))
    let lines = text.split(separator: "\n").filter { $0.contains("±") }
    #expect(!lines.isEmpty)
    for line in lines where !line.contains("base") && !line.contains("Same top p") {
      #expect(line.contains("nan"), "\(line)")
    }
  }

  @Test("Models that compute what is no number are refused wherever they are compared")
  func models() throws {
    let reference = try PocketModel.fixture("phi3")
    let tensor = try #require(reference.file.tensor(named: "blk.1.ffn_up.weight"))
    var bytes = Array(tensor.bytes)
    bytes.replaceSubrange(0..<4, with: [0, 0, 0xC0, 0x7F])
    #expect(tensor.type == .f32)
    try bytes.withUnsafeBytes { bytes in
      let view = TensorView(
        name: tensor.name, type: tensor.type, shape: tensor.shape, bytes: bytes)
      let broken = try Model(reference, replacing: [view], keeping: reference.file)
      let text = [Array<Int32>(1..<9)]
      for (a, b) in [(reference, broken), (broken, reference), (broken, broken)] {
        let options = PocketModel.options(16)
        #expect(throws: NonFiniteError.self) {
          try LockStep(reference: a, candidate: b, options: options).compare(text[0])
        }
        #expect(throws: NonFiniteError.self) {
          try DivergenceProbe(a, over: text, options: options).compare(b)
        }
        #expect(throws: NonFiniteError.self) {
          try DriftMeter(reference: a, candidate: b, options: options).read(text[0])
        }
      }
      #expect(throws: NonFiniteError.self) {
        try SelfText.stretches(of: broken, tokens: 8, options: PocketModel.options(16))
      }
      #expect(throws: NonFiniteError.self) {
        try Activity(of: broken, over: text, options: PocketModel.options(16))
      }
      #expect(throws: NonFiniteError.self) {
        let session = try Session(broken, PocketModel.options(16))
        return try TaskScore.answers(.init(task: "", prompt: text[0], answer: "a"), session)
      }
      let error = #expect(throws: NonFiniteError.self) {
        try ImportanceCollector(broken, chunkLength: 4).collect(text[0], dataset: "tokens")
      }
      #expect(error?.place == "blk.1.ffn_up.weight")
    }
  }
}

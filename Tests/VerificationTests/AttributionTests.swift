import Inference
import Testing

@testable import Verification

@Suite("Where the loss comes from")
struct AttributionTests {
  static let length = 64

  struct Damage: Sendable, CustomTestStringConvertible {
    let tensor: String
    var testDescription: String { tensor }
  }

  func errors(_ reference: Model, _ candidate: Model) throws -> TensorErrors {
    let activity = try Activity(
      of: reference, over: PocketModel.text(stretches: 4, of: Self.length),
      options: PocketModel.options(Self.length))
    return try TensorErrors(
      reference: reference.file, candidate: candidate.file, activity: activity, threads: 2)
  }

  func drifts(_ reference: Model, _ candidate: Model) throws -> [LayerDrift] {
    let meter = try DriftMeter(
      reference: reference, candidate: candidate, options: PocketModel.options(Self.length))
    for stretch in try PocketModel.text(stretches: 4, of: Self.length) { try meter.read(stretch) }
    return meter.drifts
  }

  func swaps(_ reference: Model, _ candidate: Model, byLayer: Bool) throws -> SwapCosts {
    let text = try PocketModel.text(stretches: 2, of: Self.length)
    let options = PocketModel.options(Self.length)
    let probe = try DivergenceProbe(reference, over: text, options: options)
    let activity = try Activity(of: reference, over: text, options: options)
    return try SwapMeter(probe, candidate: candidate, activity: activity)
      .measure(byLayer: byLayer, restored: 2)
  }

  @Test(
    "A tensor that is damaged is named first",
    arguments: [
      Damage(tensor: "blk.2.attn_output.weight"), Damage(tensor: "blk.1.ffn_down.weight"),
      Damage(tensor: "blk.3.attn_norm.weight"),
    ])
  func damaged(_ damage: Damage) throws {
    let reference = try PocketModel.reference.get()
    let candidate = try PocketModel.damaged(
      PocketModel.quantized.get(), damage.tensor, by: 0.5)
    let errors = try errors(reference, candidate).errors
    #expect(errors.first?.name == damage.tensor)
    #expect(errors.max { $0.relativeError < $1.relativeError }?.name == damage.tensor)
    let costs = try swaps(reference, candidate, byLayer: false)
    #expect(costs.costs.first?.name == damage.tensor)
    let first = try #require(costs.costs.first)
    #expect(try #require(first.gained) > 0.5 * first.alone)
  }

  @Test("The layer of a damaged tensor adds most and costs most")
  func damagedLayer() throws {
    let reference = try PocketModel.reference.get()
    let candidate = try PocketModel.damaged(
      PocketModel.quantized.get(), "blk.2.ffn_up.weight", by: 0.5)
    #expect(try drifts(reference, candidate).max { $0.added < $1.added }?.name == "blk.2")
    let costs = try swaps(reference, candidate, byLayer: true)
    #expect(costs.costs.first?.name == "blk.2")
    #expect(costs.suggestions(1).first?.name == "blk.2")
  }

  @Test("Two layers that are exchanged are found")
  func exchanged() throws {
    let reference = try PocketModel.reference.get()
    let candidate = try PocketModel.exchanged(PocketModel.quantized.get(), 1, 3)
    let worst = try drifts(reference, candidate).sorted { $0.added > $1.added }.prefix(2)
    #expect(Set(worst.map(\.name)) == ["blk.1", "blk.3"])
    let costs = try swaps(reference, candidate, byLayer: true)
    #expect(Set(costs.costs.prefix(2).map(\.name)) == ["blk.1", "blk.3"])
  }

  @Test("A model against itself differs in nothing")
  func itself() throws {
    let model = try PocketModel.quantized.get()
    let errors = try errors(model, model)
    #expect(errors.errors.count == model.file.tensors.count)
    #expect(errors.errors.allSatisfy { $0.rmse == 0 && $0.cosine == 1 && $0.severity == 0 })
    #expect(errors.errors.allSatisfy { ($0.weightedError ?? 0) == 0 && $0.largest == nil })
    #expect(
      try drifts(model, model).allSatisfy {
        $0.relativeError == 0 && $0.cosine == 1 && $0.added == 0
      })
    let costs = try swaps(model, model, byLayer: false)
    #expect(costs.divergence == 0)
    #expect(costs.costs.allSatisfy { $0.alone == 0 && $0.gained == 0 && $0.upgrade == nil })
  }

  @Test("A measurement that is ended gives what it has")
  func interrupted() throws {
    let (reference, candidate) = (
      try PocketModel.reference.get(), try PocketModel.quantized.get()
    )
    let text = try PocketModel.text(stretches: 1, of: Self.length)
    let probe = try DivergenceProbe(
      reference, over: text, options: PocketModel.options(Self.length))
    let costs = try SwapMeter(probe, candidate: candidate)
      .measure(byLayer: true) { done, _, _ in done < 3 }
    #expect(costs.isPartial && costs.costs.filter { $0.alone > 0 }.count == 2)
    let errors = try TensorErrors(
      reference: reference.file, candidate: candidate.file, threads: 1
    ) { done, all, _ in done < all / 2 }
    #expect(errors.isPartial && !errors.errors.isEmpty)
  }

  @Test(
    "Observing the hidden state changes nothing",
    arguments: ["phi2", "phi3", "phi3-separate", "phimoe", "llama"])
  func observed(_ architecture: String) throws {
    let model = try PocketModel.fixture(architecture)
    let tokens = [Int32](1...9)
    func logits(_ observes: Bool) throws -> [Float] {
      let session = try Session(model, PocketModel.options(tokens.count))
      var seen: [Int?] = []
      if observes { session.observeLayers { block, _, _ in seen.append(block) } }
      let logits = Array(try session.append(tokens))
      let blocks = model.configuration.blockCount
      #expect(seen == (observes ? [nil] + (0..<blocks).map(Optional.some) : []))
      return logits
    }
    #expect(try logits(true) == logits(false))
  }

  @Test(
    "Every architecture can be explained, experts too", arguments: ["phi2", "phi3", "phimoe"])
  func architectures(_ architecture: String) throws {
    let model = try PocketModel.fixture(architecture)
    let text = [[Int32](1...9), [Int32](5...12)]
    let last = "blk.\(model.configuration.blockCount - 1)"
    let matrix = try #require(
      model.file.tensors.last { $0.name.hasPrefix(last) && $0.name.contains("ffn_down") })
    let candidate = try PocketModel.damaged(model, matrix.name, by: 0.5)
    let options = PocketModel.options(16)
    let activity = try Activity(of: model, over: text, options: options)
    let errors = try TensorErrors(
      reference: model.file, candidate: candidate.file, activity: activity, threads: 2
    ).errors
    #expect(errors.filter { $0.severity > 0 }.map(\.name) == [matrix.name])
    #expect(errors.filter { $0.shape.count > 1 }.allSatisfy { $0.weightedError != nil })
    let meter = try DriftMeter(reference: model, candidate: candidate, options: options)
    for stretch in text { try meter.read(stretch) }
    #expect(meter.drifts.filter { $0.added > 0 }.map(\.name) == [last])
    let costs = try SwapMeter(
      DivergenceProbe(model, over: text, options: options), candidate: candidate,
      activity: activity
    ).measure(byLayer: true)
    #expect(costs.costs.filter { $0.alone > 0 }.map(\.name) == [last])
    #expect(costs.costs.first?.alone == costs.divergence)
    #expect(costs.costs.first?.gained == costs.divergence)
  }
}

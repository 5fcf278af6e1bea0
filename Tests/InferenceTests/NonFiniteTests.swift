import Foundation
import Kernels
import Phidelity
import Testing

@Suite("Values that are no numbers")
struct NonFiniteTests {
  static let fixtures = [
    "phi3", "phi3-separate", "phi2", "phimoe-plain", "llama", "phi3-partial-tied",
  ]

  /// The error of a model that reads some tokens, however it is loaded.
  private func failure(
    _ model: () throws -> Model, _ options: SessionOptions = SessionOptions(), count: Int = 12
  ) -> NonFiniteError? {
    do {
      let session = try Session(try model(), options)
      try session.append(SessionTests.tokens(session.model, count))
      return nil
    } catch {
      return error as? NonFiniteError
    }
  }

  @Test(
    "One weight that is no number is found in every tensor, by every kernel set",
    arguments: fixtures, [Float.nan, -.infinity])
  func namesTheTensor(fixture: String, value: Float) throws {
    let edited = try EditedModel(fixture)
    let tokens = SessionTests.tokens(edited.base, 12)
    let tensors = edited.base.file.tensors.filter {
      // The last block and what is outside are kinds enough.
      !$0.name.hasPrefix("blk.") || $0.name.hasPrefix("blk.1.")
    }
    #expect(tensors.count >= 8)
    for tensor in tensors {
      let columns = tensor.shape[0]
      let isByToken = tensor.name == "token_embd.weight"
      let rows = tensor.shape.dropFirst().reduce(1, *)
      let experts = tensor.shape.count > 2 ? tensor.shape[2] : 1
      let model = {
        try edited.model(tensor.name) { values in
          let row = isByToken ? Int(tokens[5]) : 0
          for expert in 0..<experts {
            values[(row + expert * (rows / experts)) * columns + columns / 2] = value
          }
        }
      }
      for set in KernelSet.supported {
        var options = SessionOptions()
        options.kernels = set.name
        // One token at a time, a few, and all at once.
        for chunk in [1, 4, 64] {
          options.chunkLength = chunk
          let error = try #require(
            failure(model, options), "\(tensor.name), \(set.name), \(chunk) tokens")
          #expect(error.place == tensor.name)
          #expect(error.isInWeights)
        }
      }
    }
  }

  @Test("The message names file, tensor, row and column, and the session stays as it was")
  func message() throws {
    let edited = try EditedModel("llama")
    let model = try edited.model("blk.1.ffn_down.weight") { $0[3] = .nan }
    let session = try Session(model)
    let error = #expect(throws: NonFiniteError.self) {
      try session.append(SessionTests.tokens(model, 3))
    }
    #expect(
      error?.description
        == "\(model.file.path): blk.1.ffn_down.weight: found nan in row 0, column 3, expected finite "
        + "weights")
    #expect(session.tokens.isEmpty)
    #expect(throws: NonFiniteError.self) {
      try session.appendEach(SessionTests.tokens(model, 3)) { _ in }
    }
  }

  @Test("A block's scale that is no number is found in quantized formats")
  func scales() throws {
    let edited = try EditedModel(pocket: "phi-pocket-q4_0")
    for name in ["blk.2.attn_qkv.weight", "blk.2.attn_output.weight", "blk.2.ffn_up.weight"] {
      for bits: [UInt8] in [[0x00, 0x7E], [0x00, 0x7C]] {
        let model = { try edited.model(bytes: name) { ($0[18], $0[19]) = (bits[0], bits[1]) } }
        for chunk in [1, 4, 64] {
          var options = SessionOptions()
          options.contextLength = 64
          options.chunkLength = chunk
          options.roundsActivations = chunk > 1
          #expect(failure(model, options)?.place == name)
        }
      }
    }
  }

  @Test("Activations that overflow are told from weights that are no numbers")
  func overflow() throws {
    let edited = try EditedModel("phi3-separate")
    let model = { try edited.model("blk.1.ffn_down.weight") { $0.update(repeating: 3e38) } }
    let error = try #require(failure(model))
    #expect(error.place == "blk.1")
    #expect(!error.isInWeights)
    #expect(error.description.contains("the activations overflow"))
  }

  @Test(
    "A hidden state whose squares overflow is told, where a norm would make zeros of it",
    arguments: ["phi3-separate", "llama", "phi2", "phimoe-plain", "phi3-partial-tied"])
  func normOverflow(fixture: String) throws {
    let edited = try EditedModel(fixture)
    let norm = { try edited.model("blk.0.attn_norm.weight") { $0[1] = 1e38 } }
    #expect(failure(norm)?.isInWeights == false)
    let embedding = { try edited.model("token_embd.weight") { $0.update(repeating: 1e25) } }
    let error = try #require(failure(embedding))
    #expect(error.place == "token_embd.weight")
    #expect(error.description.contains("found 1e+25 in the embedding, expected numbers whose"))
    var options = SessionOptions()
    options.chunkLength = 1
    #expect(failure(embedding, options)?.place == "token_embd.weight")
  }

  @Test("A hidden state that is large, but not too large, passes")
  func largeHidden() throws {
    let edited = try EditedModel("llama")
    let model = { try edited.model("token_embd.weight") { $0.update(repeating: 1e17) } }
    #expect(failure(model) == nil)
  }

  @Test("Keys and values that an F16 cache cannot hold ask for a 32-bit one")
  func cacheOverflow() throws {
    let edited = try EditedModel("phi3-separate")
    for name in ["blk.1.attn_k.weight", "blk.1.attn_v.weight"] {
      let model = { try edited.model(name) { for index in $0.indices { $0[index] *= 1e7 } } }
      var options = SessionOptions()
      options.cacheFormat = .f16
      let error = try #require(failure(model, options))
      #expect(error.place == "blk.1")
      #expect(error.description.contains("expected at most 65504 for an F16 cache; --cache f32"))
      options.cacheFormat = .f32
      #expect(failure(model, options) == nil)
    }
  }

  @Test("Logits that overflow are told, and so is an infinite bias of the output")
  func logits() throws {
    let edited = try EditedModel("phi2")
    let wide = { try edited.model("output.weight") { $0.update(repeating: 3e38) } }
    #expect(failure(wide)?.description.contains("the logits overflow") == true)
    let biased = { try edited.model("output.bias") { $0[7] = -.infinity } }
    #expect(failure(biased)?.place == "output.bias")
  }

  @Test("Values are within a limit or they are not, at every length")
  func within() throws {
    for count in 0..<70 {
      let values = try Buffer<Float>(count: count)
      for index in 0..<count { values.pointer[index] = index % 2 == 0 ? 3 : -3 }
      #expect(FiniteValues.areWithin(values.pointer, count: count, limit: 3))
      #expect(FiniteValues.areWithin(values.pointer, count: count))
      for index in 0..<count {
        for value in [Float.nan, -.nan, .infinity, -.infinity, -3.5] {
          let old = values.pointer[index]
          values.pointer[index] = value
          #expect(!FiniteValues.areWithin(values.pointer, count: count, limit: 3))
          #expect(FiniteValues.areWithin(values.pointer, count: count) == value.isFinite)
          #expect(FiniteValues.firstBeyond(values.pointer, count: count, limit: 3) == index)
          values.pointer[index] = old
        }
      }
    }
  }
}

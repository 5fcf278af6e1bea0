import Foundation
import GGUF
import Inference
import Testing
import Tokenization

@testable import Quantization

/// Folders that `scripts/make-convert-goldens` wrote, with what they must become.
struct ConvertTests {
  @Test(arguments: ConvertGolden.all)
  func writesTheMetadataOfTheReference(_ golden: ConvertGolden) throws {
    let model = try HuggingFaceModel(folder: golden.path)
    let metadata = model.metadata(.f32)
    let expected = golden.metadata
    #expect(metadata.count == expected.count)
    for (key, value) in metadata {
      #expect(expected[key].map { golden.matches(value, $0) } == true, "\(key) = \(value)")
    }
    for key in expected.keys {
      #expect(metadata.contains { $0.key == key }, "\(key) is missing")
    }
  }

  @Test(arguments: ConvertGolden.all)
  func writesTheTensorsOfTheReference(_ golden: ConvertGolden) throws {
    let file = try golden.convert(.f32)
    let expected = golden.tensors
    #expect(Set(file.tensors.map(\.name)) == Set(expected.keys))
    for tensor in file.tensors {
      let entry = try #require(expected[tensor.name])
      #expect(tensor.shape == entry.shape, "\(tensor.name)")
      #expect(tensor.type == .f32)
      if let values = entry.values {
        let found = tensor.bytes.bindMemory(to: Float.self)
        for (a, b) in zip(found, values) { #expect(abs(a - b) <= 1e-5 * abs(b)) }
      } else {
        #expect(FNV.hash(tensor.bytes) == entry.hash, "\(tensor.name)")
      }
    }
  }

  @Test(arguments: ConvertGolden.all)
  func splitsTextsAsTheReference(_ golden: ConvertGolden) throws {
    let model = try HuggingFaceModel(folder: golden.path)
    let tokenizer = try Tokenizer(GGUFMetadata(model.metadata(.f16), source: golden.path))
    for (text, ids) in golden.tokens {
      #expect(tokenizer.encode(text, addBOS: false, parseSpecial: true) == ids, "\(text)")
    }
  }

  @Test(arguments: ConvertGolden.all)
  func keepsVectorsInFullAndMatricesInTheFormatAskedFor(_ golden: ConvertGolden) throws {
    for mix in [Mix.f16, .bf16, .q8_0, .q4_K_M] {
      let file = try golden.convert(mix)
      for tensor in file.tensors {
        let isMatrix = tensor.shape.count > 1 && !tensor.name.contains("ffn_gate_inp")
        if !isMatrix {
          #expect(tensor.type == .f32, "\(tensor.name)")
        } else if mix.base.blockSize == 1 {
          #expect(tensor.type == mix.base, "\(tensor.name)")
        }
      }
      #expect(try file.metadata.integer("general.file_type", in: 0...99) == Int(mix.fileType))
      _ = try Model(file)
    }
  }
}

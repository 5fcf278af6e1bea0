import Foundation
import Testing

@testable import Quantization

/// Names and sizes as the `gguf` package takes them apart (`scripts/make-convert-goldens`).
struct ModelNameTests {
  private static func entries(_ list: String) throws -> [[String: Any]] {
    let url = URL(fileURLWithPath: "\(ConvertGolden.folder)/names.json")
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any]
    return try #require(object?[list] as? [[String: Any]])
  }

  @Test func takesNamesApart() throws {
    for entry in try Self.entries("names") {
      let text = try #require(entry["text"] as? String)
      let name = ModelName(text, parameters: try #require(entry["parameters"] as? Int))
      #expect(name.full == entry["full"] as? String, "\(text)")
      #expect(name.organization == entry["organization"] as? String, "\(text)")
      #expect(name.basename == entry["basename"] as? String, "\(text)")
      #expect(name.finetune == entry["finetune"] as? String, "\(text)")
      #expect(name.version == entry["version"] as? String, "\(text)")
      #expect(name.sizeLabel == entry["sizeLabel"] as? String, "\(text)")
      #expect(ModelName.title(text) == entry["title"] as? String)
    }
  }

  @Test func writesSizesShort() throws {
    for entry in try Self.entries("sizes") {
      let count = try #require(entry["count"] as? Int)
      #expect(ModelName.sizeLabel(count) == entry["label"] as? String, "\(count)")
    }
  }
}

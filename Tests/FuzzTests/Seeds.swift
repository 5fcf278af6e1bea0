import Foundation
import Phidelity

/// Inputs from which mutation starts.
enum Seeds {
  private static func load(_ paths: [String]) -> [[UInt8]] {
    paths.map { FuzzFile.load(FuzzFile.repository($0)) }
  }

  private static let fixtures = "Tests/QuantizationTests/Fixtures"

  static let vocabularies: @Sendable () -> [[UInt8]] = {
    load(
      ["dbrx", "gpt-4o", "phi-2", "phi-3", "qwen2", "smollm"].map {
        "Tests/TokenizationTests/Fixtures/\($0).gguf"
      })
  }

  /// The small models of the tests, quantized so that they are smaller.
  static let models: @Sendable () -> [[UInt8]] = {
    let mixes: [(model: String, mix: Mix)] = [
      ("llama", .q4_0), ("llama-tied-scaled", .f16), ("phi2", .q8_0), ("phi2-fused", .q4_0),
      ("phi3", .q4_0), ("phi3-grouped", .q5_1), ("phi3-longrope-partial", .bf16),
      ("phi3-window", .q5_0), ("phi3-separate", .q4_1), ("phimoe", .q4_0),
      ("phimoe-plain", .iq4_NL),
    ]
    return mixes.compactMap { name, mix in
      attempt {
        let file = try GGUFFile(
          path: FuzzFile.repository("Tests/InferenceTests/Fixtures/\(name).gguf"))
        let plan = try QuantizationPlan(file, QuantizationPlan.Options(mix))
        let path = "\(FuzzFile.folder)/seed.gguf"
        try ModelFileWriter(threads: 1).write(plan.items, metadata: plan.metadata, to: path)
        return FuzzFile.load(path)
      }
    }
  }

  static let importanceMatrices: @Sendable () -> [[UInt8]] = {
    let matrix = ImportanceMatrix(
      entries: [
        "blk.0.ffn_up.weight": .init(sums: [1, 2, 3, 4], counts: [2]),
        "blk.0.ffn_up_exps.weight": .init(sums: [1, 2, 3, 4], counts: [2, 0]),
      ], datasets: ["text"], chunkCount: 3, chunkLength: 512)
    let path = "\(FuzzFile.folder)/seed.imatrix"
    attempt { try matrix.write(to: path) }
    var legacy: [UInt8] = []
    func add(_ number: UInt32) { withUnsafeBytes(of: number.littleEndian) { legacy += $0 } }
    add(1)
    add(5)
    legacy += "blk.0".utf8
    add(7)
    add(2)
    add(Float(1).bitPattern)
    add(Float(2).bitPattern)
    add(3)
    add(4)
    legacy += "text".utf8
    return [FuzzFile.load(path), legacy]
  }

  static let json: @Sendable () -> [[UInt8]] = {
    load(
      ["config.json", "tokenizer_config.json", "added_tokens.json"].map {
        "\(fixtures)/Convert/Phi-3-mini-4k-instruct/\($0)"
      }) + [Array(#"{"a": [1, -2.5e3, true, null, "\u00e9\ud83d\ude00\n", {}], "": NaN}"#.utf8)]
  }

  static let messages: @Sendable () -> [[UInt8]] = {
    [
      #"[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]"#,
      #"[{"role": "system", "content": ""}, {"role": "user", "content": [{"type": "text"}]}]"#,
      #"{"messages": [{"role": "user", "content": "<|end|>"}], "tools": [{"name": "f"}]}"#,
    ].map { Array($0.utf8) }
  }

  static let safetensors: @Sendable () -> [[UInt8]] = {
    load([
      "\(fixtures)/Import/mlx-bf16/model.safetensors",
      "\(fixtures)/Convert/Phi-3-mini-4k-instruct/model-00002-of-00003.safetensors",
    ])
  }

  static let sentencePiece: @Sendable () -> [[UInt8]] = {
    load(["\(fixtures)/Convert/Phi-3-mini-4k-instruct/tokenizer.model"])
  }

  static let onnx: @Sendable () -> [[UInt8]] = {
    load(["onnx-asymmetric", "onnx-symmetric"].map { "\(fixtures)/Import/\($0)/model.onnx" })
  }

  static let openVINO: @Sendable () -> [[UInt8]] = {
    load(["\(fixtures)/Import/openvino/openvino_model.xml"])
  }

  static let tasks: @Sendable () -> [[UInt8]] = {
    [
      #"{"task": "sum", "prompt": "1 + 1 =", "answer": "2"}"#,
      #"{"messages": [{"role": "user", "content": "Hi"}], "answer": "Hello"}"#,
    ].map { Array($0.utf8) }
  }

  static let logits: @Sendable () -> [[UInt8]] = {
    var file = Array("_logits_".utf8)
    func add(_ number: UInt32) { withUnsafeBytes(of: number.littleEndian) { file += $0 } }
    [4, 5, 2].forEach(add)
    for token in 0..<8 { add(UInt32(token % 5)) }
    // Two stretches of one row each: scale, least logarithm, and six codes.
    for _ in 0..<2 {
      add(Float(0.001).bitPattern)
      add(Float(-16).bitPattern)
      for code in 0..<6 { file += [UInt8(code), 60] }
    }
    return [file]
  }

  static let history: @Sendable () -> [[UInt8]] = { [Array("one\ntwo \\n three\\\\\n".utf8)] }

  static let keys: @Sendable () -> [[UInt8]] = {
    [
      "\u{3}hello\u{1B}[D\u{1B}[1;5C\u{17}\r", "\u{20}\u{12}ab\u{1B}[200~x\ny\u{1B}[201~\u{14}\r",
      "\u{3F}\"\"\"\na é\u{301}日本\u{9}\u{10}\u{E}\u{B}\u{19}\r",
    ].map { Array($0.utf8) }
  }

  static let commandLines: @Sendable () -> [[UInt8]] = {
    [
      "\u{1}-m\nmodel.gguf\n-p\ntext\n--temp\n0.5\n-n8", "\u{3}in\nout\nQ4_K_M\n--tensor\nffn=Q8_0",
      "\u{2}folder\nout.gguf\n--type=q8_0", "\u{3}in\nout\n--budget=2.2GB\n--effort\nhigh",
    ].map { Array($0.utf8) }
  }

  static let templates: @Sendable () -> [[UInt8]] = {
    let fixture = FuzzFile.load(
      FuzzFile.repository("Tests/ChatTemplatesTests/Fixtures/templates.json"))
    guard
      let object = try? JSONSerialization.jsonObject(with: Data(fixture)) as? [String: Any]
    else { return [] }
    return strings(in: object).filter { $0.contains("{{") || $0.contains("{%") }
      .map { Array($0.utf8) }
  }

  /// All strings of a JSON value.
  private static func strings(in value: Any) -> [String] {
    if let text = value as? String { return [text] }
    if let array = value as? [Any] { return array.flatMap(strings) }
    if let object = value as? [String: Any] { return object.values.flatMap(strings) }
    return []
  }

  static let tokenizers: @Sendable () -> [[UInt8]] = {
    func piece(_ text: String, kind: UInt8 = 1, score: UInt8 = 0) -> [UInt8] {
      [kind << 5 | UInt8(text.utf8.count)] + Array(text.utf8) + [score]
    }
    let pieces =
      piece("<s>", kind: 3) + piece("a") + piece("b") + piece("ab", score: 9) + piece("▁")
      + piece("▁a", score: 5) + piece("<0x0A>", kind: 6) + piece("<|end|>", kind: 3)
    let letters =
      piece("a") + piece("b") + piece("Ġ") + piece("ab") + piece("Ġab") + piece("<|x|>", kind: 3)
    return [
      [0xB0, 0x01, 0, 0] + pieces + [0] + Array("ab a\nab<|end|> b".utf8),
      [0x89, 0x00, 0, 0] + letters + [0] + [0, 1, 2, 3] + Array("ab abab <|x|>1234 \n\n a".utf8),
      [0x87, 0x03, 0, 1] + letters + [0] + [0, 1, 2, 3] + Array("ab's 12 ab".utf8),
    ]
  }
}

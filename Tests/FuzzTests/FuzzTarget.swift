/// A reader of untrusted input, called with arbitrary bytes.
///
/// It must return for every input: within seconds, in bounded memory, without a trap. An error is a
/// good result if it is one line.
struct FuzzTarget: Sendable {
  /// The name of the target and of its folder in `Corpus`.
  let name: String
  /// Inputs from which mutation starts, besides those of the corpus.
  let seeds: @Sendable () -> [[UInt8]]
  /// Reads an input.
  let run: @Sendable (UnsafeRawBufferPointer) -> Void

  init(
    name: String, seeds: @escaping @Sendable () -> [[UInt8]] = { [] },
    run: @escaping @Sendable (UnsafeRawBufferPointer) -> Void
  ) {
    self.name = name
    self.seeds = seeds
    self.run = run
  }

  /// Every target.
  static let all: [FuzzTarget] = [
    FuzzTarget(name: "arguments", seeds: Seeds.commandLines, run: ArgumentTargets.commandLine),
    FuzzTarget(name: "doctor", seeds: Seeds.models, run: GGUFTargets.doctor),
    FuzzTarget(
      name: "folder", seeds: FolderTargets.huggingFaceSeeds, run: FolderTargets.huggingFace),
    FuzzTarget(name: "gguf", seeds: Seeds.vocabularies, run: GGUFTargets.file),
    FuzzTarget(name: "history", seeds: Seeds.history, run: TerminalTargets.history),
    FuzzTarget(
      name: "imatrix", seeds: Seeds.importanceMatrices, run: QuantizationTargets.importanceMatrix),
    FuzzTarget(name: "json", seeds: Seeds.json, run: JSONTargets.json),
    FuzzTarget(name: "keys", seeds: Seeds.keys, run: TerminalTargets.keys),
    FuzzTarget(name: "logits", seeds: Seeds.logits, run: SessionTargets.logits),
    FuzzTarget(name: "messages", seeds: Seeds.messages, run: JSONTargets.messages),
    FuzzTarget(name: "mlx", seeds: FolderTargets.mlxSeeds, run: FolderTargets.mlx),
    FuzzTarget(name: "model", seeds: Seeds.models, run: GGUFTargets.model),
    FuzzTarget(name: "onnx", seeds: Seeds.onnx, run: FolderTargets.onnx),
    FuzzTarget(name: "openvino", seeds: Seeds.openVINO, run: FolderTargets.openVINO),
    FuzzTarget(name: "quantize", seeds: Seeds.models, run: QuantizationTargets.quantize),
    FuzzTarget(name: "safetensors", seeds: Seeds.safetensors, run: QuantizationTargets.safetensors),
    FuzzTarget(name: "save", run: SessionTargets.save),
    FuzzTarget(
      name: "sentencepiece", seeds: Seeds.sentencePiece, run: QuantizationTargets.sentencePiece),
    FuzzTarget(name: "tasks", seeds: Seeds.tasks, run: SessionTargets.tasks),
    FuzzTarget(name: "template", seeds: Seeds.templates, run: TemplateTargets.template),
    FuzzTarget(name: "tokenizer", seeds: Seeds.tokenizers, run: TokenizerTargets.tokenizer),
  ]

  /// The target of a name.
  static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// Runs a body; an error that it throws must be one line.
///
/// - Returns: What the body returned, or nil if it threw.
@discardableResult
func attempt<T>(_ body: () throws -> T) -> T? {
  do {
    return try body()
  } catch {
    let line = "\(error)"
    // Compared as bytes: "\r\n" is one character to Swift.
    precondition(!line.utf8.contains(0x0A), "an error of more than one line: \(line)")
    precondition(!line.isEmpty, "an error without a word")
    return nil
  }
}

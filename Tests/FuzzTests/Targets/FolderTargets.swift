import Foundation
import Phidelity

/// Model folders of other programs in which one file is replaced by the input.
enum FolderTargets {
  private static let fixtures = "Tests/QuantizationTests/Fixtures"
  /// Folders and the file of each that the first byte of an input chooses.
  private static let choices: [(folder: String, file: String)] = [
    ("Phi-4-mini-instruct", "config.json"),
    ("Phi-4-mini-instruct", "tokenizer.json"),
    ("Phi-4-mini-instruct", "tokenizer_config.json"),
    ("Phi-4-mini-instruct", "model.safetensors"),
    ("Phi-4-mini-instruct", "generation_config.json"),
    ("Phi-4-mini-instruct", "chat_template.jinja"),
    ("Phi-4-mini-instruct", "README.md"),
    ("Phi-3-mini-4k-instruct", "config.json"),
    ("Phi-3-mini-4k-instruct", "tokenizer.model"),
    ("Phi-3-mini-4k-instruct", "tokenizer_config.json"),
    ("Phi-3-mini-4k-instruct", "added_tokens.json"),
    ("Phi-3-mini-4k-instruct", "generation_config.json"),
    ("Phi-3-mini-4k-instruct", "model.safetensors.index.json"),
    ("Phi-mini-MoE-instruct", "config.json"),
    ("Phi-mini-MoE-instruct", "tokenizer.json"),
    ("tiny-llama-3.2-1M", "config.json"),
    ("tiny-llama-3.2-1M", "tokenizer.json"),
    ("phi-2", "config.json"),
    ("phi-2", "tokenizer.json"),
  ]

  /// A folder of Hugging Face: a byte that chooses the file, and the file.
  static let huggingFace: @Sendable (UnsafeRawBufferPointer) -> Void = { bytes in
    guard let first = bytes.first else { return }
    let (folder, file) = choices[Int(first) % choices.count]
    let content = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
    withChanged(of: "\(fixtures)/Convert/\(folder)", as: folder, file, content) { path in
      attempt {
        let model = try HuggingFaceModel(folder: path)
        _ = (model.metadata(.q4_K_M).count, model.parameterCount)
        for source in model.tensors.prefix(4) { attempt { try QuantizationTargets.read(source) } }
      }
    }
  }

  /// Each file that may be replaced, as it is.
  static let huggingFaceSeeds: @Sendable () -> [[UInt8]] = {
    choices.enumerated().flatMap { index, choice in
      let path = FuzzFile.repository("\(fixtures)/Convert/\(choice.folder)/\(choice.file)")
      return access(path, F_OK) == 0 ? [[UInt8(index)] + FuzzFile.load(path)] : []
    }
  }

  /// The two files of an MLX folder.
  static let mlxSeeds: @Sendable () -> [[UInt8]] = {
    ["config.json", "model.safetensors"].enumerated().map { index, file in
      [UInt8(index)] + FuzzFile.load(FuzzFile.repository("\(fixtures)/Import/mlx-mixed/\(file)"))
    }
  }

  /// A graph of ONNX beside the weights of a fixture.
  static let onnx: @Sendable (UnsafeRawBufferPointer) -> Void = { bytes in
    withChanged(of: "\(fixtures)/Import/onnx-asymmetric", as: "onnx", "model.onnx", bytes) { path in
      attempt { QuantizationTargets.readAll(try ONNXFolder(path: path)) }
    }
  }

  /// A graph of OpenVINO beside the weights of a fixture.
  static let openVINO: @Sendable (UnsafeRawBufferPointer) -> Void = { bytes in
    withChanged(
      of: "\(fixtures)/Import/openvino", as: "openvino", "openvino_model.xml", bytes
    ) { path in
      attempt { QuantizationTargets.readAll(try OpenVINOFolder(path: path)) }
    }
  }

  /// A folder of MLX: a byte that chooses the configuration or the weights, and the file.
  static let mlx: @Sendable (UnsafeRawBufferPointer) -> Void = { bytes in
    guard let first = bytes.first else { return }
    let content = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
    let file = first % 2 == 0 ? "config.json" : "model.safetensors"
    withChanged(of: "\(fixtures)/Import/mlx-mixed", as: "mlx", file, content) { path in
      attempt { QuantizationTargets.readAll(try MLXFolder(path: path)) }
    }
  }

  /// Runs a body on a copy of a folder with another file in it, which is then as it was.
  private static func withChanged(
    of folder: String, as name: String, _ file: String, _ bytes: UnsafeRawBufferPointer,
    _ body: (String) -> Void
  ) {
    let target = "\(FuzzFile.copy(of: folder, as: name))/\(file)"
    let source = FuzzFile.repository("\(folder)/\(file)")
    FuzzFile.write(bytes, to: target)
    body(FuzzFile.copy(of: folder, as: name))
    // A file that the folder had not is gone again.
    unlink(target)
    guard access(source, F_OK) == 0 else { return }
    FuzzFile.load(source).withUnsafeBytes { FuzzFile.write($0, to: target) }
  }
}

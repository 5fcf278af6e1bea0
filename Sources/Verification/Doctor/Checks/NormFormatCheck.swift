import GGUF
import Quantization

/// Norms, biases, routers and rotation factors: all programs want them in 32-bit floats.
enum NormFormatCheck: FileCheck {
  static let needsAllTensors = true

  static func findings(in examination: Examination) -> [Finding] {
    let small = examination.file.tensors.filter {
      !MixRules.isQuantized(name: $0.name, shape: $0.shape) && $0.type != .f32
    }
    let quantized = small.filter { $0.type.blockSize > 1 }
    let halves = small.filter { $0.type.blockSize == 1 }
    var findings: [Finding] = []
    if let first = quantized.first {
      let isRouter = quantized.contains { $0.name.contains("ffn_gate_inp") }
      findings.append(
        Finding(
          .warning, first.name.printable, "is \(first.type.name)" + more(quantized),
          consequence: isRouter
            ? "A quantized router sends tokens to the wrong experts."
            : "Few bytes are spared, and every value of the layer suffers.",
          remedy: "quantize it again from the original; norms and routers stay F32"))
    }
    if let first = halves.first {
      findings.append(
        Finding(
          .note, first.name.printable, "is \(first.type.name)" + more(halves),
          consequence: "llama.cpp has no kernels for some such tensors; phi has.",
          remedy: "convert it again; norms, biases and routers are F32 by custom"))
    }
    return findings
  }

  private static func more(_ tensors: [TensorView]) -> String {
    tensors.count > 1 ? ", as \(tensors.count - 1) more small tensors" : ""
  }
}

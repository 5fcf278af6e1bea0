import Foundation
import Kernels
import Phidelity
import Quantization

/// `phi convert`: a model from Hugging Face as a GGUF file.
let convertCommand = Command(
  name: "convert", summary: "make a GGUF file of a Hugging Face folder",
  usage: "FOLDER OUT.gguf [--type TYPE] [-t THREADS]",
  groups: [
    (
      "Options",
      [
        Option(
          name: "type", short: nil, value: "TYPE",
          help: "format of the weights: F32, F16, BF16, or as in quantize (default: F16)"),
        Option(name: "threads", short: "t", value: "N", help: "threads (default: all)"),
      ]
    )
  ], positionals: 2...2
) { arguments in
  let name = arguments.string("type") ?? "F16"
  guard let mix = Mix(named: name) else {
    let known = Mix.allCases.map(\.rawValue).joined(separator: ", ")
    throw UsageError(description: "--type: found '\(name)', expected one of \(known)")
  }
  let threads =
    try arguments.int("threads", in: 1...1024) ?? ProcessInfo.processInfo.activeProcessorCount
  let target = arguments.positional[1]
  let progress = ProgressLine()
  progress.update("reading \(arguments.positional[0])")
  Interrupt.shared.begin()
  defer {
    Interrupt.shared.end()
    progress.finish()
  }
  let model = try HuggingFaceModel(folder: arguments.positional[0])
  let clock = ContinuousClock()
  let start = clock.now
  var bytes = 0
  do {
    try ModelFileWriter(threads: threads).write(
      model.items(mix), metadata: model.metadata(mix), to: target
    ) { state in
      if Interrupt.shared.isRequested { throw CancellationError() }
      bytes = state.totalBytes
      progress.update(
        "\(state.doneBytes * 100 / max(1, state.totalBytes)) % of "
          + "\(state.totalBytes >> 20) MiB, \(state.tensor)")
    }
  } catch is CancellationError {
    progress.finish()
    StandardError.write("stopped; \(target) was not written\n")
    return 130
  }
  progress.finish()
  let seconds = (clock.now - start) / .seconds(1)
  StandardError.write(
    "\(target): \(model.architecture.rawValue), \(model.tensors.count) tensors as \(mix.rawValue), "
      + String(format: "%.1f MiB in %.1f s\n", Double(bytes) / 1_048_576, seconds))
  return 0
}

import Foundation
import Kernels
import Phidelity

/// `phi convert`: a model's folder as a GGUF file.
let convertCommand = Command(
  name: "convert",
  summary: "make a GGUF file of a Hugging Face folder, or of MLX, ONNX or OpenVINO",
  usage: "FOLDER OUT.gguf [--type TYPE] [-t THREADS]",
  groups: [
    (
      "Options",
      [
        Option(
          name: "type", short: nil, value: "TYPE",
          help: "F32, F16, BF16, or a type that quantize knows (default: F16; what another runtime "
            + "quantized is kept as it is)"),
        Option(
          name: "exact-values", short: nil, value: nil,
          help:
            "round nothing of what another runtime quantized but to F16 where no format is exact"
        ),
        Option(
          name: "effort", short: nil, value: "normal|high",
          help: "how thoroughly the nearest codes are searched (default: normal)"),
        Option(
          name: "split-max-size", short: nil, value: "SIZE",
          help: "write parts of at most this much, as in 4GB"),
        Option(name: "threads", short: "t", value: "N", help: "threads (default: all processors)"),
      ]
    )
  ], positionals: 2...2
) { arguments in
  let folder = arguments.positional[0]
  let target = try OutputPath.checked(arguments.positional[1])
  let wanted = try arguments.string("type").map(QuantizeOptions.mix)
  let model = try HuggingFaceModel(
    folder: folder, precision: arguments.has("exact-values") ? .f16 : .blocks)
  let mix = wanted ?? (model.runtime == nil ? .f16 : nil)
  let writer = ModelFileWriter(
    threads: try arguments.int("threads", in: 1...1024) ?? Parallel.processorCount,
    effort: try QuantizeOptions.effort(arguments))
  let items = model.items(mix)
  if arguments.has("effort"), mix == nil || mix?.base.blockSize == 1 {
    throw UsageError(
      description: "--effort changes nothing: it is for formats of blocks, as --type Q4_K_M")
  }
  let maximumBytes = try QuantizeOptions.splitSize(arguments, items)
  let notes = [model.importNote(mix), model.fallbackNote(mix)].compactMap { $0 }
  (model.notes + notes).forEach(Note.write)
  let clock = ContinuousClock()
  let start = clock.now
  try WritingProgress.show { progress in
    try writer.write(
      items, metadata: model.metadata(mix), to: target,
      maximumBytes: maximumBytes, progress: progress)
  }
  let seconds = (clock.now - start) / .seconds(1)
  StandardError.write(
    "\(target.printable): \(model.architecture.rawValue), \(items.count) tensors as "
      + "\(mix?.rawValue ?? "they are"), \(String(format: "%.1f s", seconds))\n")
  return 0
}

import Foundation
import Phidelity

/// `phi imatrix`: which columns of a model's matrices matter, measured over a text.
let imatrixCommand = Command(
  name: "imatrix", summary: "measure over a text which weights matter",
  usage: "-m MODEL -f TEXT -o OUT.gguf [--merge FILE]…",
  groups: [
    (
      "Options",
      [
        ModelOptions.model,
        Option(name: "file", short: "f", value: "TEXT", help: "the text (default: standard input)"),
        Option(name: "output", short: "o", value: "OUT.gguf", help: "the importance matrix"),
        Option(
          name: "merge", short: nil, value: "FILE", help: "an importance matrix to add to",
          repeats: true),
        Option(
          name: "ctx", short: "c", value: "N", help: "tokens that are read together (default: 512)"),
        Option(
          name: "chunks", short: nil, value: "N", help: "stretches to read at most (default: all)"),
        Option(name: "threads", short: "t", value: "N", help: "threads (default: all processors)"),
      ]
    )
  ], positionals: 0...0
) { arguments in
  guard let option = arguments.string("output") else {
    throw UsageError(description: "phi imatrix needs -o")
  }
  let output = try OutputPath.checked(option)
  let name = arguments.string("file") ?? "standard input"
  let text = try InputText.read(arguments.string("file") ?? "-", as: .measured)
  var merged = ImportanceMatrix()
  let merging = try arguments.strings("merge").map { ($0, try ImportanceMatrix(path: $0)) }
  for (_, matrix) in merging { try merged.merge(matrix) }
  let model = try ModelOptions.open(arguments)
  for (path, matrix) in merging { try matrix.check(against: model.file, path: path) }
  var options = try ModelOptions.measuring(arguments)
  let wanted = try arguments.int("ctx", in: 2...1 << 20) ?? 512
  let length = min(wanted, model.configuration.contextLength)
  if length < wanted, arguments.has("ctx") {
    Note.write("-c \(wanted): the model has \(length) tokens of context, which are read together")
  }
  options.chunkLength = min(512, length)
  let collector = try ImportanceCollector(model, chunkLength: length, options: options)
  let maximum = try arguments.int("chunks", in: 1...Int.max) ?? .max
  let left = TimeLeft()
  let measured = try withProgress { line in
    let measured = try collector.collect(
      model.tokenizer.encode(text), dataset: Path.name(name),
      maximumChunks: maximum
    ) { done, count in
      line.update(
        "\(done) of \(count) stretches of \(length) tokens"
          + left.text(done: Double(done) / Double(count)))
      return !Interrupt.shared.isRequested
    }
    // A part of the text would be another matrix than the one that was asked for.
    guard !Interrupt.shared.isRequested else { throw CancellationError() }
    return measured
  }
  try merged.merge(measured)
  merged.chunkLength = measured.chunkLength
  try merged.write(to: output)
  if let gaps = merged.gaps(in: model.file) { Note.write(gaps) }
  StandardError.write(
    "\(merged.entries.count) matrices over \(merged.chunkCount) stretches of "
      + "\(merged.chunkLength) tokens\n")
  return 0
}

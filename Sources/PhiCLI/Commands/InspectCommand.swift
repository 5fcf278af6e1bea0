import Foundation
import Kernels
import Phidelity

/// `phi inspect`: what a file holds.
let inspectCommand = Command(
  name: "inspect", summary: "show a file's metadata, formats and memory",
  usage: "MODEL [--json] [--tensors] [-c CTX]",
  groups: [
    (
      "Options",
      [
        ModelOptions.model.excluding("MODEL"),
        Option(name: "json", short: nil, value: nil, help: "one object"),
        Option(name: "tensors", short: nil, value: nil, help: "every tensor too"),
        Option(name: "ctx", short: "c", value: "N", help: "tokens of context to count memory for"),
      ]
    )
  ], positionals: 0...1
) { arguments in
  let path = try ModelLocator.path(arguments.positional.first ?? arguments.string("model"))
  let report = InspectReport(
    try GGUFFile(path: path), context: try arguments.int("ctx", in: 1...(1 << 30)))
  if arguments.has("json") {
    StandardOutput.write(try report.json(tensors: arguments.has("tensors")) + "\n")
  } else {
    StandardOutput.write(report.text(tensors: arguments.has("tensors")))
  }
  return 0
}

/// A file's contents, for people and for programs.
private struct InspectReport {
  private let file: GGUFFile
  private let configuration: ModelConfiguration?
  /// Why the runtime cannot run it, if it cannot.
  private let obstacle: String?
  private let context: Int?

  init(_ file: GGUFFile, context: Int?) {
    self.file = file
    do {
      configuration = try ModelConfiguration(file.metadata)
      let unsupported = file.tensors.first { WeightFormat($0.type) == nil }
      obstacle = unsupported.map { "\($0.name) has format \($0.type.name), which is not supported" }
    } catch {
      configuration = nil
      obstacle = "\(error)"
    }
    self.context = context ?? configuration?.contextLength
  }

  /// Tensors, values and bytes of each format, the largest first.
  private var formats: [(name: String, tensors: Int, parameters: Int, bytes: Int)] {
    Dictionary(grouping: file.tensors, by: \.type.name).map { name, tensors in
      (
        name, tensors.count, tensors.reduce(0) { $0 + $1.elementCount },
        tensors.reduce(0) { $0 + $1.bytes.count }
      )
    }.sorted { $0.bytes > $1.bytes || ($0.bytes == $1.bytes && $0.name < $1.name) }
  }

  private var cacheBytes: Int? {
    guard let configuration, let context else { return nil }
    let perToken = 2 * 2 * configuration.blockCount * configuration.kvLength
    let (bytes, overflow) = perToken.multipliedReportingOverflow(by: context)
    return overflow ? nil : bytes
  }

  func text(tensors: Bool) -> String {
    var lines = ["\(file.path.printable): GGUF \(file.version), \(Bytes.text(file.byteCount))"]
    func line(_ name: String, _ value: String) {
      lines.append("  " + name.padding(toLength: 14, withPad: " ", startingAt: 0) + value)
    }
    let bits = Double(file.tensorBytes) * 8 / Double(max(1, file.valueCount))
    if let configuration {
      line("architecture", configuration.architecture.rawValue)
      line("name", configuration.name.printable)
      line("layers", "\(configuration.blockCount)")
      line(
        "width",
        "\(configuration.embeddingLength), feed-forward \(configuration.feedForwardLength)"
          + (configuration.expertCount > 0 ? " × \(configuration.expertCount) experts" : ""))
      line(
        "heads",
        "\(configuration.headCount) of \(configuration.headSize), "
          + "\(configuration.kvHeadCount) for keys and values")
      line(
        "context",
        "\(configuration.contextLength)"
          + (configuration.slidingWindow.map { ", window \($0)" } ?? "")
          + (configuration.rope.originalContextLength != configuration.contextLength
            ? ", LongRoPE beyond \(configuration.rope.originalContextLength)" : ""))
    }
    line("parameters", Self.count(file.valueCount))
    line("weights", "\(Bytes.text(file.tensorBytes)), \(String(format: "%.2f", bits)) bits each")
    if let cacheBytes, let context {
      line(
        "memory",
        "\(Bytes.text(file.tensorBytes)) + \(Bytes.text(cacheBytes)) of f16 cache at \(context) tokens"
      )
    }
    if let obstacle { line("runs", "no: \(obstacle.printable)") }
    lines += ["", "formats"]
    for format in formats {
      lines.append(
        "  " + format.name.padding(toLength: 8, withPad: " ", startingAt: 0)
          + "\(format.tensors) tensors, \(Self.count(format.parameters)) values, "
          + Bytes.text(format.bytes))
    }
    lines += ["", "metadata"]
    for (key, value) in file.metadata.entries {
      lines.append("  \(key.printable) = \(value)")
    }
    if tensors {
      lines += ["", "tensors"]
      for tensor in file.tensors {
        lines.append(
          "  \(tensor.name.printable)  \(tensor.type.name)  \(tensor.shape)  \(Bytes.text(tensor.bytes.count))"
        )
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  func json(tensors: Bool) throws -> String {
    var object: [String: Any] = [
      "path": file.path, "version": Int(file.version), "bytes": file.byteCount,
      "parameters": file.valueCount, "weight_bytes": file.tensorBytes,
      "bits_per_weight": Double(file.tensorBytes) * 8 / Double(max(1, file.valueCount)),
      "formats": formats.map {
        ["name": $0.name, "tensors": $0.tensors, "parameters": $0.parameters, "bytes": $0.bytes]
          as [String: Any]
      },
      "metadata": Dictionary(
        file.metadata.entries.map { ($0.key, Self.plain($0.value)) },
        uniquingKeysWith: { first, _ in first }),
      "runs": obstacle == nil,
    ]
    if let obstacle { object["obstacle"] = obstacle }
    if let configuration {
      object["architecture"] = configuration.architecture.rawValue
      object["context_length"] = configuration.contextLength
    }
    if let cacheBytes, let context {
      object["memory"] = [
        "context": context, "cache_bytes": cacheBytes, "weight_bytes": file.tensorBytes,
      ]
    }
    if tensors {
      object["tensors"] = file.tensors.map {
        ["name": $0.name, "type": $0.type.name, "shape": $0.shape, "bytes": $0.bytes.count]
          as [String: Any]
      }
    }
    let data = try JSONSerialization.data(
      withJSONObject: object, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    return String(decoding: data, as: UTF8.self)
  }

  /// A metadata value as JSON has it; long arrays by their length alone.
  private static func plain(_ value: MetadataValue) -> Any {
    switch value {
    case .string(let bytes): return String(decoding: bytes, as: UTF8.self)
    case .bool(let bool): return bool
    case .float32(let float): return float.isFinite ? Double(float) : "\(float)"
    case .float64(let double): return double.isFinite ? double : "\(double)"
    case .uint64(let number): return number
    case .array(let array):
      guard array.count <= 64 else {
        return ["type": "\(array.elementType)", "count": array.count]
      }
      if let strings = array.strings { return strings.map { String(decoding: $0, as: UTF8.self) } }
      if let integers = array.integers { return integers }
      return array.floats?.map { $0.isFinite ? Double($0) as Any : "\($0)" } ?? []
    default: return value.integer ?? 0
    }
  }

  private static func count(_ number: Int) -> String {
    switch number {
    case 1_000_000_000...: String(format: "%.2f billion", Double(number) / 1e9)
    case 1_000_000...: String(format: "%.1f million", Double(number) / 1e6)
    default: "\(number)"
    }
  }
}

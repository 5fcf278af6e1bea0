import Foundation
import Kernels
import Phidelity

/// What the options of commands that write models mean.
enum QuantizeOptions {
  /// Adds what the options say of formats.
  static func apply(_ arguments: Arguments, to options: inout QuantizationPlan.Options) throws {
    options.isPure = arguments.has("pure")
    options.allowsRequantizing = arguments.has("allow-requantize")
    options.embeddingType = try tensorType(arguments, "token-embedding-type")
    options.outputType = try tensorType(arguments, "output-type")
    options.overrides = try arguments.strings("tensor").map(override)
    if let path = arguments.string("imatrix") {
      options.importance = try ImportanceMatrix(path: path)
    }
  }

  /// The mix of a name.
  static func mix(_ name: String) throws(UsageError) -> Mix {
    if let mix = Mix(named: name) { return mix }
    let names = Mix.allCases.map(\.rawValue)
    let hint =
      NearestWord.to(name.uppercased(), among: names).map { "did you mean \($0)?" }
      ?? "one of \(names.joined(separator: ", "))"
    throw UsageError(description: "unknown type '\(name)'; \(hint)")
  }

  static func effort(_ arguments: Arguments) throws(UsageError) -> EncodingEffort {
    switch arguments.string("effort") {
    case nil, "normal": return .normal
    case "high": return .high
    case .some(let word):
      throw UsageError(option: "effort", "expected normal or high, found '\(word)'")
    }
  }

  /// Bytes, as in `4GB`, `500M` or `2.2 GiB`: thousands, or 1,024s with an i.
  static func size(_ arguments: Arguments, _ name: String) throws(UsageError) -> Int? {
    guard let text = arguments.string(name) else { return nil }
    let digits = text.prefix { $0.isNumber || $0 == "." }
    let unit = text.dropFirst(digits.count).trimmingCharacters(in: .whitespaces).uppercased()
    let factors: [String: Double] = [
      "": 1, "B": 1, "K": 1e3, "KB": 1e3, "M": 1e6, "MB": 1e6, "G": 1e9, "GB": 1e9,
      "T": 1e12, "TB": 1e12, "KIB": 1024, "MIB": 1_048_576, "GIB": 1_073_741_824,
      "TIB": 1_099_511_627_776,
    ]
    guard let number = Double(digits), let factor = factors[unit], number * factor >= 1,
      number * factor < 1e18
    else {
      throw UsageError(
        option: name, "expected a size from one byte on, as in 4GB or 500MiB, found '\(text)'")
    }
    return Int(number * factor)
  }

  /// Bytes of a part of a split set; nil for one file.
  ///
  /// A tensor that is larger than a part is told.
  static func splitSize(
    _ arguments: Arguments, _ items: [ModelFileWriter.Item]
  ) throws(UsageError) -> Int? {
    guard let size = try size(arguments, "split-max-size") else { return nil }
    let largest = items.map {
      (name: $0.source.name, bytes: $0.source.description(as: $0.type).byteCount)
    }.max { $0.bytes < $1.bytes }
    if let largest, largest.bytes > size {
      Note.write(
        "--split-max-size: \(largest.name) alone takes \(Bytes.text(largest.bytes)), so that a part is "
          + "larger than \(Bytes.text(size))")
    }
    return size
  }

  /// Refuses to write over what is read.
  static func checkTarget(_ path: String, for file: GGUFFile) throws {
    guard let target = try? SystemCall.status(at: path),
      let source = try? SystemCall.status(at: file.path)
    else { return }
    guard target.st_dev != source.st_dev || target.st_ino != source.st_ino else {
      throw QuantizationError("\(path): is the model that is read, expected another file to write")
    }
  }

  private static func tensorType(
    _ arguments: Arguments, _ name: String
  ) throws(UsageError) -> TensorType? {
    guard let text = arguments.string(name) else { return nil }
    return try type(text, option: name)
  }

  private static func type(_ text: String, option: String) throws(UsageError) -> TensorType {
    guard let type = TensorType(named: text), WeightFormat(type) != nil else {
      let names = WeightFormat.allCases.map { "\($0)".uppercased() }
      throw UsageError(
        option: option,
        "expected one of \(names.joined(separator: ", ")), found '\(text)'")
    }
    return type
  }

  private static func override(_ text: String) throws(UsageError) -> QuantizationPlan.Override {
    guard let sign = text.lastIndex(of: "="), sign != text.startIndex else {
      throw UsageError(option: "tensor", "expected REGEX=TYPE, found '\(text)'")
    }
    let pattern = String(text[..<sign])
    let type = try type(String(text[text.index(after: sign)...]), option: "tensor")
    guard let override = QuantizationPlan.Override(pattern: pattern, type: type) else {
      throw UsageError(option: "tensor", "'\(pattern)' is no regular expression")
    }
    return override
  }
}

import Foundation

/// Files that hold one model together, named `NAME-00001-of-00003.gguf` and so on.
enum SplitSet {
  /// One of the files.
  struct Part {
    let path: String
    let file: MappedFile
    let header: GGUFHeader
  }

  /// The parts of the set that a file belongs to: itself alone if the metadata names no set.
  static func open(
    _ path: String, _ file: MappedFile, _ header: GGUFHeader, isTolerant: Bool
  ) throws(GGUFError) -> [Part] {
    let opened = Part(path: path, file: file, header: header)
    let count = try header.metadata.integer("split.count", in: 0...65535) ?? 0
    guard count > 1 else { return [opened] }
    let number = try header.metadata.integer("split.no", in: 0...count - 1) ?? 0
    guard let prefix = prefix(of: path, number: number, count: count) else {
      throw GGUFError(
        path,
        "is part \(number + 1) of \(count), expected a name that ends in \(suffix(number, count))")
    }
    var parts: [Part] = []
    for other in 0..<count {
      if other == number {
        parts.append(opened)
      } else {
        parts.append(
          try openPart(
            prefix + suffix(other, count), other, count, isTolerant: isTolerant))
      }
    }
    let total = parts.reduce(0) { $0 + $1.header.tensors.count }
    let key = "split.tensors.count"
    let cut = parts.reduce(0) { $0 + $1.header.cutTensors.count }
    if let expected = try parts[0].header.metadata.integer(key, in: 0...Int(Int32.max)),
      expected != total + cut
    {
      throw GGUFError(path, "\(key): the set has \(total) tensors, expected \(expected)")
    }
    return parts
  }

  private static func openPart(
    _ path: String, _ number: Int, _ count: Int, isTolerant: Bool
  ) throws(GGUFError) -> Part {
    let file = try MappedFile(path: path)
    let header = try GGUFHeader(path: path, file, isTolerant: isTolerant)
    let foundCount = try header.metadata.integer("split.count", in: 0...65535) ?? 0
    guard foundCount == count else {
      throw GGUFError(path, "split.count: found \(foundCount), expected \(count)")
    }
    let foundNumber = try header.metadata.integer("split.no", in: 0...65535) ?? 0
    guard foundNumber == number else {
      throw GGUFError(path, "split.no: found \(foundNumber), expected \(number)")
    }
    return Part(path: path, file: file, header: header)
  }

  /// A part's name, made from the name of the whole.
  static func name(_ path: String, number: Int, count: Int) -> String {
    let stem = path.hasSuffix(".gguf") ? String(path.dropLast(5)) : path
    return stem + suffix(number, count)
  }

  private static func prefix(of path: String, number: Int, count: Int) -> String? {
    let suffix = suffix(number, count)
    return path.hasSuffix(suffix) ? String(path.dropLast(suffix.count)) : nil
  }

  private static func suffix(_ number: Int, _ count: Int) -> String {
    String(format: "-%05d-of-%05d.gguf", number + 1, count)
  }
}

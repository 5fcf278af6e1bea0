import GGUF
import Quantization

/// A model file with the changes that findings ask for: other metadata, and the same tensor bytes.
public struct RepairedModel {
  /// One change, as people read it.
  public struct Change: Sendable {
    /// The key or tensor.
    public let subject: String
    /// What becomes of it.
    public let description: String
  }

  /// What is changed, each key and tensor once.
  public private(set) var changes: [Change] = []
  private let file: GGUFFile
  private var metadata: [(key: String, value: MetadataValue)]
  private var names: [String: String] = [:]  // new names of tensors
  private var dropped: Set<String> = []

  /// A file with all repairs of findings; of two that change the same key, the first counts.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - findings: What was found in it.
  /// - Throws: `GGUFError` if bytes are missing that a copy would need.
  public init(_ file: GGUFFile, mending findings: [Finding]) throws(GGUFError) {
    self.file = file
    metadata = file.metadata.entries
    if let flaw = file.flaws.first(where: { $0.kind == .missingBytes }) { throw flaw.error }
    var touched: Set<String> = []
    for repair in findings.flatMap(\.repairs) { apply(repair, &touched) }
  }

  private mutating func apply(_ repair: Repair, _ touched: inout Set<String>) {
    switch repair {
    case .set(let key, let value):
      guard touched.insert(key).inserted else { return }
      let old = metadata.firstIndex { $0.key == key }
      note(
        key,
        "\(old.map { metadata[$0].value.description(limit: 24) } ?? "none") → "
          + value.description(limit: 24))
      if let old { metadata[old].value = value } else { metadata.append((key, value)) }
    case .remove(let key):
      guard touched.insert(key).inserted else { return }
      metadata.removeAll { $0.key == key }
      note(key, "taken away")
    case .exchange(let first, let second):
      guard touched.insert(first).inserted, touched.insert(second).inserted else { return }
      names[first] = second
      names[second] = first
      note(first, "changes names with \(second)")
    case .drop(let tensor):
      guard touched.insert(tensor).inserted else { return }
      dropped.insert(tensor)
      note(tensor, "left out")
    case .rewrite:
      guard touched.insert("").inserted else { return }
      note("the file", "written anew")
    }
  }

  private mutating func note(_ subject: String, _ description: String) {
    changes.append(Change(subject: subject.printable, description: description))
  }

  /// Writes the copy; it appears when it is complete.
  ///
  /// - Parameters:
  ///   - path: The file, which must be another than the one that is read.
  ///   - threads: Threads that copy.
  ///   - progress: Is told how far the work is, and stops it by throwing.
  /// - Throws: What is wrong with the target, or what `progress` threw.
  public func write(
    to path: String, threads: Int = 1,
    progress: (ModelFileWriter.Progress) throws -> Void = { _ in }
  ) throws {
    let items = file.tensors.filter { !dropped.contains($0.name) }.map { tensor in
      ModelFileWriter.Item(
        RenamedTensor(StoredTensor(tensor, in: file), name: names[tensor.name] ?? tensor.name),
        as: tensor.type)
    }
    // A copy has the same weights, whatever they are: the findings tell of them.
    try ModelFileWriter(threads: threads, checksCopies: false).write(
      items, metadata: metadata, to: path, progress: progress)
  }
}

/// A tensor under another name.
private struct RenamedTensor: TensorSource {
  private let source: StoredTensor
  let name: String

  init(_ source: StoredTensor, name: String) {
    self.source = source
    self.name = name
  }

  var shape: [Int] { source.shape }
  var type: TensorType { source.type }

  func read(rows: Range<Int>, into values: UnsafeMutablePointer<Float>) throws {
    try source.read(rows: rows, into: values)
  }

  func copy(rows: Range<Int>, into bytes: UnsafeMutableRawPointer) throws {
    try source.copy(rows: rows, into: bytes)
  }

  func release(rows: Range<Int>) { source.release(rows: rows) }
}

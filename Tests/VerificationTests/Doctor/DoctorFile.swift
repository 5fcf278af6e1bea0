import Foundation
import GGUF
import Testing

@testable import Verification

/// A model file that can be broken: the embedded model, held in memory.
struct DoctorFile {
  /// A tensor with its bytes.
  struct Tensor {
    var name: String
    var type: TensorType
    var shape: [Int]
    var bytes: [UInt8]

    /// A tensor of floats.
    static func floats(_ name: String, _ values: [Float], shape: [Int]? = nil) -> Tensor {
      Tensor(
        name: name, type: .f32, shape: shape ?? [values.count],
        bytes: values.flatMap { value in
          withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
        })
    }
  }

  var metadata: [(key: String, value: MetadataValue)]
  var tensors: [Tensor]
  var name = "model.gguf"

  static let repository = (0..<4).reduce(URL(fileURLWithPath: #filePath)) { url, _ in
    url.deletingLastPathComponent()
  }

  /// The file at a path of the repository.
  init(_ path: String) throws {
    let file = try GGUFFile(path: Self.repository.appendingPathComponent(path).path)
    metadata = file.metadata.entries
    tensors = file.tensors.map {
      Tensor(name: $0.name, type: $0.type, shape: $0.shape, bytes: Array($0.bytes))
    }
  }

  /// Phi Pocket in 4 bits: the family of Phi-3, with LongRoPE and a sliding window.
  static func pocket() throws -> DoctorFile { try DoctorFile("models/phi-pocket-q4_0.gguf") }

  /// Phi Pocket with the vocabulary of another family.
  static func pocket(vocabulary: String, template: String? = nil) throws -> DoctorFile {
    var file = try pocket()
    let other = try DoctorFile("Tests/TokenizationTests/Fixtures/\(vocabulary).gguf")
    file.metadata.removeAll { $0.key.hasPrefix("tokenizer.") }
    file.metadata += other.metadata.filter { $0.key.hasPrefix("tokenizer.") }
    file["tokenizer.chat_template"] = template.map { .text($0) }
    return file
  }

  /// The value of a key.
  subscript(key: String) -> MetadataValue? {
    get { metadata.first { $0.key == key }?.value }
    set {
      let place = metadata.firstIndex { $0.key == key }
      if let place { metadata.remove(at: place) }
      if let newValue { metadata.insert((key, newValue), at: place ?? metadata.count) }
    }
  }

  /// The place of a tensor.
  func place(_ name: String) throws -> Int {
    try #require(tensors.firstIndex { $0.name == name }, "no tensor \(name)")
  }

  /// Replaces a tensor by floats of the same shape.
  mutating func setFloats(_ name: String, _ values: [Float]) throws {
    let place = try place(name)
    tensors[place] = .floats(name, values, shape: tensors[place].shape)
  }

  /// The file, written.
  func write(to path: String) throws {
    let writer = try GGUFWriter(
      path: path, metadata: metadata,
      tensors: tensors.map { TensorDescription(name: $0.name, type: $0.type, shape: $0.shape) })
    for (index, tensor) in tensors.enumerated() {
      try tensor.bytes.withUnsafeBytes { try writer.write($0, of: index, at: 0) }
    }
    try writer.commit()
  }

  /// Calls the body with the file in a folder of its own.
  @discardableResult
  func withPath<T>(_ body: (String) throws -> T) throws -> T {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("doctor-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent(name).path
    try write(to: path)
    return try body(path)
  }

  /// What is found in the file.
  func examine(readsWeights: Bool = false) throws -> Doctor {
    try withPath { path in
      try Doctor(GGUFFile(damaged: path), readsWeights: readsWeights, threads: 2)
    }
  }

  /// What is found in a copy that was mended.
  func mend(readsWeights: Bool = false) throws -> Doctor {
    try withPath { path in
      let file = try GGUFFile(damaged: path)
      let doctor = try Doctor(file, readsWeights: readsWeights, threads: 2)
      let copy = path + ".fixed"
      try RepairedModel(file, mending: doctor.findings).write(to: copy, threads: 2)
      return try Doctor(GGUFFile(path: copy), readsWeights: readsWeights, threads: 2)
    }
  }
}

extension Doctor {
  /// The finding about a subject.
  func finding(_ subject: String) -> Finding? { findings.first { $0.subject == subject } }

  /// All subjects, for a test's message.
  var subjects: [String] { findings.map { "\($0.severity.name): \($0.subject) \($0.found)" } }
}

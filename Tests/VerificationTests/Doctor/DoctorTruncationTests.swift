import Foundation
import GGUF
import Testing

@testable import Verification

@Suite("The doctor on files that are cut off")
struct DoctorTruncationTests {
  private func withBytes(_ body: (String, Data) throws -> Void) throws {
    try DoctorFile.pocket().withPath { path in
      try body(path, Data(contentsOf: URL(fileURLWithPath: path)))
    }
  }

  @Test("Wherever the data is cut, that alone is said, with the sizes")
  func data() throws {
    try withBytes { path, bytes in
      let whole = try GGUFFile(path: path)
      let data = bytes.count - whole.tensorBytes
      for count in [bytes.count - 1, bytes.count - 5000, bytes.count / 2, data + 10] {
        try bytes.prefix(count).write(to: URL(fileURLWithPath: path))
        let doctor = try Doctor(GGUFFile(damaged: path))
        let errors = doctor.findings.filter { $0.severity == .error }
        #expect(errors.map(\.subject) == ["the file"], "\(doctor.subjects)")
        let found = try #require(errors.first?.found)
        #expect(found.contains("at \(count) bytes: expected \(bytes.count), so that "))
        #expect(found.contains("\(bytes.count - count) are missing"))
        let file = doctor.file
        #expect(file.missingBytes == bytes.count - count)
        #expect(file.tensors.count + file.cutTensors.count == whole.tensors.count)
        #expect(found.contains("it holds \(file.tensors.count) of \(whole.tensors.count) tensors"))
        // Those who run the model are told the same.
        let error = #expect(throws: GGUFError.self) { try GGUFFile(path: path) }
        #expect(error?.problem.contains("\(bytes.count - count) are missing") == true)
      }
    }
  }

  @Test("Wherever the header is cut, that is said")
  func header() throws {
    try withBytes { path, bytes in
      let whole = try GGUFFile(path: path)
      let head = bytes.count - whole.tensorBytes
      for count in stride(from: 5, to: head - 200, by: 4001) {
        try bytes.prefix(count).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: GGUFError.self) { try GGUFFile(damaged: path) }
        #expect(
          error?.problem.contains("the file is cut off at \(count) bytes, within its header")
            == true,
          "\(error?.problem ?? "")")
      }
    }
  }

  @Test("A download that took its room and did not complete ends in zeros")
  func zeros() throws {
    try withBytes { path, bytes in
      let whole = try GGUFFile(path: path)
      let head = bytes.count - whole.tensorBytes
      for count in [bytes.count / 2, head + 100_000] {
        let file = bytes.prefix(count) + Data(repeating: 0, count: bytes.count - count)
        try file.write(to: URL(fileURLWithPath: path))
        let doctor = try Doctor(GGUFFile(damaged: path), readsWeights: false)
        let finding = try #require(doctor.finding("the file"))
        #expect(finding.severity == .error)
        #expect(finding.found.contains("ends in zeros: "))
        #expect(finding.found.contains("of \(bytes.count) bytes"))
      }
      for count in [30, 4000, head / 2] {
        let file = bytes.prefix(count) + Data(repeating: 0, count: bytes.count - count)
        try file.write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: GGUFError.self) { try GGUFFile(damaged: path) }
        let expected = count == 0 ? "begins with zeros" : "holds nothing but zeros from byte"
        #expect(error?.problem.contains(expected) == true)
      }
    }
  }

  @Test("A part of a split set that is cut off is named")
  func split() throws {
    try DoctorFile.pocket().withPath { path in
      let file = try GGUFFile(path: path)
      let writer = try GGUFWriter(
        path: path, metadata: file.metadata.entries,
        tensors: file.tensors.map {
          TensorDescription(name: $0.name, type: $0.type, shape: $0.shape)
        }, maximumBytes: file.tensorBytes / 2)
      for (index, tensor) in file.tensors.enumerated() {
        try writer.write(tensor.bytes, of: index, at: 0)
      }
      try writer.commit()
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
      let parts = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
        $0.contains("-of-")
      }.sorted().map { "\(folder)/\($0)" }
      #expect(parts.count > 1)
      let last = parts[parts.count - 1]
      let bytes = try Data(contentsOf: URL(fileURLWithPath: last))
      try bytes.prefix(bytes.count - 100).write(to: URL(fileURLWithPath: last))
      let doctor = try Doctor(GGUFFile(damaged: parts[0]))
      let errors = doctor.findings.filter { $0.severity == .error }
      #expect(errors.map(\.subject) == ["the file"], "\(doctor.subjects)")
      #expect(doctor.file.missingBytes == 100)
      let error = #expect(throws: GGUFError.self) { try GGUFFile(path: parts[0]) }
      #expect(error?.path == last)
    }
  }
}

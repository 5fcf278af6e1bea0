import Foundation
import GGUF
import Testing

@testable import Verification

@Suite("The doctor on files, tensors and formats")
struct DoctorTensorTests {
  @Test("Missing, unused and misshapen tensors are named")
  func findsWrongTensors() throws {
    var file = try DoctorFile.pocket()
    file.tensors.remove(at: try file.place("blk.2.ffn_norm.weight"))
    file.tensors.append(.floats("blk.2.ffn_norm.wait", [1]))
    let doctor = try file.examine()
    #expect(doctor.finding("blk.2.ffn_norm.weight")?.severity == .error)
    let unused = try #require(doctor.finding("blk.2.ffn_norm.wait"))
    #expect(unused.severity == .error)
    #expect(unused.repairs.isEmpty)

    file = try .pocket()
    file.tensors[try file.place("blk.0.attn_output.weight")].shape = [512, 128]
    #expect(try file.examine().finding("blk.0.attn_output.weight")?.severity == .error)
  }

  @Test("A tensor that nothing uses is left out of a mended copy")
  func dropsUnusedTensors() throws {
    var file = try DoctorFile.pocket()
    file.tensors.append(.floats("blk.0.attn_rot_embd", [1, 2, 3]))
    #expect(try file.examine().finding("blk.0.attn_rot_embd")?.repairs.count == 1)
    #expect(try file.mend().subjects.isEmpty)
  }

  @Test("Tensors of every architecture are known")
  func knowsTheArchitectures() throws {
    let folder = "Tests/InferenceTests/Fixtures"
    let names = try FileManager.default.contentsOfDirectory(
      atPath: DoctorFile.repository.appendingPathComponent(folder).path
    ).filter { $0.hasSuffix(".gguf") }
    #expect(!names.isEmpty)
    for name in names {
      var file = try DoctorFile("\(folder)/\(name)")
      #expect(try file.examine(readsWeights: true).isHealthy, "\(name)")
      // Each tensor but those that may be absent is missed.
      for (place, tensor) in file.tensors.enumerated() where tensor.name.hasSuffix("_norm.weight") {
        file.tensors.remove(at: place)
        #expect(try file.examine().finding(tensor.name)?.severity == .error)
        file.tensors.insert(tensor, at: place)
      }
    }
  }

  @Test("A file that is cut off is read as far as it goes, and cannot be mended")
  func findsTruncation() throws {
    try DoctorFile.pocket().withPath { path in
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      try bytes.prefix(bytes.count - 5000).write(to: URL(fileURLWithPath: path))
      #expect(throws: GGUFError.self) { try GGUFFile(path: path) }
      let file = try GGUFFile(damaged: path)
      let doctor = try Doctor(file)
      let finding = try #require(doctor.finding("the file"))
      #expect(finding.severity == .error)
      #expect(finding.found.contains("cut off"))
      #expect(throws: GGUFError.self) { try RepairedModel(file, mending: doctor.findings) }
      try (bytes + Data(repeating: 7, count: 64)).write(to: URL(fileURLWithPath: path))
      let longer = try Doctor(GGUFFile(damaged: path))
      #expect(longer.subjects.count == 1)
      #expect(longer.finding("the file")?.found == "has 64 bytes after the last tensor")
      #expect(longer.finding("the file")?.severity == .warning)
    }
  }

  @Test("Keys and tensors that are there twice are read once, and written once")
  func findsRepetitions() throws {
    var file = try DoctorFile.pocket()
    file.metadata.append(("general.name", .text("twice")))
    file.tensors.append(file.tensors[0])
    let doctor = try file.examine()
    #expect(doctor.finding("metadata")?.severity == .error)
    #expect(doctor.finding("the tensor list")?.severity == .error)
    #expect(try file.mend().subjects.isEmpty)
  }

  @Test("Alignment, version of the quantization and architecture are looked at")
  func findsOddContainers() throws {
    var file = try DoctorFile.pocket()
    file["general.alignment"] = .uint32(8)
    file["general.quantization_version"] = nil
    let doctor = try file.examine()
    #expect(doctor.subjects.count == 2)
    #expect(doctor.finding("general.alignment")?.severity == .note)
    #expect(doctor.finding("general.quantization_version")?.severity == .note)
    #expect(try file.mend().subjects.isEmpty)
    file = try .pocket()
    file["general.architecture"] = .text("mamba")
    #expect(try file.examine().finding("general.architecture")?.severity == .error)
    file["general.architecture"] = nil
    #expect(try file.examine().finding("general.architecture")?.severity == .error)
    file = try .pocket()
    file["phi3.block_count"] = .text("five")
    #expect(try file.examine().finding("the configuration")?.severity == .error)
  }

  @Test("A format without kernels is an error")
  func findsUnsupportedFormats() throws {
    var file = try DoctorFile.pocket()
    let place = try file.place("blk.1.ffn_down.weight")
    file.tensors[place].type = .iq2_XXS
    file.tensors[place].bytes = [UInt8](repeating: 0, count: 256 * 512 / 256 * 66)
    let finding = try #require(try file.examine().finding("blk.1.ffn_down.weight"))
    #expect(finding.severity == .error)
    #expect(finding.found.contains("IQ2_XXS"))
  }

  @Test("A name that promises another mix is a warning, and the key is mended")
  func findsWrongMix() throws {
    var file = try DoctorFile.pocket()
    file["general.file_type"] = .uint32(15)
    file.name = "phi-pocket-Q4_K_M.gguf"
    let doctor = try file.examine()
    #expect(doctor.finding("general.file_type")?.severity == .warning)
    #expect(doctor.finding("the file's name")?.found.contains("those of Q4_0") == true)
    let mended = try file.mend()
    #expect(mended.subjects.isEmpty == false)
    #expect(mended.finding("general.file_type") == nil)
    for name in ["model-q4_0.gguf", "Q4_0.gguf", "phi_Q4_0.gguf", "plain.gguf", "q4.gguf"] {
      file = try .pocket()
      file.name = name
      #expect(try file.examine().subjects.isEmpty, "\(name)")
    }
  }

  @Test("Q4_K_M of 2024 and of today are both Q4_K_M")
  func knowsBothMixes() throws {
    // Phi-3-mini's tensors as the official file has them: Q4_K 81, Q5_K 32, Q6_K 17.
    func file(qkv: (Int) -> TensorType) throws -> DoctorFile {
      var file = try DoctorFile.pocket()
      let columns = 256
      func matrix(_ name: String, _ type: TensorType) -> DoctorFile.Tensor {
        DoctorFile.Tensor(
          name: name, type: type, shape: [columns, 2],
          bytes: [UInt8](repeating: 0, count: 2 * columns / type.blockSize * type.blockBytes))
      }
      func isBetter(_ block: Int) -> Bool { block < 4 || block >= 28 || (block - 4) % 3 == 2 }
      file.tensors = [matrix("token_embd.weight", .q4_K), matrix("output.weight", .q6_K)]
      for block in 0..<32 {
        file.tensors += [
          matrix("blk.\(block).attn_qkv.weight", qkv(block)),
          matrix("blk.\(block).attn_output.weight", .q4_K),
          matrix("blk.\(block).ffn_up.weight", .q4_K),
          matrix("blk.\(block).ffn_down.weight", isBetter(block) ? .q6_K : .q4_K),
        ]
      }
      file["phi3.block_count"] = .uint32(32)
      file["general.file_type"] = .uint32(15)
      file.name = "phi-3-mini.Q4_K_M.gguf"
      return file
    }
    func mixFindings(_ file: DoctorFile) throws -> [Finding] {
      try file.withPath { path in
        MixCheck.findings(in: Examination(try GGUFFile(path: path), weights: nil))
      }
    }
    let earlier = try file { _ in .q5_K }
    #expect(earlier.tensors.count { $0.type == .q4_K } == 81)
    #expect(earlier.tensors.count { $0.type == .q6_K } == 17)
    #expect(try mixFindings(earlier).isEmpty)
    let today = try file { $0 < 4 || $0 >= 28 || ($0 - 4) % 3 == 2 ? .q6_K : .q4_K }
    #expect(try mixFindings(today).isEmpty)
    let other = try file { _ in .q8_0 }
    #expect(try mixFindings(other).map(\.severity) == [.note, .note])
  }

  @Test("Norms and biases that are not in 32-bit floats are told")
  func findsQuantizedNorms() throws {
    var file = try DoctorFile.pocket()
    let place = try file.place("blk.1.attn_norm.weight")
    file.tensors[place].type = .q8_0
    file.tensors[place].bytes = (0..<8).flatMap { _ in
      [0x00, 0x20] + [UInt8](repeating: 100, count: 32)
    }
    #expect(try file.examine().finding("blk.1.attn_norm.weight")?.severity == .warning)
    file.tensors[place].type = .f16
    file.tensors[place].bytes = (0..<256).flatMap { _ in [0x00, 0x3C] as [UInt8] }
    #expect(try file.examine().finding("blk.1.attn_norm.weight")?.severity == .note)
  }
}

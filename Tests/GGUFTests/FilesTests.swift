import Foundation
import Testing

@testable import GGUF

@Suite struct FilesTests {
  let folder = FileManager.default.temporaryDirectory.path + "/gguf-files-\(UUID().uuidString)"

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private func remove() { try? FileManager.default.removeItem(atPath: folder) }

  private func names() throws -> [String] { try SystemCall.names(in: folder).sorted() }

  @Test func aFileAppearsWithItsMode() throws {
    defer { remove() }
    try AtomicFile.write([1, 2], to: "\(folder)/a", mode: 0o600)
    try AtomicFile.write([3], to: "\(folder)/a", mode: 0o600)
    #expect(try SystemCall.status(at: "\(folder)/a").st_mode & 0o777 == 0o600)
    #expect(try FileContents.bytes("\(folder)/a", limit: 10, expecting: "bytes") == [3])
    #expect(try names() == ["a"])
  }

  @Test func namesOfAnyBytesComeBack() throws {
    defer { remove() }
    let name = Path.string([0x61, 0xFF, 0xC3, 0x80, 0x80])
    try AtomicFile.write([7], to: "\(folder)/\(name)")
    #expect(try names() == [name])
    #expect(try ReadableFile("\(folder)/\(name)").bytes(0..<1) == [7])
    #expect(try SystemCall.realPath("\(folder)/\(name)").hasSuffix("/" + name))
    #expect(GGUFError(name, "x").description == "a\\xFFÀ\\x80: x")
    #expect(throws: GGUFError("a\0b", "the system takes no such name or size")) {
      try MappedFile(path: "a\0b")
    }
  }

  @Test func readsNoMoreThanItMay() throws {
    defer { remove() }
    try AtomicFile.write([1, 2, 3], to: "\(folder)/a")
    #expect(throws: GGUFError.self) {
      try FileContents.bytes("\(folder)/a", limit: 2, expecting: "a text")
    }
    #expect(throws: GGUFError.self) {
      try FileContents.bytes("/dev/zero", limit: 1 << 20, expecting: "a text")
    }
    #expect(throws: GGUFError(folder, "is a folder, expected a text")) {
      try FileContents.bytes(folder, limit: 2, expecting: "a text")
    }
    #expect(throws: GGUFError("\(folder)/none", "no such file or folder")) {
      try FileContents.bytes("\(folder)/none", limit: 2, expecting: "a text")
    }
  }

  @Test func linksAreFollowedToTheirEnd() throws {
    defer { remove() }
    try AtomicFile.write([1], to: "\(folder)/a")
    #expect(symlink("a", "\(folder)/b") == 0)
    try AtomicFile.write([2], to: "\(folder)/b")
    #expect(try FileContents.bytes("\(folder)/a", limit: 10, expecting: "bytes") == [2])
    #expect(try names() == ["a", "b"])
  }

  @Test func aWatchedFileSaysWhetherItWasWrittenTo() throws {
    defer { remove() }
    let (changed, kept, replaced) = ("\(folder)/changed", "\(folder)/kept", "\(folder)/replaced")
    for path in [changed, kept, replaced] { try AtomicFile.write([1, 2, 3], to: path) }
    let files = try [changed, kept, replaced].map { try MappedFile(path: $0) }
    let handle = try SystemCall.open(file: changed, O_WRONLY | O_APPEND)
    try [UInt8(4)].withUnsafeBytes { try SystemCall.write($0, to: handle) }
    SystemCall.close(descriptor: handle)
    try AtomicFile.write([9, 9], to: replaced)
    let found = FileWatch.changedPaths.filter { $0.hasPrefix(folder) }
    #expect(found == [changed])
    #expect(files[2].bytes.elementsEqual([1, 2, 3]))
  }

  @Test func aFaultsAddressLeadsToItsFile() throws {
    defer { remove() }
    let path = "\(folder)/a"
    try AtomicFile.write(Array(repeating: 1, count: 9000), to: path)
    var file: MappedFile? = try MappedFile(path: path)
    let start = UInt(bitPattern: try #require(file?.bytes.baseAddress))
    let region = try #require(MappedRegions.region(holding: start + 8999))
    #expect(String(cString: try #require(region.path)) == path)
    #expect(!region.isCutShort)
    #expect(truncate(path, 100) == 0)
    #expect(region.isCutShort)
    file = nil
    #expect(
      MappedRegions.region(holding: start + 8999).map { String(cString: $0.path!) } != path)
  }

  /// Every call of a set's writing fails in turn.
  @Test func whateverFailsNothingIsLeft() throws {
    defer { remove() }
    try AtomicFile.write([1], to: "\(folder)/m-00002-of-00002.gguf")
    func write() throws {
      let tensors = [
        TensorDescription(name: "a", type: .f32, shape: [64]),
        TensorDescription(name: "b", type: .f32, shape: [64]),
      ]
      let writer = try GGUFWriter(
        path: "\(folder)/m.gguf", metadata: [("a", .text("b"))], tensors: tensors,
        maximumBytes: 256)
      let bytes = [UInt8](repeating: 3, count: 256)
      for tensor in 0..<2 {
        try bytes.withUnsafeBytes { try writer.write($0, of: tensor, at: 0) }
      }
      try writer.commit()
    }
    var failures = 0
    for call in 0..<200 {
      let injection = FailureInjection(failing: call)
      do {
        try injection.run { try write() }
      } catch {
        failures += 1
        #expect(error is GGUFError, "\(injection.failedCall ?? ""): \(error)")
        let left = try names()
        #expect(left.count <= 1, "\(injection.failedCall ?? ""): \(left)")
      }
      #expect(injection.openDescriptors == 0, "\(injection.failedCall ?? "")")
      #expect(try names().allSatisfy { $0.hasSuffix(".gguf") })
      guard injection.failedCall != nil else { break }
      for name in try names() { try SystemCall.remove("\(folder)/\(name)") }
      try AtomicFile.write([1], to: "\(folder)/m-00002-of-00002.gguf")
    }
    #expect(failures > 10)
    #expect(try names() == ["m-00001-of-00002.gguf", "m-00002-of-00002.gguf"])
  }

  @Test func everyCallOfReadingFailsAsAnError() throws {
    defer { remove() }
    let path = "\(folder)/a"
    try AtomicFile.write([1, 2, 3], to: path)
    for work: () throws -> Void in [
      { _ = try MappedFile(path: path) }, { _ = try ReadableFile(path).bytes(0..<3) },
      { _ = try FileContents.bytes(path, limit: 10, expecting: "bytes") },
    ] {
      for call in 0..<20 {
        let injection = FailureInjection(failing: call)
        do {
          try injection.run(work)
          // Whether a file has changed is asked at its end, and its absence is no error.
          #expect([nil, "stat"].contains(injection.failedCall))
        } catch {
          #expect(error is GGUFError)
        }
        #expect(injection.openDescriptors == 0)
        guard injection.failedCall != nil else { break }
      }
    }
  }
}

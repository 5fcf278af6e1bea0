import Foundation
import Testing

/// The inputs that once failed, and some that reach far into a reader.
///
/// A trap ends the test process, and its last line names the file. `scripts/fuzz` finds new inputs.
@Suite(.serialized)
struct CorpusTests {
  /// Files of the corpus.
  struct Input: CustomTestStringConvertible, Sendable {
    let target: String
    let file: String
    var testDescription: String { "\(target)/\(file)" }
    var path: String { "\(CorpusTests.folder)/\(target)/\(file)" }
  }

  static let folder = FuzzFile.repository("Tests/FuzzTests/Corpus")

  static let inputs: [Input] = names(folder).flatMap { target in
    names("\(folder)/\(target)").map { Input(target: target, file: $0) }
  }

  private static func names(_ folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
      .filter { !$0.hasPrefix(".") }.sorted()
  }

  @Test(arguments: inputs)
  func returnsInTime(input: Input) throws {
    let target = try #require(FuzzTarget.named(input.target), "no target \(input.target)")
    let time = ContinuousClock().measure {
      FuzzFile.load(input.path).withUnsafeBytes { target.run($0) }
    }
    #expect(time < .seconds(10), "took \(time)")
  }

  @Test(arguments: FuzzTarget.all.map(\.name))
  func takesAnEmptyInput(name: String) throws {
    let target = try #require(FuzzTarget.named(name))
    target.run(UnsafeRawBufferPointer(start: nil, count: 0))
    [UInt8](repeating: 0xFF, count: 64).withUnsafeBytes { target.run($0) }
  }

  @Test func isSmall() {
    let bytes = Self.inputs.reduce(0) { $0 + FuzzFile.load($1.path).count }
    #expect(bytes < 1 << 20, "the corpus has \(bytes) bytes")
  }
}

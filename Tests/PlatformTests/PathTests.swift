import Testing

@testable import Platform

@Suite struct PathTests {
  @Test(
    arguments: [
      [0x61], [0xC3, 0xA9], [0xFF], [0x80, 0x61, 0xC3], [0xF4, 0x8F, 0xBE, 0x80],
      [0xF4, 0x8F, 0xBF, 0xBF], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xF0, 0x9F, 0x98], [0x0A, 0x1B],
      Array(1...255),
    ] as [[UInt8]])
  func bytesComeBack(_ bytes: [UInt8]) {
    #expect(Path.bytes(Path.string(bytes)) == bytes)
  }

  @Test func textStaysText() {
    for text in ["model.gguf", "modèle.gguf", "e\u{301}", "模型", "😀"] {
      #expect(Path.string(Array(text.utf8)) == text)
      #expect(Path.isText(text))
    }
    #expect(!Path.isText(Path.string([0x61, 0xFF])))
  }

  @Test(arguments: [
    ("a", ".", "a"), ("-", ".", "-"), ("~", ".", "~"), ("z/", ".", "z"), ("a/b", "a", "b"),
    ("a/b//", "a", "b"), ("/a", "/", "a"), ("/", "/", "/"), ("//", "/", "/"), ("", ".", ""),
    ("a//b", "a", "b"), ("./x", ".", "x"), ("/a/b/c", "/a/b", "c"), ("..", ".", ".."),
    ("a/\u{301}b", "a", "\u{301}b"),
  ])
  func folderAndName(_ path: String, _ folder: String, _ name: String) {
    #expect(Path.folder(path) == folder)
    #expect(Array(Path.name(path).utf8) == Array(name.utf8))
  }

  @Test func joins() {
    #expect(Path.join("a", "b") == "a/b")
    #expect(Path.join("a/", "b") == "a/b")
    #expect(Path.join("/", "b") == "/b")
    #expect(Path.join("", "b") == "b")
    #expect(Path.join("a", "/b") == "/b")
  }
}

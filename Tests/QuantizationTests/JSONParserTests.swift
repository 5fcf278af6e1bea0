import Testing

@testable import Quantization

struct JSONParserTests {
  func parse(_ text: String) throws -> JSON {
    try Array(text.utf8).withUnsafeBytes { try JSONParser.parse($0) }
  }

  @Test func readsEveryKindOfValue() throws {
    let json = try parse(
      #" {"a": [1, -2.5e3, true, false, null], "b": {"c": "x\"\\\/\b\f\n\r\té😀"}, "d": NaN} "#)
    let list = try #require(json["a"]?.array)
    #expect(list[0].integer == 1)
    #expect(list[1].number == -2500)
    #expect(list[1].integer == -2500)
    #expect(list[2].bool == true)
    #expect(list[3].bool == false)
    #expect(json["b"]?["c"]?.string == "x\"\\/\u{8}\u{C}\n\r\té😀")
    #expect(json["d"]?.number?.isNaN == true)
    #expect(json["e"] == nil)
    #expect(try parse("[]").array?.isEmpty == true)
    #expect(try parse("{}").members?.isEmpty == true)
  }

  @Test func tellsNamesApartThatLookTheSame() throws {
    let json = try parse("{\"\u{E9}\": 1, \"e\u{301}\": 2}")
    #expect(json["\u{E9}"]?.integer == 1)
    #expect(json["e\u{301}"]?.integer == 2)
  }

  @Test(arguments: [
    "", " ", "{", "[", "[1", "[1,", "[1,]", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "{a:1}",
    "tru",
    "nul", "-", "1e", "1 2", "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"",
    "\"\\ud800\\u0041\"",
    "\"\n\"", "+1", "Na", "[1}",
  ])
  func refusesWhatIsNoJSON(_ text: String) {
    #expect(throws: JSONParser.Failure.self) { try parse(text) }
  }

  @Test func refusesTextThatIsNotUTF8AndDepthWithoutEnd() {
    #expect(throws: JSONParser.Failure.self) {
      try [0x22, 0xFF, 0x22].withUnsafeBytes { try JSONParser.parse($0) }
    }
    #expect(throws: JSONParser.Failure.self) { try parse(String(repeating: "[", count: 100_000)) }
  }
}

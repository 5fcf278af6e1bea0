import Testing

@testable import Quantization

struct XMLReaderTests {
  /// The tags of a text, `+name[key=value]` and `-`; or what is wrong with it.
  private func tags(_ text: String) -> String {
    var reader = XMLReader(Array(text.utf8))
    var result = ""
    do throws(XMLReader.Failure) {
      while let tag = try reader.next() {
        switch tag {
        case .start(let name, let attributes):
          let pairs = attributes.sorted { $0.key < $1.key }.map { "[\($0.key)=\($0.value)]" }
          result += "+\(name)\(pairs.joined())"
        case .end: result += "-"
        }
      }
      return result
    } catch {
      return "\(error.problem) in line \(error.line)"
    }
  }

  @Test(arguments: [
    ("<a/>", "+a-"),
    (
      "\u{FEFF}<?xml version=\"1.0\"?>\n<a b='1' c = \"&lt;&#233;&#x1F600;&amp;\"\n/>\n",
      "+a[b=1][c=<é😀&]-"
    ),
    ("<a>text<b.1/><!-- <c> --><![CDATA[<d>]]><?p <e>?></a>", "+a+b.1--"),
    ("<é x:y=\"\r\n\"></é >", "+é[x:y=  ]-"),
  ])
  func readsTags(text: String, expected: String) {
    #expect(tags(text) == expected)
  }

  @Test(arguments: [
    ("", "an end within an element in line 1"),
    ("<a>", "an end within an element in line 1"),
    ("<a>\n</b>", "an end of <b>, which is not open in line 2"),
    ("<a/><b/>", "a second root element in line 1"),
    ("<a/>x", "text beside the root element in line 1"),
    ("x<a/>", "text beside the root element in line 1"),
    ("<a b=\"1\" b=\"2\"/>", "the attribute b twice in line 1"),
    ("<a b=\"1\"c=\"2\"/>", "no space before an attribute in line 1"),
    ("<a b=1/>", "an attribute without quotes in line 1"),
    ("<a b/>", "an attribute without '=' in line 1"),
    ("<a b=\"", "an attribute without end in line 1"),
    ("<a b=\"<\"/>", "'<' in an attribute in line 1"),
    ("<a b=\"&x;\"/>", "an unknown entity in line 1"),
    ("<a b=\"&#0;\"/>", "an unknown character in line 1"),
    ("<a b=\"&#xD800;\"/>", "an unknown character in line 1"),
    ("<a b=\"&#99999999999;\"/>", "an unknown character in line 1"),
    ("<a", "no space before an attribute in line 1"),
    ("< a/>", "no name in line 1"),
    ("<1/>", "no name in line 1"),
    ("<!-- ", "no '-->' in line 1"),
    ("<!DOCTYPE a><a/>", "a document type in line 1"),
    ("</a>", "an end of <a>, which is not open in line 1"),
  ])
  func refuses(text: String, expected: String) {
    #expect(tags(text) == expected)
  }

  @Test func boundsTheDepth() {
    let open = String(repeating: "<a>", count: 256)
    let close = String(repeating: "</a>", count: 256)
    #expect(tags(open + close).count == 3 * 256)
    #expect(tags(open + "<a>") == "elements nested too deeply in line 1")
  }
}

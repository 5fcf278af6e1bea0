/// What a JSON value must look like; further keys of objects are let be.
///
/// A value of another type is no value at all to those that read it, and would be lost in silence.
enum JSONShape: Sendable {
  case bool, whole, number, text
  /// It may be absent or null.
  indirect case optional(JSONShape)
  /// A list whose elements are alike.
  indirect case list(JSONShape)
  /// An object whose values are alike.
  indirect case map(JSONShape)
  /// An object with keys that are known.
  case object([(key: String, shape: JSONShape)])

  /// Checks a value and all within it.
  ///
  /// - Parameters:
  ///   - value: The value; nil if there is none.
  ///   - place: The file and the key, for errors.
  /// - Throws: `QuantizationError` that names the key of the first value of another shape.
  func check(_ value: JSON?, _ place: String) throws {
    switch (self, value) {
    case (.optional, nil), (.optional, .null?): return
    case (.optional(let shape), _): try shape.check(value, place)
    case (.bool, .bool?), (.text, .string?), (.whole, .integer?), (.number, .integer?),
      (.number, .number?):
      return
    case (.list(let shape), .array(let values)?):
      for (index, element) in values.enumerated() {
        try shape.check(element, "\(place)[\(index)]")
      }
    case (.map(let shape), .object(let members)?):
      for (key, member) in members { try shape.check(member, "\(place).\(key)") }
    case (.object(let keys), .object?):
      for (key, shape) in keys {
        try shape.check(value?[key], place.hasSuffix(": ") ? place + key : "\(place).\(key)")
      }
    default:
      let found = value.map { "found \($0.kind)" } ?? "is missing"
      throw QuantizationError("\(place): \(found), expected \(words)")
    }
  }

  private var words: String {
    switch self {
    case .bool: "true or false"
    case .whole: "a whole number"
    case .number: "a number"
    case .text: "a string"
    case .optional(let shape): shape.words
    case .list: "a list"
    case .map, .object: "an object"
    }
  }
}

extension JSONShape {
  /// A token beside the trained ones, whose flags need not be there.
  static let addedToken = object([
    ("content", .text), ("single_word", .optional(.bool)), ("lstrip", .optional(.bool)),
    ("rstrip", .optional(.bool)), ("normalized", .optional(.bool)), ("special", .optional(.bool)),
  ])

  /// A `tokenizer.json`, as the `tokenizers` package reads it.
  static let tokenizer = object([
    ("version", .optional(.text)),
    ("truncation", .optional(.object([("max_length", .whole), ("strategy", .text)]))),
    ("padding", .optional(.object([("pad_id", .whole), ("pad_token", .text)]))),
    ("added_tokens", .optional(.list(addedToken))), ("normalizer", .optional(step)),
    ("pre_tokenizer", .optional(step)), ("post_processor", .optional(step)),
    ("decoder", .optional(step)),
    (
      "model",
      .object([
        ("type", .optional(.text)), ("dropout", .optional(.number)),
        ("unk_token", .optional(.text)), ("continuing_subword_prefix", .optional(.text)),
        ("end_of_word_suffix", .optional(.text)), ("fuse_unk", .optional(.bool)),
        ("byte_fallback", .optional(.bool)), ("ignore_merges", .optional(.bool)),
      ])
    ),
  ])

  /// What `tokenizer_config.json` says about tokens.
  static let tokenizerConfiguration = object([
    ("added_tokens_decoder", .optional(.map(addedToken)))
  ])

  private static let step = object([("type", .text)])

  /// The step that puts special tokens around texts.
  static let templateProcessing = object([
    ("single", .list(.object([]))), ("pair", .list(.object([]))),
    (
      "special_tokens",
      .map(.object([("id", .text), ("ids", .list(.whole)), ("tokens", .list(.text))]))
    ),
  ])
}

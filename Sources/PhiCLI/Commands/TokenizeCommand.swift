import Foundation
import Phidelity

/// `phi tokenize`: the tokens of a text.
let tokenizeCommand = Command(
  name: "tokenize", summary: "print the token ids of a text",
  usage: "-m MODEL [--json] [--no-bos] [--no-parse-special] [TEXT]",
  groups: [
    (
      "Options",
      [
        ModelOptions.model,
        Option(name: "json", short: nil, value: nil, help: "an array of ids"),
        Option(
          name: "no-bos", short: nil, value: nil, help: "without the token that begins a text"),
        Option(
          name: "no-parse-special", short: nil, value: nil,
          help: "read <|user|> and the like as plain text"),
        Option(
          name: "file", short: "f", value: "FILE", help: "the text is in a file",
          excludes: ["TEXT"]),
      ]
    )
  ], positionals: 0...1
) { arguments in
  let text: String
  if let positional = arguments.positional.first, !arguments.has("file") {
    text = try InputText.argument(positional)
  } else {
    text = try InputText.read(arguments.string("file") ?? "-", as: .exact)
  }
  let tokenizer = try TokenizerLoader.open(arguments)
  let tokens = tokenizer.encode(
    text, addBOS: arguments.has("no-bos") ? false : nil,
    parseSpecial: !arguments.has("no-parse-special"))
  if arguments.has("json") {
    StandardOutput.write("[\(tokens.map(String.init).joined(separator: ", "))]\n")
  } else {
    for token in tokens {
      let piece = String(
        decoding: tokenizer.bytes(of: token, renderSpecial: true), as: UTF8.self)
      StandardOutput.write("\(token)\t\(piece.debugDescription)\n")
    }
  }
  return 0
}

/// `phi detokenize`: the text of tokens.
let detokenizeCommand = Command(
  name: "detokenize", summary: "print the text of token ids", usage: "-m MODEL IDS…",
  groups: [("Options", [ModelOptions.model])], positionals: 1...Int.max
) { arguments in
  let tokens = try arguments.positional.flatMap { word in
    try word.split(whereSeparator: { ", []".contains($0) }).map { text in
      guard let token = Int32(text) else {
        throw UsageError(description: "found '\(text)', expected a token id")
      }
      return token
    }
  }
  let tokenizer = try TokenizerLoader.open(arguments)
  if let token = tokens.first(where: { $0 < 0 || Int($0) >= tokenizer.vocabulary.count }) {
    throw SessionError.unknownToken(token, vocabularySize: tokenizer.vocabulary.count)
  }
  // What `phi tokenize` put before the text is no part of it.
  let vocabulary = tokenizer.vocabulary
  let hasPrefix = vocabulary.addsBOS && tokens.first == vocabulary.bos
  let text = tokenizer.decode(Array(tokens.dropFirst(hasPrefix ? 1 : 0)), renderSpecial: true)
  StandardOutput.write(StandardOutput.isTerminal ? text + "\n" : text)
  return 0
}

/// Opens a file for its vocabulary alone.
enum TokenizerLoader {
  static func open(_ arguments: Arguments) throws -> Tokenizer {
    try Tokenizer(GGUFFile(path: ModelLocator.path(arguments.string("model"))).metadata)
  }
}

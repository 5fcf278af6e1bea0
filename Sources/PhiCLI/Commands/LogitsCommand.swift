import Foundation
import Phidelity

/// `phi logits`: a model's raw output for given tokens, for comparing with other programs.
let logitsCommand = Command(
  name: "logits", summary: "write the logits of given tokens as .npy",
  usage: "-m MODEL --tokens 1,2,3 [--all] -o OUT.npy",
  groups: [
    (
      "Options",
      [
        ModelOptions.model,
        Option(name: "tokens", short: nil, value: "IDS", help: "token ids, separated by commas"),
        Option(name: "all", short: nil, value: nil, help: "after every token, not the last alone"),
        Option(
          name: "output", short: "o", value: "FILE", help: "float32 [1 or tokens][vocabulary]"),
      ] + ModelOptions.session
    )
  ], positionals: 0...0
) { arguments in
  guard let list = arguments.string("tokens") else {
    throw UsageError(description: "phi logits needs --tokens")
  }
  guard let option = arguments.string("output") else {
    throw UsageError(description: "phi logits needs -o")
  }
  let output = try OutputPath.checked(option)
  let tokens = try list.split(separator: ",", omittingEmptySubsequences: false).map { text in
    guard let token = Int32(text.trimmingCharacters(in: .whitespaces)) else {
      throw UsageError(option: "tokens", "expected token ids with commas, found '\(text)'")
    }
    return token
  }
  let model = try ModelOptions.open(arguments)
  // Full precision throughout: what is compared is the model, not the cache.
  let session = try ModelOptions.session(model, arguments, full: true)
  let all = arguments.has("all")
  let file = try ArrayFile(output, rows: all ? tokens.count : 1, columns: model.vocabularySize)
  if all {
    try session.appendEach(tokens) { try file.write(UnsafeRawBufferPointer($0)) }
  } else {
    try file.write(UnsafeRawBufferPointer(try session.append(tokens)))
  }
  try file.finish()
  return 0
}

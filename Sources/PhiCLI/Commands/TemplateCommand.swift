import Foundation
import Phidelity

/// `phi template`: the prompt that a conversation becomes.
let templateCommand = Command(
  name: "template", summary: "print the prompt that a conversation becomes",
  usage: "-m MODEL --messages FILE.json [--add-generation-prompt]",
  groups: [
    (
      "Options",
      [
        ModelOptions.model,
        Option(
          name: "messages", short: nil, value: "FILE",
          help: "a list of messages, or an object with messages and other variables; - for stdin"),
        Option(
          name: "add-generation-prompt", short: nil, value: nil,
          help: "end with the assistant's header"),
      ]
    )
  ], positionals: 0...0
) { arguments in
  guard let path = arguments.string("messages") else {
    throw UsageError(description: "phi template needs --messages")
  }
  let json = try InputText.read(path, as: .lines)
  var variables: [String: TemplateValue] = [:]
  let input: TemplateValue
  do throws(TemplateError) {
    input = try TemplateValue.parse(json: json)
  } catch {
    throw InputText.ReadError(description: "\(path): \(error.problem)")
  }
  switch input {
  case .list: variables["messages"] = input
  case .dict(let dictionary):
    for (name, value) in dictionary.stringPairs { variables[name] = value }
  default:
    throw InputText.ReadError(
      description: "\(path): expected a list of messages or an object with 'messages'")
  }
  guard variables["messages"] != nil else {
    throw InputText.ReadError(description: "\(path): 'messages' is missing")
  }
  let file = try GGUFFile(path: ModelLocator.path(arguments.string("model")))
  let format = try ChatFormat(file.metadata, Tokenizer(file.metadata))
  let addsPrompt =
    arguments.has("add-generation-prompt") || variables["add_generation_prompt"] == .bool(true)
  StandardOutput.write(try format.text(variables, addGenerationPrompt: addsPrompt))
  return 0
}

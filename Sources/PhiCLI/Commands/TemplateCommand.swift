import Foundation
import Phidelity

/// `phi template`: the prompt that a conversation becomes.
let templateCommand = Command(
  name: "template", summary: "print the prompt that a conversation becomes",
  usage: "-m MODEL --messages FILE.json [--tools FILE.json] [--add-generation-prompt]",
  groups: [
    (
      "Options",
      [
        ModelOptions.model,
        ChatOptions.messages,
        Option(
          name: "add-generation-prompt", short: nil, value: nil,
          help: "end with the assistant's header"),
      ] + ChatOptions.files
    )
  ], positionals: 0...0
) { arguments in
  guard let path = arguments.string("messages") else {
    throw UsageError(description: "phi template needs --messages")
  }
  var variables = try MessagesFile.variables(path)
  for name in ["tools", "documents"] {
    if let path = arguments.string(name) {
      variables[name] = try MessagesFile.list(path, of: name)
    }
  }
  let file = try GGUFFile(path: ModelLocator.path(arguments.string("model")))
  let format = try ChatFormat(file.metadata, Tokenizer(file.metadata))
  let addsPrompt =
    arguments.has("add-generation-prompt") || variables["add_generation_prompt"] == .bool(true)
  StandardOutput.write(try format.text(variables, addGenerationPrompt: addsPrompt))
  return 0
}

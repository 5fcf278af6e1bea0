import Phidelity

/// `phi models`: the models that can be named.
let modelsCommand = Command(
  name: "models", summary: "list the models in models/", usage: "", groups: [], positionals: 0...0
) { _ in
  let models = ModelLocator.models()
  guard !models.isEmpty else {
    StandardError.write("none; scripts/get-model smollm2 fetches a small one\n")
    return 0
  }
  // On a terminal, a line feed in a file's name must not begin another line.
  let shown: (String) -> String = StandardOutput.isTerminal ? \.printable : { $0 }
  for model in models {
    StandardOutput.write("\(shown(model.name))\t\(shown(model.path))\n")
  }
  return 0
}

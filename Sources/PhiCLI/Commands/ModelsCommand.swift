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
  for model in models { StandardOutput.write("\(model.name)\t\(model.path)\n") }
  return 0
}

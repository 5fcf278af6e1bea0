import Foundation
import Phidelity

Signals.prepare()
FatalSignals.prepare()
let program = Program(
  name: "phi", version: "0.1.0",
  introduction: """
    phi runs Microsoft's Phi models, and their like, from GGUF files on your own machine.

    Without -m it runs the small model that comes with it. For others: scripts/get-model phi-4-mini,
    or any GGUF file of the architectures phi2, phi3, phimoe and llama; phi convert makes one of a
    Hugging Face folder.
    """,
  commands: [
    chatCommand, runCommand, convertCommand, quantizeCommand, imatrixCommand, verifyCommand,
    doctorCommand, inspectCommand, benchCommand, modelsCommand, tokenizeCommand,
    detokenizeCommand, templateCommand, logitsCommand,
  ])
exit(program.run(Array(Environment.arguments.dropFirst())))

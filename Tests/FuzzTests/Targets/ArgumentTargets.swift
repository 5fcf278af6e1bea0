import Phidelity

@testable import PhiCLI

/// Command lines.
enum ArgumentTargets {
  private static let commands = [
    chatCommand, runCommand, convertCommand, quantizeCommand, imatrixCommand, verifyCommand,
    doctorCommand, inspectCommand, benchCommand, modelsCommand, tokenizeCommand,
    detokenizeCommand, templateCommand, logitsCommand,
  ]

  /// Words between line ends, parsed for a command that the first byte chooses.
  ///
  /// Each value is read as every type. Nothing is run.
  static let commandLine: @Sendable (UnsafeRawBufferPointer) -> Void = { bytes in
    var input = FuzzInput(bytes)
    let command = commands[Int(input.byte()) % commands.count]
    let words = String(decoding: input.remainder(), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard let arguments = attempt({ try CommandLineParser.parse(words, for: command) })
    else { return }
    for option in command.options where option.value != nil {
      attempt { _ = try arguments.int(option.name, in: 0...100) }
      attempt { _ = try arguments.float(option.name, in: 0...1) }
      attempt { _ = try arguments.double(option.name, in: 0...1) }
      attempt { _ = try arguments.uint64(option.name) }
      attempt { _ = try QuantizeOptions.size(arguments, option.name) }
    }
    for word in words.prefix(8) { attempt { _ = try QuantizeOptions.mix(word) } }
    var options = QuantizationPlan.Options(.q4_0)
    attempt { try QuantizeOptions.apply(arguments, to: &options) }
  }
}

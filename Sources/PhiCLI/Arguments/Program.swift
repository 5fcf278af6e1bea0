/// The program: its commands, and what chooses among them.
struct Program {
  let name: String
  let version: String
  /// What the program is, for those who call it without words.
  let introduction: String
  let commands: [Command]

  /// Runs the command that the words name and returns the exit code.
  func run(_ words: [String]) -> Int32 {
    defer { RunNotes.write() }
    do {
      return try dispatch(words)
    } catch is CancellationError {
      return 130
    } catch let error as UsageError {
      report(error)
      return 2
    } catch {
      report(error)
      return 1
    }
  }

  private func dispatch(_ words: [String]) throws -> Int32 {
    guard let first = words.first else {
      StandardOutput.write(HelpText.of(self))
      return 0
    }
    let rest = Array(words.dropFirst())
    switch first {
    case "--version":
      StandardOutput.write("\(name) \(version)\n")
      return 0
    case "help", "--help", "-h":
      StandardOutput.write(try help(on: rest))
      return 0
    default:
      let command = try command(named: first)
      let arguments = try CommandLineParser.parse(rest, for: command)
      if arguments.has("help") {
        StandardOutput.write(HelpText.of(command, in: self))
        return 0
      }
      arguments.notes.forEach(Note.write)
      let code = try command.run(arguments)
      if let unused = ArgumentRules.unused(in: arguments) { Note.write(unused) }
      return code
    }
  }

  private func help(on words: [String]) throws(UsageError) -> String {
    guard let word = words.first(where: { !$0.hasPrefix("-") }), word != "help" else {
      return HelpText.of(self)
    }
    return HelpText.of(try command(named: word), in: self)
  }

  private func command(named word: String) throws(UsageError) -> Command {
    if let command = commands.first(where: { $0.name == word }) { return command }
    let isOption = word.hasPrefix("-")
    let known = commands.map(\.name) + ["help"]
    let nearest =
      isOption
      ? NearestWord.to(word, among: ["--help", "--version"])
      : NearestWord.to(word, among: known)
    let hint = nearest.map { "; did you mean '\($0)'?" } ?? "; '\(name) help' lists the commands"
    throw UsageError(description: "unknown \(isOption ? "option" : "command") '\(word)'\(hint)")
  }

  private func report(_ error: any Error) {
    StandardError.write("error: \(ErrorLine.of(error))\n")
  }
}

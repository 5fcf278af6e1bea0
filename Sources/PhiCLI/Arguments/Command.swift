/// One command of the program: how it is called, and what it does.
struct Command: Sendable {
  let name: String
  /// One line for the list of commands.
  let summary: String
  /// What follows the command's name, as in `[-m MODEL] [-p TEXT | -f FILE]`.
  let usage: String
  /// The options in the order the help shows them, under titles.
  let groups: [(title: String, options: [Option])]
  /// How many words that are not options are allowed.
  let positionals: ClosedRange<Int>
  /// Does the work and returns the exit code.
  let run: @Sendable (Arguments) throws -> Int32

  init(
    name: String, summary: String, usage: String, groups: [(title: String, options: [Option])],
    positionals: ClosedRange<Int>, run: @escaping @Sendable (Arguments) throws -> Int32
  ) {
    self.name = name
    self.summary = summary
    self.usage = usage
    self.groups = groups
    self.positionals = positionals
    self.run = run
  }

  /// Every option of the command, in the order of the help.
  var options: [Option] { groups.flatMap(\.options) }
}

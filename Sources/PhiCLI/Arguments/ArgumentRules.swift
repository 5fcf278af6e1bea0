/// What the option table says of options beside each other.
enum ArgumentRules {
  /// Refuses options without what they need, or beside what they exclude.
  static func check(_ arguments: Arguments, for command: Command) throws(UsageError) {
    let given = Set(arguments.given)
    for option in command.options where given.contains(option.name) {
      if !option.needs.isEmpty, !option.needs.contains(where: given.contains) {
        throw UsageError(
          description: "--\(option.name) needs \(list(option.needs)): without it, it says nothing")
      }
      for other in option.excludes where isGiven(other, given, arguments) {
        throw UsageError(
          description: "--\(option.name) and \(spelling(other)) exclude each other, found both")
      }
    }
  }

  /// Options of which only the last value counts, and that were given different ones.
  static func repetitions(in arguments: Arguments, for command: Command) -> [String] {
    command.options.compactMap { option in
      let values = arguments.words(of: option.name)
      guard !option.repeats, Set(values).count > 1, let last = values.last else { return nil }
      return "--\(option.name) was given \(values.count) times: the last, '\(last)', counts"
    }
  }

  /// What was given and not used, in a line; nil if all of it was.
  static func unused(in arguments: Arguments) -> String? {
    let unused = arguments.unused
    guard !unused.isEmpty else { return nil }
    return unused.map { "--\($0)" }.joined(separator: ", ")
      + (unused.count == 1 ? " changes" : " change") + " nothing here"
  }

  private static func isGiven(
    _ name: String, _ given: Set<String>, _ arguments: Arguments
  ) -> Bool {
    isPositional(name) ? !arguments.positional.isEmpty : given.contains(name)
  }

  /// Words that are no options have names in capital letters.
  private static func isPositional(_ name: String) -> Bool { name == name.uppercased() }

  private static func spelling(_ name: String) -> String { isPositional(name) ? name : "--\(name)" }

  private static func list(_ names: [String]) -> String {
    let words = names.map(spelling)
    guard words.count > 1, let last = words.last else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }
}

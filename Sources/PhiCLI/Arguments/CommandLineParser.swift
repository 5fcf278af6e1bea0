/// Sorts the words after a command's name into options and positional arguments.
///
/// Every command knows `--help` and `-h`: when given, nothing else has to be complete.
enum CommandLineParser {
  /// Parses `--opt value`, `--opt=value`, `-o value`, `-ovalue`, joined flags, and `--`.
  static func parse(_ words: [String], for command: Command) throws(UsageError) -> Arguments {
    var arguments = Arguments()
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        arguments.positional += rest
        break
      }
      if word.hasPrefix("--") {
        try parseLong(word, rest: &rest, into: &arguments, for: command)
      } else if isShort(word) {
        try parseShort(word, rest: &rest, into: &arguments, for: command)
      } else {
        arguments.positional.append(word)
      }
    }
    guard arguments.words(of: "help").isEmpty else { return arguments }
    try check(arguments.positional, for: command)
    try ArgumentRules.check(arguments, for: command)
    arguments.notes += ArgumentRules.repetitions(in: arguments, for: command)
    return arguments
  }

  /// Whether the word asks for an option: `-x…`, where `-` and negative numbers are values.
  static func isShort(_ word: String) -> Bool {
    guard word.hasPrefix("-"), let first = word.dropFirst().first else { return false }
    return !(first.isASCII && (first.isNumber || first == "."))
  }

  private static func known(_ command: Command) -> [Option] {
    command.options + [help]
  }

  private static let help = Option(name: "help", short: "h", value: nil, help: "print this help")

  private static func parseLong(
    _ word: String, rest: inout ArraySlice<String>, into arguments: inout Arguments,
    for command: Command
  ) throws(UsageError) {
    let body = word.dropFirst(2)
    let name = String(body.prefix { $0 != "=" })
    let attached = body.firstIndex(of: "=").map { String(body[body.index(after: $0)...]) }
    guard let option = known(command).first(where: { $0.name == name }) else {
      throw unknown("--\(name)", nearest: NearestWord.to(name, among: names(command)), command)
    }
    if option.value == nil {
      guard attached == nil else {
        throw UsageError(description: "option '--\(name)' takes no value")
      }
      arguments.append("", to: name)
    } else {
      let value =
        if let attached { attached } else {
          try next(&rest, for: option, spelled: "--\(name)", command)
        }
      arguments.append(value, to: name)
    }
  }

  private static func parseShort(
    _ word: String, rest: inout ArraySlice<String>, into arguments: inout Arguments,
    for command: Command
  ) throws(UsageError) {
    var letters = word.dropFirst()
    while let letter = letters.popFirst() {
      guard let option = known(command).first(where: { $0.short == letter }) else {
        // `-temp` is more likely a long name with a dash missing than four flags.
        let body = String(word.dropFirst().prefix { $0 != "=" })
        let nearest = body.count > 1 ? NearestWord.to(body, among: names(command)) : nil
        throw unknown(nearest == nil ? "-\(letter)" : "-\(body)", nearest: nearest, command)
      }
      if option.value == nil {
        arguments.append("", to: option.name)
        continue
      }
      if letters.isEmpty {
        let value = try next(&rest, for: option, spelled: "-\(letter)", command)
        arguments.append(value, to: option.name)
      } else {
        arguments.append(
          String(letters.first == "=" ? letters.dropFirst() : letters), to: option.name)
      }
      return
    }
  }

  /// Takes the word after an option as its value, unless it is itself an option.
  private static func next(
    _ rest: inout ArraySlice<String>, for option: Option, spelled: String, _ command: Command
  ) throws(UsageError) -> String {
    let missing = UsageError(
      description: "option '\(spelled)' needs a value: \(spelled) \(option.value ?? "VALUE")")
    guard let word = rest.first, word != "--", !names(command, word) else { throw missing }
    rest.removeFirst()
    return word
  }

  /// Whether the word is exactly how one of the command's options is spelled.
  private static func names(_ command: Command, _ word: String) -> Bool {
    let long = word.prefix { $0 != "=" }
    return known(command).contains { option in
      long == "--\(option.name)" || option.short.map { word == "-\($0)" } ?? false
    }
  }

  private static func names(_ command: Command) -> [String] {
    known(command).map(\.name)
  }

  private static func unknown(
    _ spelled: String, nearest: String?, _ command: Command
  ) -> UsageError {
    let hint = nearest.map { "; did you mean '--\($0)'?" } ?? ""
    return UsageError(
      description: "unknown option '\(spelled)' for 'phi \(command.name)'\(hint)")
  }

  private static func check(_ words: [String], for command: Command) throws(UsageError) {
    if words.count < command.positionals.lowerBound {
      throw UsageError(
        description: "'phi \(command.name)' needs more arguments: "
          + "phi \(command.name) \(command.usage)")
    }
    if words.count > command.positionals.upperBound {
      let extra = words[command.positionals.upperBound]
      throw UsageError(
        description: "unexpected argument '\(extra)' for 'phi \(command.name)'")
    }
  }
}

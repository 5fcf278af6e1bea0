/// One option of a command: a flag, or a name that takes a value.
struct Option: Sendable {
  /// The long name without its dashes, as in `temp`.
  let name: String
  /// The one-letter name, as in `t` for `-t`.
  let short: Character?
  /// What the value is called in the help, as in `N`; nil makes the option a flag.
  let value: String?
  /// One sentence for the help, wrapped there.
  let help: String
  /// Whether every occurrence counts, where otherwise the last one wins.
  var repeats = false
  /// Options without which this one says nothing: one of them must be given too; empty for none.
  var needs: [String] = []
  /// What cannot be given beside it: options by their long names, or in capital letters the words
  /// that are no options.
  var excludes: [String] = []

  init(
    name: String, short: Character?, value: String?, help: String, repeats: Bool = false,
    needs: [String] = [], excludes: [String] = []
  ) {
    self.name = name
    self.short = short
    self.value = value
    self.help = help
    self.repeats = repeats
    self.needs = needs
    self.excludes = excludes
  }

  /// The same option for a command in which it says nothing without one of others.
  func needing(_ names: String...) -> Option {
    var option = self
    option.needs = names
    return option
  }

  /// The same option for a command in which it cannot be given beside others.
  func excluding(_ names: String...) -> Option {
    var option = self
    option.excludes = names
    return option
  }
}

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

  init(name: String, short: Character?, value: String?, help: String, repeats: Bool = false) {
    self.name = name
    self.short = short
    self.value = value
    self.help = help
    self.repeats = repeats
  }
}

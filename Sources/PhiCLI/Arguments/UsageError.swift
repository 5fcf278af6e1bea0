/// What is wrong with the words of a command line, as one sentence without a prefix.
struct UsageError: Error, CustomStringConvertible {
  let description: String
  /// What is wrong, without the option that it is about.
  let problem: String

  init(description: String) {
    self.description = description
    problem = description
  }

  /// An option's value that cannot be.
  init(option: String, _ problem: String) {
    description = "option '--\(option)': \(problem)"
    self.problem = problem
  }
}

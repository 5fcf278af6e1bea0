/// What is wrong with the words of a command line, as one sentence without a prefix.
struct UsageError: Error, CustomStringConvertible {
  let description: String
}

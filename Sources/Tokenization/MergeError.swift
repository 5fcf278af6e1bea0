/// What is wrong with a list of merges.
struct MergeError: Error {
  /// Where in the list.
  let rank: Int
  let problem: String
}

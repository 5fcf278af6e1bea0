/// Does a long piece of work under a progress line: Ctrl-C becomes a request that the work asks for,
/// and the line is gone when the work is done.
///
/// - Parameter work: Updates the line, and asks `Interrupt.shared` whether to go on.
/// - Returns: What the work returns.
/// - Throws: What the work throws.
func withProgress<Result>(_ work: (ProgressLine) throws -> Result) rethrows -> Result {
  let line = ProgressLine()
  Interrupt.shared.begin()
  defer {
    Interrupt.shared.end()
    line.finish()
  }
  return try work(line)
}

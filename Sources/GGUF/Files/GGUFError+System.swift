@_exported import Platform

extension GGUFError {
  /// What the system says of a file.
  package init(_ path: String, _ error: SystemError) { self.init(path, error.description) }
}

/// Calls the system about a file, whose name the error then says.
func calling<Result>(
  _ path: String, _ call: () throws(SystemError) -> Result
) throws(GGUFError) -> Result {
  do {
    return try call()
  } catch {
    throw GGUFError(path, error)
  }
}

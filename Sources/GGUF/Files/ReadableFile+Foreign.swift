extension ReadableFile {
  /// What the file is instead of what its name says; nil if its beginning shows no such thing.
  package func foreign(isSafetensors: Bool = false) throws(GGUFError) -> ForeignFile? {
    let head = try bytes(0..<min(byteCount, ForeignFile.headLength))
    return ForeignFile(head: head, size: byteCount, isSafetensors: isSafetensors)
  }
}

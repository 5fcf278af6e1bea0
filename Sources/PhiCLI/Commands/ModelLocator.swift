import Phidelity

/// Finds the file that a model's name means.
enum ModelLocator {
  /// No model was named, and there is none to take.
  struct NotFound: Error, CustomStringConvertible {
    let description: String
  }

  /// The folder with the models: `$PHI_MODELS`, else `models` here or above, or beside the
  /// program's package.
  static var folders: [String] {
    if let folder = Environment.value("PHI_MODELS") { return [folder] }
    var folders: [String] = []
    let starts = [try? SystemCall.currentFolder(), Environment.program.map(Path.folder)]
    for start in starts.compactMap({ $0 }) {
      var above = start
      for _ in 0..<8 {
        let folder = Path.join(above, "models")
        if FileKind.at(folder) == .folder, !folders.contains(folder) { folders.append(folder) }
        guard above != "/" else { break }
        above = Path.folder(above)
      }
    }
    return folders
  }

  /// The models in the folders, by name: the file's without its extension.
  static func models() -> [(name: String, path: String)] {
    if let folder = Environment.value("PHI_MODELS"), !FileKind.exists(folder) {
      Note.write("PHI_MODELS: there is no folder '\(folder)'")
    }
    return folders.flatMap { folder in
      let files = (try? SystemCall.names(in: folder)) ?? []
      return files.filter { $0.hasSuffix(".gguf") }.sorted().map { file in
        (String(file.dropLast(5)), Path.join(folder, file))
      }
    }
  }

  /// The file of a name or path; without one, `$PHI_MODEL`, the embedded model, or the only one
  /// there is.
  static func path(_ name: String?) throws(NotFound) -> String {
    let source = name == nil ? "PHI_MODEL: " : ""
    if let name = name ?? Environment.value("PHI_MODEL") {
      if FileKind.exists(name) || name.contains("/") { return name }
      let found = models()
      if let model = found.first(where: {
        $0.name == name || $0.name.lowercased() == name.lowercased()
      }) {
        return model.path
      }
      let prefixed = found.filter { $0.name.lowercased().hasPrefix(name.lowercased()) }
      if prefixed.count == 1 { return prefixed[0].path }
      if name.hasSuffix(".gguf") { return name }
      throw NotFound(
        description: "\(source)no model '\(name)': neither a file nor one of "
          + (found.isEmpty ? "models/, which is empty" : found.map(\.name).joined(separator: ", ")))
    }
    let found = models()
    if let model = found.first(where: {
      $0.name.hasPrefix("phi-pocket") && !$0.name.hasSuffix("f16")
    })
      ?? found.first
    {
      return model.path
    }
    throw NotFound(
      description: "no model: name one with -m, or fetch a small one with scripts/get-model smollm2"
    )
  }
}

import GGUF

/// Chat templates, wherever a folder keeps them.
///
/// As `transformers` does it: files of their own go before what the configuration says.
struct ChatTemplateFiles {
  private var named: [(name: String, text: String)] = []
  /// What the files say and is not kept, each in one line.
  private(set) var notes: [String] = []

  init(_ files: TokenizerFiles) throws {
    let folder = files.folder
    if let text = try folder.text("chat_template.jinja") { named.append(("default", text)) }
    for file in folder.files(endingIn: ".jinja", in: "additional_chat_templates") {
      if let text = try folder.text("additional_chat_templates/\(file)") {
        named.append((String(file.dropLast(".jinja".count)), text))
      }
    }
    guard named.isEmpty else { return }
    var value = files.configuration?["chat_template"]
    let processor = try folder.json("chat_template.json")?["chat_template"]
    if let processor, value == nil {
      value = processor
    } else if let processor, processor.string != value?.string {
      notes.append(
        "\(folder.path(of: "chat_template.json")): does not count beside the chat_template of "
          + "tokenizer_config.json, as in transformers")
    }
    if let text = value?.string {
      if text.isEmpty {
        notes.append(
          files.settings.line(
            "chat_template", "is empty: the program writes turns as the family does"))
      }
      named.append(("default", text))
    } else {
      named = (value?.array ?? []).compactMap { entry in
        guard let name = entry["name"]?.string, let text = entry["template"]?.string else {
          return nil
        }
        return (name, text)
      }
    }
  }

  /// Whether a template speaks of a variable.
  func mention(_ name: String) -> Bool { named.contains { $0.text.contains(name) } }

  /// The keys: the default template's, and those of the others with the list of their names.
  var metadata: [(key: String, value: MetadataValue)] {
    var pairs: [(key: String, value: MetadataValue)] = []
    var names: [String] = []
    var text: String?
    for template in named {
      let name = String(
        template.name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
      if name == "default" {
        text = template.text
      } else if !name.isEmpty, !names.contains(name) {
        names.append(name)
        pairs.append(("tokenizer.chat_template.\(name)", .text(template.text)))
      }
    }
    if !names.isEmpty { pairs.append(("tokenizer.chat_templates", .strings(names))) }
    if let text { pairs.append(("tokenizer.chat_template", .text(text))) }
    return pairs
  }
}

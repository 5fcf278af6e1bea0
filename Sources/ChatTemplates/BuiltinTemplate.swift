/// Templates for files that bring none, by what their vocabulary can write.
public enum BuiltinTemplate: String, Sendable, CaseIterable {
  /// Phi-3-mini and its successors up to 3.5: marks on lines of their own.
  case phi3
  /// Phi-4-mini: the same marks without line feeds.
  case phi4Mini = "phi-4-mini"
  /// Phi-4.
  case phi4 = "phi-4"
  /// ChatML, as SmolLM2 and Qwen.
  case chatML = "chatml"
  /// Phi-2, which has no marks: "Instruct:" and "Output:".
  case phi2 = "phi-2"

  /// The template that a vocabulary suggests.
  ///
  /// - Parameters:
  ///   - isBytePair: Whether the vocabulary is a byte-pair one.
  ///   - hasPiece: Whether it has a piece.
  /// - Returns: The template.
  public static func detect(isBytePair: Bool, hasPiece: (String) -> Bool) -> BuiltinTemplate {
    if hasPiece("<|user|>"), hasPiece("<|end|>") { return isBytePair ? .phi4Mini : .phi3 }
    if hasPiece("<|im_start|>") { return hasPiece("<|im_sep|>") ? .phi4 : .chatML }
    return .phi2
  }

  /// The template in Jinja.
  public var source: String {
    switch self {
    case .phi3:
      "{% for message in messages %}{% if message['role'] == 'system' and message['content'] %}"
        + "{{'<|system|>\n' + message['content'] + '<|end|>\n'}}{% elif message['role'] == 'user' %}"
        + "{{'<|user|>\n' + message['content'] + '<|end|>\n'}}{% elif message['role'] == 'assistant' %}"
        + "{{'<|assistant|>\n' + message['content'] + '<|end|>\n'}}{% endif %}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% else %}{{ eos_token }}{% endif %}"
    case .phi4Mini:
      "{% for message in messages %}{% if message['role'] == 'system' and 'tools' in message and "
        + "message['tools'] is not none %}{{ '<|' + message['role'] + '|>' + message['content'] + "
        + "'<|tool|>' + message['tools'] + '<|/tool|>' + '<|end|>' }}{% else %}{{ '<|' + "
        + "message['role'] + '|>' + message['content'] + '<|end|>' }}{% endif %}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% else %}{{ eos_token }}{% endif %}"
    case .phi4:
      "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '<|im_sep|>' + "
        + "message['content'] + '<|im_end|>' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant<|im_sep|>' }}{% endif %}"
    case .chatML:
      "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + "
        + "message['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
    case .phi2:
      "{% for message in messages %}{% if message['role'] == 'system' %}"
        + "{{ message['content'] + '\n' }}{% elif message['role'] == 'user' %}"
        + "{{ 'Instruct: ' + message['content'] + '\n' }}{% else %}"
        + "{{ 'Output: ' + message['content'] + '\n' }}{% endif %}{% endfor %}"
        + "{% if add_generation_prompt %}{{ 'Output:' }}{% endif %}"
    }
  }
}

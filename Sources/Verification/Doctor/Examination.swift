import ChatTemplates
import GGUF
import Inference
import Tokenization

/// A model file as the checks see it: whatever can be read of it, without an error for what cannot.
struct Examination {
  let file: GGUFFile
  /// The graph, if it is one that the runtime knows.
  let architecture: Architecture?
  /// The model's numbers, or why they cannot be had.
  let configuration: Result<ModelConfiguration, any Error>
  let vocabulary: RoughVocabulary
  /// The family by the vocabulary's marks; nil where they name none.
  let family: ChatFamily?
  /// The published model by the tensors' shapes.
  let published: PublishedModel?
  /// The file's chat template, rendered once; nil if there is none, or no vocabulary.
  let template: TemplateRendering?
  /// Figures of the weights; nil if they were not read.
  let weights: WeightSurvey?

  init(_ file: GGUFFile, weights: WeightSurvey?) {
    self.file = file
    self.weights = weights
    let name = file.metadata["general.architecture"]?.text
    architecture = name.flatMap(Architecture.init)
    configuration = Result { try ModelConfiguration(file.metadata) }
    vocabulary = RoughVocabulary(file.metadata)
    family = ChatFamily(vocabulary, architecture)
    let source = file.metadata["tokenizer.chat_template"]?.text ?? ""
    template =
      source.isEmpty || vocabulary.count == 0
      ? nil : TemplateRendering(source, file.metadata, vocabulary)
    published = architecture.flatMap { PublishedModel.find(file, $0) }
  }

  var metadata: GGUFMetadata { file.metadata }

  /// Tokens that end an answer by the file's own keys, and by which the template ends a turn though
  /// the family does not: a fine-tune's own marks.
  var ownTurnEnds: Set<Int> {
    guard let template, template.problem == nil, let family else { return [] }
    let keys = ["eos", "eot", "eom"].map { "tokenizer.ggml.\($0)_token_id" }
    let others = metadata[Vocabulary.endsKey]?.array?.integers ?? []
    let ids = keys.compactMap { metadata[$0]?.integer } + others
    return Set(
      ids.filter { id in
        vocabulary.piece(id).map { $0 != family.turnEnd && template.endsTurn(with: $0) } ?? false
      })
  }

  /// A key of the architecture.
  func key(_ name: String) -> String {
    "\(metadata["general.architecture"]?.text ?? "unknown").\(name)"
  }

  /// The integer of an architecture's key; nil if it is absent or no integer.
  func integer(_ name: String) -> Int? { metadata[key(name)]?.integer }

  /// The number of an architecture's key; nil if it is absent or no number.
  func number(_ name: String) -> Double? { metadata[key(name)]?.number }
}

extension MetadataValue {
  /// The text, invalid UTF-8 repaired; nil if the value is none.
  var text: String? {
    guard case .string(let bytes) = self else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The value as a number; nil if it is none.
  var number: Double? {
    switch self {
    case .float32(let value): Double(value)
    case .float64(let value): value
    default: integer.map(Double.init)
    }
  }

  /// The value if it is a boolean.
  var flag: Bool? {
    guard case .bool(let flag) = self else { return nil }
    return flag
  }

  /// The array, if the value is one.
  var array: MetadataArray? {
    guard case .array(let array) = self else { return nil }
    return array
  }
}

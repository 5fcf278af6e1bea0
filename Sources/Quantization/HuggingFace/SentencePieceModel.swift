import Tokenization

/// A `tokenizer.model` of SentencePiece.
///
/// https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto
struct SentencePieceModel {
  /// A piece of the vocabulary.
  struct Piece {
    var text: [UInt8] = []
    var score: Float = 0
    /// SentencePiece numbers the kinds as GGUF does.
    var kind: TokenKind = .normal
  }

  /// The pieces by id.
  private(set) var pieces: [Piece] = []
  /// Whether a text begins with a space of its own.
  private(set) var addsSpacePrefix = true
  /// What the model does to texts and is not kept, each in one line.
  private(set) var notes: [String] = []
  /// 1 for a unigram model, 2 for byte pairs.
  private var modelType = 1

  init(_ bytes: [UInt8], path: String) throws {
    do {
      try bytes.withUnsafeBytes { try read($0) }
    } catch let failure as ProtobufReader.Failure {
      throw QuantizationError("\(path): no SentencePiece model: wrong at byte \(failure.offset)")
    }
    guard !pieces.isEmpty else {
      throw QuantizationError("\(path): no SentencePiece model: found no pieces")
    }
    notes = notes.map { "\(path): \($0)" }
    guard modelType == 2 else {
      throw QuantizationError("\(path): found model type \(modelType), expected 2, byte pairs")
    }
  }

  private mutating func read(_ bytes: UnsafeRawBufferPointer) throws {
    var reader = ProtobufReader(bytes)
    while let (field, value) = try reader.next() {
      guard let message = value.bytes else { continue }
      switch field {
      case 1: pieces.append(try Self.piece(message))
      case 2: try readTrainer(message)
      case 3: try readNormalizer(message)
      default: break
      }
    }
  }

  private static func piece(_ bytes: UnsafeRawBufferPointer) throws -> Piece {
    var reader = ProtobufReader(bytes)
    var piece = Piece()
    while let (field, value) = try reader.next() {
      switch field {
      case 1: piece.text = value.bytes.map(Array.init) ?? []
      case 2: piece.score = value.float ?? 0
      case 3:
        piece.kind = value.integer.flatMap(UInt8.init(exactly:)).flatMap(TokenKind.init) ?? .normal
      default: break
      }
    }
    return piece
  }

  private mutating func readTrainer(_ bytes: UnsafeRawBufferPointer) throws {
    var reader = ProtobufReader(bytes)
    while let (field, value) = try reader.next() {
      if field == 3, let integer = value.integer { modelType = integer }
    }
  }

  private mutating func readNormalizer(_ bytes: UnsafeRawBufferPointer) throws {
    var reader = ProtobufReader(bytes)
    var removesSpaces = false
    while let (field, value) = try reader.next() {
      switch (field, value.integer) {
      case (2, _) where !(value.bytes?.isEmpty ?? true):
        notes.append("its table that normalizes characters is not kept, as in transformers")
      case (3, let integer?): addsSpacePrefix = integer != 0
      case (4, let integer?) where integer != 0: removesSpaces = true
      default: break
      }
    }
    if removesSpaces {
      notes.append(
        "it takes away spaces that follow each other, which is not kept, as in transformers")
    }
  }
}

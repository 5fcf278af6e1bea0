import GGUF
import Tokenization

/// Vocabularies and texts.
enum TokenizerTargets {
  /// A vocabulary that the bytes describe, and a text.
  ///
  /// Two bytes of flags, a byte for the number of special tokens; then pieces of a byte of length
  /// and kind, their bytes and a byte of score, up to a length of zero; for byte pairs the merges,
  /// two bytes each, as many as pieces; the rest is the text.
  static let tokenizer: @Sendable (UnsafeRawBufferPointer) -> Void = { bytes in
    var input = FuzzInput(bytes)
    let flags: UInt16 = input.integer()
    let (bos, eos) = (input.byte(), input.byte())
    var pieces: [[UInt8]] = []
    var kinds: [Int32] = []
    var scores: [Float] = []
    while pieces.count < 512 {
      let head = input.byte()
      guard head & 31 > 0 else { break }
      kinds.append(Int32(head >> 5))
      // A length of 31 is followed by a longer one.
      pieces.append(input.bytes(head & 31 < 31 ? Int(head & 31) : Int(input.integer(UInt16.self))))
      scores.append(Float(Int8(bitPattern: input.byte())))
    }
    var merges: [[UInt8]] = []
    let isBytePair = flags & 1 != 0
    for _ in 0..<(isBytePair ? pieces.count : 0) {
      let (left, right) = (Int(input.byte()), Int(input.byte()))
      guard left < pieces.count, right < pieces.count else { continue }
      merges.append(pieces[left] + [0x20] + pieces[right])
    }
    let preTokenizers = ["gpt-2", "llama-bpe", "qwen2", "gpt-4o", "smollm", "dbrx", "phi-2", "?"]
    var pairs: [(key: String, value: MetadataValue)] = [
      ("tokenizer.ggml.model", .text(isBytePair ? "gpt2" : "llama")),
      ("tokenizer.ggml.pre", .text(preTokenizers[Int(flags >> 1 & 7)])),
      ("tokenizer.ggml.tokens", .strings(pieces)),
      ("tokenizer.ggml.merges", .strings(merges)),
      ("tokenizer.ggml.scores", .floats(scores)),
      ("tokenizer.ggml.add_space_prefix", .bool(flags & 16 != 0)),
      ("tokenizer.ggml.add_bos_token", .bool(flags & 32 != 0)),
      ("tokenizer.ggml.add_eos_token", .bool(flags & 64 != 0)),
    ]
    if flags & 128 != 0 { pairs.append(("tokenizer.ggml.token_type", .integers(kinds))) }
    if flags & 256 != 0 { pairs.append(("tokenizer.ggml.bos_token_id", .uint32(UInt32(bos)))) }
    if flags & 512 != 0 { pairs.append(("tokenizer.ggml.eos_token_id", .uint32(UInt32(eos)))) }
    let text = String(decoding: input.remainder(), as: UTF8.self)
    guard let tokenizer = attempt({ try Tokenizer(GGUFMetadata(pairs, source: "input")) })
    else { return }
    exercise(tokenizer, [text])
  }

  /// Encodes and decodes.
  static func exercise(_ tokenizer: Tokenizer, _ texts: [String]) {
    let count = tokenizer.vocabulary.count
    for text in texts {
      for parsesSpecial in [false, true] {
        let tokens = tokenizer.encode(text, parseSpecial: parsesSpecial)
        precondition(
          tokens.allSatisfy { $0 >= 0 && Int($0) < count }, "a token beyond the vocabulary")
        _ = tokenizer.decode(tokens)
        _ = tokenizer.decode(tokens, renderSpecial: true)
      }
    }
    _ = tokenizer.decode([-1, 0, Int32(clamping: count), .max, .min], renderSpecial: true)
  }
}

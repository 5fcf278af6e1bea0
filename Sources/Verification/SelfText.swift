import Foundation
import Inference
import Tokenization

/// Text that a model writes itself, to be measured on where nobody gives one.
public enum SelfText {
  /// Samples from a model at temperature 1, each stretch from the beginning of a text.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - tokens: How many tokens in all.
  ///   - length: Tokens in a stretch.
  ///   - seed: Makes it repeatable.
  ///   - options: Threads and kernels.
  ///   - progress: Is told how many of how many tokens there are, and stops by throwing.
  /// - Returns: The stretches.
  /// - Throws: As `Session.init` and `Session.append`.
  public static func stretches(
    of model: Model, tokens: Int, length: Int = 128, seed: UInt64 = 1,
    options: SessionOptions = SessionOptions(), progress: (Int, Int) throws -> Void = { _, _ in }
  ) throws -> [[Int32]] {
    let vocabulary = model.tokenizer.vocabulary
    let length = max(2, min(length, model.configuration.contextLength))
    let first = (vocabulary.addsBOS ? vocabulary.bos : nil) ?? vocabulary.eos ?? vocabulary.bos ?? 0
    var options = options
    options.contextLength = length
    let session = try Session(model, options)
    var random = RandomSource(seed: seed)
    var result: [[Int32]] = []
    var done = 0
    while done < tokens {
      var stretch = [first]
      session.rewind(to: 0)
      while stretch.count < min(length, tokens - done + 1) {
        let logits = try session.append([stretch[stretch.count - 1]])
        stretch.append(sample(UnsafeBufferPointer(logits), &random))
        try progress(min(tokens, done + stretch.count), tokens)
      }
      result.append(stretch)
      done += max(1, stretch.count - 1)
    }
    return result
  }

  /// The token of the largest logit after Gumbel noise, which is a sample of their distribution.
  private static func sample(
    _ logits: UnsafeBufferPointer<Float>, _ random: inout RandomSource
  ) -> Int32 {
    var best: (token: Int, value: Double) = (0, -.infinity)
    for token in logits.indices {
      let value = Double(logits[token]) - log(-log(random.uniform()))
      if value > best.value { best = (token, value) }
    }
    return Int32(best.token)
  }
}

import Foundation

/// Stages that look back at the tokens before.
enum RepetitionPenalties {
  /// Repetition, presence and frequency penalties over the recent tokens.
  static func apply(
    _ options: SamplingOptions, _ history: [Int32],
    to logits: UnsafeMutableBufferPointer<Float>, counts: inout [Int32: Int]
  ) {
    guard
      options.repeatPenalty != 1 || options.presencePenalty != 0 || options.frequencyPenalty != 0
    else { return }
    counts.removeAll(keepingCapacity: true)
    for token in window(history, options.penaltyWindow) { counts[token, default: 0] += 1 }
    // Each token's logit depends on its own count alone: the dictionary's order does not show.
    for (token, count) in counts where logits.indices.contains(Int(token)) {
      var logit = logits[Int(token)]
      logit = logit > 0 ? logit / options.repeatPenalty : logit * options.repeatPenalty
      logit -= Float(count) * options.frequencyPenalty + options.presencePenalty
      logits[Int(token)] = logit
    }
  }

  /// DRY (by p-e-w, text-generation-webui 5677): a token that would continue a repetition of
  /// length n loses `multiplier * base ^ (n − allowed)`.
  static func applyDRY(
    _ options: SamplingOptions, _ history: [Int32], to logits: UnsafeMutableBufferPointer<Float>
  ) {
    guard options.dryMultiplier > 0 else { return }
    var recent = Array(window(history, options.dryWindow))
    // Nothing before the last breaker can be continued.
    if let last = recent.lastIndex(where: options.dryBreakers.contains) {
      let tail = recent.count - 1 - last
      guard tail >= max(1, options.dryAllowedLength) else { return }
    }
    recent.reverse()
    let lengths = matches(recent, breakers: options.dryBreakers)
    var longest: [Int32: Int] = [:]
    for index in recent.indices.dropFirst() {
      // The suffix of `lengths[index]` tokens that ends here was followed by the token before.
      let length = lengths[index]
      guard length >= max(1, options.dryAllowedLength) else { continue }
      longest[recent[index - 1]] = max(longest[recent[index - 1]] ?? 0, length)
    }
    for (token, length) in longest where logits.indices.contains(Int(token)) {
      // Beyond the largest float the penalty is a ban.
      let exponent = Float(length - options.dryAllowedLength)
      logits[Int(token)] -= min(options.dryMultiplier * pow(options.dryBase, exponent), 1e30)
    }
  }

  /// For each place, how many tokens from it on equal the first ones: the Z function (Gusfield
  /// 1997), cut at breakers.
  private static func matches(_ tokens: [Int32], breakers: Set<Int32>) -> [Int] {
    var z = [Int](repeating: 0, count: tokens.count)
    let limit = tokens.firstIndex(where: breakers.contains) ?? tokens.count
    var (left, right) = (0, 0)
    for index in tokens.indices.dropFirst() {
      var length = index < right ? min(right - index, z[index - left]) : 0
      while index + length < tokens.count, tokens[length] == tokens[index + length] { length += 1 }
      z[index] = length
      if index + length > right { (left, right) = (index, index + length) }
    }
    return z.map { min($0, limit) }
  }

  private static func window(_ history: [Int32], _ size: Int) -> ArraySlice<Int32> {
    size < 0 ? history[...] : history.suffix(size)
  }
}

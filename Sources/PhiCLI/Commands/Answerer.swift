import Foundation
import Phidelity

/// Asks a conversation, streams the answer, and measures it.
final class Answerer {
  /// How an answer went.
  struct Answer {
    let finish: FinishReason
    let promptTokens: Int
    let tokens: Int
    let prefill: Duration
    let decode: Duration
  }

  /// The messages and the session.
  let conversation: Conversation
  /// How tokens are chosen; a change begins with the next answer.
  var sampling: SamplingOptions {
    didSet { sampler = nil }
  }
  /// When an answer ends.
  var limits: GenerationLimits

  private var sampler: Sampler?

  init(
    _ conversation: Conversation, _ sampling: SamplingOptions, _ limits: GenerationLimits
  ) throws {
    self.conversation = conversation
    self.sampling = sampling
    self.limits = limits
    sampler = try Sampler(sampling, vocabularySize: conversation.session.model.vocabularySize)
  }

  /// Streams the answer to a message; Ctrl-C ends it, and what is there stays.
  func answer(_ text: String) throws -> Answer {
    let session = conversation.session
    let progress = ProgressLine()
    let clock = ContinuousClock()
    Interrupt.shared.begin()
    defer {
      Interrupt.shared.end()
      progress.finish()
    }
    let before = session.tokens.count
    let start = clock.now
    var total = 0
    let generation = try conversation.ask(
      text, try sampler ?? Sampler(sampling, vocabularySize: session.model.vocabularySize),
      limits: limits,
      progress: { done, count in
        total = count
        progress.update("reading \(done) of \(count) tokens, \(before) known")
      }, isCancelled: { Interrupt.shared.isRequested })
    progress.finish()
    let read = clock.now
    var answer = ""
    var tokens = 0
    var finish = FinishReason.length
    do {
      while let piece = try generation.next(isCancelled: Interrupt.shared.isRequested) {
        // Some models begin with a space or a line feed that is no part of the answer.
        let shown = answer.isEmpty ? String(piece.text.drop(while: \.isWhitespace)) : piece.text
        StandardOutput.write(shown)
        answer += shown
        if piece.token != nil { tokens += 1 }
        if let reason = piece.finish { finish = reason }
      }
    } catch {
      conversation.finish(answer)
      throw error
    }
    conversation.finish(answer)
    sampler = generation.sampler
    return Answer(
      finish: finish, promptTokens: total, tokens: tokens, prefill: read - start,
      decode: clock.now - read)
  }
}

import Foundation
import Phidelity

/// A file of questions with one right answer, one JSON object to a line.
enum TaskFile {
  private struct Line: Decodable {
    struct Message: Decodable {
      let role: String
      let content: String
    }

    let task: String?
    let prompt: String?
    let messages: [Message]?
    let answer: String
  }

  /// Reads the questions: `messages` through the model's chat template, `prompt` as one user's
  /// turn.
  ///
  /// - Throws: `InputText.ReadError` if a line is no question; as `InputText.read`.
  static func read(_ path: String, for model: Model) throws -> [TaskScore.Question] {
    let format = try ChatFormat(model.file.metadata, model.tokenizer)
    let lines = try InputText.read(path, as: .lines).split(
      separator: "\n", omittingEmptySubsequences: false)
    var questions: [TaskScore.Question] = []
    for (number, text) in lines.enumerated() where !text.allSatisfy(\.isWhitespace) {
      guard let line = try? JSONDecoder().decode(Line.self, from: Data(text.utf8)),
        (line.prompt == nil) != (line.messages == nil)
      else {
        throw InputText.ReadError(
          description: "\(path): line \(number + 1): expected {\"prompt\" or \"messages\", "
            + "\"answer\"}")
      }
      let messages =
        line.messages?.map { ChatMessage(role: $0.role, content: $0.content) }
        ?? [ChatMessage(role: "user", content: line.prompt ?? "")]
      questions.append(
        TaskScore.Question(
          task: line.task ?? "task", prompt: try format.tokens(messages), answer: line.answer))
    }
    guard !questions.isEmpty else {
      throw InputText.ReadError(description: "\(path): has no questions")
    }
    return questions
  }
}

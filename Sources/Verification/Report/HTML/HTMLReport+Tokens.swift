import Foundation
import GGUF

/// Where the loss shows.
extension HTMLReport {
  static func worst(_ worst: [WorstToken]) -> String {
    section(
      "Where it shows",
      "The tokens of largest divergence, with what came before them and what each model expected.",
      [plots(worst.map(card))])
  }

  private static func card(_ token: WorstToken) -> String {
    "<article class=\"card token\">\n<h3>"
      + String(format: "%.4f nats", token.divergence)
      + "</h3>\n<div class=\"text\"><span class=\"before\">…\(escaped(visible(token.before)))"
      + "</span><mark>\(escaped(visible(token.next.text)))</mark></div>\n"
      + choices([
        (token.referenceTop, "reference's choice"), (token.candidateTop, "candidate's choice"),
        (token.next, "in the text"),
      ]) + "</article>"
  }

  static func answers(_ answers: [AnswerComparison]) -> String {
    section(
      "Answers", "What each model writes when it always takes its first choice.",
      answers.map { answer in
        var parts = [
          "<h3>Prompt</h3><div class=\"text\">\(escaped(visible(answer.prompt)))</div>"
        ]
        if let parting = answer.parting {
          parts.append(
            "<div class=\"answers\">"
              + column("Reference", "ref", answer.reference, answer.common)
              + column("Candidate", "cand", answer.candidate, answer.common) + "</div>")
          parts.append(
            "<p class=\"kicker\">They part after \(parting.index) tokens.</p>"
              + choices(
                parting.choices.map { choice in
                  (
                    choice,
                    choice == parting.reference
                      ? "reference's choice"
                      : choice == parting.candidate ? "candidate's choice" : ""
                  )
                }))
        } else {
          parts.append(
            "<h3>Both models, the same \(answer.reference.tokens.count) tokens</h3>"
              + "<div class=\"text\">\(escaped(visible(answer.reference.text)))</div>")
        }
        return "<article class=\"card token\">\n" + parts.joined(separator: "\n") + "</article>"
      })
  }

  private static func column(
    _ title: String, _ style: String, _ answer: AnswerComparison.Answer, _ common: String
  ) -> String {
    let rest =
      answer.text.hasPrefix(common) ? String(answer.text.dropFirst(common.count)) : answer.text
    return "<div><h3>\(title)</h3><div class=\"text\"><span class=\"before\">"
      + escaped(visible(common)) + "</span><span class=\"\(style)\">"
      + escaped(rest.isEmpty ? "(ends)" : visible(rest)) + "</span>"
      + (answer.isFinished ? "" : "<span class=\"before\"> …</span>") + "</div></div>"
  }

  /// Tokens with both probabilities; a token that plays two parts is told once.
  private static func choices(_ choices: [(choice: WorstToken.Choice, role: String)]) -> String {
    var rows: [(choice: WorstToken.Choice, roles: [String])] = []
    for (choice, role) in choices {
      if let row = rows.firstIndex(where: { $0.choice.token == choice.token }) {
        rows[row].roles.append(role)
      } else {
        rows.append((choice, role.isEmpty ? [] : [role]))
      }
    }
    let body = rows.map { choice, roles in
      let both = ["reference's choice", "candidate's choice"]
      let words =
        roles.starts(with: both) ? ["both models' choice"] + roles.dropFirst(2) : roles
      let style =
        roles.contains { $0.hasPrefix("reference") }
        ? "ref" : roles.contains { $0.hasPrefix("candidate") } ? "cand" : ""
      return "<tr><th scope=\"row\"><code class=\"\(style)\">"
        + escaped(choice.text.printable.debugQuoted) + "</code></th>"
        + String(
          format: "<td>%.1f %%</td><td>%.1f %%</td>", 100 * choice.reference, 100 * choice.candidate
        )
        + "<td class=\"words\">\(escaped(words.joined(separator: ", ")))</td></tr>"
    }
    return "<table><thead><tr><th scope=\"col\">token</th><th scope=\"col\">reference</th>"
      + "<th scope=\"col\">candidate</th><th scope=\"col\"></th></tr></thead><tbody>"
      + body.joined(separator: "\n") + "</tbody></table>\n"
  }

  /// Text with its lines, but without what would only disturb the page.
  private static func visible(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0).printable }
      .joined(separator: "\n")
  }
}

extension String {
  fileprivate var debugQuoted: String { "\"" + self + "\"" }
}

import Foundation
import GGUF

/// Where the loss shows.
extension TextReport {
  private static let columns = 80

  /// The positions of largest divergence in their context.
  static func lines(_ worst: [WorstToken]) -> [StyledText] {
    var lines = [
      StyledText.bold("largest divergences")
        + "; probabilities of the reference → of the candidate"
    ]
    for token in worst {
      let number = String(format: "%8.4f  ", token.divergence)
      lines.append(StyledText(number + "…" + end(of: token.before, columns: columns - 12)))
      lines += rows([
        (token.referenceTop, "reference"), (token.candidateTop, "candidate"),
        (token.next, "text"),
      ])
    }
    return lines
  }

  /// Two answers, one after the other, and where they part.
  static func lines(_ answer: AnswerComparison) -> [StyledText] {
    var lines = [StyledText.bold("prompt") + "     " + answer.prompt.printable]
    guard let parting = answer.parting else {
      return lines + wrapped("both", rest(answer.reference.text, ""))
        + [StyledText(ending(answer, "the same answer"))]
    }
    let common = answer.common
    lines += wrapped("both", common.isEmpty ? "–" : common)
    lines += wrapped("reference", rest(answer.reference.text, common), .green)
    lines += wrapped("candidate", rest(answer.candidate.text, common), .red)
    lines.append(
      StyledText(
        "they part after \(parting.index) token\(parting.index == 1 ? "" : "s"), the reference by "
          + String(
            format: "%.1f points, the candidate by %.1f",
            100 * parting.referenceMargin, 100 * parting.candidateMargin)))
    return lines
      + rows(
        parting.choices.map { choice in
          (
            choice,
            choice == parting.reference
              ? "reference" : choice == parting.candidate ? "candidate" : ""
          )
        })
  }

  /// What the process needed of the machine.
  static func lines(_ memory: MemoryUse) -> [String] {
    [
      "memory     \(Bytes.text(memory.peakResidentBytes)) at most, of "
        + "\(Bytes.text(memory.mappedBytes)) mapped; page reads from disk: \(memory.majorFaults)"
    ]
  }

  /// Tokens with both probabilities; a token that plays two parts is told once.
  private static func rows(
    _ choices: [(choice: WorstToken.Choice, role: String)]
  ) -> [StyledText] {
    var rows: [(choice: WorstToken.Choice, roles: [String])] = []
    for (choice, role) in choices {
      if let row = rows.firstIndex(where: { $0.choice.token == choice.token }) {
        rows[row].roles.append(role)
      } else {
        rows.append((choice, role.isEmpty ? [] : [role]))
      }
    }
    return rows.map { choice, roles in
      let token = "\"\(choice.text.printable)\""
      let mark: StyledText.Mark? =
        roles.contains("reference") ? .green : roles.contains("candidate") ? .red : nil
      let row =
        String(
          format: "          %5.1f %% → %5.1f %%  ", 100 * choice.reference, 100 * choice.candidate)
        + StyledText(token, mark)
      return roles.isEmpty ? row : row + "  " + StyledText.dim(roles.joined(separator: ", "))
    }
  }

  /// As much of a text's end as fits.
  private static func end(of text: String, columns: Int) -> String {
    var used = 0
    var kept: [Character] = []
    for character in text.printable.reversed() {
      used += width(character)
      if used > columns { break }
      kept.append(character)
    }
    return String(kept.reversed())
  }

  /// Text in lines of the terminal's width, under a name at the left.
  private static func wrapped(
    _ name: String, _ text: String, _ mark: StyledText.Mark? = nil
  ) -> [StyledText] {
    var lines: [String] = [""]
    var used = 0
    for word in text.printable.split(separator: " ", omittingEmptySubsequences: false) {
      var word = word[...]
      let needed = word.reduce(0) { $0 + width($1) }
      if used > 0, used + 1 + needed > columns - 12 {
        lines.append("")
        used = 0
      } else if used > 0 || lines[lines.count - 1] != "" {
        lines[lines.count - 1] += " "
        used += 1
      }
      while let character = word.popFirst() {
        if used + width(character) > columns - 12 {
          lines.append("")
          used = 0
        }
        lines[lines.count - 1].append(character)
        used += width(character)
      }
    }
    return lines.enumerated().map { index, line in
      (index == 0 ? name.padding(toLength: 11, withPad: " ", startingAt: 0) : "           ")
        + StyledText(line, mark)
    }
  }

  /// Columns of a character, wide scripts and emoji taken for two.
  private static func width(_ character: Character) -> Int {
    guard let scalar = character.unicodeScalars.first else { return 0 }
    return scalar.value >= 0x1100 && scalar.properties.isWide ? 2 : 1
  }

  private static func rest(_ text: String, _ common: String) -> String {
    let rest = text.hasPrefix(common) ? String(text.dropFirst(common.count)) : text
    return rest.isEmpty ? "(ends)" : rest
  }

  private static func ending(_ answer: AnswerComparison, _ text: String) -> String {
    "\(text), \(answer.reference.tokens.count) tokens"
      + (answer.reference.isFinished ? "" : "; not to its end")
  }
}

extension Unicode.Scalar.Properties {
  /// Whether terminals are likely to draw the scalar two columns wide.
  fileprivate var isWide: Bool {
    isEmojiPresentation || isIdeographic || generalCategory == .otherLetter
  }
}

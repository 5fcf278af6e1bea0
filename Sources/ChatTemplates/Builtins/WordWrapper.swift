/// Python's `textwrap.wrap`, as `wordwrap` calls it: tabs and white space stay as they are.
struct WordWrapper {
  let width: Int
  let breaksLongWords: Bool
  let breaksOnHyphens: Bool
  let budget: Budget

  /// The lines of a paragraph, each as byte ranges in a row.
  func wrap(_ text: Text) throws(TemplateError) -> [[Range<Int>]] {
    guard width > 0 else { throw TemplateError("wordwrap needs a positive width, found \(width)") }
    var offsets: [Int] = []
    var scalars: [Unicode.Scalar] = []
    try budget.allocate(text.count * 16)
    try budget.stepScalars(text.count * 4)
    try text.forEachScalar { (range, scalar) in
      offsets.append(range.lowerBound)
      scalars.append(scalar)
    }
    offsets.append(text.count)
    var chunks = try self.chunks(scalars)[...]
    var lines: [[Range<Int>]] = []
    func isBlank(_ chunk: Range<Int>) -> Bool { scalars[chunk].allSatisfy(Text.isSpace) }
    while let first = chunks.first {
      try budget.step()
      if isBlank(first), !lines.isEmpty {
        chunks.removeFirst()
        guard !chunks.isEmpty else { break }
      }
      var line: [Range<Int>] = []
      var length = 0
      while let chunk = chunks.first, length + chunk.count <= width {
        try budget.step()
        line.append(chunk)
        length += chunk.count
        chunks.removeFirst()
      }
      if let chunk = chunks.first, chunk.count > width {
        if breaksLongWords {
          let end = chunk.lowerBound + self.end(of: chunk, width - length, scalars)
          line.append(chunk.lowerBound..<end)
          chunks[chunks.startIndex] = end..<chunk.upperBound
        } else if line.isEmpty {
          line.append(chunk)
          chunks.removeFirst()
        }
      }
      if let last = line.last, isBlank(last) { line.removeLast() }
      if !line.isEmpty {
        try budget.allocate(32 + line.count * 16)
        lines.append(line.map { offsets[$0.lowerBound]..<offsets[$0.upperBound] })
      }
    }
    return lines
  }

  /// How much of a long word goes on a line with some space left.
  private func end(of chunk: Range<Int>, _ space: Int, _ scalars: [Unicode.Scalar]) -> Int {
    guard breaksOnHyphens, chunk.count > space else { return space }
    let head = scalars[chunk].prefix(space)
    if let hyphen = head.lastIndex(of: "-"), hyphen > chunk.lowerBound,
      scalars[chunk.lowerBound..<hyphen].contains(where: { $0 != "-" })
    {
      return hyphen + 1 - chunk.lowerBound
    }
    return space
  }

  /// Words, white space and dashes, as Python's regular expressions cut them.
  private func chunks(_ scalars: [Unicode.Scalar]) throws(TemplateError) -> [Range<Int>] {
    func isSpace(_ index: Int) -> Bool {
      index >= 0 && index < scalars.count
        && (scalars[index] == " " || (9...13).contains(scalars[index].value))
    }
    func isWord(_ index: Int) -> Bool {
      guard index >= 0, index < scalars.count else { return false }
      let scalar = scalars[index]
      return scalar == "_" || Text.isAlphabetic(scalar) || Text.isNumeric(scalar)
    }
    func isLetter(_ index: Int) -> Bool {
      isWord(index) && scalars[index].properties.generalCategory != .decimalNumber
    }
    func isPunctuated(_ index: Int) -> Bool {
      isWord(index)
        || (index >= 0 && index < scalars.count
          && "!\"'&.,?".unicodeScalars.contains(scalars[index]))
    }
    func isHyphen(_ index: Int) -> Bool {
      index >= 0 && index < scalars.count && scalars[index] == "-"
    }
    /// Where a dash of two or more that begins at a place and has a word after it ends.
    func dash(_ start: Int) -> Int? {
      guard isHyphen(start), isHyphen(start + 1) else { return nil }
      var end = start
      while isHyphen(end) { end += 1 }
      return isWord(end) ? end : nil
    }
    var chunks: [Range<Int>] = []
    var position = 0
    while position < scalars.count {
      try budget.step()
      try budget.allocate(16)
      var end = position + 1
      if isSpace(position) {
        while isSpace(end) { end += 1 }
      } else if !breaksOnHyphens {
        while end < scalars.count, !isSpace(end) { end += 1 }
      } else if isPunctuated(position - 1), let dashEnd = dash(position) {
        end = dashEnd
      } else {
        while true {
          if isHyphen(end),
            (isLetter(end - 2) && isLetter(end - 1))
              || (isLetter(end - 3) && isHyphen(end - 2) && isPunctuated(end - 1)),
            isLetter(end + 1) && (isLetter(end + 2) || (isHyphen(end + 2) && isLetter(end + 3)))
          {
            end += 1
            break
          }
          if end >= scalars.count || isSpace(end) { break }
          if isPunctuated(end - 1), isHyphen(end), dash(end) != nil { break }
          end += 1
        }
      }
      chunks.append(position..<end)
      position = end
    }
    return chunks
  }
}

/// Python's ways to cut and search strings.
extension Text {
  /// Whether `str.isspace` holds for a scalar.
  static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII
      ? scalar == " " || (9...13).contains(scalar.value) || (0x1C...0x1F).contains(scalar.value)
      : scalar.properties.isWhitespace
  }

  /// The text without white space, or the scalars of a set, at its ends.
  func stripped(
    _ characters: Text? = nil, left: Bool = true, right: Bool = true, _ budget: Budget
  ) throws(TemplateError) -> Text {
    var set: Set<Unicode.Scalar> = []
    if let characters {
      try budget.stepScalars(characters.count)
      try characters.forEachScalar { (_, scalar) throws(TemplateError) in
        if set.insert(scalar).inserted { try budget.allocate(16) }
      }
    }
    func drops(_ scalar: Unicode.Scalar) -> Bool {
      characters == nil ? Self.isSpace(scalar) : set.contains(scalar)
    }
    var (start, end) = (0, count)
    if left {
      while start < end {
        let (scalar, next) = scalar(at: start)
        guard drops(scalar) else { break }
        start = next
      }
    }
    if right {
      while end > start {
        let before = self.start(before: end)
        guard drops(scalar(at: before).0) else { break }
        end = before
      }
    }
    try budget.stepScalars(count - (end - start))
    return try slice(start..<end, budget)
  }

  /// Where a text occurs within a byte range.
  func find(_ needle: Text, _ range: Range<Int>, _ budget: Budget) throws(TemplateError) -> Int? {
    try budget.stepBytes(range.count + needle.count)
    return try ByteSearch.first(needle.bytes, in: bytes, range, budget)
  }

  /// Where a text occurs last within a byte range.
  func findLast(
    _ needle: Text, _ range: Range<Int>, _ budget: Budget
  ) throws(TemplateError) -> Int? {
    guard needle.count <= range.count else { return nil }
    try budget.stepScalars(range.count)
    var start = range.upperBound - needle.count
    while start >= range.lowerBound {
      var index = 0
      while index < needle.count, bytes[start + index] == needle.bytes[index] { index += 1 }
      if index == needle.count { return start }
      if index > 8 { try budget.step(index >> 3) }
      start -= 1
    }
    return nil
  }

  /// How often a text occurs within a byte range, without overlaps.
  func occurrences(
    of needle: Text, _ range: Range<Int>, _ budget: Budget
  ) throws(TemplateError) -> Int {
    if needle.isEmpty { return try slice(range, budget).scalarCount(budget) + 1 }
    var (found, position) = (0, range.lowerBound)
    try budget.stepBytes(range.count)
    while let place = try ByteSearch.first(
      needle.bytes, in: bytes, position..<range.upperBound, budget)
    {
      try budget.step()
      found += 1
      position = place + needle.count
    }
    return found
  }

  /// `str.replace`, at most `limit` times where it is not negative.
  func replacing(
    _ old: Text, with new: Text, limit: Int, _ budget: Budget
  ) throws(TemplateError) -> Text {
    var builder = TextBuilder(budget)
    var (position, replaced) = (0, 0)
    try budget.stepBytes(count)
    if old.isEmpty {
      while limit < 0 || replaced < limit {
        try budget.step()
        try builder.append(new)
        replaced += 1
        guard position < count else { break }
        let end = scalar(at: position).1
        try builder.append(self, position..<end)
        position = end
      }
    } else {
      while limit < 0 || replaced < limit,
        let place = try ByteSearch.first(old.bytes, in: bytes, position..<count, budget)
      {
        try budget.step()
        try builder.append(self, position..<place)
        try builder.append(new)
        position = place + old.count
        replaced += 1
      }
      if replaced == 0 { return self }
    }
    if position < count { try builder.append(self, position..<count) }
    return builder.finish(isSafe: isSafe)
  }

  /// `str.split` and `str.rsplit` by a separator that is not empty.
  func split(
    by separator: Text, limit: Int, fromRight: Bool, _ budget: Budget
  ) throws(TemplateError) -> [Text] {
    var ranges: [Range<Int>] = []
    if fromRight {
      var end = count
      while limit < 0 || ranges.count < limit,
        let place = try findLast(separator, 0..<end, budget)
      {
        try budget.allocate(32)
        ranges.append(place + separator.count..<end)
        end = place
      }
      ranges.append(0..<end)
      ranges.reverse()
    } else {
      var position = 0
      try budget.stepBytes(count)
      while limit < 0 || ranges.count < limit,
        let place = try ByteSearch.first(separator.bytes, in: bytes, position..<count, budget)
      {
        try budget.allocate(32)
        try budget.step()
        ranges.append(position..<place)
        position = place + separator.count
      }
      ranges.append(position..<count)
    }
    return try slices(ranges, budget)
  }

  /// `str.split` and `str.rsplit` by white space.
  func splitBySpace(
    limit: Int, fromRight: Bool, _ budget: Budget
  ) throws(TemplateError) -> [Text] {
    var words: [Range<Int>] = []
    var start: Int?
    try budget.stepScalars(count)
    try forEachScalar { (range, scalar) throws(TemplateError) in
      if Self.isSpace(scalar) {
        if let first = start {
          try budget.allocate(32)
          words.append(first..<range.lowerBound)
        }
        start = nil
      } else if start == nil {
        start = range.lowerBound
      }
    }
    if let first = start { words.append(first..<count) }
    if limit >= 0, words.count > limit {
      // The rest keeps its white space, but for that beside the last cut.
      if fromRight {
        words = [0..<words[words.count - 1 - limit].upperBound] + words.suffix(limit)
      } else {
        words = words.prefix(limit) + [words[limit].lowerBound..<count]
      }
    }
    return try slices(words, budget)
  }

  private func slices(_ ranges: [Range<Int>], _ budget: Budget) throws(TemplateError) -> [Text] {
    var parts: [Text] = []
    try budget.step(ranges.count)
    for range in ranges { parts.append(try slice(range, budget)) }
    return parts
  }

  /// `str.splitlines`.
  func lines(keepingEnds: Bool = false, _ budget: Budget) throws(TemplateError) -> [Text] {
    var ranges: [Range<Int>] = []
    var start = 0
    var offset = 0
    try budget.stepScalars(count)
    while offset < count {
      let (scalar, next) = scalar(at: offset)
      var end = next
      if [10, 11, 12, 13, 0x1C, 0x1D, 0x1E, 0x85, 0x2028, 0x2029].contains(scalar.value) {
        if scalar == "\r", next < count, bytes[next] == 10 { end += 1 }
        try budget.allocate(32)
        ranges.append(start..<(keepingEnds ? end : offset))
        start = end
      }
      offset = end
    }
    if start < count { ranges.append(start..<count) }
    return try slices(ranges, budget)
  }

  /// The scalars of a Python slice, which may step.
  func sliced(_ slice: SliceRange, _ budget: Budget) throws(TemplateError) -> Text {
    if slice.step == 1 {
      let start = try offset(ofScalar: slice.start, budget)
      let end = try offset(ofScalar: slice.start + slice.count, budget)
      return try self.slice(start..<max(start, end), budget)
    }
    var builder = TextBuilder(budget)
    try budget.step(slice.count)
    if isASCII {
      for index in 0..<slice.count {
        let place = slice.start + index * slice.step
        try builder.append(self, place..<place + 1)
      }
    } else {
      var starts: [Int] = []
      try budget.allocate(count, of: 8)
      try forEachScalar { (range, _) in starts.append(range.lowerBound) }
      starts.append(count)
      for index in 0..<slice.count {
        let place = slice.start + index * slice.step
        try builder.append(self, starts[place]..<starts[place + 1])
      }
    }
    return builder.finish(isSafe: isSafe)
  }

  /// `html.escape` as Markup does it.
  func escaped(_ budget: Budget) throws(TemplateError) -> Text {
    if isSafe { return self }
    var builder = TextBuilder(budget)
    try budget.stepScalars(count)
    var start = 0
    for (index, byte) in bytes.enumerated() {
      let entity: String
      switch byte {
      case 0x26: entity = "&amp;"
      case 0x3C: entity = "&lt;"
      case 0x3E: entity = "&gt;"
      case 0x22: entity = "&#34;"
      case 0x27: entity = "&#39;"
      default: continue
      }
      try budget.step()
      try builder.append(self, start..<index)
      try builder.append(entity, isData: isData(at: index))
      start = index + 1
    }
    try builder.append(self, start..<count)
    return builder.finish(isSafe: true)
  }
}

/// The parts of a model's name such as `microsoft/Phi-3.5-mini-instruct`, by the naming convention
/// of GGUF.
///
/// https://github.com/ggml-org/ggml/blob/master/docs/gguf.md#gguf-naming-convention
struct ModelName: Equatable {
  /// The name without the organization, as it was.
  private(set) var full: String
  private(set) var organization: String?
  private(set) var basename: String?
  private(set) var finetune: String?
  private(set) var version: String?
  private(set) var sizeLabel: String?

  private enum Role { case basename, size, finetune, version, format }

  /// Takes a name apart.
  ///
  /// - Parameters:
  ///   - text: The name.
  ///   - parameters: The model's, to tell a size from a context length; 0 if unknown.
  init(_ text: String, parameters: Int) {
    full = text
    // A sentence, and no name of a repository.
    guard !text.contains(" ") else { return }
    if let slash = text.firstIndex(of: "/") {
      full = String(text[text.index(after: slash)...])
      if !text.hasPrefix(".") { organization = String(text[..<slash]) }
    }
    var parts = full.split(separator: "-").map(String.init)
    var roles = [Set<Role>](repeating: [], count: parts.count)
    for index in parts.indices {
      roles[index] = Self.roles(&parts[index], isFirst: index == 0, parameters)
    }
    Self.dropWordySizes(parts, &roles)
    Self.findBasename(parts, &roles)
    func joined(_ role: Role, where isIncluded: (Set<Role>) -> Bool = { _ in true }) -> String? {
      let words = zip(parts, roles).filter { $1.contains(role) && isIncluded($1) }.map(\.0)
      return words.isEmpty ? nil : words.joined(separator: "-")
    }
    finetune = joined(.finetune)
    version = joined(.version) { !$0.contains(.basename) }
    var sizes: [String] = []
    for (part, role) in zip(parts, roles) where role.contains(.size) && !sizes.contains(part) {
      sizes.append(part)
    }
    sizeLabel = sizes.isEmpty ? nil : sizes.joined(separator: "-")
    // A basename alone says too little.
    if finetune != nil || version != nil || sizeLabel != nil { basename = joined(.basename) }
  }

  private static func roles(_ part: inout String, isFirst: Bool, _ parameters: Int) -> Set<Role> {
    if part.wholeMatch(of: #/(v|iter)?\d+(\.\d+)*/#.ignoresCase()) != nil { return [.version] }
    if part.wholeMatch(of: #/i?q\d(_\w)*|b?fp?(16|32)/#.ignoresCase()) != nil {
      part = part.uppercased()
      return [.format]
    }
    guard !isFirst else { return [] }
    let size = #/((A|\d+x)?\d+([._]\d+)?[KMBT]\d?|small|mini|medium|large|x?xl)/#.ignoresCase()
    if part.wholeMatch(of: size) != nil { return Self.size(&part, parameters) }
    let finetune = #/chat|instruct|vision|lora/#.ignoresCase()
    return part.wholeMatch(of: finetune) != nil ? [.finetune] : []
  }

  /// A size in one spelling, or a context length, which is far from the number of parameters.
  private static func size(_ part: inout String, _ parameters: Int) -> Set<Role> {
    part = part.replacing("_", with: ".")
    if let digit = part.last, digit.isNumber {
      // As in bloom-7b1.
      part.removeLast()
      if let unit = part.popLast() { part += ".\(digit)\(unit)" }
    }
    guard let unit = part.last, part.dropLast().last?.isNumber == true else { return [.size] }
    part = part.dropLast() + unit.uppercased()
    let exponents: [String: Double] = ["K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12]
    if parameters > 0, let number = Double(part.dropLast()),
      let scale = exponents[unit.uppercased()],
      abs(number * scale - Double(parameters)) > Double(7 * parameters / 8)
    {
      part = part.dropLast() + unit.lowercased()
      return [.finetune]
    }
    return [.size]
  }

  /// Where a size is a number, words such as `mini` are no sizes.
  private static func dropWordySizes(_ parts: [String], _ roles: inout [Set<Role>]) {
    let hasNumber = zip(parts, roles).contains {
      $1.contains(.size) && $0.contains(where: \.isNumber)
    }
    guard hasNumber else { return }
    for index in parts.indices where parts[index].allSatisfy(\.isLetter) {
      roles[index].remove(.size)
    }
  }

  /// Words before the first that means something, with versions among them but not behind them.
  private static func findBasename(_ parts: [String], _ roles: inout [Set<Role>]) {
    var isAtStart = true
    for index in parts.indices {
      let isWord = roles[index].isEmpty && parts[index].first?.isLetter == true
      if isAtStart, isWord || roles[index].contains(.version) {
        roles[index].insert(.basename)
      } else {
        isAtStart = false
        if roles[index].isEmpty { roles[index].insert(.finetune) }
      }
    }
    for index in parts.indices.reversed() {
      guard roles[index].contains(.basename), roles[index].count > 1 else { break }
      roles[index].remove(.basename)
    }
  }

  /// A name as a title: words capitalized, all but versions and what has capitals already.
  static func title(_ text: String) -> String {
    text.replacing("-", with: " ").split(whereSeparator: \.isWhitespace).map { word in
      let isLower = word == word.lowercased() && word.contains(where: \.isLetter)
      let isVersion = word.first?.isNumber == true || word.wholeMatch(of: #/v\d+(\.\d+)*/#) != nil
      return isLower && !isVersion ? word.capitalized : String(word)
    }.joined(separator: " ")
  }

  /// A number of parameters as sizes are written: two digits at least, and a unit.
  static func sizeLabel(_ parameters: Int) -> String {
    let units: [(scale: Double, name: String)] = [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K")]
    let unit = units.first { Double(parameters) > $0.scale } ?? units[3]
    let value = Double(parameters) / unit.scale
    let whole = Int(value.rounded(.toNearestOrEven))
    let digits = whole == 0 ? 0 : String(whole).count
    let decimals = max(2 - digits, 0)
    return value.formatted(decimals: decimals) + unit.name
  }
}

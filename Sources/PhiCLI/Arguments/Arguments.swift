import Foundation
import Synchronization

/// The words of a command line, sorted into options and positional arguments.
struct Arguments: Sendable {
  /// The words that are not options, in order.
  var positional: [String]
  private var values: [String: [String]]
  /// What a person should know of the words, a line each.
  var notes: [String] = []
  /// The options that the command has asked for.
  private let use = OptionUse()

  private final class OptionUse: Sendable {
    private let names = Mutex<Set<String>>([])

    func insert(_ name: String) { names.withLock { _ = $0.insert(name) } }
    func contains(_ name: String) -> Bool { names.withLock { $0.contains(name) } }
  }

  /// Arguments with the given option values, by long name; a flag that was given holds `""`.
  init(positional: [String] = [], values: [String: [String]] = [:]) {
    self.positional = positional
    self.values = values
  }

  /// Records one occurrence of an option.
  mutating func append(_ value: String, to name: String) {
    values[name, default: []].append(value)
  }

  /// Every option that was given.
  var given: [String] { values.keys.sorted() }

  /// Options that were given, and that the command never asked for.
  var unused: [String] { given.filter { !use.contains($0) } }

  /// Every value of an option, for those who look at the words and do not use them.
  func words(of name: String) -> [String] { values[name] ?? [] }

  /// Whether the option was given at all.
  func has(_ name: String) -> Bool {
    use.insert(name)
    return values[name] != nil
  }

  /// The option's last value.
  func string(_ name: String) -> String? {
    use.insert(name)
    return values[name]?.last
  }

  /// Every value of the option, in order.
  func strings(_ name: String) -> [String] {
    use.insert(name)
    return values[name] ?? []
  }

  /// The option's last value as an integer of the range.
  func int(_ name: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
    guard let text = string(name) else { return nil }
    guard let number = Int(text) else {
      throw invalid(text, name, Self.isDigits(text) ? Self.words(for: range) : "a whole number")
    }
    guard range.contains(number) else { throw invalid(text, name, Self.words(for: range)) }
    return number
  }

  /// The option's last value as a finite number of the range.
  func float(_ name: String, in range: ClosedRange<Float>) throws(UsageError) -> Float? {
    try number(name, in: range)
  }

  /// The option's last value as a finite number of the range, in double precision.
  func double(_ name: String, in range: ClosedRange<Double>) throws(UsageError) -> Double? {
    try number(name, in: range)
  }

  private func number<Number: BinaryFloatingPoint & LosslessStringConvertible>(
    _ name: String, in range: ClosedRange<Number>
  ) throws(UsageError) -> Number? {
    guard let text = string(name) else { return nil }
    guard let number: Number = Self.decimal(text) else { throw invalid(text, name, "a number") }
    guard range.contains(number) else {
      throw invalid(text, name, Self.words(for: range))
    }
    return number
  }

  /// The option's last value as an unsigned integer, as seeds are.
  func uint64(_ name: String) throws(UsageError) -> UInt64? {
    guard let text = string(name) else { return nil }
    guard let number = UInt64(text) else {
      throw invalid(text, name, "a whole number from 0 to \(UInt64.max)")
    }
    return number
  }

  private func invalid(_ text: String, _ name: String, _ expected: String) -> UsageError {
    UsageError(option: name, "expected \(expected), found '\(text)'")
  }

  private static func isDigits(_ text: String) -> Bool {
    let digits = text.utf8.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
    return !digits.isEmpty && digits.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
  }

  /// A decimal number; the type's initializer alone would also take hexadecimal, infinity and NaN.
  private static func decimal<Number: BinaryFloatingPoint & LosslessStringConvertible>(
    _ text: String
  ) -> Number? {
    let allowed = Set("0123456789+-.eE".utf8)
    guard text.utf8.allSatisfy(allowed.contains), let number = Number(text), number.isFinite else {
      return nil
    }
    return number
  }

  private static func words(for range: ClosedRange<Int>) -> String {
    switch (range.lowerBound, range.upperBound) {
    case (.min, .max): "a whole number that fits in 64 bits"
    case (let low, .max): "a whole number of at least \(low)"
    case (.min, let high): "a whole number of at most \(high)"
    case (let low, let high): "a whole number from \(low) to \(high)"
    }
  }

  private static func words<Number: BinaryFloatingPoint>(
    for range: ClosedRange<Number>
  ) -> String {
    let largest = Number.greatestFiniteMagnitude
    let low = String(format: "%g", Double(range.lowerBound))
    let high = String(format: "%g", Double(range.upperBound))
    return switch (range.lowerBound > -largest, range.upperBound < largest) {
    case (false, false): "a number"
    case (true, false): "a number of at least \(low)"
    case (false, true): "a number of at most \(high)"
    case (true, true): "a number from \(low) to \(high)"
    }
  }
}

import Foundation
import Phidelity

/// What the caller of the program has given it, as strings that keep every byte (`Path`).
enum Environment {
  /// The program's name and the words after it.
  static var arguments: [String] {
    (0..<Int(CommandLine.argc)).compactMap { index in
      CommandLine.unsafeArgv[index].map { Path.string(cString: $0) }
    }
  }

  /// A variable; nil if it is not set or empty.
  static func value(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = Path.string(cString: value)
    return text.isEmpty ? nil : text
  }

  /// Some variables; those that are not set are left out.
  static func variables(of names: [String]) -> [String: String] {
    names.reduce(into: [:]) { variables, name in
      if let value = getenv(name) { variables[name] = Path.string(cString: value) }
    }
  }

  /// Where files lie that nobody wants to keep.
  static var temporaryFolder: String { value("TMPDIR") ?? "/tmp" }

  /// The program's own file, links followed.
  static var program: String? {
    #if os(Linux)
      try? SystemCall.realPath("/proc/self/exe")
    #else
      Bundle.main.executablePath.flatMap { try? SystemCall.realPath($0) }
    #endif
  }
}

import Foundation
import Phidelity

/// Conversations, tools and documents from JSON files, as `transformers` takes them.
enum MessagesFile {
  /// The variables of a template: a list of messages alone, or an object with `messages` and others.
  static func variables(_ path: String) throws -> [String: TemplateValue] {
    let input = try parse(path)
    var variables: [String: TemplateValue] = [:]
    switch input {
    case .list: variables["messages"] = input
    case .dict(let dictionary):
      for (name, value) in dictionary.stringPairs { variables[name] = value }
    default:
      throw InputText.ReadError(
        description: "\(path): expected a list of messages or an object with 'messages'")
    }
    guard variables["messages"] != nil else {
      throw InputText.ReadError(description: "\(path): 'messages' is missing")
    }
    return variables
  }

  /// A conversation, each of whose messages has a role.
  static func conversation(_ path: String) throws -> ChatInput {
    var variables = try variables(path)
    guard case .list(let values)? = variables.removeValue(forKey: "messages") else {
      throw InputText.ReadError(description: "\(path): 'messages' is not a list")
    }
    guard !values.isEmpty else {
      throw InputText.ReadError(description: "\(path): has no messages")
    }
    var messages: [ChatMessage] = []
    for (index, value) in values.enumerated() {
      do throws(TemplateError) {
        messages.append(try ChatMessage(value))
      } catch {
        throw InputText.ReadError(description: "\(path): message \(index + 1): \(error.problem)")
      }
    }
    return ChatInput(messages, variables: variables)
  }

  /// A list of objects, such as tools or documents; an object may hold it under its name.
  static func list(_ path: String, of name: String) throws -> TemplateValue {
    var value = try parse(path)
    if case .dict(let dictionary) = value, let inner = dictionary[name] { value = inner }
    guard case .list(let items) = value else {
      throw InputText.ReadError(description: "\(path): expected a list of \(name)")
    }
    for (index, item) in items.enumerated() {
      guard case .dict = item else {
        throw InputText.ReadError(
          description: "\(path): \(name)[\(index)]: expected an object, found \(item.json)")
      }
    }
    return value
  }

  private static func parse(_ path: String) throws -> TemplateValue {
    let json = try InputText.read(path, as: .lines)
    do throws(TemplateError) {
      return try TemplateValue.parse(json: json)
    } catch {
      let name = path == "-" ? "standard input" : path
      throw InputText.ReadError(description: "\(name): \(error.problem)")
    }
  }
}

/// A layer of an OpenVINO graph, as much of it as tells where weights lie and what becomes of them.
struct OpenVINOLayer: Sendable {
  let name: String
  /// The operation: `Const`, `Convert`, `Multiply`.
  let operation: String
  /// The attributes of its `data` element.
  var attributes: [String: String] = [:]
  /// The layers that its inputs come from, by port.
  var inputs: [Int: Int] = [:]
}

import Inference
import Kernels

/// Follows the hidden state of two models, layer by layer, while both read the same tokens.
///
/// A third walk gives every layer of the candidate the reference's hidden state to start from: what
/// it then makes of it is that layer's own error.
public final class DriftMeter {
  /// Tokens that walk together: the reference's hidden states after all layers are kept for them.
  private static let group = 64

  private let reference: Session
  private let candidate: Session
  private let forced: Session
  private let width: Int
  private let states: Buffer<Float>  // [layer][group][embedding], layer 0 the embedding
  private var drift: [Sums]
  private var own: [Sums]

  /// Two models of the same vocabulary, width and number of blocks.
  ///
  /// - Parameters:
  ///   - reference: The reference.
  ///   - candidate: The candidate.
  ///   - options: Threads, kernels, and the longest stretch as the context.
  /// - Throws: `ModelError` if the models' layers do not correspond; as `Session.init`.
  public init(
    reference: Model, candidate: Model, options: SessionOptions = SessionOptions()
  ) throws {
    try LockStep.check(reference, candidate)
    try Self.check(reference, candidate)
    var options = options
    options.chunkLength = Self.group
    self.reference = try Session(reference, options)
    self.candidate = try Session(candidate, options)
    forced = try Session(candidate, options)
    let layers = reference.configuration.blockCount + 1
    width = reference.configuration.embeddingLength
    states = try Buffer(count: layers * Self.group * width, for: "hidden states")
    drift = Array(repeating: Sums(), count: layers)
    own = drift
    observe()
  }

  /// Refuses models whose layers do not correspond.
  public static func check(_ reference: Model, _ candidate: Model) throws {
    let (a, b) = (reference.configuration, candidate.configuration)
    guard a.blockCount == b.blockCount, a.embeddingLength == b.embeddingLength else {
      throw ModelError(
        "\(candidate.file.path): found \(b.blockCount) blocks of width \(b.embeddingLength), "
          + "expected \(a.blockCount) of \(a.embeddingLength) as in \(reference.file.path), to "
          + "compare layers")
    }
  }

  /// Reads a stretch from its beginning and adds what it shows.
  ///
  /// - Parameter tokens: The stretch.
  /// - Throws: As `Session.append`.
  public func read(_ tokens: [Int32]) throws {
    let sessions = [reference, candidate, forced]
    for session in sessions {
      session.rewind(to: 0)
      // The stretch is read in parts, and yet all of it under one set of factors.
      session.minimumLength = tokens.count
    }
    for start in stride(from: 0, to: tokens.count, by: Self.group) {
      let part = Array(tokens[start..<min(tokens.count, start + Self.group)])
      for session in sessions { try session.append(part) }
    }
  }

  /// The drift after every layer over what was read, in the model's order.
  public var drifts: [LayerDrift] {
    zip(drift, own).enumerated().map { layer, sums in
      LayerDrift(
        block: layer > 0 ? layer - 1 : nil, relativeError: sums.0.relativeError,
        cosine: sums.0.cosine, added: sums.1.relativeError)
    }
  }

  private func observe() {
    let (states, width, size) = (states, width, Self.group * width)
    func state(_ block: Int?) -> UnsafeMutablePointer<Float> {
      states.pointer + (block.map { $0 + 1 } ?? 0) * size
    }
    reference.observeLayers { block, hidden, tokens in
      state(block).update(from: hidden, count: tokens * width)
    }
    candidate.observeLayers { [unowned self] block, hidden, tokens in
      drift[block.map { $0 + 1 } ?? 0].add(state(block), hidden, tokens: tokens, width: width)
    }
    forced.observeLayers { [unowned self] block, hidden, tokens in
      own[block.map { $0 + 1 } ?? 0].add(state(block), hidden, tokens: tokens, width: width)
      hidden.update(from: state(block), count: tokens * width)
    }
  }
}

/// Sums over tokens.
private struct Sums {
  private var tokens = 0
  private var squares = 0.0
  private var cosines = 0.0

  var relativeError: Double { (squares / Double(max(1, tokens))).squareRoot() }
  var cosine: Double { tokens > 0 ? cosines / Double(tokens) : 1 }

  mutating func add(
    _ reference: UnsafePointer<Float>, _ candidate: UnsafePointer<Float>, tokens count: Int,
    width: Int
  ) {
    for token in 0..<count {
      let (x, y) = (reference + token * width, candidate + token * width)
      var (noise, xx, yy, xy) = (0.0, 0.0, 0.0, 0.0)
      for index in 0..<width {
        let (a, b) = (Double(x[index]), Double(y[index]))
        noise += (b - a) * (b - a)
        xx += a * a
        yy += b * b
        xy += a * b
      }
      tokens += 1
      squares += xx > 0 ? noise / xx : noise
      let norms = xx.squareRoot() * yy.squareRoot()
      cosines += noise == 0 ? 1 : norms == 0 ? 0 : xy / norms
    }
  }
}

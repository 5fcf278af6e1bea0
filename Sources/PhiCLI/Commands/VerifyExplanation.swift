import Foundation
import Kernels
import Phidelity

/// The half of `phi verify` that says where a loss comes from and where it shows.
struct VerifyExplanation {
  /// The options.
  static let options = [
    Option(
      name: "explain", short: nil, value: nil,
      help: "where the loss comes from: --tensors, --drift and --swap layers",
      needs: ["reference"], excludes: ["as-run"]),
    Option(
      name: "tensors", short: nil, value: nil,
      help: "the error of every tensor, weighted by what it multiplies",
      needs: ["reference"], excludes: ["as-run"]),
    Option(
      name: "drift", short: nil, value: nil,
      help: "how far the hidden state drifts, layer by layer",
      needs: ["reference"], excludes: ["as-run"]),
    Option(
      name: "swap", short: nil, value: "layers|tensors",
      help: "what each costs, swapped alone; and which to keep in a better format",
      needs: ["reference"], excludes: ["as-run"]),
    Option(
      name: "probe-tokens", short: nil, value: "N",
      help: "how much of the text these read (default: 512 tokens)",
      needs: ["explain", "tensors", "drift", "swap"]),
    Option(
      name: "worst", short: nil, value: "N",
      help: "tokens of largest divergence to show (default: 3)",
      needs: ["reference", "reference-logits"]),
  ]

  /// Tokens of largest divergence to show.
  let worst: Int
  private let wantsTensors: Bool
  private let wantsDrift: Bool
  /// Whether layers are swapped; nil for no swaps.
  private let swapsLayers: Bool?
  private let probeTokens: Int

  /// What the arguments ask for.
  init(_ arguments: Arguments) throws {
    let explains = arguments.has("explain")
    wantsTensors = explains || arguments.has("tensors")
    wantsDrift = explains || arguments.has("drift")
    switch arguments.string("swap") {
    case nil: swapsLayers = explains ? true : nil
    case "layers": swapsLayers = true
    case "tensors": swapsLayers = false
    case let word?:
      throw UsageError(option: "swap", "expected layers or tensors, found '\(word)'")
    }
    worst = try arguments.int("worst", in: 0...1000) ?? 3
    probeTokens = try arguments.int("probe-tokens", in: 16...1 << 16) ?? 512
  }

  /// Whether anything is to be measured beyond the comparison.
  var measures: Bool { wantsTensors || wantsDrift || swapsLayers != nil }

  /// Refuses models whose layers do not correspond, before a long text is read, where that is needed.
  func check(_ reference: Model, _ candidate: Model) throws {
    if wantsDrift { try DriftMeter.check(reference, candidate) }
  }

  /// Measures what is asked for and puts it into a report; an interrupt leaves the rest out.
  func explain(
    _ report: inout VerifyReport, reference: Model, candidate: Model, _ stretches: [[Int32]],
    _ options: SessionOptions, _ line: ProgressLine
  ) throws {
    guard measures, !Interrupt.shared.isRequested else { return }
    let text = probe(stretches)
    var options = options
    options.contextLength = text.map(\.count).max() ?? 1
    let steps = Steps(line)
    let activity =
      wantsTensors || swapsLayers != nil
      ? try Activity(
        of: reference, over: text, options: options, progress: steps.next("activations")) : nil
    guard !Interrupt.shared.isRequested else { return }
    if wantsTensors {
      let progress = steps.nextNamed("tensors")
      report.tensors = try TensorErrors(
        reference: reference.file, candidate: candidate.file, activity: activity,
        threads: options.threads ?? Parallel.processorCount
      ) { done, all, name in progress(done, all, name) }
    }
    if wantsDrift { report.drift = try drift(reference, candidate, text, options, steps) }
    if let swapsLayers {
      do {
        report.swaps = try swaps(
          reference, candidate, text, options, activity, byLayer: swapsLayers, steps)
      } catch is CancellationError {
        // Nothing of it was measured yet; what was before stays.
      }
    }
  }

  private func drift(
    _ reference: Model, _ candidate: Model, _ text: [[Int32]], _ options: SessionOptions,
    _ steps: Steps
  ) throws -> [LayerDrift]? {
    let meter = try DriftMeter(reference: reference, candidate: candidate, options: options)
    let progress = steps.next("drift")
    for (index, stretch) in text.enumerated() {
      guard progress(index, text.count) else { return index > 0 ? meter.drifts : nil }
      try meter.read(stretch)
    }
    return meter.drifts
  }

  private func swaps(
    _ reference: Model, _ candidate: Model, _ text: [[Int32]], _ options: SessionOptions,
    _ activity: Activity?, byLayer: Bool, _ steps: Steps
  ) throws -> SwapCosts {
    let reading = steps.next("the reference reads")
    let probe = try DivergenceProbe(reference, over: text, options: options) { done, all in
      guard reading(done, all) else { throw CancellationError() }
    }
    let progress = steps.nextNamed("swaps")
    return try SwapMeter(probe, candidate: candidate, activity: activity)
      .measure(byLayer: byLayer) { done, all, name in progress(done, all, name) }
  }

  /// Short stretches from everywhere in the text.
  private func probe(_ stretches: [[Int32]]) -> [[Int32]] {
    let length = min(128, probeTokens, stretches.map(\.count).max() ?? 1)
    let wanted = min(stretches.count, max(1, probeTokens / max(1, length)))
    return (0..<wanted).map {
      Array(stretches[$0 * stretches.count / wanted].prefix(length))
    }.filter { $0.count > 1 }
  }
}

/// Shows how far each of some measurements is.
private struct Steps {
  private let line: ProgressLine

  init(_ line: ProgressLine) { self.line = line }

  /// A function that shows a measurement's progress, and says whether to go on.
  func next(_ name: String) -> (Int, Int) -> Bool {
    let show = nextNamed(name)
    return { show($0, $1, "") }
  }

  /// The same for a measurement that names what it does next.
  func nextNamed(_ name: String) -> (Int, Int, String) -> Bool {
    let left = TimeLeft()
    return { [line] done, all, part in
      let share = Double(done) / Double(max(1, all))
      line.update("\(name): \(Int(share * 100)) %\(left.text(done: share))  \(part)")
      return !Interrupt.shared.isRequested
    }
  }
}

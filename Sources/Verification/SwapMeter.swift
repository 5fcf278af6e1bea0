import Foundation
import GGUF
import Inference
import Kernels
import Quantization

/// Measures what every tensor or layer of a candidate costs, by swapping it alone with the
/// reference's.
public final class SwapMeter {
  private let reference: Model
  private let candidate: Model
  private let probe: DivergenceProbe
  private let upgrades: UpgradeFinder

  /// Two models and a text.
  ///
  /// - Parameters:
  ///   - probe: The reference and the text to measure on.
  ///   - candidate: The candidate.
  ///   - activity: What the reference's tensors are multiplied with on the text.
  ///   - effort: How thoroughly codes are searched where better formats are tried.
  /// - Throws: `ModelError` if the vocabularies differ.
  public init(
    _ probe: DivergenceProbe, candidate: Model, activity: Activity? = nil,
    effort: EncodingEffort = .normal
  ) throws {
    try LockStep.check(probe.reference, candidate)
    self.probe = probe
    reference = probe.reference
    self.candidate = candidate
    upgrades = UpgradeFinder(
      reference: reference.file, candidate: candidate.file, activity: activity, effort: effort)
  }

  /// Swaps every tensor that both models have, or every layer.
  ///
  /// Each is put into the reference alone; then the dearest are taken from the reference into the
  /// candidate, to see what that gains.
  ///
  /// - Parameters:
  ///   - byLayer: Whether the tensors of a block are swapped together.
  ///   - restored: How many of the dearest to take back.
  ///   - progress: Is told the runs done, of how many, and what is swapped next; false ends the
  ///     measurement.
  /// - Returns: The costs, the dearest first.
  /// - Throws: As `Session.append`; `CancellationError` if it was ended before anything was known.
  public func measure(
    byLayer: Bool, restored: Int = 8,
    progress: (_ done: Int, _ all: Int, _ name: String) -> Bool = { _, _, _ in true }
  ) throws -> SwapCosts {
    let units = units(byLayer: byLayer)
    let changed = units.filter { !isSame($0) }
    let all = 1 + changed.count + min(restored, changed.count)
    var done = 0
    /// The divergence of a model; nil once the measurement is to end.
    func run(_ name: String, _ model: () throws -> Model) throws -> Double? {
      do {
        guard progress(done, all, name) else { return nil }
        let divergence = try probe.divergence(of: model()) { _, _ in
          guard progress(done, all, name) else { throw CancellationError() }
        }
        done += 1
        return divergence
      } catch is CancellationError {
        return nil
      }
    }
    guard let whole = try run("all", { candidate }) else { throw CancellationError() }
    var alone: [(unit: Unit, divergence: Double)] = []
    for unit in changed {
      let model = { try self.swap(unit, into: self.reference, from: self.candidate) }
      guard let divergence = try run(unit.name, model) else { break }
      alone.append((unit, divergence))
    }
    var isPartial = alone.count < changed.count
    // Of equally dear ones the file's first; what is no number is dearer than any.
    func rank(_ value: Double) -> Double { value.isNaN ? .infinity : value }
    alone = alone.enumerated().sorted {
      (rank($1.element.divergence), $0.offset) < (rank($0.element.divergence), $1.offset)
    }.map(\.element)
    var costs: [SwapCost] = []
    for (place, entry) in alone.enumerated() {
      var gained: Double?
      if place < restored, !isPartial {
        let unit = entry.unit
        let model = { try self.swap(unit, into: self.candidate, from: self.reference) }
        gained = try run(unit.name, model).map { whole - $0 }
        isPartial = gained == nil
      }
      costs.append(
        try cost(of: entry.unit, alone: entry.divergence, gained: gained, byLayer: byLayer))
    }
    costs += try units.filter(isSame).map {
      try cost(of: $0, alone: 0, gained: 0, byLayer: byLayer)
    }
    return SwapCosts(
      divergence: whole, positions: probe.positions, isByLayer: byLayer, costs: costs,
      isPartial: isPartial)
  }

  /// Tensors that are swapped together.
  private struct Unit {
    let name: String
    var tensors: [String]
  }

  private func units(byLayer: Bool) -> [Unit] {
    var units: [Unit] = []
    var places: [String: Int] = [:]
    for tensor in reference.file.tensors
    where candidate.file.tensor(named: tensor.name)?.shape == tensor.shape {
      let block = TensorName.block(of: tensor.name).map { "blk.\($0)" }
      let name = byLayer ? block ?? tensor.name : tensor.name
      if let place = places[name] {
        units[place].tensors.append(tensor.name)
      } else {
        places[name] = units.count
        units.append(Unit(name: name, tensors: [tensor.name]))
      }
    }
    return units
  }

  private func swap(_ unit: Unit, into base: Model, from other: Model) throws -> Model {
    try Model(
      base, replacing: unit.tensors.compactMap(other.file.tensor(named:)), keeping: other.file)
  }

  /// Whether both files hold the same bytes, which then need no run.
  private func isSame(_ unit: Unit) -> Bool {
    unit.tensors.allSatisfy { name in
      guard let a = reference.file.tensor(named: name), let b = candidate.file.tensor(named: name)
      else { return false }
      return a.type == b.type && a.hasSameBytes(as: b)
    }
  }

  private func cost(
    of unit: Unit, alone: Double, gained: Double?, byLayer: Bool
  ) throws -> SwapCost {
    func bytes(_ file: GGUFFile) -> Int {
      unit.tensors.reduce(0) { $0 + (file.tensor(named: $1)?.bytes.count ?? 0) }
    }
    return SwapCost(
      name: unit.name, tensors: unit.tensors, candidateBytes: bytes(candidate.file),
      referenceBytes: bytes(reference.file), alone: alone, gained: gained,
      upgrade: alone > 0
        ? try upgrades.upgrade(of: unit.tensors, cost: alone, layer: byLayer ? unit.name : nil)
        : nil)
  }
}

extension TensorView {
  /// Whether another tensor has the same bytes; the pages are let go of on the way.
  fileprivate func hasSameBytes(as other: TensorView) -> Bool {
    guard bytes.count == other.bytes.count else { return false }
    guard let mine = bytes.baseAddress, let theirs = other.bytes.baseAddress else { return true }
    let piece = 1 << 22
    for start in stride(from: 0, to: bytes.count, by: piece) {
      let end = min(bytes.count, start + piece)
      defer {
        releasePages(start..<end)
        other.releasePages(start..<end)
      }
      if memcmp(mine + start, theirs + start, end - start) != 0 { return false }
    }
    return true
  }
}

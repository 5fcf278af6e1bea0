@_exported import KernelCore

#if arch(x86_64)
  import CInstructions
  import KernelsAVX2
  import KernelsAVX512
#endif

/// A kernel set was asked for that is unknown or that this machine cannot run.
public struct KernelSelectionError: Error, Sendable, CustomStringConvertible {
  /// One line that names what was asked for and what there is.
  public let description: String
}

extension KernelSet {
  /// The sets that this machine can run, the best one last.
  public static let supported = sets(for: .current)

  /// The sets for a machine, the best one last.
  static func sets(for features: CPUFeatures) -> [KernelSet] {
    var sets = [makePortable()]
    #if arch(x86_64)
      if features.hasAVX2 {
        sets.append(makeAVX2())
        sets.append(makeAVX2Bytes(hasVNNI: false))
      }
      if features.hasAVXVNNI { sets.append(makeAVX2Bytes(hasVNNI: true)) }
      if features.hasAVX512VNNI {
        let sharesProducts = features.hasUnitsForAdditions
        sets.append(makeAVX512(sharesProducts: sharesProducts))
        let hasPairs = features.hasAVX512BF16
        if hasPairs { sets.append(makeAVX512Pairs(sharesProducts: sharesProducts)) }
        sets.append(makeAVX512Bytes(sharesProducts: sharesProducts, hasPairs: hasPairs))
      }
      #if os(Linux)
        // Asked last: the system then keeps room for the tiles in every thread's state.
        if features.hasAMX, requestTiles() == 0 { sets.append(makeAMX()) }
      #endif
    #endif
    return sets
  }

  /// The last set that rounds nothing, or what it multiplies with weights of a format.
  static func best(of sets: [KernelSet], roundingFor format: WeightFormat?) -> KernelSet {
    sets.last { set in
      guard let rounded = set.rounded else { return true }
      return format.map { rounded.products[$0.rawValue] != nil } ?? false
    } ?? sets[0]
  }

  /// The best set, or the one named.
  ///
  /// - Parameters:
  ///   - name: A set's name, as in `PHI_KERNELS`; nil or empty for the best.
  ///   - format: The format of the weights, where the best may be one that rounds what it
  ///     multiplies with them; nil where it may not.
  /// - Returns: The table of kernels.
  /// - Throws: `KernelSelectionError` if the machine has no such set.
  public static func select(
    _ name: String?, roundingFor format: WeightFormat? = nil
  ) throws(KernelSelectionError) -> KernelSet {
    let sets = supported
    guard let name, !name.isEmpty else {
      return best(of: sets, roundingFor: format)
    }
    if let set = sets.first(where: { $0.name == name }) { return set }
    let names = sets.map(\.name).joined(separator: ", ")
    throw KernelSelectionError(
      description: "PHI_KERNELS: '\(name)' is not a kernel set of this machine; it has \(names)")
  }
}

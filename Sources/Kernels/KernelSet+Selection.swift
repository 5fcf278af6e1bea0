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
      if features.hasAVX2 { sets.append(makeAVX2()) }
      if features.hasAVX512VNNI {
        sets.append(makeAVX512(sharesProducts: features.hasUnitsForAdditions))
      }
      #if os(Linux)
        // Asked last: the system then keeps room for the tiles in every thread's state.
        if features.hasAMX, requestTiles() == 0 { sets.append(makeAMX()) }
      #endif
    #endif
    return sets
  }

  /// The best set, or the one named.
  ///
  /// - Parameters:
  ///   - name: A set's name, as in `PHI_KERNELS`; nil or empty for the best.
  ///   - roundsPrompts: Whether the best may be one with `tiles`.
  /// - Returns: The table of kernels.
  /// - Throws: `KernelSelectionError` if the machine has no such set.
  public static func select(
    _ name: String?, roundsPrompts: Bool = false
  ) throws(KernelSelectionError) -> KernelSet {
    let sets = supported
    guard let name, !name.isEmpty else {
      return sets.last { roundsPrompts || $0.tiles == nil } ?? sets[0]
    }
    if let set = sets.first(where: { $0.name == name }) { return set }
    let names = sets.map(\.name).joined(separator: ", ")
    throw KernelSelectionError(
      description: "PHI_KERNELS: '\(name)' is not a kernel set of this machine; it has \(names)")
  }
}

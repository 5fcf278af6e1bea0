import Foundation

/// Sizes as people read them.
package enum Bytes {
  /// A size in bytes, KiB, MiB, GiB or TiB.
  package static func text(_ bytes: Int) -> String {
    let units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
    var value = Double(bytes)
    var unit = 0
    while value >= 1024, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return unit == 0 ? "\(bytes) bytes" : String(format: "%.2f ", value) + units[unit]
  }
}

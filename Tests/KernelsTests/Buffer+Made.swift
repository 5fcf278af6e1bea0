@testable import Kernels

extension Buffer {
  /// A buffer where no test is about its memory.
  static func made(_ count: Int) -> Buffer {
    do {
      return try Buffer(count: count)
    } catch {
      preconditionFailure("\(error)")
    }
  }
}

extension Compute {
  /// Reserves memory for activations and takes them.
  func reserveAndPrepare(_ x: UnsafePointer<Float>, tokens: Int, columns: Int) {
    do {
      try reserve(tokens: tokens, columns: columns)
    } catch {
      preconditionFailure("\(error)")
    }
    prepare(x, tokens: tokens, columns: columns)
  }
}

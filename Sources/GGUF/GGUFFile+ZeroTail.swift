/// Zeros at the end of a file: what a download leaves that took the room for the whole file and did
/// not complete.
public struct ZeroTail: Sendable, Equatable {
  /// The file; of a split set, one part.
  public let path: String
  /// Where the zeros begin.
  public let start: Int
  /// The file's bytes.
  public let byteCount: Int
  /// Tensors that lie in the zeros whole.
  public let tensors: [String]

  /// Zeros.
  public var length: Int { byteCount - start }
}

extension UnsafeRawBufferPointer {
  /// Where the zeros begin that the bytes end with.
  func zeroTailStart() -> Int {
    var end = count
    func word(_ place: Int) -> UInt64 { loadUnaligned(fromByteOffset: place, as: UInt64.self) }
    while end >= 8, word(end - 8) == 0 { end -= 8 }
    while end > 0, self[end - 1] == 0 { end -= 1 }
    return end
  }
}

extension GGUFFile {
  /// The longest run of zeros that one of the files ends with; nil if none ends with any.
  public func zeroTail() -> ZeroTail? {
    let tails = fileBytes.map { path, bytes -> ZeroTail in
      let start = bytes.zeroTailStart()
      let zeros = bytes[start...]
      let whole = tensors.filter { tensor in
        guard let first = tensor.bytes.baseAddress, let zero = zeros.base.baseAddress else {
          return false
        }
        return first >= zero + start && first + tensor.bytes.count <= zero + bytes.count
      }
      return ZeroTail(
        path: path, start: start, byteCount: bytes.count, tensors: whole.map(\.name))
    }
    return tails.filter { $0.length > 0 }.max { $0.length < $1.length }
  }
}

/// Changes one field of a GGUF file and writes the rest as it was, with counts and alignment that
/// fit.
struct GGUFMutator {
  /// A metadata pair: its value without the type.
  private struct Pair {
    var key: [UInt8]
    var type: UInt32
    var value: [UInt8]
  }

  /// An entry of the tensor directory.
  private struct Tensor {
    var name: [UInt8]
    var shape: [UInt64]
    var type: UInt32
    var offset: UInt64
  }

  private static let sizes = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8]

  private let bytes: [UInt8]
  private let mutate: (inout [UInt8]) -> Void
  private var random: UInt64
  private var position = 0
  private var version: UInt32 = 3
  private var pairs: [Pair] = []
  private var tensors: [Tensor] = []

  /// A mutator; `mutate` changes the bytes of one field.
  init(_ bytes: [UInt8], seed: UInt64, mutate: @escaping (inout [UInt8]) -> Void) {
    self.bytes = bytes
    self.mutate = mutate
    random = seed | 1 << 32
  }

  /// The file with a change; nil if it is none.
  mutating func mutated() -> [UInt8]? {
    guard parse() else { return nil }
    for _ in 0...next(3) { change() }
    return written()
  }

  private mutating func next(_ bound: Int) -> Int {
    random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(random >> 33) % max(1, bound)
  }

  // MARK: Reading

  private mutating func take(_ count: UInt64) -> [UInt8]? {
    guard count <= UInt64(bytes.count - position) else { return nil }
    defer { position += Int(count) }
    return Array(bytes[position..<position + Int(count)])
  }

  private mutating func integer<T: FixedWidthInteger>(_: T.Type = T.self) -> T? {
    guard let bytes = take(UInt64(MemoryLayout<T>.size)) else { return nil }
    return bytes.reversed().reduce(0) { $0 << 8 | T(truncatingIfNeeded: $1) }
  }

  private mutating func string() -> [UInt8]? {
    guard let count: UInt64 = integer() else { return nil }
    return take(count)
  }

  private mutating func value(_ type: UInt32) -> [UInt8]? {
    guard type < Self.sizes.count else { return nil }
    let start = position
    if type == 8 {
      guard string() != nil else { return nil }
    } else if type == 9 {
      guard let element: UInt32 = integer(), let count: UInt64 = integer(), element != 9,
        count < 1 << 24
      else { return nil }
      for _ in 0..<count where value(element) == nil { return nil }
    } else {
      guard take(UInt64(Self.sizes[Int(type)])) != nil else { return nil }
    }
    return Array(bytes[start..<position])
  }

  private mutating func parse() -> Bool {
    guard take(4) == Array("GGUF".utf8), let version: UInt32 = integer(),
      let tensorCount: UInt64 = integer(), let pairCount: UInt64 = integer(),
      tensorCount < 4096, pairCount < 4096
    else { return false }
    self.version = version
    for _ in 0..<pairCount {
      guard let key = string(), let type: UInt32 = integer(), let value = value(type) else {
        return false
      }
      pairs.append(Pair(key: key, type: type, value: value))
    }
    for _ in 0..<tensorCount {
      guard let name = string(), let count: UInt32 = integer(), count <= 8 else { return false }
      var shape: [UInt64] = []
      for _ in 0..<count {
        guard let dimension: UInt64 = integer() else { return false }
        shape.append(dimension)
      }
      guard let type: UInt32 = integer(), let offset: UInt64 = integer() else { return false }
      tensors.append(Tensor(name: name, shape: shape, type: type, offset: offset))
    }
    return true
  }

  // MARK: Changing

  private static let numbers: [UInt64] = [
    0, 1, 2, 3, 7, 8, 31, 32, 33, 255, 256, 4096, 65535, 65536, 1 << 20, 1 << 30, 0x7FFF_FFFF,
    0xFFFF_FFFF, 1 << 32, 1 << 56, 0x7FFF_FFFF_FFFF_FFFF, .max, 0x7FC0_0000, 0x7F80_0000,
    0xFF80_0000, 0x7FF8_0000_0000_0000,
  ]

  private mutating func number() -> UInt64 { Self.numbers[next(Self.numbers.count)] }

  private mutating func change() {
    switch next(12) {
    case 0 where !pairs.isEmpty: pairs.remove(at: next(pairs.count))
    case 1 where !pairs.isEmpty: pairs.append(pairs[next(pairs.count)])
    case 2 where !pairs.isEmpty: pairs.swapAt(next(pairs.count), next(pairs.count))
    case 3 where !pairs.isEmpty: mutate(&pairs[next(pairs.count)].key)
    case 4, 5, 6:
      guard !pairs.isEmpty else { return }
      changeValue(next(pairs.count))
    case 7 where !pairs.isEmpty:
      // Another pair's value under this key.
      let (to, from) = (next(pairs.count), next(pairs.count))
      pairs[to].type = pairs[from].type
      pairs[to].value = pairs[from].value
    case 8 where !tensors.isEmpty: tensors[next(tensors.count)].type = UInt32(next(42))
    case 9 where !tensors.isEmpty:
      let index = next(tensors.count)
      guard !tensors[index].shape.isEmpty else { return }
      tensors[index].shape[next(tensors[index].shape.count)] = number()
    case 10 where !tensors.isEmpty:
      let (first, second) = (next(tensors.count), next(tensors.count))
      let name = tensors[first].name
      tensors[first].name = tensors[second].name
      tensors[second].name = name
    case 11 where !tensors.isEmpty: tensors[next(tensors.count)].offset = number()
    default: version = next(2) == 0 ? 2 : 3
    }
  }

  private mutating func changeValue(_ index: Int) {
    switch pairs[index].type {
    case 8:
      var text = Array(pairs[index].value.dropFirst(8))
      mutate(&text)
      pairs[index].value = Self.bytes(UInt64(text.count)) + text
    case 9: mutate(&pairs[index].value)
    default:
      let size = pairs[index].value.count
      pairs[index].value = Array(Self.bytes(number()).prefix(size))
      // Now and then with another width, or as a floating-point number.
      if next(4) == 0 {
        pairs[index].type = UInt32([4, 5, 6, 10, 11, 12][next(6)])
        pairs[index].value = Array(
          Self.bytes(number()).prefix(Self.sizes[Int(pairs[index].type)]))
      }
    }
  }

  // MARK: Writing

  private static func bytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  private func written() -> [UInt8] {
    var result = Array("GGUF".utf8) + Self.bytes(version)
    result += Self.bytes(UInt64(tensors.count)) + Self.bytes(UInt64(pairs.count))
    for pair in pairs {
      result += Self.bytes(UInt64(pair.key.count)) + pair.key + Self.bytes(pair.type) + pair.value
    }
    for tensor in tensors {
      result += Self.bytes(UInt64(tensor.name.count)) + tensor.name
      result += Self.bytes(UInt32(tensor.shape.count))
      for dimension in tensor.shape { result += Self.bytes(dimension) }
      result += Self.bytes(tensor.type) + Self.bytes(tensor.offset)
    }
    result += [UInt8](repeating: 0, count: (32 - result.count % 32) % 32)
    let start = (position + 31) / 32 * 32
    return start < bytes.count ? result + bytes[start...] : result
  }
}

import Foundation

// libFuzzer's entry points, over the target that PHI_FUZZ_TARGET names.
// https://llvm.org/docs/LibFuzzer.html

private let target: FuzzTarget = {
  let name = ProcessInfo.processInfo.environment["PHI_FUZZ_TARGET"] ?? ""
  guard let target = FuzzTarget.named(name) else {
    print("PHI_FUZZ_TARGET: found '\(name)', expected one of:")
    print(FuzzTarget.all.map(\.name).joined(separator: "\n"))
    exit(2)
  }
  return target
}()

/// Writes the target's seeds into a folder where PHI_FUZZ_SEEDS names one, and ends.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
  _ count: UnsafeMutablePointer<CInt>, _ words: UnsafeMutableRawPointer
) -> CInt {
  guard let folder = ProcessInfo.processInfo.environment["PHI_FUZZ_SEEDS"] else { return 0 }
  for (index, seed) in target.seeds().enumerated() {
    seed.withUnsafeBytes { FuzzFile.write($0, to: "\(folder)/seed-\(index)") }
  }
  exit(0)
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  target.run(UnsafeRawBufferPointer(start: bytes, count: count))
  return 0
}

@_silgen_name("LLVMFuzzerMutate")
private func mutateBytes(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ room: Int) -> Int

private let isModel = ["gguf", "model", "doctor", "quantize"].contains(target.name)

@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(
  _ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ room: Int, _ seed: CUnsignedInt
) -> Int {
  // Half of the mutations of a model keep its structure, so that they reach past the header.
  guard isModel, seed & 1 == 0 else { return mutateBytes(bytes, count, room) }
  let input = UnsafeBufferPointer(start: bytes, count: count)
  var mutator = GGUFMutator(Array(input), seed: UInt64(seed)) { field in
    field.reserveCapacity(64)
    let old = field.count
    field += [UInt8](repeating: 0, count: 16)
    let new = field.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map { mutateBytes($0, old, buffer.count) } ?? 0
    }
    field.removeLast(field.count - new)
  }
  guard let output = mutator.mutated(), output.count <= room else {
    return mutateBytes(bytes, count, room)
  }
  for (index, byte) in output.enumerated() { bytes[index] = byte }
  return output.count
}

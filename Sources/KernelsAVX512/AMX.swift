#if arch(x86_64)
  import CInstructions
  import KernelCore
  import _Builtin_intrinsics.intel

  /// AMX with bfloat16: Sapphire Rapids and later.
  public struct AMX: TileUnit {
    @inline(__always)
    public init() {}

    @inline(__always)
    public mutating func begin() {
      withUnsafePointer(to: Self.configuration) { configureTiles($0) }
    }

    @inline(__always)
    public mutating func end() { releaseTiles() }

    @inline(__always)
    public mutating func clearSums(_ index: Int) {
      switch index {
      case 0: clearTile0()
      case 1: clearTile1()
      case 2: clearTile2()
      default: clearTile3()
      }
    }

    @inline(__always)
    public mutating func loadSums(_ index: Int, _ p: UnsafeRawPointer, stride: Int) {
      switch index {
      case 0: loadTile0(p, stride)
      case 1: loadTile1(p, stride)
      case 2: loadTile2(p, stride)
      default: loadTile3(p, stride)
      }
    }

    @inline(__always)
    public mutating func storeSums(_ index: Int, _ p: UnsafeMutableRawPointer, stride: Int) {
      switch index {
      case 0: storeTile0(p, stride)
      case 1: storeTile1(p, stride)
      case 2: storeTile2(p, stride)
      default: storeTile3(p, stride)
      }
    }

    @inline(__always)
    public mutating func loadTokens(_ index: Int, _ p: UnsafeRawPointer) {
      if index == 0 { loadTile4(p, 64) } else { loadTile5(p, 64) }
    }

    @inline(__always)
    public mutating func loadWeights(_ index: Int, _ p: UnsafeRawPointer) {
      if index == 0 { loadTile6(p, 64) } else { loadTile7(p, 64) }
    }

    @inline(__always)
    public mutating func addProducts(tokens: Int, weights: Int) {
      switch 2 &* tokens &+ weights {
      case 0: addTileProducts0()
      case 1: addTileProducts1()
      case 2: addTileProducts2()
      default: addTileProducts3()
      }
    }

    @inline(__always)
    public static func pairs<S: InstructionSet>(_ low: Floats, _ high: Floats, _: S.Type) -> Bits {
      let interleaved = _mm512_set_epi16(
        31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8,
        23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0)
      return _mm512_permutexvar_epi16(interleaved, bfloat16Words512(low, high))
    }

    /// Palette 1: eight tiles of 16 rows of 64 bytes. Two bytes of palette and first row, 14 of
    /// zeros, 16 words of bytes in a row, 16 bytes of rows.
    private static let configuration: SIMD64<UInt8> = {
      var bytes = SIMD64<UInt8>(repeating: 0)
      bytes[0] = 1
      for tile in 0..<8 {
        bytes[16 + 2 * tile] = 64
        bytes[48 + tile] = 16
      }
      return bytes
    }()
  }

  extension KernelSet {
    /// The kernels for AVX-512 with VNNI, and for many tokens those of AMX.
    public static func makeAMX() -> KernelSet {
      makeAVX512(sharesProducts: false).withTiles(named: "amx", AVX512.self, AMX.self)
    }
  }
#endif

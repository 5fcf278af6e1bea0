#!/usr/bin/env python3
"""Blocks and their values for every weight format, by the `gguf` package.

    scripts/make-block-goldens.py        (needs numpy and gguf)

For each format: random blocks with scales from subnormal to large, of both signs and zero, and the values
that `gguf.quants.dequantize` gives for them; and for the formats that the package can write, random rows and
the blocks that `gguf.quants.quantize` makes of them.

NAME.decode: u32 count, blocks, float32 values.  NAME.encode: u32 count, float32 values, blocks.  Little endian.
"""

from importlib.metadata import version
from pathlib import Path

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType as Type
from gguf.quants import dequantize, quantize

FOLDER = Path(__file__).parent.parent / "Tests/BlockFormatsTests/Fixtures"
FORMATS = "F32 F16 BF16 Q4_0 Q4_1 Q5_0 Q5_1 Q8_0 Q2_K Q3_K Q4_K Q5_K Q6_K IQ4_NL IQ4_XS".split()
ENCODED = "F16 BF16 Q4_0 Q4_1 Q5_0 Q5_1 Q8_0".split()
# Where half-precision numbers lie in a block.
HALVES = {
    "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q2_K": [80, 82], "Q3_K": [108],
    "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208], "IQ4_NL": [0], "IQ4_XS": [0],
}
SCALES = [0.0, -0.0, 6e-8, 3e-6, -6.1e-5, 1e-3, -0.02, 0.37, 1.0, -5.5, 812.0, 65504.0]


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(20)
    lines = [f"gguf {version('gguf')}, numpy {np.__version__}"]
    for name in FORMATS:
        size, count_bytes = GGML_QUANT_SIZES[Type[name]]
        lines.append(f"{name} {size} {count_bytes}")
        count = 12 if size > 1 else 256
        blocks = random.integers(0, 256, (count, count_bytes), dtype=np.uint8)
        for index in range(count):
            for offset in HALVES.get(name, []):
                scale = np.float16(SCALES[(index + offset) % len(SCALES)])
                blocks[index, offset:offset + 2] = np.frombuffer(scale.tobytes(), dtype=np.uint8)
        if size == 1:
            # Random bits make NaNs, whose payloads conversions need not keep.
            finite = {"F32": np.float32, "F16": np.float16}.get(name)
            values = random.standard_normal(count) * 10.0 ** random.integers(-6, 4, count)
            raw = values.astype(finite) if finite else (values.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)
            blocks = raw.view(np.uint8).reshape(count, count_bytes)
        if name == "F32":
            values = blocks.copy().view(np.float32).reshape(-1)
        else:
            values = dequantize(blocks.reshape(-1), Type[name]).astype(np.float32).reshape(-1)
        (FOLDER / f"{name}.decode").write_bytes(
            np.uint32(count).tobytes() + blocks.tobytes() + values.tobytes())
    for name in ENCODED:
        size, _ = GGML_QUANT_SIZES[Type[name]]
        count = 12 if size > 1 else 256
        values = random.standard_normal((count, size)).astype(np.float32)
        values *= (np.float32(10.0) ** random.integers(-5, 4, (count, 1))).astype(np.float32)
        values[0] = 0
        values[1] = np.abs(values[1])
        values[2] = values[2, 0]
        blocks = quantize(values.reshape(-1), Type[name])
        (FOLDER / f"{name}.encode").write_bytes(
            np.uint32(count).tobytes() + values.tobytes() + np.ascontiguousarray(blocks).tobytes())
    (FOLDER / "reference.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Rewrites a GGUF of architecture llama as architecture phi3: the same function through another graph.

    scripts/repack-as-phi3.py IN.gguf OUT.gguf

Rows move as the bytes they are, so quantized weights stay exactly what they were: q, k and v become one
tensor if they are of one type, gate and up another, and the rows of q and k go back from the order for a
rotation of neighbours to that for a rotation of halves. Needs `gguf` and `numpy`.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import gguf
import numpy as np
from gguf import GGUFReader, GGUFValueType, GGUFWriter, GGMLQuantizationType, ReaderTensor

# What phi3 has no meaning for: its heads are as wide as the embedding has room for.
_DROPPED_KEYS = {"llama.vocab_size", "llama.attention.key_length", "llama.attention.value_length"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("input", type=Path, metavar="IN.gguf")
    parser.add_argument("output", type=Path, metavar="OUT.gguf")
    options = parser.parse_args()
    if options.output.exists() and options.output.samefile(options.input):
        sys.exit("error: OUT.gguf is IN.gguf")
    reader = GGUFReader(options.input)
    check(reader)
    writer = GGUFWriter(options.output, "phi3")
    copy_keys(reader, writer)
    for name, rows, kind in repacked(reader):
        writer.add_tensor(name, rows, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def check(reader: GGUFReader) -> None:
    """Stops at what phi3 could not express."""
    found = value(reader, "general.architecture")
    if found != "llama":
        sys.exit(f"error: expected architecture llama, found {found}")
    head = value(reader, "llama.attention.key_length", head_size(reader))
    if head != head_size(reader):
        sys.exit(f"error: heads of {head} do not fill the embedding, as phi3 has them")
    if value(reader, "llama.rope.scaling.type", "none") != "none":
        sys.exit("error: a scaled RoPE has no counterpart in phi3")
    for tensor in reader.tensors:
        if tensor.name == "rope_freqs.weight" or tensor.name.endswith(".bias") or "_exps" in tensor.name:
            sys.exit(f"error: {tensor.name} has no counterpart in phi3")


def value(reader: GGUFReader, key: str, default=None):
    field = reader.get_field(key)
    return default if field is None else field.contents()


def head_size(reader: GGUFReader) -> int:
    return value(reader, "llama.embedding_length") // value(reader, "llama.attention.head_count")


def copy_keys(reader: GGUFReader, writer: GGUFWriter) -> None:
    """Every key, under the other architecture, and those that phi3 has and llama has not."""
    for key, field in reader.fields.items():
        if key.startswith("GGUF.") or key == "general.architecture" or key in _DROPPED_KEYS:
            continue
        items = field.types[1] if field.types[0] == GGUFValueType.ARRAY else None
        name = re.sub("^llama[.]", "phi3.", key)
        writer.add_key_value(name, field.contents(), field.types[0], sub_type=items)
    writer.add_sliding_window(0)
    if value(reader, "llama.rope.scaling.original_context_length") is None:
        writer.add_rope_scaling_orig_ctx_len(value(reader, "llama.context_length"))
    if value(reader, "llama.rope.dimension_count") is None:
        writer.add_rope_dimension_count(head_size(reader))


def repacked(reader: GGUFReader) -> Iterator[tuple[str, np.ndarray, GGMLQuantizationType]]:
    """The tensors of the phi3 file: name, rows as stored, type."""
    heads = value(reader, "llama.attention.head_count")
    kv_heads = value(reader, "llama.attention.head_count_kv", heads)
    tensors = {tensor.name: tensor for tensor in reader.tensors}
    for name, tensor in tensors.items():
        block, _, part = name.rpartition(".attn_")
        if part == "q.weight":
            q, k, v = (tensors[f"{block}.attn_{letter}.weight"] for letter in "qkv")
            rows = [by_halves(reader, q, heads), by_halves(reader, k, kv_heads), v.data]
            kinds = [q.tensor_type, k.tensor_type, v.tensor_type]
            if len(set(kinds)) == 1:
                yield f"{block}.attn_qkv.weight", np.concatenate(rows), kinds[0]
            else:
                yield from zip([q.name, k.name, v.name], rows, kinds, strict=True)
        elif part in ("k.weight", "v.weight"):
            continue
        elif name.endswith(".ffn_gate.weight"):
            up = tensors[name.replace("ffn_gate", "ffn_up")]
            if tensor.tensor_type != up.tensor_type:
                sys.exit(f"error: {name} is {tensor.tensor_type.name} and {up.name} {up.tensor_type.name}")
            yield up.name, np.concatenate([tensor.data, up.data]), tensor.tensor_type
        elif not name.endswith(".ffn_up.weight"):
            yield name, tensor.data, tensor.tensor_type


def by_halves(reader: GGUFReader, tensor: ReaderTensor, heads: int) -> np.ndarray:
    """Rows 0, 1, 2, 3, … of what is rotated in a head as 0, 2, …, then 1, 3, …."""
    size = head_size(reader)
    rotated = value(reader, "llama.rope.dimension_count", size)
    order = np.concatenate([np.arange(0, rotated, 2), np.arange(1, rotated, 2), np.arange(rotated, size)])
    rows = tensor.data.reshape(heads, size, -1)
    return np.ascontiguousarray(rows[:, order]).reshape(tensor.data.shape)


if __name__ == "__main__":
    main()

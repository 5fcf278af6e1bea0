"""Folders with one thing changed: what `tokenizers` and `transformers` make of them."""

from __future__ import annotations

import copy
import json
from pathlib import Path

from tokenizers import Tokenizer
from transformers import AutoConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

TEXTS = [
    "", " ", "a", " a", "the rain in Spain", "x<|user|>\n the", "x <|user|> a", "<|user|>  a <|end|>\n b", "a<|end|>b",
    "<tool>", "a<tool>", " <tool> b", "  <tool>x", "x <tool>\n y", "x\n<tool>", "a<tool>b<tool> <tool>", "▁<tool>▁b",
    "<|end|><tool> <|end|> <tool>", "rain", "rain rain", "therain", "rains rain's _rain rain_", "è rain é", "1rain rain2",
    "ab<|end|>", "ab< b", "xab<|end|>b", "<tool><|user|> \n<tool>", "plain\u3000<tool>\u00a0x", "<|user|><|user|> <|user|>",
    "(rain)<tool>(", "the then <tool> the", "  ", "▁", " ▁a",
]


def _added(identifier: int, content: str, **flags) -> dict:
    token = {"id": identifier, "content": content, "single_word": False, "lstrip": False, "rstrip": False,
             "normalized": False, "special": False}
    return token | flags


def _append(*tokens: dict):
    return lambda text: text.replace('],"normalizer"', "," + ",".join(_dump(token) for token in tokens) + '],"normalizer"')


def _dump(value) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _flag(content: str, flag: str, value: bool):
    """Sets a flag of a token that is there."""
    def change(text: str) -> str:
        start = text.index(f'"content":"{content}"')
        place = text.index(f'"{flag}":', start) + len(flag) + 3
        end = place + (4 if text[place:].startswith("true") else 5)
        return text[:place] + _dump(value) + text[end:]
    return change


def _step(name: str, value):
    """Sets a step of the pipeline."""
    def change(text: str) -> str:
        place = text.index(f'"{name}":') + len(name) + 3
        _, length = json.JSONDecoder().raw_decode(text[place:])
        return text[:place] + _dump(value) + text[place + length:]
    return change


PREPEND = {"type": "Sequence", "normalizers": [
    {"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}


def _metaspace(scheme: str):
    step = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": False}
    return lambda text: _step("pre_tokenizer", step)(_step("normalizer", None)(text))


BYTES, PIECES = "Phi-4-mini-instruct", "Phi-mini-MoE-instruct"
VARIANTS = [
    ("as it is", BYTES, []),
    ("marks keep space", BYTES, [_flag("<|user|>", "rstrip", False), _flag("<|end|>", "rstrip", False)]),
    ("a mark takes space on both sides", BYTES, [_flag("<|user|>", "lstrip", True)]),
    ("the end takes space on the left alone", BYTES, [_flag("<|end|>", "rstrip", False), _flag("<|end|>", "lstrip", True)]),
    ("a token that takes space", BYTES, [_append(_added(305, "<tool>", rstrip=True, special=True))]),
    ("a plain token that takes space", BYTES, [_append(_added(305, "<tool>", lstrip=True, rstrip=True))]),
    ("a word of its own", BYTES, [_append(_added(273, "rain", single_word=True))]),
    ("a word of its own, later", BYTES, [_append(_added(273, "rain", single_word=True, normalized=True))]),
    ("a word that takes space", BYTES, [_append(_added(273, "rain", single_word=True, lstrip=True, rstrip=True))]),
    ("tokens that overlap", BYTES, [_append(_added(305, "ab<", normalized=True), _added(306, "<tool>"))]),
    ("tokens that overlap, in one pass", BYTES, [_append(_added(305, "ab<"), _added(306, "<tool>"))]),
    ("whole words", BYTES, [lambda text: text.replace('"ignore_merges":false', '"ignore_merges":true').replace('["t","h"],', "").replace('["r","ain"],', "")]),
    ("pieces as they are", PIECES, []),
    ("pieces: marks keep space", PIECES, [_flag("<|user|>", "rstrip", False)]),
    ("pieces: a token that takes space", PIECES, [_append(_added(405, "<tool>", rstrip=True))]),
    ("pieces: a token after the normalizer", PIECES, [_append(_added(405, "<tool>", normalized=True))]),
    ("pieces: one that takes space", PIECES, [_append(_added(405, "<tool>", normalized=True, rstrip=True, lstrip=True))]),
    ("pieces: a word after the normalizer", PIECES, [_append(_added(278, "rain", normalized=True, single_word=True))]),
    ("pieces: Metaspace always", PIECES, [_metaspace("always")]),
    ("pieces: Metaspace first", PIECES, [_metaspace("first"), _append(_added(405, "<tool>", normalized=True, rstrip=True))]),
    ("pieces: Metaspace never", PIECES, [_metaspace("never")]),
]


def tokenizers(fixtures: Path) -> list[dict]:
    """Each variant's tokenizer with the ids of all texts."""
    result = []
    for name, folder, changes in VARIANTS:
        text = (fixtures / folder / "tokenizer.json").read_text()
        base = text
        for change in changes:
            text = change(text)
        tokenizer = Tokenizer.from_str(text)
        first = next((i for i, (a, b) in enumerate(zip(base, text)) if a != b), min(len(base), len(text)))
        last = next((i for i, (a, b) in enumerate(zip(base[first:][::-1], text[first:][::-1])) if a != b),
                    min(len(base), len(text)) - first)
        result.append({
            "name": name, "folder": folder, "start": len(base[:first].encode()), "removed": len(base[first:len(base) - last].encode()),
            "inserted": text[first:len(text) - last],
            "tokens": [{"text": sample, "ids": tokenizer.encode(sample, add_special_tokens=False).ids} for sample in TEXTS],
        })
    return result


SHAPE = {"hidden_size": 16, "num_attention_heads": 2, "num_hidden_layers": 1, "intermediate_size": 24, "vocab_size": 64}
FACTORS = {"short_factor": [1.0] * 4, "long_factor": [2.0] * 4}
LONG = {"type": "longrope"} | FACTORS
SCALES = {"short_mscale": 1.25, "long_mscale": 1.5}
LLAMA3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}
CONTEXT = {"max_position_embeddings": 131072}
CONFIGURATIONS = [
    ("phi", {}), ("phi3", {}), ("phimoe", {"num_attention_heads": 8, "hidden_size": 32}), ("llama", {}),
    ("phi", {"rope_parameters": {"rope_type": "default", "partial_rotary_factor": 0.25}, "partial_rotary_factor": 0.75}),
    ("phi", {"rope_parameters": {"rope_type": "default"}, "rope_theta": 77.0}),
    ("phi", {"rope_scaling": {"type": "linear", "factor": 2.0}}),
    ("phi", {"rope_scaling": {"type": "linear", "factor": 2.0}, "rope_parameters": {"rope_type": "default"}}),
    ("phi3", {"partial_rotary_factor": 0.75}), ("phi3", {"num_key_value_heads": 1, "tie_word_embeddings": True}),
    ("phi3", CONTEXT | {"rope_scaling": LONG}),
    ("phi3", CONTEXT | {"rope_parameters": {"rope_type": "longrope"} | FACTORS}),
    ("phi3", CONTEXT | {"rope_scaling": LONG | {"original_max_position_embeddings": 8192}}),
    ("phi3", CONTEXT | {"rope_scaling": LONG, "original_max_position_embeddings": 8192}),
    ("phi3", CONTEXT | {"rope_scaling": LONG | {"original_max_position_embeddings": 2048}, "original_max_position_embeddings": 8192}),
    ("phi3", CONTEXT | {"rope_scaling": LONG | {"rope_theta": 5.0}, "rope_parameters": {"rope_type": "default", "rope_theta": 7.0}, "rope_theta": 9.0}),
    ("phi3", CONTEXT | {"rope_scaling": {}, "rope_parameters": {"rope_type": "default", "rope_theta": 7.0}, "rope_theta": 9.0}),
    ("phi3", CONTEXT | {"rope_scaling": LONG | {"factor": 4.0}}),
    ("phi3", CONTEXT | {"rope_scaling": LONG | {"attention_factor": 1.5}}),
    ("phi3", CONTEXT | {"rope_scaling": LONG | {"rope_type": "default"}}),
    ("phi3", {"max_position_embeddings": 2048, "rope_scaling": LONG}),
    ("phimoe", CONTEXT | {"num_key_value_heads": 1, "rope_scaling": LONG | SCALES}),
    ("phimoe", CONTEXT | {"num_key_value_heads": 1, "rope_scaling": LONG | SCALES | {"original_max_position_embeddings": 8192}}),
    ("phimoe", CONTEXT | {"num_key_value_heads": 1, "rope_scaling": LONG | SCALES, "original_max_position_embeddings": 8192}),
    ("phimoe", CONTEXT | {"num_key_value_heads": 1, "rope_scaling": LONG | SCALES | {"original_max_position_embeddings": 2048}, "original_max_position_embeddings": 8192}),
    ("llama", CONTEXT | {"rope_scaling": LLAMA3}),
    ("llama", CONTEXT | {"rope_scaling": LLAMA3, "original_max_position_embeddings": 8192}),
    ("llama", CONTEXT | {"rope_scaling": LLAMA3 | {"original_max_position_embeddings": 4096}, "original_max_position_embeddings": 8192}),
    ("llama", {"rope_scaling": {"type": "linear", "factor": 2.0}, "rope_theta": 500.0}),
    ("llama", {"head_dim": 6, "partial_rotary_factor": 0.5}),
]
CLASSES = {"phi": "PhiForCausalLM", "phi3": "Phi3ForCausalLM", "phimoe": "PhimoeForCausalLM", "llama": "LlamaForCausalLM"}


def configurations() -> list[dict]:
    """Each configuration with what the class of `transformers` makes of it."""
    result = []
    for family, keys in CONFIGURATIONS:
        config = AutoConfig.for_model(family, **copy.deepcopy(SHAPE | keys))
        rope = config.rope_parameters
        kind = rope["rope_type"]
        frequencies, scale = ROPE_INIT_FUNCTIONS[kind](config) if kind != "default" else (None, 1.0)
        rope = config.rope_parameters
        head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
        # Llama's and PhiMoE's classes rotate whole heads.
        share = rope.get("partial_rotary_factor", 1.0) if family in ("phi", "phi3") else 1.0
        expected = {
            "kvHeads": config.num_key_value_heads, "context": config.max_position_embeddings, "base": rope["rope_theta"],
            "epsilon": config.layer_norm_eps if family == "phi" else config.rms_norm_eps,
            "tied": config.tie_word_embeddings, "rotated": int(head * share),
        }
        if kind == "longrope":
            scales = [rope["short_mscale"], rope["long_mscale"]] if family == "phimoe" else [scale, scale]
            expected |= {"original": rope["original_max_position_embeddings"], "scales": scales}
        elif frequencies is not None:
            expected |= {"frequencies": frequencies.tolist()}
        result.append({
            "config": {"architectures": [CLASSES[family]], "model_type": family} | SHAPE | keys, "expected": expected})
    return result


def defaults() -> dict:
    """The numbers that each class takes for keys that are not there."""
    result = {}
    for family in CLASSES:
        config = AutoConfig.for_model(family)
        result[family] = {
            "vocabulary": config.vocab_size, "width": config.hidden_size, "inner": config.intermediate_size,
            "blocks": config.num_hidden_layers, "heads": config.num_attention_heads, "kvHeads": config.num_key_value_heads,
            "context": config.max_position_embeddings,
        }
    return result

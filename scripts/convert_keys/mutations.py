"""A model's folder with one thing changed: every key of its JSON files, its templates, its tensors, its files."""

from __future__ import annotations

import copy
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import safetensors.torch
import torch

DELETE = object()
JSON_FILES = ["config.json", "generation_config.json", "tokenizer_config.json", "tokenizer.json", "special_tokens_map.json",
              "added_tokens.json"]


@dataclass
class Mutation:
    """One change. `file` and `key` are what a good message names."""

    name: str
    file: str
    key: str
    apply: Callable[[Path], None]
    kinds: set[str] = field(default_factory=set)  # "model", "tokens": what transformers must load anew
    is_absurd: bool = False  # transformers is not asked: it would take all memory or time


# Values that are plausible for a key, beyond what its type suggests.
PLAUSIBLE: dict[str, list] = {
    "hidden_act": ["gelu", "gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_python", "quick_gelu", "relu", "silu", "swish",
                   "swiglu", "mish", "SiLU"],
    "architectures": [["Phi3ForCausalLM", "LlamaForCausalLM"], ["LlamaForCausalLM"], ["Phi3Model"], ["MistralForCausalLM"],
                      ["PhiMoEForCausalLM"], ["Phi3SmallForCausalLM"], ["Phi4MMForCausalLM"], "Phi3ForCausalLM"],
    "model_type": ["llama", "phi", "phi3", "phimoe", "mistral", "phi-msft", "phi4mm", "phi3small"],
    "rope_type": ["default", "linear", "dynamic", "yarn", "longrope", "su", "llama3", "proportional", "LongRoPE"],
    "type": ["default", "linear", "dynamic", "yarn", "longrope", "su", "llama3", "proportional"],
    "partial_rotary_factor": [0.25, 0.5, 0.75, 1.0, 0.4, 0.3, 2.0, 0.99],
    "rope_theta": [10000.0, 500000.0, 1000000, 10000],
    "sliding_window": [1, 2, 5, 12, 2047, 262144],
    "rms_norm_eps": [1e-5, 1e-6, 1e-12, 0.1], "layer_norm_eps": [1e-5, 1e-6, 1e-12, 0.1],
    "eos_token_id": [[300, 302], [302], [5], 5, [], [400, 5], [5, 400], -1, [-1], 100000, "5"],
    "bos_token_id": [5, [5]], "pad_token_id": [5],
    "tokenizer_class": ["LlamaTokenizer", "LlamaTokenizerFast", "GPT2Tokenizer", "GPT2TokenizerFast", "PreTrainedTokenizerFast",
                        "TokenizersBackend", "CodeGenTokenizer", "Qwen2Tokenizer", "BertTokenizer"],
    "bos_token": ["<|end|>", "<s>", "a", "the", {"content": "<s>", "lstrip": True, "rstrip": True, "normalized": False,
                                                "single_word": False, "__type": "AddedToken"}],
    "eos_token": ["<|end|>", "</s>", "a", "the", "<|im_end|>", "<|user|>"],
    "unk_token": ["a", "<|end|>"], "pad_token": ["a", "<|end|>", "<pad>"],
    "chat_template": ["{{ messages[0]['content'] }}|{{ bos_token }}|{{ eos_token }}|{{ unk_token }}|{{ pad_token }}",
                      [{"name": "default", "template": "D{{ bos_token }}"}, {"name": "tool_use", "template": "T"}],
                      [{"name": "rag", "template": "R"}], [{"name": "tool_use", "template": "T{{ messages[0]['content'] }}"}],
                      "{% for m in messages %}{% generation %}{{ m.content }}{% endgeneration %}{% endfor %}", "{{ x",
                      "{%- for m in messages %}\n  {%- if m.role == 'user' %}\n U {{ m.content | trim }}\n  {%- endif %}\n{%- endfor %}\n"],
    "behavior": ["Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"],
    "prepend_scheme": ["first", "always", "never"],
    "dtype": ["bfloat16", "float16", "float64", "auto"], "torch_dtype": ["bfloat16", "float16", "auto"],
    "num_local_experts": [2, 3, 5, 8], "num_experts_per_tok": [1, 2, 3, 4],
    "Regex": [r"\s+", r"\p{L}+|\p{N}+"],
    "attention_bias": [True, False], "lm_head_bias": [True, False], "mlp_bias": [True],
    "original_max_position_embeddings": [8, 16, 20, 32, 64, 128],
    "max_position_embeddings": [8, 16, 20, 32, 128, 131072],
}

NORMALIZERS = [
    {"type": "NFC"}, {"type": "NFKC"}, {"type": "NFD"}, {"type": "Lowercase"}, {"type": "StripAccents"}, {"type": "Nmt"},
    {"type": "Strip", "strip_left": True, "strip_right": True}, {"type": "Prepend", "prepend": "▁"},
    {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
    {"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": " "},
    {"type": "Sequence", "normalizers": []},
    {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
    {"type": "Sequence", "normalizers": [{"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
    {"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
    {"type": "Prepend", "prepend": "x"},
]
PRE_TOKENIZERS = [
    {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": False},
    {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": False},
    {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "never", "split": False},
    {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": True},
    {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
    {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
    {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False},
    {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}]},
    {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": False}, {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}]},
    {"type": "Whitespace"}, {"type": "WhitespaceSplit"}, {"type": "Punctuation", "behavior": "Isolated"},
    {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": False},
]
POST_PROCESSORS = [
    {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True},
    "bos", "eos", "both", "two", "after",
    {"type": "RobertaProcessing", "sep": ["a", 64], "cls": ["b", 65], "trim_offsets": True, "add_prefix_space": True},
    {"type": "BertProcessing", "sep": ["a", 64], "cls": ["b", 65]},
]
DECODERS = [
    {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}, {"type": "Fuse"}, {"type": "ByteFallback"},
    {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
    {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}]},
    {"type": "WordPiece", "prefix": "##", "cleanup": True},
]

# Keys that a folder may lack: (file, path of the parent, key, values).
ADDED: list[tuple[str, tuple, str, list]] = [
    ("config.json", (), "head_dim", [4, 8, 12, 16, None]),
    ("config.json", (), "partial_rotary_factor", [0.5, 0.75, 1.0, 0.25]),
    ("config.json", (), "attention_bias", [True, False, None]), ("config.json", (), "mlp_bias", [True, False]),
    ("config.json", (), "lm_head_bias", [True, False]), ("config.json", (), "qk_layernorm", [True, False]),
    ("config.json", (), "tie_word_embeddings", [True, False, None, 1, 0, "true"]),
    ("config.json", (), "rope_theta", [5000.0, 1000000, None]),
    ("config.json", (), "rope_scaling", [
        {"type": "linear", "factor": 2.0}, {"rope_type": "linear", "factor": 2.0}, {"type": "dynamic", "factor": 2.0},
        {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16}, {"rope_type": "default"}, {}, {"factor": 2.0},
        {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 16},
        {"type": "longrope", "short_factor": [1.0, 1.1, 1.2, 1.3], "long_factor": [1.0, 2.0, 3.0, 4.0]},
        {"type": "su", "short_factor": [1.0, 1.1, 1.2, 1.3], "long_factor": [1.0, 2.0, 3.0, 4.0]},
        {"type": "longrope", "short_factor": [1.0, 1.1, 1.2, 1.3], "long_factor": [1.0, 2.0, 3.0, 4.0], "factor": 8.0},
        {"type": "longrope", "short_factor": [1.0, 1.1, 1.2, 1.3], "long_factor": [1.0, 2.0, 3.0, 4.0], "attention_factor": 1.5},
        {"type": "longrope", "short_factor": [1.0, 1.1, 1.2, 1.3], "long_factor": [1.0, 2.0, 3.0, 4.0], "rope_theta": 77.0},
        {"type": "longrope", "rope_type": "linear", "factor": 2.0, "short_factor": [1.0, 1.1, 1.2, 1.3], "long_factor": [1.0, 2.0, 3.0, 4.0]}]),
    ("config.json", (), "rope_parameters", [
        {"rope_type": "default", "rope_theta": 77.0}, {"rope_theta": 77.0}, {"rope_type": "linear", "factor": 2.0, "rope_theta": 10000.0},
        {"rope_type": "linear", "factor": 2.0}, {"rope_type": "dynamic", "factor": 2.0, "rope_theta": 10000.0},
        {"rope_type": "yarn", "factor": 4.0, "rope_theta": 10000.0, "original_max_position_embeddings": 16},
        {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5},
        {"rope_type": "longrope", "rope_theta": 10000.0, "short_factor": [1.0, 1.1, 1.2, 1.3], "long_factor": [1.0, 2.0, 3.0, 4.0]},
        {"full_attention": {"rope_type": "default", "rope_theta": 77.0}}]),
    ("config.json", (), "sliding_window", [3, 8, 24, 64, 0, None]),
    ("config.json", (), "use_sliding_window", [True, False]),
    ("config.json", (), "layer_types", [["full_attention", "full_attention"], ["sliding_attention", "full_attention"],
                                        ["sliding_attention", "sliding_attention"], ["full_attention"], None]),
    ("config.json", (), "attention_dropout", [0.5]), ("config.json", (), "embd_pdrop", [0.5]), ("config.json", (), "resid_pdrop", [0.5]),
    ("config.json", (), "embedding_multiplier", [2.0]), ("config.json", (), "residual_multiplier", [2.0]), ("config.json", (), "logits_scaling", [2.0]),
    ("config.json", (), "original_max_position_embeddings", [8, 16, 64, 4096, None]),
    ("config.json", (), "quantization_config", [{"quant_method": "gptq", "bits": 4}, {}, None, {"quant_method": "fp8"},
                                                {"quant_method": "bitsandbytes", "load_in_4bit": False}]),
    ("config.json", (), "pretraining_tp", [1, 2]), ("config.json", (), "torch_dtype", ["bfloat16", None, "float8_e4m3fn"]),
    ("config.json", (), "dtype", ["float16", None]),
    ("config.json", (), "auto_map", [{"AutoModelForCausalLM": "modeling_phi3.Phi3ForCausalLM", "AutoConfig": "configuration_phi3.Phi3Config"}]),
    ("config.json", (), "num_key_value_heads", [1, 2, 4, None]), ("config.json", (), "hidden_activation", ["gelu", "relu"]),
    ("config.json", (), "norm_eps", [1e-3]), ("config.json", (), "layer_norm_eps", [1e-2]), ("config.json", (), "rms_norm_eps", [1e-2]),
    ("config.json", (), "layer_norm_epsilon", [1e-2]),
    ("config.json", (), "n_embd", [16]), ("config.json", (), "n_head", [2]), ("config.json", (), "n_inner", [16]),
    ("config.json", (), "num_local_experts", [2, 8]), ("config.json", (), "num_experts_per_tok", [1, 2, 3]), ("config.json", (), "num_experts", [2]),
    ("config.json", (), "router_jitter_noise", [0.0, 0.01, 0.5]), ("config.json", (), "input_jitter_noise", [0.0, 0.5]),
    ("config.json", (), "is_decoder", [False, True]), ("config.json", (), "tokenizer_class", ["LlamaTokenizer", "GPT2Tokenizer"]),
    ("config.json", (), "eos_token_id", [5, [5, 301], None]), ("config.json", (), "bos_token_id", [5, None]), ("config.json", (), "unk_token_id", [5]),
    ("config.json", (), "text_config", [{"hidden_size": 16}, {}]), ("config.json", (), "vision_config", [{}]),
    ("config.json", (), "attn_logit_softcapping", [5.0]), ("config.json", (), "final_logit_softcapping", [5.0]), ("config.json", (), "rope_interleaved", [True]),
    ("config.json", (), "unheard_of", [1]), ("config.json", (), "temperature", [0.5]), ("config.json", (), "repetition_penalty", [1.5]),
    ("config.json", (), "attn_implementation", ["eager"]), ("config.json", (), "_attn_implementation", ["eager"]), ("config.json", (), "use_cache", [False]),
    ("config.json", (), "use_bidirectional_attention", [True]), ("config.json", (), "is_causal", [False]),
    ("config.json", (), "num_nextn_predict_layers", [1]), ("config.json", (), "output_router_logits", [True]),
    ("generation_config.json", (), "eos_token_id", [5, [5], [5, 301, 303], None, "x"]),
    ("generation_config.json", (), "temperature", [0.5, 0.0]), ("generation_config.json", (), "top_p", [0.5]), ("generation_config.json", (), "top_k", [5]),
    ("generation_config.json", (), "min_p", [0.1]), ("generation_config.json", (), "do_sample", [True]), ("generation_config.json", (), "repetition_penalty", [1.3]),
    ("generation_config.json", (), "max_new_tokens", [5]), ("generation_config.json", (), "max_length", [20]), ("generation_config.json", (), "min_new_tokens", [5]),
    ("generation_config.json", (), "suppress_tokens", [[5, 6]]), ("generation_config.json", (), "begin_suppress_tokens", [[5]]), ("generation_config.json", (), "bad_words_ids", [[[5]]]),
    ("generation_config.json", (), "forced_eos_token_id", [5]), ("generation_config.json", (), "forced_bos_token_id", [5]), ("generation_config.json", (), "stop_strings", [["the"], "the"]),
    ("generation_config.json", (), "no_repeat_ngram_size", [2]), ("generation_config.json", (), "num_beams", [4]), ("generation_config.json", (), "typical_p", [0.5]),
    ("generation_config.json", (), "sequence_bias", [[[[5], -10.0]]]), ("generation_config.json", (), "penalty_alpha", [0.6]), ("generation_config.json", (), "guidance_scale", [2.0]),
    ("tokenizer_config.json", (), "add_bos_token", [True, False, None, "true"]), ("tokenizer_config.json", (), "add_eos_token", [True, False, None]),
    ("tokenizer_config.json", (), "add_prefix_space", [True, False, None]), ("tokenizer_config.json", (), "legacy", [True, False]),
    ("tokenizer_config.json", (), "additional_special_tokens", [["<|user|>", "<|new|>"], ["the"], []]),
    ("tokenizer_config.json", (), "extra_special_tokens", [["<|new|>"], {"image_token": "<|image|>"}, ["the"], {}]),
    ("tokenizer_config.json", (), "image_token", ["<|image|>"]),
    ("tokenizer_config.json", (), "sep_token", ["the"]), ("tokenizer_config.json", (), "mask_token", ["<|mask|>"]), ("tokenizer_config.json", (), "cls_token", ["rain"]),
    ("tokenizer_config.json", (), "split_special_tokens", [True, False]), ("tokenizer_config.json", (), "do_lower_case", [True]),
    ("tokenizer_config.json", (), "clean_up_tokenization_spaces", [True, False]), ("tokenizer_config.json", (), "fix_mistral_regex", [True]),
    ("tokenizer_config.json", (), "from_slow", [True]), ("tokenizer_config.json", (), "spaces_between_special_tokens", [True]),
    ("tokenizer_config.json", (), "chat_template", ["X{{ bos_token }}{{ messages[0]['content'] }}"]), ("tokenizer_config.json", (), "use_default_system_prompt", [True]),
    ("tokenizer_config.json", (), "sp_model_kwargs", [{"nbest_size": -1, "alpha": 0.1, "enable_sampling": True}]), ("tokenizer_config.json", (), "response_template", ["x"]),
    ("tokenizer_config.json", (), "truncation_side", ["left"]), ("tokenizer_config.json", (), "tokenizer_file", ["other.json"]),
    ("tokenizer_config.json", (), "auto_map", [{"AutoTokenizer": ["tokenization_x.X", None]}]),
    ("tokenizer_config.json", (), "bos_token", ["<s>", "the"]), ("tokenizer_config.json", (), "pad_token", ["<|end|>", "the"]), ("tokenizer_config.json", (), "unk_token", ["the"]),
    ("tokenizer.json", ("model",), "dropout", [0.0, 0.1, 1.0]), ("tokenizer.json", ("model",), "unk_token", [None, "<unk>", "a"]),
    ("tokenizer.json", ("model",), "continuing_subword_prefix", [None, "", "##"]), ("tokenizer.json", ("model",), "end_of_word_suffix", [None, "", "</w>"]),
    ("tokenizer.json", ("model",), "fuse_unk", [True, False]), ("tokenizer.json", ("model",), "byte_fallback", [True, False]),
    ("tokenizer.json", ("model",), "ignore_merges", [True, False]), ("tokenizer.json", ("model",), "type", ["BPE", "Unigram", "WordPiece", "WordLevel"]),
    ("tokenizer.json", (), "truncation", [{"direction": "Right", "max_length": 5, "strategy": "LongestFirst", "stride": 0},
                                          {"direction": "Left", "max_length": 5, "strategy": "LongestFirst", "stride": 0}]),
    ("tokenizer.json", (), "padding", [{"strategy": {"Fixed": 40}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0, "pad_type_id": 0, "pad_token": "!"},
                                       {"strategy": "BatchLongest", "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0, "pad_type_id": 0, "pad_token": "!"}]),
    ("tokenizer.json", (), "normalizer", NORMALIZERS), ("tokenizer.json", (), "pre_tokenizer", PRE_TOKENIZERS), ("tokenizer.json", (), "decoder", DECODERS),
    ("tokenizer.json", (), "version", ["2.0", None]),
    ("special_tokens_map.json", (), "eos_token", ["<|end|>", "the"]), ("special_tokens_map.json", (), "bos_token", ["the"]),
    ("special_tokens_map.json", (), "additional_special_tokens", [["the"], ["<|new|>"]]),
]


def by_type(value) -> list:
    """Other values by the type of one."""
    if value is None:
        return ["x", 5, True, [], {}]
    if isinstance(value, bool):
        return [None, not value, "true", int(not value)]
    if isinstance(value, int):
        return [None, str(value), float(value), value + 0.5, value + 1, value - 1, value * 2, value // 2, 0, -1, 1, 2**31, 2**64, True, [value]]
    if isinstance(value, float):
        return [None, str(value), int(value), value * 2, value / 2, 0.0, -value, 1e30, float("nan"), float("inf"), [value]]
    if isinstance(value, str):
        return [None, "", "zzz", value.upper(), value + " ", 5, [value]]
    if isinstance(value, list):
        return [None, [], value[:-1], value + value[-1:], value[::-1], value[0] if value else "x", {}]
    return [None, {}, "x", []]


def walk(value, path: tuple = ()) -> Iterator[tuple[tuple, object]]:
    """All places of a JSON value but those of vocabularies and long lists."""
    if path:
        yield path, value
    if isinstance(value, dict):
        keys = list(value)
        if path[-1:] in [("vocab",), ("added_tokens_decoder",)] or len(keys) > 40:
            keys = sorted({*keys[:1], *keys[-2:]} if path[-1:] == ("vocab",) else keys[:1] + keys[-2:])
        for key in keys:
            yield from walk(value[key], path + (key,))
    elif isinstance(value, list):
        for index in range(len(value)) if len(value) <= 8 else (0, len(value) - 1):
            yield from walk(value[index], path + (index,))


def spelled(path: tuple) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def changed(document, path: tuple, value):
    """A copy with the value of a place replaced, added, or taken away."""
    document = copy.deepcopy(document)
    parent = document
    for part in path[:-1]:
        parent = parent[part]
    if value is DELETE:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    return document


def kinds_of(file: str) -> set[str]:
    return {"config.json": {"model", "tokens"}, "generation_config.json": {"model"}}.get(file, {"tokens"})


def replace(path: Path, content: bytes) -> None:
    """Writes a file anew: the one that is there is a link to the original's."""
    path.unlink(missing_ok=True)
    path.write_bytes(content)


def json_mutation(file: str, document, path: tuple, value, label: str | None = None) -> Mutation:
    shown = "deleted" if value is DELETE else label or json.dumps(value, ensure_ascii=False)
    key = next((part for part in reversed(path) if isinstance(part, str)), "")

    def apply(folder: Path) -> None:
        replace(folder / file, json.dumps(changed(document, path, value), ensure_ascii=False, indent=1).encode())

    is_absurd = file == "config.json" and value in (2**31, 2**64) and key.startswith(("num_", "vocab", "hidden", "intermediate", "head"))
    return Mutation(f"{file}: {spelled(path)} = {shown[:90]}", file, key, apply, kinds_of(file), is_absurd)


def post_processor(name: str, tokens: dict[str, int], begin: str, end: str) -> dict:
    """A template of tokens around a text."""
    def token(text):
        return {"SpecialToken": {"id": text, "type_id": 0}}

    text = {"Sequence": {"id": "A", "type_id": 0}}
    single = {"bos": [token(begin), text], "eos": [text, token(end)], "both": [token(begin), text, token(end)],
              "two": [token(begin), token(end), text], "after": [text, token(begin)]}[name]
    return {"type": "TemplateProcessing", "single": single, "pair": single + [{"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {text: {"id": text, "ids": [tokens[text]], "tokens": [text]} for text in (begin, end)}}


def json_mutations(base: Path) -> Iterator[Mutation]:
    documents = {file: json.loads((base / file).read_text()) for file in JSON_FILES if (base / file).exists()}
    for file, document in documents.items():
        seen = set()
        for path, value in walk(document):
            key = next(part for part in reversed(path) if isinstance(part, str))
            values = [DELETE] + by_type(value)
            if not isinstance(path[-1], int) or key not in PLAUSIBLE:
                values += PLAUSIBLE.get(key, []) if key != "type" or file == "config.json" else []
            for other in values:
                mark = (path, "deleted" if other is DELETE else json.dumps(other))
                if mark in seen or (other is not DELETE and json.dumps(other) == json.dumps(value)):
                    continue
                seen.add(mark)
                yield json_mutation(file, document, path, other)
        for target, parent, key, values in ADDED:
            place = document
            for part in parent:
                place = place.get(part, {}) if isinstance(place, dict) else {}
            if target != file:
                continue
            for value in values:
                mark = (parent + (key,), json.dumps(value))
                if mark in seen or (key in place and json.dumps(place[key]) == json.dumps(value)):
                    continue
                seen.add(mark)
                yield json_mutation(file, document, parent + (key,), value)
    yield from tokenizer_mutations(documents)


def tokenizer_mutations(documents: dict) -> Iterator[Mutation]:
    """Changes of tokenizer.json that concern more than one value."""
    file = "tokenizer.json"
    document = documents.get(file)
    if not document:
        return
    added = document["added_tokens"]
    ids = {token["content"]: token["id"] for token in added}
    for place, value in enumerate(POST_PROCESSORS):
        begin, end = list(ids)[0], list(ids)[-1]
        label = value if isinstance(value, str) else None
        value = post_processor(value, ids, begin, end) if isinstance(value, str) else value
        yield json_mutation(file, document, ("post_processor",), value, label)
        yield json_mutation(file, document, ("post_processor",), {"type": "Sequence", "processors": [value]}, f"Sequence of {label or place}")
    for key in ("lstrip", "rstrip", "normalized", "single_word", "special"):
        for value in (True, False):
            if any(token[key] != value for token in added):
                other = [token | {key: value} for token in added]
                yield json_mutation(file, document, ("added_tokens",), other, f"all with {key} {value}")
    last = max(ids.values())
    count = documents["config.json"]["vocab_size"]
    new = {"content": "<|new|>", "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    for label, entries in {
        "new special in the padding": [new | {"id": last + 1}], "new special after a gap": [new | {"id": last + 2}],
        "new beyond the embedding": [new | {"id": count}], "two beyond": [new | {"id": count}, new | {"id": count + 1, "content": "<think>"}],
        "new at the last row": [new | {"id": count - 1}],
        "new plain word": [new | {"id": last + 1, "content": "rain", "special": False, "normalized": True}],
        "new plain word, single": [new | {"id": last + 1, "content": "rain", "special": False, "normalized": True, "single_word": True}],
        "new plain word, not normalized": [new | {"id": last + 1, "content": "the", "special": False}],
        "new with a space": [new | {"id": last + 1, "content": " rain in", "special": False, "normalized": True}],
        "new with accents": [new | {"id": last + 1, "content": "café", "special": False, "normalized": True}],
        "new <think>": [new | {"id": last + 1, "content": "<think>", "special": False}],
        "new longer of two": [new | {"id": last + 1, "content": "<|end|>x"}],
        "an id twice": [new | {"id": last}], "an id of a piece": [new | {"id": 70}],
        "a piece's text": [new | {"id": 70, "content": "the"}], "a text twice": [added[-1] | {"id": last + 1}],
    }.items():
        yield json_mutation(file, document, ("added_tokens",), added + entries, label)
    yield json_mutation(file, document, ("added_tokens",), added[::-1], "reversed")
    merges = document["model"]["merges"]
    pairs = [merge if isinstance(merge, list) else merge.split(" ") for merge in merges]
    for label, value in {
        "as strings": [" ".join(pair) for pair in pairs], "as pairs": [list(pair) for pair in pairs], "the first at the end": pairs[1:] + pairs[:1],
        "swapped": pairs[1::-1] + pairs[2:], "reversed": pairs[::-1], "half": pairs[: len(pairs) // 2], "one twice": pairs + pairs[:1],
        "the last first too": pairs[-1:] + pairs, "of unknown pieces": [["zz", "qq"]] + pairs, "of three": [["a", "b", "c"]] + pairs, "a string of three": ["a b c"] + pairs,
        "an empty piece": [["", "a"]] + pairs, "none": [],
    }.items():
        yield json_mutation(file, document, ("model", "merges"), value, label)
    vocab = document["model"]["vocab"]
    names = list(vocab)
    for label, value in {
        "two swapped": vocab | {names[80]: vocab[names[90]], names[90]: vocab[names[80]]}, "an id twice": vocab | {names[80]: vocab[names[90]]},
        "an id beyond": vocab | {names[80]: 10**6}, "a negative id": vocab | {names[80]: -1}, "a new piece in the padding": vocab | {"zzzz": last + 1},
        "as a list": [[name, 0.0] for name in names], "without one byte": {name: i for name, i in vocab.items() if name not in ("Ċ", "<0x0A>")},
    }.items():
        yield json_mutation(file, document, ("model", "vocab"), value, label)
    config = documents.get("tokenizer_config.json", {})
    if "added_tokens_decoder" in config:
        entries = config["added_tokens_decoder"]
        for key in ("lstrip", "rstrip", "normalized", "special", "single_word"):
            for value in (True, False):
                other = {i: token | {key: value} for i, token in entries.items()}
                if other != entries:
                    yield json_mutation("tokenizer_config.json", config, ("added_tokens_decoder",), other, f"all with {key} {value}")
        for label, extra in {"new in the padding": {str(last + 1): new}, "new beyond": {str(count): new}, "another text": {str(last): new}, "an id of a piece": {"70": new},
                             "no number": {"x": new}}.items():
            yield json_mutation("tokenizer_config.json", config, ("added_tokens_decoder",), entries | extra, label)


TEMPLATE = "J{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m.content }}{{ eos_token }}{% endfor %}{% if add_generation_prompt %}>{% endif %}"


def file_mutations(base: Path) -> Iterator[Mutation]:
    """Files that are missing, empty, other than they say, or added."""
    def put(name: str, content: bytes | str, kinds=None, label: str = "") -> Mutation:
        data = content.encode() if isinstance(content, str) else content

        def apply(folder: Path) -> None:
            (folder / name).parent.mkdir(exist_ok=True)
            replace(folder / name, data)

        return Mutation(f"{name}: {label or content[:50]!r}", name, "", apply, kinds or kinds_of(name))

    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 1234567\n"
    page = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body></body></html>\n"
    for path in sorted(base.iterdir()):
        name = path.name
        kinds = {"model"} if name.endswith(".safetensors") else kinds_of(name)
        yield Mutation(f"{name}: missing", name, "", lambda folder, name=name: (folder / name).unlink(), kinds)
        content = path.read_bytes()
        broken = {"empty": b"", "Git LFS pointer": pointer.encode(), "HTML page": page.encode(), "half": content[: len(content) // 2]}
        if name.endswith(".json"):
            broken |= {"a list": b"[]\n", "null": b"null", "{}": b"{}\n", "with a byte-order mark": b"\xef\xbb\xbf" + content,
                       "with a comment": b"// x\n" + content, "with a trailing comma": content.rstrip()[:-1] + b",}\n", "in UTF-16": content.decode().encode("utf-16"),
                       "key twice": content.rstrip()[:-1] + b", " + content.lstrip()[1:], "with text after it": content + b"x"}
        for label, data in broken.items():
            yield put(name, data, kinds, label)

        def folder_instead(folder: Path, name=name) -> None:
            (folder / name).unlink()
            (folder / name).mkdir()
        yield Mutation(f"{name}: a folder", name, "", folder_instead, kinds)
    both = {"tokens"}
    yield put("chat_template.jinja", TEMPLATE, both)
    yield put("chat_template.jinja", "", both, "empty, added")
    yield put("chat_template.jinja", TEMPLATE + "\n", both, "with a line end")
    yield put("chat_template.jinja", TEMPLATE.replace("{%", "\r\n{%"), both, "with CR LF")
    yield put("chat_template.json", json.dumps({"chat_template": TEMPLATE}), both)
    yield put("chat_template.json", "{}", both, "{}, added")
    yield put("additional_chat_templates/rag.jinja", "RAG", both)
    yield put("additional_chat_templates/default.jinja", "DEFAULT", both)
    yield put("additional_chat_templates/tool_use.jinja", "TOOLS", both)
    yield put("added_tokens.json", '{"<|new|>": 5}', both)
    yield put("added_tokens.json", '{"<|new|>": 1000000}', both)
    yield put("adapter_config.json", '{"peft_type": "LORA", "base_model_name_or_path": "x"}', {"model"})
    yield put("vocab.json", "{}", both)
    yield put("merges.txt", "#version: 0.2\na b\n", both)
    yield put("pytorch_model.bin", b"PK\x03\x04", {"model"})
    yield put("preprocessor_config.json", "{}", both)
    yield put("consolidated.safetensors", b"", {"model"})
    yield put("model.safetensors.index.json", '{"weight_map": {"model.embed_tokens.weight": "model-00001-of-00002.safetensors"}}', {"model"}, "beside the whole")


def tensor_mutations(base: Path) -> Iterator[Mutation]:
    """Tensors that are missing, extra, renamed, of another format or shape, in shards."""
    file = "model.safetensors"
    tensors = safetensors.torch.load_file(base / file)

    def save(name: str, key: str, change: Callable[[dict], dict], metadata: dict | None = None) -> Mutation:
        def apply(folder: Path) -> None:
            (folder / file).unlink()
            safetensors.torch.save_file({k: v.contiguous() for k, v in change(dict(tensors)).items()}, folder / file,
                                        {"format": "pt"} if metadata is None else metadata)

        return Mutation(f"{file}: {name}", file, key, apply, {"model"})

    def with_(key: str, value) -> Callable[[dict], dict]:
        return lambda all: all | {key: value}

    one_of_each: dict[str, str] = {}
    for key in tensors:
        one_of_each.setdefault(key.replace("layers.1.", "layers.0.").replace("experts.1", "experts.0").replace("experts.2", "experts.0").replace("experts.3", "experts.0"), key)
    for key in one_of_each.values():
        value = tensors[key]
        yield save(f"{key} missing", key, lambda all, key=key: {k: v for k, v in all.items() if k != key})
        yield save(f"{key} renamed", key, lambda all, key=key: {k + ("_x" if k == key else ""): v for k, v in all.items()})
        for kind in (torch.float64, torch.float16, torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2, torch.int32, torch.int8, torch.bool):
            yield save(f"{key} as {str(kind)[6:]}", key, with_(key, value.to(kind)))
        yield save(f"{key} doubled rows", key, with_(key, torch.cat([value, value])))
        yield save(f"{key} with a dimension of 1 before", key, with_(key, value[None]))
        yield save(f"{key} empty", key, with_(key, value[:0]))
        yield save(f"{key} with a NaN", key, with_(key, value.index_fill(0, torch.tensor([0]), float("nan"))))
        yield save(f"{key} with an infinity", key, with_(key, value.index_fill(0, torch.tensor([0]), float("inf"))))
        if value.dim() == 2:
            yield save(f"{key} transposed", key, with_(key, value.T))
            yield save(f"{key} less one row", key, with_(key, value[:-1]))
            yield save(f"{key} one row more", key, with_(key, torch.cat([value, value[:1]])))
            yield save(f"{key} flat", key, with_(key, value.flatten()))
        yield save(f"{key} with a bias", key, with_(key.rsplit(".", 1)[0] + ".bias", torch.ones(value.shape[0]) * 0.3))
    for name, change in {
        "all F64": lambda all: {k: v.double() for k, v in all.items()}, "all F16": lambda all: {k: v.half() for k, v in all.items()},
        "all BF16": lambda all: {k: v.bfloat16() for k, v in all.items()}, "all F8_E4M3": lambda all: {k: v.to(torch.float8_e4m3fn) for k, v in all.items()},
        "without model.": lambda all: {k.removeprefix("model."): v for k, v in all.items()},
        "with base_model.model.": lambda all: {f"base_model.model.{k}": v for k, v in all.items()},
        "with module.": lambda all: {f"module.{k}": v for k, v in all.items()},
        "with _orig_mod.": lambda all: {f"_orig_mod.{k}": v for k, v in all.items()},
        "with language_model.": lambda all: {f"language_model.{k}": v for k, v in all.items()},
        "none": lambda all: {}, "one block less": lambda all: {k: v for k, v in all.items() if "layers.1." not in k},
        "one block more": lambda all: all | {k.replace("layers.1.", "layers.2."): v.clone() for k, v in all.items() if "layers.1." in k},
        "blocks swapped": lambda all: {k.replace("layers.0.", "layers.X.").replace("layers.1.", "layers.0.").replace("layers.X.", "layers.1."): v for k, v in all.items()},
        "norm.weight": lambda all: {k.replace("norm.weight", "norm.gamma"): v for k, v in all.items()},
    }.items():
        yield save(name, "", change)
    head = tensors["model.embed_tokens.weight"]
    yield save("another lm_head.weight", "lm_head.weight", with_("lm_head.weight", head.roll(1, 0).clone()))
    yield save("lm_head.weight one value off", "lm_head.weight", with_("lm_head.weight", torch.where(torch.arange(head.numel()).reshape(head.shape) == 7, head + 1, head)))
    yield save("lm_head.weight the same", "lm_head.weight", with_("lm_head.weight", head.clone()))
    yield save("lm_head.weight in BF16", "lm_head.weight", with_("lm_head.weight", head.bfloat16()))
    yield save("lm_head.weight without embedding", "model.embed_tokens.weight",
               lambda all: {k: v for k, v in all.items() if k != "model.embed_tokens.weight"} | {"lm_head.weight": all["model.embed_tokens.weight"]})
    yield save("lm_head.bias", "lm_head.bias", with_("lm_head.bias", torch.randn(head.shape[0])))
    frequencies = torch.tensor([1.0, 0.5, 0.25, 0.1])
    yield save("rotary_emb.inv_freq of another base", "inv_freq", with_("model.layers.0.self_attn.rotary_emb.inv_freq", frequencies))
    yield save("rotary_emb.inv_freq", "inv_freq", with_("model.rotary_emb.inv_freq", frequencies))
    yield save("self_attn.bias", "self_attn.bias", with_("model.layers.0.self_attn.bias", torch.ones(1, 1, 4, 4)))
    for extra in ("model.layers.0.self_attn.q_norm.weight", "model.layers.0.self_attn.rope_scale", "model.layers.5.mlp.down_proj.weight", "v_head.summary.weight",
                  "score.weight", "model.embed_positions.weight", "model.layers.0.self_attn.qkv_proj.weight.absmax", "model.layers.0.mlp.lora_A.weight",
                  "model.layers.0.mlp.up_proj.weight_scale", "model.layers.0.self_attn.k_scale", "model.vision_embed_tokens.img_projection.weight"):
        yield save(f"extra {extra}", extra, with_(extra, torch.ones(4)))
    names = list(tensors)
    for name, change in {
        "qkv split": lambda all: split(all, "self_attn.qkv_proj.weight", ["q_proj", "k_proj", "v_proj"]),
        "gate_up split": lambda all: split(all, "mlp.gate_up_proj.weight", ["gate_proj", "up_proj"]),
    }.items():
        if change(dict(tensors)) != dict(tensors).keys() and any("qkv_proj" in n for n in names):
            yield save(name, "", change)
    for metadata in ({}, {"format": "np"}, {"format": "mlx"}, {"format": "tf"}):
        yield save(f"metadata {metadata}", "", lambda all: all, metadata)
    yield from shard_mutations(base, tensors)


def split(tensors: dict, name: str, parts: list[str]) -> dict:
    result = {}
    for key, value in tensors.items():
        if key.endswith(name):
            stem = key.removesuffix(name) + name.split(".")[0] + "."
            heights = [32, (value.shape[0] - 32) // 2, (value.shape[0] - 32) // 2] if len(parts) == 3 else [value.shape[0] // 2] * 2
            for part, rows in zip(parts, value.split(heights), strict=True):
                result[f"{stem}{part}.weight"] = rows.clone()
        else:
            result[key] = value
    return result


def shard_mutations(base: Path, tensors: dict) -> Iterator[Mutation]:
    names = sorted(tensors)
    half = len(names) // 2
    shards = {"model-00001-of-00002.safetensors": names[:half], "model-00002-of-00002.safetensors": names[half:]}
    honest = {name: shard for shard, members in shards.items() for name in members}
    index = "model.safetensors.index.json"
    first, last = names[0], names[-1]

    def sharded(label: str, weight_map: dict, *, keep_whole=False, change=lambda all: all, drop: str | None = None, raw=None) -> Mutation:
        def apply(folder: Path) -> None:
            if not keep_whole:
                (folder / "model.safetensors").unlink()
            for shard, members in shards.items():
                if shard != drop:
                    safetensors.torch.save_file(change({name: tensors[name] for name in members}), folder / shard, {"format": "pt"})
            (folder / index).write_text(json.dumps(raw if raw is not None else {"metadata": {"total_size": 1}, "weight_map": weight_map}))

        return Mutation(f"{index}: {label}", index, "weight_map", apply, {"model"})

    yield sharded("honest", honest)
    yield sharded("a tensor in the wrong shard", honest | {first: "model-00002-of-00002.safetensors"})
    yield sharded("a tensor missing", {k: v for k, v in honest.items() if k != first})
    yield sharded("a tensor too many", honest | {"model.layers.0.x.weight": "model-00001-of-00002.safetensors"})
    yield sharded("a shard that is not there", honest | {first: "model-00003-of-00003.safetensors"})
    yield sharded("a shard missing", honest, drop="model-00002-of-00002.safetensors")
    yield sharded("beside the whole file", honest, keep_whole=True)
    yield sharded("beside the whole file, other values", honest, keep_whole=True, change=lambda all: {k: v * 2 for k, v in all.items()})
    yield sharded("only the first shard named", {k: v for k, v in honest.items() if v.startswith("model-00001")})
    yield sharded("a path that leads out", honest | {first: "../model-00001-of-00002.safetensors"})
    yield sharded("an absolute path", honest | {first: "/etc/passwd"})
    yield sharded("no weight_map", {}, raw={"metadata": {}})
    yield sharded("a number for a shard", honest | {first: 1})
    yield sharded("null for a shard", honest | {last: None})
    yield sharded("empty weight_map", {})


def all_mutations(base: Path) -> Iterator[Mutation]:
    yield from json_mutations(base)
    yield from file_mutations(base)
    yield from tensor_mutations(base)


def copy_folder(base: Path, target: Path) -> None:
    """A folder whose files are links to the original's."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for path in base.iterdir():
        os.link(path, target / path.name)

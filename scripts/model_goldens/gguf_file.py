"""Writes a `transformers` model as an F32 GGUF, with the keys and tensor names of llama.cpp's converter."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import gguf
import numpy as np
from transformers import PreTrainedModel

from . import variants, vocabulary
from .variants import Variant

_ARCHITECTURES = {
    variants.phi3: "phi3",
    variants.phi2: "phi2",
    variants.phimoe: "phimoe",
    variants.llama: "llama",
}

_NAMES = {
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "model.final_layernorm": "output_norm",
    "lm_head": "output",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.qkv_proj": "attn_qkv",
    "self_attn.o_proj": "attn_output",
    "self_attn.dense": "attn_output",
    "mlp.gate_up_proj": "ffn_up",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "mlp.fc1": "ffn_up",
    "mlp.fc2": "ffn_down",
    "mlp.router": "ffn_gate_inp",
}


def architecture(variant: Variant) -> str:
    """The GGUF architecture of a variant."""
    return _ARCHITECTURES[variant.build]


def begins_with_bos(variant: Variant) -> bool:
    """Whether the file asks for a beginning-of-text token: the phi2 converter says no."""
    return variant.build is not variants.phi2


def write(path: Path, variant: Variant, model: PreTrainedModel) -> None:
    """Writes the model, then reads it back and compares every tensor."""
    writer = gguf.GGUFWriter(path, architecture(variant))
    writer.add_type(gguf.GGUFType.MODEL)
    writer.add_name(f"golden {variant.name}")
    _add_parameters(writer, variant, model.config)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    vocabulary.add_to(writer, variant.shape.vocabulary, begin=begins_with_bos(variant))
    written = dict(_tensors(variant, model))
    for name, values in written.items():
        writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()

    read = {tensor.name: tensor for tensor in gguf.GGUFReader(path).tensors}
    assert read.keys() == written.keys()
    for name, values in written.items():
        assert read[name].tensor_type == gguf.GGMLQuantizationType.F32, name
        assert np.array_equal(read[name].data, values), name


def _add_parameters(writer: gguf.GGUFWriter, variant: Variant, config) -> None:
    shape = variant.shape
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(shape.hidden)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_block_count(shape.layers)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    if variant.build is variants.phi2:
        writer.add_layer_norm_eps(config.layer_norm_eps)
        writer.add_rope_dimension_count(int(variant.partial * shape.hidden) // shape.heads)
        return

    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_dimension_count(int(variant.partial * shape.hidden) // shape.heads)
    writer.add_rope_freq_base(variant.theta)
    if variant.build is variants.llama:
        writer.add_key_length(shape.head)
        writer.add_value_length(shape.head)
        writer.add_vocab_size(shape.vocabulary)
        return

    original = variant.longrope.original if variant.longrope else config.max_position_embeddings
    writer.add_rope_scaling_orig_ctx_len(original)
    writer.add_sliding_window(variant.window or 0)
    if variant.longrope:
        _add_magnitude(writer, variant)
    if variant.build is variants.phimoe:
        writer.add_expert_used_count(config.num_experts_per_tok)
        writer.add_expert_count(config.num_local_experts)


def _add_magnitude(writer: gguf.GGUFWriter, variant: Variant) -> None:
    """The factor of cos and sin, which for phimoe the converter's formula does not give."""
    longrope = variant.longrope
    growth = longrope.context / longrope.original
    formula = math.sqrt(1 + math.log(growth) / math.log(longrope.original)) if growth > 1 else 1.0
    if variant.mscale_keys == "attn_factor":
        writer.add_rope_scaling_attn_factors(longrope.long_mscale)
        return
    writer.add_rope_scaling_attn_factors(formula)
    if variant.mscale_keys == "own":
        name = architecture(variant)
        writer.add_float32(f"{name}.rope.scaling.short_mscale", longrope.short_mscale)
        writer.add_float32(f"{name}.rope.scaling.long_mscale", longrope.long_mscale)


def _tensors(variant: Variant, model: PreTrainedModel) -> Iterator[tuple[str, np.ndarray]]:
    """Every tensor of the file, by its GGUF name."""
    parameters = model.config.rope_parameters
    if variant.longrope:
        yield "rope_factors_long.weight", np.array(parameters["long_factor"], dtype=np.float32)
        yield "rope_factors_short.weight", np.array(parameters["short_factor"], dtype=np.float32)
    if parameters["rope_type"] == "llama3":
        yield "rope_freqs.weight", _frequency_divisors(variant, model)

    fused: dict[str, list[np.ndarray]] = {}
    for name, parameter in model.state_dict().items():
        if name == "lm_head.weight" and variant.tied:
            continue
        values = np.ascontiguousarray(parameter.numpy())
        for gguf_name, part in _renamed(variant, name, values):
            block, _, tensor = gguf_name.rpartition(".attn_")
            if variant.build is variants.phi2 and variant.regroup_qkv and tensor[:2] in ("q.", "k.", "v."):
                # The state dictionary names q, k and v in another order than their rows are fused.
                key = f"{block}.attn_qkv.{tensor[2:]}"
                fused.setdefault(key, [part, part, part])["qkv".index(tensor[0])] = part
            else:
                yield gguf_name, part
    for name, parts in fused.items():
        yield name, np.concatenate(parts)


def _renamed(variant: Variant, name: str, values: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """One parameter of `transformers` as the tensors it becomes."""
    shape = variant.shape
    stem, _, suffix = name.rpartition(".")
    prefix = ""
    if stem.startswith("model.layers."):
        _, _, block, stem = stem.split(".", 3)
        prefix = f"blk.{block}."
    if stem == "mlp.experts":
        # Parameters themselves, not modules: `suffix` is the projection. First the gate's rows, then the others.
        if suffix == "gate_up_proj":
            gate, up = np.split(values, 2, axis=1)
            yield f"{prefix}ffn_gate_exps.weight", np.ascontiguousarray(gate)
            yield f"{prefix}ffn_up_exps.weight", np.ascontiguousarray(up)
        else:
            yield f"{prefix}ffn_down_exps.weight", values
        return
    if stem == "self_attn.qkv_proj" and variant.regroup_qkv:
        rows = shape.heads * shape.head
        kv_rows = shape.kv_heads * shape.head
        for letter, part in zip("qkv", np.split(values, [rows, rows + kv_rows]), strict=True):
            yield f"{prefix}attn_{letter}.{suffix}", part
        return
    if variant.build is variants.llama and stem in ("self_attn.q_proj", "self_attn.k_proj"):
        values = _interleaved(values, shape.heads if stem.endswith("q_proj") else shape.kv_heads)
    yield f"{prefix}{_NAMES[stem]}.{suffix}", values


def _interleaved(rows: np.ndarray, heads: int) -> np.ndarray:
    """Rows of q or k reordered for a rotation of neighbours: 0, h/2, 1, h/2 + 1, … within each head of size h."""
    halves = rows.reshape(heads, 2, -1, *rows.shape[1:])
    return np.ascontiguousarray(halves.swapaxes(1, 2)).reshape(rows.shape)


def _frequency_divisors(variant: Variant, model: PreTrainedModel) -> np.ndarray:
    """What the frequencies of the model are divided by, compared with the plain ones."""
    exponents = np.arange(0, variant.shape.head, 2, dtype=np.float32) / variant.shape.head
    plain = 1 / np.float32(variant.theta) ** exponents
    return plain.astype(np.float32) / model.model.rotary_emb.inv_freq.numpy()

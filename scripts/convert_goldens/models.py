"""What becomes of a `transformers` model in GGUF, by the conventions of llama.cpp's converter."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from transformers import PreTrainedModel

_NAMES = {
    "model.embed_tokens": "token_embd", "model.norm": "output_norm", "model.final_layernorm": "output_norm",
    "lm_head": "output", "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.qkv_proj": "attn_qkv", "self_attn.o_proj": "attn_output", "self_attn.dense": "attn_output",
    "mlp.gate_up_proj": "ffn_up", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
    "mlp.fc1": "ffn_up", "mlp.fc2": "ffn_down", "mlp.router": "ffn_gate_inp",
}


def tensors(model: PreTrainedModel) -> Iterator[tuple[str, np.ndarray]]:
    """Every tensor of the file as float32, by its GGUF name."""
    config = model.config
    rope = config.rope_parameters
    if rope["rope_type"] == "longrope":
        yield "rope_factors_long.weight", np.array(rope["long_factor"], dtype=np.float32)
        yield "rope_factors_short.weight", np.array(rope["short_factor"], dtype=np.float32)
    if rope["rope_type"] == "llama3":
        size = config.head_dim
        plain = 1 / rope["rope_theta"] ** (torch.arange(0, size, 2).float() / size)
        yield "rope_freqs.weight", (plain / model.model.rotary_emb.inv_freq).numpy()
    for name, parameter in model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        yield from _renamed(model, name, parameter.float().numpy())


def _renamed(model: PreTrainedModel, name: str, values: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    stem, _, suffix = name.rpartition(".")
    prefix = ""
    if stem.startswith("model.layers."):
        _, _, block, stem = stem.split(".", 3)
        prefix = f"blk.{block}."
    if stem == "mlp.experts":
        if suffix == "down_proj":
            yield f"{prefix}ffn_down_exps.weight", values
            return
        for kind, part in zip(["gate", "up"], np.split(values, 2, axis=1), strict=True):
            yield f"{prefix}ffn_{kind}_exps.weight", part
        return
    if model.config.model_type == "llama" and stem in ("self_attn.q_proj", "self_attn.k_proj"):
        # A rotation of neighbours: in each head 0, h/2, 1, h/2 + 1, …
        size = model.config.head_dim
        heads = values.reshape(-1, 2, size // 2, *values.shape[1:])
        values = heads.swapaxes(1, 2).reshape(values.shape)
    yield f"{prefix}{_NAMES[stem]}.{suffix}", values


def metadata(model: PreTrainedModel) -> dict:
    """The keys of the architecture; a float is one by its Python type."""
    config = model.config
    arch = {"phi": "phi2"}.get(config.model_type, config.model_type)
    rope = config.rope_parameters
    head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    pairs = {
        "context_length": config.max_position_embeddings,
        "embedding_length": config.hidden_size,
        "feed_forward_length": config.intermediate_size,
        "block_count": config.num_hidden_layers,
        "attention.head_count": config.num_attention_heads,
        "attention.head_count_kv": config.num_key_value_heads,
        "rope.dimension_count": int(head * rope.get("partial_rotary_factor", 1.0)),
        "rope.freq_base": float(rope["rope_theta"]),
    }
    if arch == "phi2":
        pairs["attention.layer_norm_epsilon"] = config.layer_norm_eps
    else:
        pairs["attention.layer_norm_rms_epsilon"] = config.rms_norm_eps
    if arch == "llama":
        pairs |= {"vocab_size": config.vocab_size, "attention.key_length": head, "attention.value_length": head}
    if arch in ("phi3", "phimoe"):
        is_long = rope["rope_type"] == "longrope"
        original = rope["original_max_position_embeddings"] if is_long else config.max_position_embeddings
        pairs |= {
            "rope.scaling.original_context_length": original,
            "attention.sliding_window": config.sliding_window or 0,
        }
        growth = config.max_position_embeddings / original
        scale = math.sqrt(1 + math.log(growth) / math.log(original)) if growth > 1 else 1.0
        if is_long:
            pairs["rope.scaling.attn_factor"] = rope.get("long_mscale", scale)
        if arch == "phimoe":
            # Beyond the converter: it has no keys for what PhiMoE's configuration says.
            pairs |= {
                "rope.scaling.short_mscale": float(rope.get("short_mscale", 1.0)),
                "rope.scaling.long_mscale": float(rope.get("long_mscale", 1.0)),
                "expert_count": config.num_local_experts,
                "expert_used_count": config.num_experts_per_tok,
            }
    return {"general.architecture": arch} | {f"{arch}.{key}": value for key, value in pairs.items()}

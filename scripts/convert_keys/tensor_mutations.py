"""Tensors that are missing, extra, renamed, of another format or shape, in shards."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import safetensors.torch
import torch

from .mutation import Mutation


def tensor_mutations(base: Path) -> Iterator[Mutation]:
    """Tensors that are missing, extra, renamed, of another format or shape, in shards."""
    file = "model.safetensors"
    tensors = safetensors.torch.load_file(base / file)

    def save(name: str, key: str, change: Callable[[dict], dict], metadata: dict | None = None) -> Mutation:
        def apply(folder: Path) -> None:
            (folder / file).unlink()
            safetensors.torch.save_file(
                {k: v.contiguous() for k, v in change(dict(tensors)).items()},
                folder / file,
                {"format": "pt"} if metadata is None else metadata,
            )

        return Mutation(f"{file}: {name}", file, key, apply, {"model"})

    def with_(key: str, value) -> Callable[[dict], dict]:
        return lambda all: all | {key: value}

    one_of_each: dict[str, str] = {}
    for key in tensors:
        one_of_each.setdefault(
            key.replace("layers.1.", "layers.0.")
            .replace("experts.1", "experts.0")
            .replace("experts.2", "experts.0")
            .replace("experts.3", "experts.0"),
            key,
        )
    for key in one_of_each.values():
        value = tensors[key]
        yield save(f"{key} missing", key, lambda all, key=key: {k: v for k, v in all.items() if k != key})
        yield save(
            f"{key} renamed", key, lambda all, key=key: {k + ("_x" if k == key else ""): v for k, v in all.items()}
        )
        for kind in (
            torch.float64,
            torch.float16,
            torch.bfloat16,
            torch.float8_e4m3fn,
            torch.float8_e5m2,
            torch.int32,
            torch.int8,
            torch.bool,
        ):
            yield save(f"{key} as {str(kind)[6:]}", key, with_(key, value.to(kind)))
        yield save(f"{key} doubled rows", key, with_(key, torch.cat([value, value])))
        yield save(f"{key} with a dimension of 1 before", key, with_(key, value[None]))
        yield save(f"{key} empty", key, with_(key, value[:0]))
        if not value.is_floating_point():
            continue
        yield save(f"{key} with a NaN", key, with_(key, value.index_fill(0, torch.tensor([0]), float("nan"))))
        yield save(f"{key} with an infinity", key, with_(key, value.index_fill(0, torch.tensor([0]), float("inf"))))
        if value.dim() == 2:
            yield save(f"{key} transposed", key, with_(key, value.T))
            yield save(f"{key} less one row", key, with_(key, value[:-1]))
            yield save(f"{key} one row more", key, with_(key, torch.cat([value, value[:1]])))
            yield save(f"{key} flat", key, with_(key, value.flatten()))
        yield save(f"{key} with a bias", key, with_(key.rsplit(".", 1)[0] + ".bias", torch.ones(value.shape[0]) * 0.3))
    for name, change in {
        "all F64": lambda all: {k: v.double() for k, v in all.items()},
        "all F16": lambda all: {k: v.half() for k, v in all.items()},
        "all BF16": lambda all: {k: v.bfloat16() for k, v in all.items()},
        "all F8_E4M3": lambda all: {k: v.to(torch.float8_e4m3fn) for k, v in all.items()},
        "without model.": lambda all: {k.removeprefix("model."): v for k, v in all.items()},
        "with base_model.model.": lambda all: {f"base_model.model.{k}": v for k, v in all.items()},
        "with module.": lambda all: {f"module.{k}": v for k, v in all.items()},
        "with _orig_mod.": lambda all: {f"_orig_mod.{k}": v for k, v in all.items()},
        "with language_model.": lambda all: {f"language_model.{k}": v for k, v in all.items()},
        "none": lambda all: {},
        "one block less": lambda all: {k: v for k, v in all.items() if "layers.1." not in k},
        "one block more": lambda all: (
            all | {k.replace("layers.1.", "layers.2."): v.clone() for k, v in all.items() if "layers.1." in k}
        ),
        "blocks swapped": lambda all: {
            k.replace("layers.0.", "layers.X.").replace("layers.1.", "layers.0.").replace("layers.X.", "layers.1."): v
            for k, v in all.items()
        },
        "norm.weight": lambda all: {k.replace("norm.weight", "norm.gamma"): v for k, v in all.items()},
    }.items():
        yield save(name, "", change)
    head = tensors["model.embed_tokens.weight"].float()  # MLX packs codes in words
    yield save("another lm_head.weight", "lm_head.weight", with_("lm_head.weight", head.roll(1, 0).clone()))
    yield save(
        "lm_head.weight one value off",
        "lm_head.weight",
        with_("lm_head.weight", torch.where(torch.arange(head.numel()).reshape(head.shape) == 7, head + 1, head)),
    )
    yield save("lm_head.weight the same", "lm_head.weight", with_("lm_head.weight", head.clone()))
    yield save("lm_head.weight in BF16", "lm_head.weight", with_("lm_head.weight", head.bfloat16()))
    yield save(
        "lm_head.weight without embedding",
        "model.embed_tokens.weight",
        lambda all: (
            {k: v for k, v in all.items() if k != "model.embed_tokens.weight"}
            | {"lm_head.weight": all["model.embed_tokens.weight"]}
        ),
    )
    yield save("lm_head.bias", "lm_head.bias", with_("lm_head.bias", torch.randn(head.shape[0])))
    frequencies = torch.tensor([1.0, 0.5, 0.25, 0.1])
    yield save(
        "rotary_emb.inv_freq of another base",
        "inv_freq",
        with_("model.layers.0.self_attn.rotary_emb.inv_freq", frequencies),
    )
    yield save("rotary_emb.inv_freq", "inv_freq", with_("model.rotary_emb.inv_freq", frequencies))
    yield save("self_attn.bias", "self_attn.bias", with_("model.layers.0.self_attn.bias", torch.ones(1, 1, 4, 4)))
    for extra in (
        "model.layers.0.self_attn.q_norm.weight",
        "model.layers.0.self_attn.rope_scale",
        "model.layers.5.mlp.down_proj.weight",
        "v_head.summary.weight",
        "score.weight",
        "model.embed_positions.weight",
        "model.layers.0.self_attn.qkv_proj.weight.absmax",
        "model.layers.0.mlp.lora_A.weight",
        "model.layers.0.mlp.up_proj.weight_scale",
        "model.layers.0.self_attn.k_scale",
        "model.vision_embed_tokens.img_projection.weight",
    ):
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
            heights = (
                [32, (value.shape[0] - 32) // 2, (value.shape[0] - 32) // 2]
                if len(parts) == 3
                else [value.shape[0] // 2] * 2
            )
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

    def sharded(
        label: str, weight_map: dict, *, keep_whole=False, change=lambda all: all, drop: str | None = None, raw=None
    ) -> Mutation:
        def apply(folder: Path) -> None:
            if not keep_whole:
                (folder / "model.safetensors").unlink()
            for shard, members in shards.items():
                if shard != drop:
                    safetensors.torch.save_file(
                        change({name: tensors[name] for name in members}), folder / shard, {"format": "pt"}
                    )
            (folder / index).write_text(
                json.dumps(raw if raw is not None else {"metadata": {"total_size": 1}, "weight_map": weight_map})
            )

        return Mutation(f"{index}: {label}", index, "weight_map", apply, {"model"})

    yield sharded("honest", honest)
    yield sharded("a tensor in the wrong shard", honest | {first: "model-00002-of-00002.safetensors"})
    yield sharded("a tensor missing", {k: v for k, v in honest.items() if k != first})
    yield sharded("a tensor too many", honest | {"model.layers.0.x.weight": "model-00001-of-00002.safetensors"})
    yield sharded("a shard that is not there", honest | {first: "model-00003-of-00003.safetensors"})
    yield sharded("a shard missing", honest, drop="model-00002-of-00002.safetensors")
    yield sharded("beside the whole file", honest, keep_whole=True)
    yield sharded(
        "beside the whole file, other values",
        honest,
        keep_whole=True,
        change=lambda all: {k: v * 2 for k, v in all.items()},
    )
    yield sharded("only the first shard named", {k: v for k, v in honest.items() if v.startswith("model-00001")})
    yield sharded("a path that leads out", honest | {first: "../model-00001-of-00002.safetensors"})
    yield sharded("an absolute path", honest | {first: "/etc/passwd"})
    yield sharded("no weight_map", {}, raw={"metadata": {}})
    yield sharded("a number for a shard", honest | {first: 1})
    yield sharded("null for a shard", honest | {last: None})
    yield sharded("empty weight_map", {})

"""The golden models: every architecture and variant the runtime knows, as `transformers` models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import torch
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    Phi3Config,
    Phi3ForCausalLM,
    PhiConfig,
    PhiForCausalLM,
    PhimoeConfig,
    PhimoeForCausalLM,
    PreTrainedModel,
)

from .vocabulary import SMALLEST

# What Phi-3.5-MoE ships for both sets; GGUF files do not carry it.
PHIMOE_MSCALE = 1.243163121016122


@dataclass(frozen=True)
class Shape:
    """The sizes of a model; `hidden` is heads × head size, as GGUF has it for these architectures."""

    heads: int
    kv_heads: int
    head: int
    feed_forward: int
    layers: int = 2
    vocabulary: int = SMALLEST

    @property
    def hidden(self) -> int:
        return self.heads * self.head


@dataclass(frozen=True)
class LongRoPE:
    """A context extended by two sets of frequency divisors, `original` being the last length of the short one."""

    original: int
    context: int
    short_mscale: float | None = None  # phimoe alone has these two
    long_mscale: float | None = None

    def parameters(self, pairs: int) -> dict:
        generator = torch.Generator().manual_seed(pairs)
        short = 1 + 0.5 * torch.rand(pairs, generator=generator)
        long = 2 + 6 * torch.rand(pairs, generator=generator)
        parameters = {
            "rope_type": "longrope",
            # Fractions of a power of two are the same number in JSON, in float32 and in the file.
            "short_factor": [round(value * 64) / 64 for value in short.tolist()],
            "long_factor": [round(value * 8) / 8 for value in long.tolist()],
            "original_max_position_embeddings": self.original,
        }
        if self.short_mscale is not None:
            parameters |= {"short_mscale": self.short_mscale, "long_mscale": self.long_mscale}
        return parameters


@dataclass(frozen=True)
class Variant:
    """One golden model: how it is made, how it is written, and the lengths it is asked about."""

    name: str
    build: Callable[[Variant], PreTrainedModel]
    shape: Shape
    lengths: tuple[int, ...]
    theta: float = 10000.0
    partial: float = 1.0
    tied: bool = False
    biased: bool = True
    window: int | None = None
    longrope: LongRoPE | None = None
    experts: int = 0
    # GGUF only: q, k and v in a tensor each where the converter would keep them fused, or the reverse.
    regroup_qkv: bool = False
    # phimoe only: how the file tells its mscale; "formula" is what the converter writes, and does not tell it.
    mscale_keys: str = "formula"
    scaling: dict = field(default_factory=dict)

    def enlarged(self) -> Variant:
        """The same variant with the sizes, the threshold and the window several times as large."""
        shape = self.shape
        head = 8 * shape.head
        grown = replace(
            shape,
            head=head,
            feed_forward=4 * shape.heads * head if self.build is phi2 else 8 * shape.feed_forward,
            layers=4,
            vocabulary=1003,
        )
        lengths, longrope = tuple(5 * length for length in self.lengths), self.longrope
        if longrope:
            longrope = replace(longrope, original=5 * longrope.original, context=1024)
            lengths = (longrope.original - 60, longrope.original, longrope.original + 1, 300)
        return replace(
            self,
            name=self.name + "-big",
            shape=grown,
            lengths=lengths,
            window=self.window and 4 * self.window + 1,
            longrope=longrope,
        )


def _shared(variant: Variant) -> dict:
    """The arguments every configuration takes."""
    shape = variant.shape
    return {
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.hidden,
        "intermediate_size": shape.feed_forward,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "max_position_embeddings": variant.longrope.context if variant.longrope else 2048,
        "tie_word_embeddings": variant.tied,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "pad_token_id": 0,
        "attn_implementation": "eager",
    }


def phi3(variant: Variant) -> PreTrainedModel:
    pairs = int(variant.shape.head * variant.partial) // 2
    rope = variant.longrope.parameters(pairs) if variant.longrope else {"rope_type": "default"}
    return Phi3ForCausalLM(
        Phi3Config(
            **_shared(variant),
            original_max_position_embeddings=variant.longrope.original if variant.longrope else 2048,
            rope_parameters=rope | {"rope_theta": variant.theta, "partial_rotary_factor": variant.partial},
            sliding_window=variant.window,
        )
    )


def phi2(variant: Variant) -> PreTrainedModel:
    return PhiForCausalLM(
        PhiConfig(
            **_shared(variant),
            rope_parameters={
                "rope_type": "default",
                "rope_theta": variant.theta,
                "partial_rotary_factor": variant.partial,
            },
        )
    )


def phimoe(variant: Variant) -> PreTrainedModel:
    pairs = variant.shape.head // 2
    rope = variant.longrope.parameters(pairs) if variant.longrope else {"rope_type": "default"}
    return PhimoeForCausalLM(
        PhimoeConfig(
            **_shared(variant),
            rope_parameters=rope | {"rope_theta": variant.theta},
            sliding_window=variant.window,
            num_local_experts=variant.experts,
            attention_bias=variant.biased,
            lm_head_bias=variant.biased,
            experts_implementation="eager",
        )
    )


def llama(variant: Variant) -> PreTrainedModel:
    return LlamaForCausalLM(
        LlamaConfig(
            **_shared(variant),
            rope_parameters={"rope_type": "default"} | variant.scaling | {"rope_theta": variant.theta},
            attention_bias=False,
        )
    )


def _long(original: int = 32, context: int = 256, mscales: tuple[float, float] | None = None) -> LongRoPE:
    return LongRoPE(original, context, *(mscales or (None, None)))


# Lengths around a LongRoPE threshold of 32: below it, at it, and beyond it.
_ACROSS = (20, 32, 33, 60)

VARIANTS = [
    Variant("phi3", phi3, Shape(2, 2, 12, 28), (1, 40)),
    Variant("phi3-grouped", phi3, Shape(3, 1, 8, 20), (40,), theta=250000.0),
    Variant("phi3-separate", phi3, Shape(2, 1, 12, 28), (40,), theta=250000.0, regroup_qkv=True),
    Variant("phi3-partial-tied", phi3, Shape(2, 1, 20, 36), (40,), partial=0.8, tied=True),
    Variant("phi3-window", phi3, Shape(2, 1, 10, 26), (11, 12, 45), window=11),
    Variant("phi3-longrope", phi3, Shape(1, 1, 24, 28), _ACROSS, longrope=_long()),
    Variant(
        "phi3-longrope-partial",
        phi3,
        Shape(4, 2, 8, 30),
        _ACROSS,
        partial=0.75,
        tied=True,
        window=21,
        longrope=_long(),
    ),
    Variant("phi2", phi2, Shape(2, 2, 10, 80), (1, 40), partial=0.4),
    Variant("phi2-fused", phi2, Shape(1, 1, 20, 80), (40,), partial=0.5, regroup_qkv=True),
    Variant(
        "phimoe",
        phimoe,
        Shape(2, 1, 8, 8),
        _ACROSS,
        experts=16,
        longrope=_long(mscales=(PHIMOE_MSCALE, PHIMOE_MSCALE)),
    ),
    Variant(
        "phimoe-mscales",
        phimoe,
        Shape(2, 2, 8, 12),
        _ACROSS,
        experts=4,
        theta=500.0,
        longrope=_long(mscales=(1.125, 1.5)),
        mscale_keys="own",
    ),
    Variant(
        "phimoe-attn-factor",
        phimoe,
        Shape(2, 1, 8, 12),
        (20,),
        experts=4,
        longrope=_long(mscales=(1.375, 1.375)),
        mscale_keys="attn_factor",
    ),
    Variant("phimoe-plain", phimoe, Shape(2, 1, 10, 12), (40,), experts=6, window=13, biased=False),
    Variant("llama", llama, Shape(3, 1, 8, 28), (1, 40), theta=250000.0),
    Variant(
        "llama-tied-scaled",
        llama,
        Shape(2, 1, 16, 40),
        (40,),
        tied=True,
        theta=500.0,
        scaling={
            "rope_type": "llama3",
            "factor": 8.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 512,
        },
    ),
]

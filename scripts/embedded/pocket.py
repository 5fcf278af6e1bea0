"""The model: Phi-3's architecture at a small size, with the parameter names of `Phi3ForCausalLM`."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F


@dataclass(frozen=True)
class Shape:
    vocabulary: int = 1024
    hidden: int = 256
    layers: int = 5
    heads: int = 8
    kv_heads: int = 2
    feed_forward: int = 512
    context: int = 4096
    original_context: int = 1024
    window: int = 256
    theta: float = 10_000.0
    epsilon: float = 1e-5

    @property
    def head(self) -> int:
        return self.hidden // self.heads

    @property
    def short_factor(self) -> list[float]:
        return [1.0] * (self.head // 2)

    @property
    def long_factor(self) -> list[float]:
        """From 1 for what turns fast to the growth of the context for what turns slowly."""
        count, growth = self.head // 2, self.context / self.original_context
        return [round(growth ** (index / (count - 1)), 4) for index in range(count)]

    @property
    def magnitude(self) -> float:
        """LongRoPE's factor of cos and sin."""
        return math.sqrt(1 + math.log(self.context / self.original_context) / math.log(self.original_context))

    def configuration(self) -> dict:
        """`config.json`."""
        return {
            "architectures": ["Phi3ForCausalLM"],
            "model_type": "phi3",
            "vocab_size": self.vocabulary,
            "hidden_size": self.hidden,
            "intermediate_size": self.feed_forward,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "num_key_value_heads": self.kv_heads,
            "max_position_embeddings": self.context,
            "original_max_position_embeddings": self.original_context,
            "sliding_window": self.window,
            "rope_theta": self.theta,
            "rms_norm_eps": self.epsilon,
            "hidden_act": "silu",
            "tie_word_embeddings": True,
            "rope_scaling": {
                "type": "longrope",
                "short_factor": self.short_factor,
                "long_factor": self.long_factor,
            },
            "attention_bias": False,
            "bos_token_id": 1,
            "eos_token_id": 1008,
            "pad_token_id": 1008,
            "torch_dtype": "float16",
            "attention_dropout": 0.0,
            "embd_pdrop": 0.0,
            "resid_pdrop": 0.0,
            "initializer_range": 0.02,
            "use_cache": True,
        }

    def rotation(self, length: int, long: bool) -> tuple[torch.Tensor, torch.Tensor]:
        """cos and sin, [length][head]."""
        factor = torch.tensor(self.long_factor if long else self.short_factor)
        frequencies = 1 / (factor * self.theta ** (torch.arange(0, self.head, 2) / self.head))
        angles = torch.outer(torch.arange(length).float(), frequencies)
        angles = torch.cat((angles, angles), -1)
        return angles.cos() * self.magnitude, angles.sin() * self.magnitude


def rotate(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    left, right = x.chunk(2, -1)
    return (x * cos + torch.cat((-right, left), -1) * sin).to(x.dtype)


class Attention(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        self.qkv_proj = nn.Linear(shape.hidden, (shape.heads + 2 * shape.kv_heads) * shape.head, bias=False)
        self.o_proj = nn.Linear(shape.heads * shape.head, shape.hidden, bias=False)

    def forward(self, x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
        batch, length, _ = x.shape
        shape = self.shape
        q, k, v = (
            self.qkv_proj(x)
            .view(batch, length, -1, shape.head)
            .transpose(1, 2)
            .split((shape.heads, shape.kv_heads, shape.kv_heads), 1)
        )
        group = shape.heads // shape.kv_heads
        k, v = rotate(k, cos, sin).repeat_interleave(group, 1), v.repeat_interleave(group, 1)
        mixed = F.scaled_dot_product_attention(rotate(q, cos, sin), k, v, is_causal=True)
        return self.o_proj(mixed.transpose(1, 2).reshape(batch, length, -1))


class FeedForward(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.gate_up_proj = nn.Linear(shape.hidden, 2 * shape.feed_forward, bias=False)
        self.down_proj = nn.Linear(shape.feed_forward, shape.hidden, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        gate, up = self.gate_up_proj(x).chunk(2, -1)
        return self.down_proj(F.silu(gate) * up)


class Block(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.input_layernorm = nn.RMSNorm(shape.hidden, eps=shape.epsilon)
        self.self_attn = Attention(shape)
        self.post_attention_layernorm = nn.RMSNorm(shape.hidden, eps=shape.epsilon)
        self.mlp = FeedForward(shape)

    def forward(self, x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
        x = x + self.self_attn(self.input_layernorm(x), cos, sin)
        return x + self.mlp(self.post_attention_layernorm(x))


class Decoder(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.embed_tokens = nn.Embedding(shape.vocabulary, shape.hidden)
        self.layers = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = nn.RMSNorm(shape.hidden, eps=shape.epsilon)


class Pocket(nn.Module):
    """Token ids [batch][length] to logits [batch][length][vocabulary]; sequences are shorter than the window."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        self.model = Decoder(shape)
        for name, parameter in self.named_parameters():
            if parameter.ndim == 2:
                deep = name.endswith(("o_proj.weight", "down_proj.weight"))
                nn.init.normal_(parameter, std=0.02 / math.sqrt(2 * shape.layers) if deep else 0.02)

    def forward(self, ids: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
        x = self.model.embed_tokens(ids)
        for block in self.model.layers:
            x = block(x, cos, sin)
        return F.linear(self.model.norm(x), self.model.embed_tokens.weight)

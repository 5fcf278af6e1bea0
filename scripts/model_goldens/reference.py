"""What `transformers` computes with a model: float32 logits, and the greedy continuation of a prompt."""

from __future__ import annotations

from functools import partial

import torch
from transformers import PhimoeForCausalLM, PreTrainedModel
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS


def randomize(model: PreTrainedModel, seed: int) -> None:
    """Gives every parameter a value that matters: norms and biases too, and scores that make attention choose."""
    generator = torch.Generator().manual_seed(seed)

    def normal(parameter: torch.Tensor, deviation: float, mean: float = 0.0) -> None:
        parameter.copy_(mean + deviation * torch.randn(parameter.shape, generator=generator))

    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                normal(parameter, 0.3)
            elif parameter.dim() == 1:
                normal(parameter, 0.25, mean=1.0)
            elif "embed_tokens" in name:
                # A tied output repeats the token just read, unless its embedding is small in the residual.
                tied = model.config.tie_word_embeddings
                normal(parameter, 1.5 / parameter.shape[-1] ** 0.5 if tied else 0.5)
            else:
                gain = {"lm_head": 3.0, "qkv_proj": 1.3, "q_proj": 1.3, "k_proj": 1.3}
                layer = name.split(".")[-2]
                normal(parameter, gain.get(layer, 1.0) / parameter.shape[-1] ** 0.5)
            if name.endswith("router.weight"):
                # Experts in pairs of nearly the same score, so that the mixture weighs more than one at times.
                count = parameter.shape[0] // 2
                parameter[1::2].copy_(parameter[0 : 2 * count : 2] * 1.01 + 0.002 * parameter[1::2])
        # A greedy continuation must not depend on what a program does at an end of text.
        model.get_output_embeddings().weight[:3] *= 0.05
    model.eval()


def choose_long_frequencies(model: PreTrainedModel) -> None:
    """Makes phimoe take the long factors beyond the original context, as Microsoft's code and transformers 4 do.

    transformers 5 passes no length to the frequencies of this one model, which leaves the short factors in force
    there, while its mscale does switch.
    """
    if not isinstance(model, PhimoeForCausalLM) or model.config.rope_parameters["rope_type"] != "longrope":
        return
    rotary = model.model.rotary_emb

    def before(_module, _arguments, keywords) -> None:
        length = int(keywords["position_ids"].max()) + 1
        rotary.rope_init_fn = partial(ROPE_INIT_FUNCTIONS["longrope"], seq_len=length)

    rotary.register_forward_pre_hook(before, with_kwargs=True)


@torch.no_grad()
def logits(model: PreTrainedModel, tokens: list[int]) -> torch.Tensor:
    """The logits at every position, `[position][vocabulary]`, without a cache."""
    return model(torch.tensor([tokens]), use_cache=False).logits[0].float()


def greedy(model: PreTrainedModel, prompt: list[int], count: int, smallest: float) -> tuple[list[int], float] | None:
    """The continuation that a full computation of every prefix gives, and its smallest relative margin.

    The margin is the distance of the two best logits, by the largest: how far the choice is from another one.
    Nothing is returned once a margin is below `smallest`.
    """
    tokens, margin = list(prompt), float("inf")
    for _ in range(count):
        row = logits(model, tokens)[-1]
        best, second = row.topk(2).values.tolist()
        margin = min(margin, (best - second) / row.abs().max().item())
        if margin < smallest:
            return None
        tokens.append(int(row.argmax()))
    return tokens[len(prompt) :], margin


def generated(model: PreTrainedModel, prompt: list[int], count: int) -> list[int]:
    """The same continuation by `generate`, through the cache that LongRoPE drops when it crosses its threshold."""
    model.generation_config.eos_token_id = None
    output = model.generate(
        torch.tensor([prompt]),
        attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
        max_new_tokens=count,
        do_sample=False,
    )
    return output[0, len(prompt) :].tolist()


def routing_margin(model: PreTrainedModel, tokens: list[int]) -> tuple[float, int]:
    """How near the router comes to a different choice, and how many picks share their weight with other experts."""
    if not isinstance(model, PhimoeForCausalLM):
        return float("inf"), 0
    scores: list[torch.Tensor] = []
    hooks = [
        layer.mlp.router.register_forward_hook(lambda _m, _i, output: scores.append(output[0]))
        for layer in model.model.layers
    ]
    logits(model, tokens)
    for hook in hooks:
        hook.remove()
    margin, shared = float("inf"), 0
    for row in torch.cat(scores):
        remaining = row.clone()
        for _ in range(2):
            best, chosen = remaining.max(dim=0)
            distance = (best - row) / row.abs().clamp(min=best)
            others = torch.isfinite(remaining) & (torch.arange(len(row)) != chosen)
            margin = min(margin, distance[others].abs().min().item())
            margin = min(margin, (distance[others] - 0.02).abs().min().item())
            shared += int((distance[others] <= 0.02).any())
            remaining[chosen] = float("-inf")
    return margin, shared

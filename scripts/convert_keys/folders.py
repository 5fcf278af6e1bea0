"""Small random models in the layouts that Phi and Llama models are published in, each with its tokenizer.

The weights make a model that repeats its last token: the output matrix is the embedding with some noise, so that
`run` after a token shows whether that token ends a text.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import safetensors.torch
import torch
from convert_goldens import vocabularies
from tokenizers import AddedToken, Regex, pre_tokenizers, processors
from transformers import (
    AutoTokenizer,
    LlamaConfig,
    LlamaForCausalLM,
    Phi3Config,
    Phi3ForCausalLM,
    PhiConfig,
    PhiForCausalLM,
    PhimoeConfig,
    PhimoeForCausalLM,
)

SHAPE = {"hidden_size": 32, "num_attention_heads": 4, "intermediate_size": 64, "num_hidden_layers": 2}

PHI3_TEMPLATE = (
    "{% for message in messages %}{% if message['role'] == 'system' %}{{'<|system|>\n' + message['content'] + '<|end|>\n'}}"
    "{% elif message['role'] == 'user' %}{{'<|user|>\n' + message['content'] + '<|end|>\n'}}"
    "{% elif message['role'] == 'assistant' %}{{'<|assistant|>\n' + message['content'] + '<|end|>\n'}}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% else %}{{ eos_token }}{% endif %}"
)
PHI4_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{'<|im_start|>' + message['role'] + '<|im_sep|>' + message['content'] + "
    "'<|im_end|>'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant<|im_sep|>' }}{% endif %}"
)
PHI4_MINI_TEMPLATE = (
    "{% for message in messages %}{% if message['role'] == 'system' and 'tools' in message and message['tools'] is not none %}"
    "{{ '<|' + message['role'] + '|>' + message['content'] + '<|tool|>' + message['tools'] + '<|/tool|>' + '<|end|>' }}"
    "{% else %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% else %}{{ eos_token }}{% endif %}"
)
LLAMA_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' + "
    "message['content'] | trim + '<|eot_id|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)


def special(*texts: str, **options) -> list[AddedToken]:
    return [AddedToken(text, special=True, normalized=False, **options) for text in texts]


def decoder_of(tokenizer) -> dict:
    """`added_tokens_decoder` of a tokenizer_config.json."""
    return {
        str(identifier): {
            "content": token.content,
            "lstrip": token.lstrip,
            "normalized": token.normalized,
            "rstrip": token.rstrip,
            "single_word": token.single_word,
            "special": token.special,
        }
        for identifier, token in sorted(tokenizer.get_added_tokens_decoder().items())
    }


def sentence_piece(config: dict, *, has_model: bool):
    vocabulary = vocabularies.sentence_piece(config, has_model=has_model, metadata={})
    files = dict(vocabulary.files)
    begin = "<s> " if config["add_bos_token"] else ""
    vocabulary.tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin}$A", pair=f"{begin}$A {begin and '<s>:1 '}$B:1", special_tokens=[("<s>", 1)]
    )
    files["tokenizer.json"] = vocabulary.tokenizer.to_str(pretty=True).encode()
    config = {"added_tokens_decoder": decoder_of(vocabulary.tokenizer)} | config
    return vocabulary, files, config


def byte_pair(steps, added, begin=None, ignore_merges=False):
    vocabulary = vocabularies.byte_pair("x", steps, added, {}, {}, begin=begin)
    tokenizer = vocabulary.tokenizer
    if begin is None:
        tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    if ignore_merges:
        tokenizer.model.ignore_merges = True
    return (
        vocabulary,
        {"tokenizer.json": tokenizer.to_str(pretty=True).encode()},
        {"added_tokens_decoder": decoder_of(tokenizer)},
    )


def split(expression: str, behavior: str = "isolated", invert: bool = False):
    return [
        pre_tokenizers.Split(Regex(expression), behavior, invert=invert),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ]


def special_map(config: dict) -> dict:
    return {
        key: {"content": config[key], "lstrip": False, "normalized": False, "rstrip": False, "single_word": False}
        for key in ["bos_token", "eos_token", "unk_token", "pad_token"]
        if config.get(key)
    }


def phi2():
    spaces = [AddedToken(" " * count, normalized=True) for count in (4, 3, 2)]
    vocabulary, files, extra = byte_pair(
        [pre_tokenizers.ByteLevel(add_prefix_space=False)], special("<|endoftext|>") + spaces
    )
    end = vocabulary.tokenizer.token_to_id("<|endoftext|>")
    tokens = extra | {
        "add_prefix_space": False,
        "bos_token": "<|endoftext|>",
        "clean_up_tokenization_spaces": True,
        "eos_token": "<|endoftext|>",
        "model_max_length": 2048,
        "return_token_type_ids": False,
        "tokenizer_class": "CodeGenTokenizer",
        "unk_token": "<|endoftext|>",
    }
    config = PhiConfig(
        **SHAPE | {"intermediate_size": 128},
        vocab_size=vocabulary.count,
        max_position_embeddings=64,
        partial_rotary_factor=0.5,
        bos_token_id=end,
        eos_token_id=end,
        resid_pdrop=0.1,
        hidden_act="gelu_new",
    )
    return PhiForCausalLM(config), files, tokens, {"eos_token_id": end, "bos_token_id": end}, {}


def phi3_4k():
    """As Phi-3-mini-4k-instruct: a window, SentencePiece with `tokenizer.model`, template in tokenizer_config.json."""
    config = {
        "add_bos_token": False,
        "add_eos_token": False,
        "bos_token": "<s>",
        "chat_template": PHI3_TEMPLATE,
        "clean_up_tokenization_spaces": False,
        "eos_token": "<|endoftext|>",
        "legacy": False,
        "model_max_length": 4096,
        "pad_token": "<|endoftext|>",
        "padding_side": "left",
        "sp_model_kwargs": {},
        "tokenizer_class": "LlamaTokenizer",
        "unk_token": "<unk>",
        "use_default_system_prompt": False,
    }
    vocabulary, files, tokens = sentence_piece(config, has_model=True)
    model = Phi3Config(
        **SHAPE,
        num_key_value_heads=4,
        vocab_size=vocabulary.count,
        max_position_embeddings=64,
        original_max_position_embeddings=64,
        sliding_window=11,
        bos_token_id=1,
        eos_token_id=400,
        pad_token_id=400,
    )
    return (
        Phi3ForCausalLM(model),
        files,
        tokens,
        {"bos_token_id": 1, "eos_token_id": [400, 401, 403], "pad_token_id": 400},
        {},
    )


def phi3_128k():
    """As Phi-3-mini-128k-instruct: LongRoPE as published (`rope_scaling`), SentencePiece by its merges alone."""
    config = {
        "add_bos_token": True,
        "add_eos_token": False,
        "bos_token": "<s>",
        "chat_template": PHI3_TEMPLATE,
        "clean_up_tokenization_spaces": False,
        "eos_token": "<|endoftext|>",
        "legacy": False,
        "model_max_length": 131072,
        "pad_token": "<|endoftext|>",
        "padding_side": "left",
        "tokenizer_class": "LlamaTokenizer",
        "unk_token": "<unk>",
    }
    vocabulary, files, tokens = sentence_piece(config, has_model=False)
    model = Phi3Config(
        **SHAPE,
        num_key_value_heads=2,
        vocab_size=vocabulary.count,
        max_position_embeddings=64,
        sliding_window=40,
        original_max_position_embeddings=16,
        bos_token_id=1,
        eos_token_id=400,
        pad_token_id=400,
        rope_parameters={
            "rope_type": "longrope",
            "rope_theta": 10000.0,
            "original_max_position_embeddings": 16,
            "short_factor": [1.0, 1.125, 1.25, 1.5],
            "long_factor": [1.0, 2.0, 3.0, 4.0],
        },
    )
    return Phi3ForCausalLM(model), files, tokens, {"eos_token_id": [400, 401, 403]}, {"old": True}


def phi4():
    """As phi-4: grouped heads, no window, the cl100k splitter, special tokens that strip on both sides."""
    vocabulary, files, tokens = byte_pair(
        split(vocabularies.CL100K),
        special("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|im_sep|>", "<|dummy_0|>", lstrip=True, rstrip=True),
    )
    first = vocabulary.tokenizer.token_to_id("<|endoftext|>")
    tokens |= {
        "add_prefix_space": False,
        "bos_token": "<|endoftext|>",
        "chat_template": PHI4_TEMPLATE,
        "clean_up_tokenization_spaces": False,
        "eos_token": "<|im_end|>",
        "model_max_length": 16384,
        "pad_token": "<|dummy_0|>",
        "padding_side": "left",
        "tokenizer_class": "GPT2Tokenizer",
        "unk_token": "<|endoftext|>",
    }
    model = Phi3Config(
        **SHAPE,
        num_key_value_heads=2,
        vocab_size=vocabulary.count,
        max_position_embeddings=64,
        original_max_position_embeddings=64,
        sliding_window=None,
        bos_token_id=first,
        eos_token_id=first + 2,
        pad_token_id=first + 4,
        rope_parameters={"rope_type": "default", "rope_theta": 250000.0},
    )
    return Phi3ForCausalLM(model), files, tokens, {"bos_token_id": first, "eos_token_id": first + 2}, {}


def phi4_mini():
    """As Phi-4-mini-instruct: LongRoPE on part of a head, tied, gpt-4o's splitter, `chat_template.jinja`."""
    vocabulary, files, tokens = byte_pair(
        split(vocabularies.O200K, "removed", invert=True),
        special("<|endoftext|>", "<|endofprompt|>")
        + special("<|assistant|>", "<|end|>", "<|user|>", "<|system|>", "<|tool|>", "<|/tool|>", rstrip=True),
    )
    first = vocabulary.tokenizer.token_to_id("<|endoftext|>")
    tokens |= {
        "add_bos_token": False,
        "add_eos_token": False,
        "add_prefix_space": False,
        "bos_token": "<|endoftext|>",
        "clean_up_tokenization_spaces": False,
        "eos_token": "<|endoftext|>",
        "model_max_length": 131072,
        "pad_token": "<|endoftext|>",
        "tokenizer_class": "GPT2Tokenizer",
        "unk_token": "<|endoftext|>",
    }
    model = Phi3Config(
        **SHAPE,
        num_key_value_heads=2,
        vocab_size=vocabulary.count,
        max_position_embeddings=64,
        tie_word_embeddings=True,
        original_max_position_embeddings=16,
        partial_rotary_factor=0.75,
        sliding_window=60,
        bos_token_id=first,
        eos_token_id=first,
        pad_token_id=first,
        rope_parameters={
            "rope_type": "longrope",
            "rope_theta": 10000.0,
            "partial_rotary_factor": 0.75,
            "original_max_position_embeddings": 16,
            "short_factor": [1.0, 1.25, 1.5],
            "long_factor": [1.0, 2.0, 4.0],
        },
    )
    return (
        Phi3ForCausalLM(model),
        files,
        tokens,
        {"bos_token_id": first, "eos_token_id": [first + 3, first], "pad_token_id": first},
        {"files": {"chat_template.jinja": PHI4_MINI_TEMPLATE}, "old": True},
    )


def phimoe():
    """As Phi-3.5-MoE-instruct: experts, LayerNorm, biases, two magnitudes."""
    config = {
        "add_bos_token": True,
        "add_eos_token": False,
        "bos_token": "<s>",
        "chat_template": PHI3_TEMPLATE,
        "clean_up_tokenization_spaces": False,
        "eos_token": "<|endoftext|>",
        "legacy": False,
        "model_max_length": 131072,
        "pad_token": "<|endoftext|>",
        "padding_side": "left",
        "sp_model_kwargs": {},
        "tokenizer_class": "LlamaTokenizer",
        "unk_token": "<unk>",
    }
    vocabulary, files, tokens = sentence_piece(config, has_model=True)
    model = PhimoeConfig(
        **SHAPE,
        num_key_value_heads=2,
        vocab_size=vocabulary.count,
        num_local_experts=4,
        max_position_embeddings=64,
        sliding_window=60,
        attention_bias=True,
        lm_head_bias=True,
        bos_token_id=1,
        eos_token_id=400,
        pad_token_id=400,
        rope_parameters={
            "rope_type": "longrope",
            "rope_theta": 10000.0,
            "original_max_position_embeddings": 16,
            "short_mscale": 1.25,
            "long_mscale": 1.5,
            "short_factor": [1.0, 1.125, 1.25, 1.5],
            "long_factor": [1.0, 2.0, 3.0, 4.0],
        },
    )
    return PhimoeForCausalLM(model), files, tokens, {"eos_token_id": [400, 401, 403]}, {}


def llama2():
    """As Llama 2: SentencePiece, a linear stretch of positions."""
    config = {
        "add_bos_token": True,
        "add_eos_token": False,
        "bos_token": "<s>",
        "clean_up_tokenization_spaces": False,
        "eos_token": "</s>",
        "legacy": False,
        "model_max_length": 4096,
        "pad_token": None,
        "tokenizer_class": "LlamaTokenizer",
        "unk_token": "<unk>",
    }
    vocabulary, files, tokens = sentence_piece(config, has_model=True)
    model = LlamaConfig(
        **SHAPE,
        num_key_value_heads=4,
        vocab_size=vocabulary.count,
        max_position_embeddings=64,
        bos_token_id=1,
        eos_token_id=2,
        rope_parameters={"rope_type": "linear", "rope_theta": 10000.0, "factor": 4.0},
    )
    return (
        LlamaForCausalLM(model),
        files,
        tokens,
        {"bos_token_id": 1, "eos_token_id": 2, "temperature": 0.6, "top_p": 0.9, "do_sample": True},
        {"old": True},
    )


def llama3():
    """As Llama 3.2: tied, stretched waves, heads of a width of their own, a template for the first token."""
    vocabulary, files, tokens = byte_pair(
        split(vocabularies.CL100K),
        special(
            "<|begin_of_text|>",
            "<|end_of_text|>",
            "<|start_header_id|>",
            "<|end_header_id|>",
            "<|eom_id|>",
            "<|eot_id|>",
            "<|finetune_right_pad_id|>",
        ),
        begin="<|begin_of_text|>",
        ignore_merges=True,
    )
    first = vocabulary.tokenizer.token_to_id("<|begin_of_text|>")
    tokens |= {
        "bos_token": "<|begin_of_text|>",
        "chat_template": LLAMA_TEMPLATE,
        "clean_up_tokenization_spaces": True,
        "eos_token": "<|eot_id|>",
        "model_input_names": ["input_ids", "attention_mask"],
        "model_max_length": 131072,
        "tokenizer_class": "PreTrainedTokenizerFast",
    }
    model = LlamaConfig(
        **SHAPE,
        num_key_value_heads=2,
        head_dim=12,
        vocab_size=vocabulary.count,
        max_position_embeddings=64,
        tie_word_embeddings=True,
        bos_token_id=first,
        eos_token_id=[first + 1, first + 4, first + 5],
        rope_parameters={
            "rope_type": "llama3",
            "rope_theta": 500000.0,
            "factor": 8.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 16,
        },
    )
    return (
        LlamaForCausalLM(model),
        files,
        tokens,
        {
            "bos_token_id": first,
            "eos_token_id": [first + 1, first + 4, first + 5],
            "do_sample": True,
            "temperature": 0.6,
            "top_p": 0.9,
        },
        {},
    )


# Names of folders that transformers 5 saved anew: flags in tokenizer.json alone, the template in a file of its own.
SAVED_ANEW = {f"{name}-v5": name for name in ("Phi-4-mini-instruct", "Phi-3-mini-4k-instruct", "phi-4")}

# Names of folders in MLX's layout; transformers reads their values from a folder beside it, `NAME.plain`.
MLX = {f"{name}-mlx": name for name in ("Phi-4-mini-instruct", "Phi-3-mini-4k-instruct")}

MODELS = {
    "phi-2": phi2,
    "Phi-3-mini-4k-instruct": phi3_4k,
    "Phi-3-mini-128k-instruct": phi3_128k,
    "phi-4": phi4,
    "Phi-4-mini-instruct": phi4_mini,
    "Phi-3.5-MoE-instruct": phimoe,
    "Llama-2-7b": llama2,
    "Llama-3.2-1B-Instruct": llama3,
}


def make(name: str, folder: Path) -> None:
    """Writes a model's folder."""
    if name in SAVED_ANEW:
        make(SAVED_ANEW[name], folder)
        tokenizer = AutoTokenizer.from_pretrained(folder)
        for file in (
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "tokenizer.model",
            "added_tokens.json",
        ):
            (folder / file).unlink(missing_ok=True)
        tokenizer.save_pretrained(folder)
        return
    if name in MLX:
        make(MLX[name], plain := folder.with_name(f"{name}.plain"))
        quantize(plain, folder)
        return
    torch.manual_seed(list(MODELS).index(name))
    model, files, tokens, generation, extra = MODELS[name]()
    folder.mkdir(parents=True)
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            torch.nn.init.normal_(
                parameter,
                1.0 if "norm" in key and key.endswith("weight") else 0.0,
                0.15 if parameter.dim() == 1 else 0.12,
            )
        embedding = torch.nn.init.normal_(model.get_input_embeddings().weight, 0.0, 1.0)
        if not model.config.tie_word_embeddings:
            model.lm_head.weight.copy_(embedding + 0.1 * torch.randn_like(embedding))
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    for file, content in files.items():
        (folder / file).write_bytes(content)
    write_json(folder / "tokenizer_config.json", tokens)
    write_json(folder / "special_tokens_map.json", special_map(tokens))
    write_json(
        folder / "generation_config.json", {"_from_model_config": True, **generation, "transformers_version": "4.41.2"}
    )
    for file, text in extra.get("files", {}).items():
        (folder / file).write_text(text)
    if extra.get("old"):
        spell_as_published(folder / "config.json")


def quantize(plain: Path, folder: Path, size: int = 32, bits: int = 4) -> None:
    """Writes a folder as MLX does, and gives the plain one the values that it stands for."""
    shutil.copytree(plain, folder)
    stored, values = {}, {}
    for name, tensor in safetensors.torch.load_file(plain / "model.safetensors").items():
        if tensor.dim() < 2:
            stored[name] = values[name] = tensor
            continue
        groups = tensor.reshape(tensor.shape[0], -1, size)
        low = groups.amin(-1, keepdim=True).half()
        scale = ((groups.amax(-1, keepdim=True) - low.float()) / (2**bits - 1)).half()
        codes = ((groups - low.float()) / scale.float()).round().clamp(0, 2**bits - 1)
        values[name] = (codes * scale.float() + low.float()).reshape(tensor.shape)
        words = codes.to(torch.int64).reshape(tensor.shape[0], -1, 32 // bits) << (torch.arange(32 // bits) * bits)
        stem = name.removesuffix(".weight")
        stored[name] = words.sum(-1).to(torch.uint32)
        stored[f"{stem}.scales"], stored[f"{stem}.biases"] = scale.squeeze(-1), low.squeeze(-1)
    safetensors.torch.save_file(stored, folder / "model.safetensors", {"format": "mlx"})
    safetensors.torch.save_file(values, plain / "model.safetensors", {"format": "pt"})
    config = json.loads((folder / "config.json").read_text())
    write_json(folder / "config.json", config | {"quantization": {"group_size": size, "bits": bits, "mode": "affine"}})


def spell_as_published(path: Path) -> None:
    """Writes a configuration as before `transformers` 5: `rope_theta`, `rope_scaling`, `torch_dtype`."""
    config = json.loads(path.read_text())
    parameters = config.pop("rope_parameters")
    config["rope_theta"] = parameters.pop("rope_theta")
    if "partial_rotary_factor" in parameters:
        config["partial_rotary_factor"] = parameters.pop("partial_rotary_factor")
    kind = parameters.pop("rope_type")
    original = parameters.pop("original_max_position_embeddings", None)
    if original is not None:
        config["original_max_position_embeddings"] = original
    config["rope_scaling"] = None if kind == "default" else {"type": kind} | parameters
    config["torch_dtype"] = config.pop("dtype", "float32")
    config["transformers_version"] = "4.41.2"
    write_json(path, config)


def write_json(path: Path, value) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")

"""Makes the models that scripts/bench-peers gives to its peers, in a Python of their environments.

makers.py JOB REQUEST    JOB is huggingface, openvino or onnxruntime; REQUEST an object with shape (of a Phi3Config),
                         kind (the format), source and target (folders)
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path


def make_huggingface(shape: dict, kind: str, source: str, target: str) -> None:
    """A folder of bfloat16 weights that nobody trained, with a tokenizer of bytes."""
    import torch
    import transformers
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    configuration = transformers.Phi3Config(
        **shape,
        max_position_embeddings=4096,
        original_max_position_embeddings=4096,
        tie_word_embeddings=False,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
    )
    torch.manual_seed(1)
    transformers.AutoModelForCausalLM.from_config(configuration, dtype=torch.bfloat16).save_pretrained(target)
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = ["<pad>", "<s>", "</s>", *letters]
    words += [f"<{index}>" for index in range(len(words), shape["vocab_size"])]
    tokenizer = Tokenizer(models.BPE({word: index for index, word in enumerate(words)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>"
    ).save_pretrained(target)


def make_openvino(shape: dict, kind: str, source: str, target: str) -> None:
    formats = {
        "INT4 sym": ["--weight-format", "int4", "--sym", "--group-size", "32", "--ratio", "1.0"],
        "INT4 asym": ["--weight-format", "int4", "--group-size", "32", "--ratio", "1.0"],
        "INT8": ["--weight-format", "int8"],
    }
    program = Path(sys.executable).with_name("optimum-cli")
    command = [program, "export", "openvino", "--model", source, "--task", "text-generation-with-past"]
    subprocess.run([*command, *formats[kind], target], check=True)


def make_onnxruntime(shape: dict, kind: str, source: str, target: str) -> None:
    command = [sys.executable, "-m", "onnxruntime_genai.models.builder", "-i", source, "-o", target]
    with tempfile.TemporaryDirectory(dir=target) as cache:
        options = ["-p", "int4", "-e", "cpu", "-c", cache, "--extra_options", "prune_lm_head=true"]
        subprocess.run([*command, *options, "block_size=32", "accuracy_level=4"], check=True)


MAKERS = {"huggingface": make_huggingface, "openvino": make_openvino, "onnxruntime": make_onnxruntime}

if __name__ == "__main__":
    MAKERS[sys.argv[1]](**json.loads(sys.argv[2]))

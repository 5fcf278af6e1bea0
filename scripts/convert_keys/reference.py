"""What transformers makes of a folder. Run as a program it answers requests, one JSON object a line.

It is a process of its own so that a folder that makes it hang or take memory without bound ends it alone.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import resource
import select
import subprocess
import sys
import warnings
from pathlib import Path

TEXTS = [
    "Hello, the rain  in\tSpain's  plain.\n\n  <|user|>\n then <|end|>  \n<|assistant|> x",
    " the   train<s> a </s> b",
    "<|im_start|>user<|im_sep|> The rain\n<|im_end|> \n<|im_start|> x<|endoftext|> then <|eot_id|>\n\n<|start_header_id|>a",
    "naïve ﬁne ① CAFÉ e\u0301 🙂世界 ▁ 12345 1996 I'M he'll don't",
    "    indented\n\ttab\r\nline   ",
    "",
    "<|system|>x<|tool|> y<|/tool|>\nthey've ABC<|user|><|user|>\n\n",
    "a <|new|> b <think> c\n<think>\n the rain in café <|new|>x rainy <|end|>x a<|new|>b",
    "\nstart <unk> <pad> <|begin_of_text|> <|dummy_0|> the<|end|>the xthe<|end|>x",
]
MESSAGES = [
    {"role": "system", "content": "Be  brief.\n"},
    {"role": "user", "content": " the rain?\n"},
    {"role": "assistant", "content": "then <b>"},
    {"role": "user", "content": "it's 1996 "},
]
SHORT = [5, 7, 260, 300, 44, 91, 300, 20, 21, 22]
LONG = SHORT + [130, 131, 9, 44, 250, 251, 17, 80, 5, 7, 261, 99, 150, 31]
MARKS = [
    "<|endoftext|>",
    "<|end|>",
    "<|assistant|>",
    "<|user|>",
    "<|im_end|>",
    "<|im_sep|>",
    "</s>",
    "<s>",
    "<|end_of_text|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|endofprompt|>",
    "<|start_header_id|>",
    "<|tool|>",
]
IDS = [72, 3, 260, 44, 301, 262, 44, 91, 299, 280, 12, 300, 1]


class Reference:
    """The process, started anew when it ends."""

    def __init__(self, limit: float = 30) -> None:
        self.process = None
        self.limit = limit

    def ask(self, folder: Path, what: list[str], out: Path, limit: float | None = None) -> dict:
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                [sys.executable, __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            select.select([self.process.stdout], [], [], 300)
            self.process.stdout.readline()
        try:
            self.process.stdin.write(json.dumps({"folder": str(folder), "what": what, "out": str(out)}) + "\n")
            self.process.stdin.flush()
            ready, _, _ = select.select([self.process.stdout], [], [], limit or self.limit)
            line = self.process.stdout.readline() if ready else ""
        except BrokenPipeError:
            line = ""
        if line:
            return json.loads(line)
        self.process.kill()
        self.process.wait()
        self.process = None
        return {key: {"error": "the reference ended or took too long"} for key in what}


def short(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {lines[0]}"[:300]


def serve() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (5 << 30, 5 << 30))
    os.environ |= {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    import torch
    import transformers

    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    log = io.StringIO()
    transformers.logging.disable_progress_bar()
    transformers.logging.set_verbosity_warning()
    logger = logging.getLogger("transformers")
    logger.handlers = [logging.StreamHandler(log)]
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    print("{}", file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        folder, out = request["folder"], Path(request["out"])
        result = {}
        for what in request["what"]:
            log.seek(0)
            log.truncate()
            try:
                with contextlib.redirect_stdout(io.StringIO()):
                    result[what] = {"model": model, "tokens": tokens}[what](folder, out)
            except (Exception, SystemExit, RecursionError) as error:  # Whatever it is, it is the answer.
                result[what] = {"error": short(error)}
            except BaseException as error:  # A panic of tokenizers derives from BaseException.
                result[what] = {"error": short(error)}
            result[what]["log"] = log.getvalue()[-2000:]
        print(json.dumps(result), file=answers, flush=True)


def model(folder: str, out: Path) -> dict:
    import numpy as np
    import torch
    import transformers

    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from model_goldens.reference import choose_long_frequencies

    loaded, info = transformers.AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, trust_remote_code=False, output_loading_info=True
    )
    loaded.eval()
    choose_long_frequencies(loaded)
    result = {key: sorted(map(str, info[key])) for key in ("missing_keys", "unexpected_keys", "mismatched_keys")}
    with torch.no_grad():
        for name, tokens in (("short", SHORT), ("long", LONG)):
            logits = loaded(torch.tensor([tokens]), use_cache=False).logits[0].float().numpy()
            np.save(out / f"{name}.npy", logits)
            result[name] = str(out / f"{name}.npy")
    settings = loaded.generation_config
    eos = settings.eos_token_id
    result["eos"] = sorted(eos) if isinstance(eos, list) else [] if eos is None else [int(eos)]
    result["generation"] = {
        key: value
        for key, value in settings.to_diff_dict().items()
        if key not in ("eos_token_id", "bos_token_id", "pad_token_id", "transformers_version", "_from_model_config")
    }
    result["class"] = type(loaded).__name__
    return result


def single(tokenizer) -> dict[str, int]:
    """Texts that are one token each."""
    texts = {tokenizer.decode([i]): i for i in range(len(tokenizer))}
    return {
        text: i
        for text, i in texts.items()
        if text.isascii()
        and text.isprintable()
        and text.strip() == text != ""
        and tokenizer(text, add_special_tokens=False)["input_ids"] == [i]
    }


def tokens(folder: str, out: Path) -> dict:
    import transformers
    from tokenizers import Tokenizer

    loaded = transformers.AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    result = {
        "class": type(loaded).__name__,
        "ids": [loaded(text)["input_ids"] for text in TEXTS],
        "plain": [loaded(text, add_special_tokens=False)["input_ids"] for text in TEXTS],
        "vocabulary": loaded.get_vocab(),
        "single": single(loaded),
        "marks": {mark: loaded.convert_tokens_to_ids(mark) for mark in MARKS if mark in loaded.get_vocab()},
        "decoded": loaded.decode([i for i in IDS if i < len(loaded)]),
    }
    try:
        raw = Tokenizer.from_file(f"{folder}/tokenizer.json")
        result["raw"] = [raw.encode(text).ids for text in TEXTS]
    except BaseException as error:
        result["raw"] = short(error)
    result["chat"] = []
    for flag in (False, True):
        try:
            result["chat"].append(loaded.apply_chat_template(MESSAGES, tokenize=False, add_generation_prompt=flag))
        except BaseException as error:
            result["chat"].append({"error": short(error)})
    return result


if __name__ == "__main__":
    serve()

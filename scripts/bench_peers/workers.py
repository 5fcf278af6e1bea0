"""The peers of scripts/bench-peers: each reads and writes tokens in a process of its environment.

workers.py PEER MODEL THREADS TOKENS    answers requests of standard input, [test, count, repetitions], with speeds
workers.py start MODEL THREADS          prints llama.cpp's seconds from loading a model to the logits of 16 tokens
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from pathlib import Path


def tokens_for(count: int, vocabulary: int, seed: int) -> list[int]:
    """Token numbers, others for every seed, so that no cache of prompts helps."""
    return [(index * 7919 + seed * 104729) % vocabulary for index in range(count)]


class LlamaCpp:
    label = "llama.cpp"

    def __init__(self, model: str, threads: int, tokens: int):
        import llama_cpp as library

        self.library = library
        self.said = b""
        self.listen = library.llama_log_callback(self.hear)
        library.llama_log_set(self.listen, None)
        library.llama_backend_init()
        parameters = library.llama_model_default_params()
        parameters.n_gpu_layers = 0
        self.model = library.llama_model_load_from_file(model.encode(), parameters)
        if not self.model:
            raise SystemExit(self.said.decode(errors="replace").strip() or "llama.cpp does not load it")
        parameters = library.llama_context_default_params()
        parameters.n_ctx = tokens
        parameters.n_batch = tokens
        parameters.n_threads = parameters.n_threads_batch = threads
        self.context = library.llama_init_from_model(self.model, parameters)
        self.vocabulary = library.llama_vocab_n_tokens(library.llama_model_get_vocab(self.model))

    def hear(self, level: int, text: bytes, user: object) -> None:
        """Keeps the first error and stays silent."""
        if level == 4 and not self.said:
            self.said = text

    def decode(self, tokens: list[int]) -> None:
        array = (self.library.llama_token * len(tokens))(*tokens)
        if self.library.llama_decode(self.context, self.library.llama_batch_get_one(array, len(tokens))):
            raise SystemExit("llama_decode failed")
        self.library.llama_synchronize(self.context)

    def empty(self) -> None:
        self.library.llama_memory_clear(self.library.llama_get_memory(self.context), True)

    def seconds(self, test: str, tokens: list[int]) -> float:
        self.empty()
        begin = time.perf_counter()
        for part in [tokens] if test == "pp" else [[token] for token in tokens]:
            self.decode(part)
        return time.perf_counter() - begin


class OpenVINO:
    def __init__(self, model: str, threads: int, tokens: int):
        import numpy
        import openvino
        import openvino_genai

        self.numpy, self.openvino, self.library = numpy, openvino, openvino_genai
        self.label = f"OpenVINO {kind_of(model)}"
        self.pipeline = openvino_genai.LLMPipeline(model, "CPU", INFERENCE_NUM_THREADS=threads)
        self.vocabulary = json.loads((Path(model) / "config.json").read_text())["vocab_size"]

    def seconds(self, test: str, tokens: list[int]) -> float:
        prompt = tokens if test == "pp" else tokens[:1]
        ids = self.openvino.Tensor(self.numpy.array([prompt], self.numpy.int64))
        mask = self.openvino.Tensor(self.numpy.ones((1, len(prompt)), self.numpy.int64))
        settings = self.library.GenerationConfig()
        settings.max_new_tokens = 1 if test == "pp" else len(tokens) + 1
        settings.ignore_eos = True
        settings.do_sample = False
        begin = time.perf_counter()
        result = self.pipeline.generate(self.library.TokenizedInputs(ids, mask), settings)
        seconds = time.perf_counter() - begin
        if test == "pp":
            return seconds
        return result.perf_metrics.get_tpot().mean / 1000 * len(tokens)


class ONNXRuntime:
    def __init__(self, model: str, threads: int, tokens: int):
        import onnxruntime_genai as library

        self.library, self.length = library, tokens
        self.label = f"ONNX Runtime {kind_of(model)}"
        settings = library.Config(model)
        options = {"intra_op_num_threads": threads, "inter_op_num_threads": 1}
        settings.overlay(json.dumps({"model": {"decoder": {"session_options": options}}}))
        self.model = library.Model(settings)
        self.vocabulary = json.loads((Path(model) / "genai_config.json").read_text())["model"]["vocab_size"]

    def seconds(self, test: str, tokens: list[int]) -> float:
        parameters = self.library.GeneratorParams(self.model)
        parameters.set_search_options(max_length=self.length, do_sample=False)
        generator = self.library.Generator(self.model, parameters)
        begin = time.perf_counter()
        for part in [tokens] if test == "pp" else [[token] for token in tokens]:
            generator.append_tokens([part])
        return time.perf_counter() - begin


WORKERS = {"llama.cpp": LlamaCpp, "openvino": OpenVINO, "onnxruntime": ONNXRuntime}


def kind_of(model: str) -> str:
    """The format in the name of a converted folder."""
    words = Path(model).name.rpartition("int")[2].split("-")
    return " ".join([f"INT{words[0]}", *words[1:]])


def work(name: str, model: str, threads: str, tokens: str) -> None:
    """Answers requests for speeds, one a line."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    worker = WORKERS[name](model, int(threads), int(tokens))
    seed = 0
    print(json.dumps({"label": worker.label}), file=answers, flush=True)
    for line in sys.stdin:
        test, count, repetitions = json.loads(line)
        # What phi does to warm up: half a prompt and a token, or a token.
        worker.seconds(
            test, tokens_for(count // 2 + 1 if test == "pp" else 1, worker.vocabulary, seed := seed + 1)
        )
        speeds = []
        for _ in range(repetitions):
            tokens_now = tokens_for(count, worker.vocabulary, seed := seed + 1)
            speeds.append(count / worker.seconds(test, tokens_now))
        print(json.dumps({"speed": statistics.mean(speeds)}), file=answers, flush=True)


def start(model: str, threads: str) -> None:
    """Prints the seconds from loading a model to the logits of 16 tokens."""
    import llama_cpp  # noqa: F401

    begin = time.perf_counter()
    worker = LlamaCpp(model, int(threads), 512)
    worker.decode(tokens_for(16, worker.vocabulary, 1))
    print(time.perf_counter() - begin)


if __name__ == "__main__":
    if sys.argv[1] == "start":
        start(*sys.argv[2:])
    else:
        work(*sys.argv[1:])

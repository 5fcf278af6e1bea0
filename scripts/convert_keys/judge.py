"""What phi makes of a folder, and how that compares with what transformers makes of it."""

from __future__ import annotations

import hashlib
import json
import struct
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .reference import IDS, LONG, MESSAGES, SHORT, TEXTS

SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}


def metadata(path: Path) -> tuple[dict[str, bytes], bytes]:
    """The raw values of a GGUF file by key, and the rest of it."""
    data = path.read_bytes()
    tensors, count = struct.unpack_from("<QQ", data, 8)
    position = 24

    def text() -> bytes:
        nonlocal position
        (length,) = struct.unpack_from("<Q", data, position)
        position += 8 + length
        return data[position - length : position]

    def skip(kind: int) -> None:
        nonlocal position
        if kind == 8:
            text()
        elif kind == 9:
            element, length = struct.unpack_from("<IQ", data, position)
            position += 12
            for _ in range(length):
                skip(element)
        else:
            position += SIZES[kind]

    pairs = {}
    for _ in range(count):
        key = text().decode()
        start = position
        (kind,) = struct.unpack_from("<I", data, position)
        position += 4
        skip(kind)
        pairs[key] = data[start:position]
    return pairs, data[position:]


def strings(raw: bytes) -> list[str]:
    """The elements of a list of texts."""
    (count,) = struct.unpack_from("<Q", raw, 8)
    position, result = 16, []
    for _ in range(count):
        (length,) = struct.unpack_from("<Q", raw, position)
        result.append(raw[position + 8 : position + 8 + length].decode(errors="replace"))
        position += 8 + length
    return result


def digest(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(struct.pack("<Q", len(part)) + part for part in parts)).hexdigest()[:24]


@dataclass
class Outcome:
    """What phi did."""

    code: int = 0
    message: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    keys: dict[str, bytes] = field(default_factory=dict)
    logits: dict[str, object] = field(default_factory=dict)
    ids: list = field(default_factory=list)
    plain: list = field(default_factory=list)
    decoded: object = None
    chat: list = field(default_factory=list)
    ends: dict[str, bool | str] = field(default_factory=dict)


class Phi:
    """The program. Results of a file are kept by what they depend on."""

    def __init__(self, program: str, work: Path) -> None:
        self.program = program
        self.work = work
        self.cache: dict[tuple, object] = {}
        self.messages = work / "messages.json"
        self.messages.write_text(json.dumps(MESSAGES))

    def run(self, *arguments: str) -> tuple[int, bytes, str]:
        try:
            done = subprocess.run([self.program, *arguments], capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            return 124, b"", "took over 60 s"
        return done.returncode, done.stdout, done.stderr.decode(errors="replace")

    def kept(self, key: tuple, make):
        if key not in self.cache:
            self.cache[key] = make()
        return self.cache[key]

    def outcome(self, folder: Path, marks: list[str]) -> Outcome:
        file = self.work / "model.gguf"
        file.unlink(missing_ok=True)
        code, _, errors = self.run("convert", str(folder), str(file), "--type", "f32")
        lines = [line for line in errors.splitlines() if line.strip()]
        result = Outcome(
            code,
            [line for line in lines if not line.startswith("note:")],
            [line for line in lines if line.startswith("note:")],
        )
        if code != 0:
            if file.exists():
                result.message.append("(a file was left behind)")
            return result
        pairs, rest = metadata(file)
        result.keys = pairs
        words = sorted((k, v) for k, v in pairs.items() if not k.startswith("general."))
        numbers = digest(rest, *[k.encode() + v for k, v in words if not k.startswith("tokenizer.")])
        tokenizer = digest(
            *[
                k.encode() + v
                for k, v in words
                if k.startswith(("tokenizer.", "phidelity.")) and "chat_template" not in k
            ]
        )
        whole = digest(*[k.encode() + v for k, v in words if k.startswith(("tokenizer.", "phidelity."))])
        result.logits = {
            name: self.kept(("logits", name, numbers), lambda: self.logits(file, tokens))
            for name, tokens in (("short", SHORT), ("long", LONG))
        }
        result.ids, result.plain, result.decoded = self.kept(("ids", tokenizer), lambda: self.tokens(file))
        result.chat = self.kept(("chat", whole), lambda: self.chat(file))
        result.ends = {
            mark: self.kept(("end", tokenizer, mark), lambda mark=mark: self.end(file, mark)) for mark in marks
        }
        return result

    def logits(self, file: Path, tokens: list[int]):
        out = self.work / "logits.npy"
        code, _, errors = self.run(
            "logits", "-m", str(file), "--tokens", ",".join(map(str, tokens)), "--all", "-o", str(out)
        )
        return np.load(out) if code == 0 else f"exit code {code}: {errors.strip()[:300]}"

    def tokens(self, file: Path):
        def ids(*options: str):
            results = []
            for text in TEXTS:
                code, output, errors = self.run("tokenize", "-m", str(file), "--json", *options, "--", text)
                results.append(json.loads(output) if code == 0 else f"exit code {code}: {errors.strip()[:200]}")
            return results

        code, output, errors = self.run("detokenize", "-m", str(file), *map(str, IDS))
        return (
            ids(),
            ids("--no-bos"),
            output.decode(errors="replace") if code == 0 else f"exit code {code}: {errors.strip()[:200]}",
        )

    def chat(self, file: Path) -> list:
        results = []
        for options in ([], ["--add-generation-prompt"]):
            code, output, errors = self.run("template", "-m", str(file), "--messages", str(self.messages), *options)
            results.append(
                output.decode(errors="replace") if code == 0 else {"error": f"exit code {code}: {errors.strip()[:200]}"}
            )
        return results

    def end(self, file: Path, mark: str) -> bool | str:
        """Whether generation stops at a token, seen in a model that repeats its last token."""
        code, output, errors = self.run(
            "run", "-m", str(file), "-p", mark, "-n", "1", "--temp", "0", "--json", "-c", "16"
        )
        return (
            json.loads(output)["finish_reason"] == "stop" if code == 0 else f"exit code {code}: {errors.strip()[:200]}"
        )


def near(ours, theirs) -> str | None:
    """Why logits differ; nil if they do not."""
    if isinstance(ours, str):
        return ours
    if ours.shape != theirs.shape:
        return f"shape {ours.shape}, transformers {theirs.shape}"
    if not np.isfinite(theirs).all():
        return None if not np.isfinite(ours).all() else "transformers' logits are not finite"
    difference = float(np.abs(ours - theirs).max())
    scale = float(theirs.std()) + 1e-9
    return None if difference <= 2e-3 * scale else f"logits differ by {difference:.3g} of {scale:.3g}"


def differences(phi: Outcome, reference: dict, loads: dict[str, object]) -> list[tuple[str, str]]:
    """Where phi and transformers do not agree: (what, how)."""
    found = []
    model, tokens = reference["model"], reference["tokens"]
    if "error" not in tokens:
        pieces = strings(phi.keys["tokenizer.ggml.tokens"])
        wrong = [
            (text, i, pieces[i] if i < len(pieces) else None)
            for text, i in tokens["vocabulary"].items()
            if i >= len(pieces) or pieces[i] != text
        ]
        if wrong:
            found.append(
                (
                    "vocabulary",
                    f"{len(wrong)} tokens: (text, id, phi's) {sorted(wrong, key=lambda entry: -entry[1])[:3]}",
                )
            )
    if "error" not in model:
        for name in ("short", "long"):
            if why := near(phi.logits[name], loads[name]):
                found.append((f"logits, {name}", why))
        if "error" not in tokens:
            ids = {i: text for text, i in (tokens["single"] | tokens["marks"]).items()}
            for end in model["eos"]:
                mark = ids.get(end)
                if mark and phi.ends.get(mark) is not True:
                    found.append((f"eos {mark}", f"transformers stops at {mark} ({end}), phi: {phi.ends.get(mark)}"))
                elif mark is None:
                    found.append((f"eos-unseen {end}", f"transformers stops at {end}"))
    if "error" not in tokens:
        for name, ours in (("ids", phi.ids), ("plain", phi.plain)):
            for text, mine, theirs in zip(TEXTS, ours, tokens[name], strict=True):
                if mine != theirs:
                    found.append((f"{name} of {text!r}", f"phi {mine}, transformers {theirs}"))
        for mine, theirs in zip(phi.chat, tokens["chat"], strict=True):
            if isinstance(theirs, dict):
                if not isinstance(mine, dict) and "not set" not in theirs["error"]:
                    found.append(("chat accepted", f"phi {mine[:80]!r}, transformers {theirs['error'][:120]}"))
            elif mine != theirs:
                found.append(("chat", f"phi {str(mine)[:160]!r}, transformers {theirs[:160]!r}"))
                break
        if phi.decoded != tokens["decoded"]:
            found.append(("decoded", f"phi {phi.decoded!r}, transformers {tokens['decoded']!r}"))
    return found

"""One change of a model's folder."""

from __future__ import annotations

import copy
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

DELETE = object()
JSON_FILES = [
    "config.json",
    "generation_config.json",
    "tokenizer_config.json",
    "tokenizer.json",
    "special_tokens_map.json",
    "added_tokens.json",
]


@dataclass
class Mutation:
    """One change. `file` and `key` are what a good message names."""

    name: str
    file: str
    key: str
    apply: Callable[[Path], None]
    kinds: set[str] = field(default_factory=set)  # "model", "tokens": what transformers must load anew
    is_absurd: bool = False  # transformers is not asked: it would take all memory or time


# Values that are plausible for a key, beyond what its type suggests.


def walk(value, path: tuple = ()) -> Iterator[tuple[tuple, object]]:
    """All places of a JSON value but those of vocabularies and long lists."""
    if path:
        yield path, value
    if isinstance(value, dict):
        keys = list(value)
        if path[-1:] in [("vocab",), ("added_tokens_decoder",)] or len(keys) > 40:
            keys = sorted({*keys[:1], *keys[-2:]} if path[-1:] == ("vocab",) else keys[:1] + keys[-2:])
        for key in keys:
            yield from walk(value[key], path + (key,))
    elif isinstance(value, list):
        for index in range(len(value)) if len(value) <= 8 else (0, len(value) - 1):
            yield from walk(value[index], path + (index,))


def spelled(path: tuple) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def changed(document, path: tuple, value):
    """A copy with the value of a place replaced, added, or taken away."""
    document = copy.deepcopy(document)
    parent = document
    for part in path[:-1]:
        parent = parent[part]
    if value is DELETE:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    return document


def kinds_of(file: str) -> set[str]:
    return {"config.json": {"model", "tokens"}, "generation_config.json": {"model"}}.get(file, {"tokens"})


def replace(path: Path, content: bytes) -> None:
    """Writes a file anew: the one that is there is a link to the original's."""
    path.unlink(missing_ok=True)
    path.write_bytes(content)


def json_mutation(file: str, document, path: tuple, value, label: str | None = None) -> Mutation:
    shown = "deleted" if value is DELETE else label or json.dumps(value, ensure_ascii=False)
    key = next((part for part in reversed(path) if isinstance(part, str)), "")

    def apply(folder: Path) -> None:
        replace(folder / file, json.dumps(changed(document, path, value), ensure_ascii=False, indent=1).encode())

    is_absurd = (
        file == "config.json"
        and value in (2**31, 2**64)
        and key.startswith(("num_", "vocab", "hidden", "intermediate", "head"))
    )
    return Mutation(f"{file}: {spelled(path)} = {shown[:90]}", file, key, apply, kinds_of(file), is_absurd)


def copy_folder(base: Path, target: Path) -> None:
    """A folder whose files are links to the original's."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for path in base.iterdir():
        os.link(path, target / path.name)

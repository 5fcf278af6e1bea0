"""A model's folder with one thing changed: every key of its JSON files, its templates, its tensors, its files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .file_mutations import file_mutations
from .json_mutations import json_mutations
from .mutation import Mutation
from .tensor_mutations import tensor_mutations


def all_mutations(base: Path) -> Iterator[Mutation]:
    yield from json_mutations(base)
    yield from file_mutations(base)
    yield from tensor_mutations(base)

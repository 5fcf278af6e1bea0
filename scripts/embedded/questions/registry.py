"""What a question is, and the list of all kinds with their weights."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    """What a task asks: the thing, the ways to say it, and the one right answer."""

    thing: tuple
    phrasings: tuple[str, ...]
    answer: str
    many: bool = False
    """There are so many such things that they are held out themselves, not in one phrasing."""
    common: bool = False
    """Everybody says it, and just so: it is never held out."""
    plain: bool = False
    """Names are taken over into the answer as they are, so they are not made lower case."""


@dataclass(frozen=True)
class Exchange:
    task: str
    thing: tuple
    question: str
    answer: str


Task = Callable[[random.Random], Asked]
TASKS: dict[str, tuple[float, Task]] = {}


def task(weight: float):
    def register(function: Task) -> Task:
        TASKS[function.__name__] = (weight, function)
        return function

    return register


def is_held_out(key: tuple) -> bool:
    return zlib.crc32(repr(key).encode()) % 8 == 0

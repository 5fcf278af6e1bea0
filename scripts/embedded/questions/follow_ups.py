"""Turns that lean on the ones before them."""

from __future__ import annotations

import random

import lexicon as lex

from .registry import Asked, Exchange
from .words import dashed


def introduction(rng: random.Random, name: str) -> Asked:
    phrasings = (
        f"My name is {name}.",
        f"I am {name}.",
        f"Hello, I am {name}.",
        f"Hi, my name is {name}.",
        f"I'm {name}.",
        f"Call me {name}.",
        f"Hello, my name is {name}!",
    )
    return Asked((name, "told"), phrasings, f"Nice to meet you, {name}.", many=True, plain=True)


def own_name(name: str | None) -> Asked:
    phrasings = (
        "What is my name?",
        "What's my name?",
        "Do you remember my name?",
        "Who am I?",
        "Tell me my name.",
        "Do you know my name?",
        "What am I called?",
    )
    answer = f"Your name is {name}." if name else "You did not tell me your name."
    return Asked((name, "asked"), phrasings, answer, many=name is not None, common=name is None)


def follow_up(rng: random.Random, last: Exchange) -> Asked | None:
    match last.task, last.thing:
        case (("addition" | "subtraction"), (a, b)):
            c = rng.randrange(1, 11)
            total = a + b if last.task == "addition" else a - b
            if total < 0:
                return None
            if rng.random() < 0.5 or total < c:
                return Asked(
                    (total, c, "+"),
                    (f"And {c} more?", f"Add {c} to that.", f"Plus {c}?", f"And plus {c}?", f"Now add {c}."),
                    f"{total} + {c} = {total + c}.",
                    many=True,
                )
            return Asked(
                (total, c, "-"),
                (
                    f"And {c} less?",
                    f"Subtract {c} from that.",
                    f"Minus {c}?",
                    f"And minus {c}?",
                    f"Now take away {c}.",
                ),
                f"{total} - {c} = {total - c}.",
                many=True,
            )
        case (("spelling" | "length" | "edge_letter"), (word, *_)):
            if rng.random() < 0.6:
                return Asked(
                    (word, "reverse it"),
                    (
                        "And backwards?",
                        "And in reverse?",
                        "Now backwards.",
                        "Reverse it.",
                        "How is it backwards?",
                    ),
                    f"{dashed(word)} backwards is {dashed(word[::-1])}.",
                    many=True,
                )
            return Asked(
                (word, "count it"),
                (
                    "How many letters is that?",
                    "How many letters does it have?",
                    "How long is it?",
                    "Count its letters.",
                ),
                f"{dashed(word)} has {len(word)} letters.",
                many=True,
            )
        case (("day" | "month"), (name, (1 | -1) as step)):
            names = lex.DAYS if last.task == "day" else lex.MONTHS
            here = (names.index(name) + step) % len(names)
            word = "after" if step == 1 else "before"
            return Asked(
                (name, step, "then"),
                (f"And {word} that?", f"And the {last.task} {word} that?", f"What comes {word} that?"),
                f"{names[(here + step) % len(names)]} comes {word} {names[here]}.",
            )
        case "capital", (country,):
            other, city = rng.choice(sorted(lex.CAPITALS.items()))
            return Asked(
                (country, other),
                (f"And of {other}?", f"And {other}?", f"What about {other}?", f"And the capital of {other}?"),
                f"The capital of {other} is {city}.",
            )
        case "opposite", (word,):
            other, contrary = rng.choice(sorted(lex.OPPOSITES.items()))
            return Asked(
                (word, other),
                (f"And of {other}?", f"What about {other}?", f"And {other}?"),
                f"The opposite of {other} is {contrary}.",
            )
        case "number_names", (n, "word"):
            other = rng.randrange(101)
            return Asked(
                (n, other), (f"And {other}?", f"What about {other}?"), f"{other} is {lex.number_word(other)}."
            )
    return None

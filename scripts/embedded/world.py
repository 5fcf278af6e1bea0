"""Writes the text of the little world: questions with exact answers, conversations, and tasks to be scored on.

Everything comes from a seeded generator, so there is no end of it and no file of it. What is asked is split by a
hash: one in eight of the questions never occurs in training. Where there are many things to ask (two numbers, a word
and what to do with it), the *thing* is held out, in all its phrasings; where there are few (the capital of France),
the thing in that *phrasing*.

    python world.py --split heldout --seed 7 --tasks 500       a file of tasks, one JSON object a line
    python world.py --split heldout --seed 7 --text 40         conversations as text
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable

import lexicon as lex

# The order of the fields is that of the list of kinds, and so part of what a seed means.
from questions import numbers, words, dates, facts, situations, stories, talk  # isort: skip
from questions.follow_ups import follow_up, introduction, own_name
from questions.registry import TASKS, Asked, Exchange, is_held_out

FIELDS = (numbers, words, dates, facts, situations, stories, talk)


def surface(rng: random.Random, text: str, plain: bool) -> str:
    """The same question as people type it."""
    if not plain and rng.random() < 0.2:
        text = text.lower()
    if rng.random() < 0.2 and text[-1] in ".?!":
        text = text[:-1]
    if rng.random() < 0.06 and not plain:
        text = (
            rng.choice(("Please ", "Hey, ", "Hi! ", "Tell me: ", "Question: ", "Now ", "So, ", "Ok, ")) + text
        )
    if rng.random() < 0.03:
        text += rng.choice((" Please.", " please", " Thanks!", "?", "!", " "))
    return text


def exchange(rng: random.Random, name: str, split: str, make: Callable[[], Asked | None]) -> Exchange | None:
    """One question of the split, or none if the task cannot ask one here."""
    for _ in range(200):
        asked = make()
        if asked is None or (asked.common and split == "heldout"):
            return None
        phrase = rng.randrange(len(asked.phrasings))
        key = (name, asked.thing) if asked.many else (name, asked.thing, phrase)
        if split == "all" or asked.common or is_held_out(key) == (split == "heldout"):
            return Exchange(
                name, asked.thing, surface(rng, asked.phrasings[phrase], asked.plain), asked.answer
            )
    return None


NAMES = list(TASKS)
WEIGHTS = [weight for weight, _ in TASKS.values()]
SCORED = [name for name in NAMES if name not in ("own_story", "talk")]
"""Kinds with one right answer; talk is learnt as it is said, and none of it held out."""


def single(rng: random.Random, split: str, name: str | None = None) -> Exchange:
    while True:
        chosen = name or rng.choices(NAMES, WEIGHTS)[0]
        if found := exchange(rng, chosen, split, lambda: TASKS[chosen][1](rng)):
            return found


def conversation(rng: random.Random, split: str) -> list[Exchange]:
    turns: list[Exchange] = []
    told: str | None = None
    for _ in range(rng.choice((1, 1, 2, 3, 4, 6))):
        chance = rng.random()
        found = None
        if chance < 0.04:
            name = (
                rng.choice(sorted(lex.PEOPLE))
                if rng.random() < 0.4
                else words.invented_word(rng).capitalize()
            )
            found = exchange(rng, "introduction", split, lambda: introduction(rng, name))
            told = name if found else told
        elif chance < 0.07 or (told and chance < 0.2):
            found = exchange(rng, "own_name", split, lambda: own_name(told))
        elif chance < 0.4 and turns:
            last = turns[-1]
            found = exchange(rng, "follow_up", split, lambda: follow_up(rng, last))
        turns.append(found or single(rng, split))
    return turns


SYSTEMS = (
    "You are a helpful assistant.",
    "You are Phi Pocket, a small assistant.",
    "You are a helpful AI assistant.",
    "Answer briefly.",
    "You are a friendly teacher.",
    "Be concise.",
    "You are an assistant.",
)


def messages(rng: random.Random, split: str) -> list[dict[str, str]]:
    """A conversation in the form chat templates take."""
    system = [{"role": "system", "content": rng.choice(SYSTEMS)}] if rng.random() < 0.1 else []
    said = [
        {"role": role, "content": text}
        for turn in conversation(rng, split)
        for role, text in (("user", turn.question), ("assistant", turn.answer))
    ]
    return system + said


def transcript(messages: list[dict[str, str]]) -> str:
    """Turns as Phi-3's template writes them."""
    return "".join(f"<|{message['role']}|>\n{message['content']}<|end|>\n" for message in messages)


def written(messages: list[dict[str, str]]) -> str:
    """A conversation with the end of the text."""
    return transcript(messages) + "<|endoftext|>"


def tasks(rng: random.Random, split: str, count: int) -> list[dict]:
    """Tasks with known answers, every kind of question as often as the others."""
    found, seen = [], set()
    while len(found) < count:
        if rng.random() < 0.12:
            turns = conversation(rng, split)
        else:
            turns = [single(rng, split, rng.choice(SCORED))]
        *before, last = turns
        if any(turn.task in ("own_story", "talk") for turn in turns) or (last.task, last.question) in seen:
            continue
        seen.add((last.task, last.question))
        said = [
            {"role": role, "content": text}
            for turn in before
            for role, text in (("user", turn.question), ("assistant", turn.answer))
        ]
        found.append(
            {
                "task": last.task,
                "messages": [*said, {"role": "user", "content": last.question}],
                "answer": last.answer,
            }
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--split", choices=("train", "heldout", "all"), default="heldout")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tasks", type=int, metavar="N", help="print N tasks")
    parser.add_argument("--text", type=int, metavar="N", help="print N conversations as text")
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    for entry in tasks(rng, arguments.split, arguments.tasks or 0):
        print(json.dumps(entry, ensure_ascii=False))
    for _ in range(arguments.text or 0):
        print(written(messages(rng, arguments.split)))


if __name__ == "__main__":
    main()

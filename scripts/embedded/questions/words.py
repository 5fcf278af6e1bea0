"""Questions about words and their letters."""

from __future__ import annotations

import random

import lexicon as lex

from .registry import Asked, task


def invented_word(rng: random.Random) -> str:
    """Letters in the manner of a word, three to eight of them."""
    word = ""
    while len(word) < 3 or (len(word) < 8 and rng.random() < 0.5):
        word += rng.choice("b c d f g h j k l m n p r s t v w z br ch cl dr fl gr pl sh st th tr".split())
        word += rng.choice("a e i o u a e i o u ai ea ee oo ou".split()) + rng.choice(
            ["", "", "n", "r", "l", "t", "s", "ck", "m", "p"]
        )
    return word[:8]


def some_word(rng: random.Random, invented: float = 0.3) -> str:
    return invented_word(rng) if rng.random() < invented else rng.choice(lex.WORDS)


def quoted(rng: random.Random, word: str) -> str:
    word = word.capitalize() if rng.random() < 0.06 else word
    return rng.choice((word, word, word, word, f'"{word}"', f"'{word}'"))


def dashed(word: str) -> str:
    return "-".join(word)


@task(5)
def spelling(rng: random.Random) -> Asked:
    word = some_word(rng, 0.35)
    q = quoted(rng, word)
    phrasings = (
        f"Spell {q}.",
        f"Spell the word {q}.",
        f"How do you spell {q}?",
        f"Can you spell {q}?",
        f"How is {q} spelled?",
        f"Please spell {q} for me.",
        f"What are the letters of {q}?",
        f"Which letters are in {q}?",
        f"Write {q} letter by letter.",
        f"Spell: {q}",
        f"How is the word {q} written?",
    )
    return Asked((word,), phrasings, f"{dashed(word)}.")


@task(6)
def reversing(rng: random.Random) -> Asked:
    word = some_word(rng, 0.35)
    q = quoted(rng, word)
    phrasings = (
        f"Reverse {q}.",
        f"Reverse the word {q}.",
        f"Spell {q} backwards.",
        f"What is {q} backwards?",
        f"Write {q} backwards.",
        f"Can you reverse {q}?",
        f"Turn {q} around.",
        f"Say {q} backwards.",
        f"What is {q} in reverse?",
        f"Spell {q} in reverse.",
        f"Reverse: {q}",
        f"How do you spell {q} backwards?",
    )
    return Asked((word,), phrasings, f"{dashed(word)} backwards is {dashed(word[::-1])}.", many=True)


@task(3)
def length(rng: random.Random) -> Asked:
    word = some_word(rng, 0.25)
    q = quoted(rng, word)
    phrasings = (
        f"How many letters does {q} have?",
        f"How many letters are in {q}?",
        f"How many letters are there in the word {q}?",
        f"How long is the word {q}?",
        f"Count the letters of {q}.",
        f"Count the letters in {q}.",
        f"How many letters has {q}?",
        f"What is the length of the word {q}?",
    )
    return Asked((word,), phrasings, f"{dashed(word)} has {len(word)} letters.", many=True)


@task(9)
def letter_count(rng: random.Random) -> Asked:
    word = some_word(rng, 0.25)
    letter = rng.choice(word) if rng.random() < 0.85 else rng.choice(lex.ALPHABET)
    count, q = word.count(letter), quoted(rng, word)
    plural = rng.choice((f"{letter}'s", f"{letter}s", f"letters {letter}"))
    phrasings = (
        f"How many {plural} are in {q}?",
        f"How many {plural} are there in {q}?",
        f"How many {plural} does {q} have?",
        f"How often does {letter} occur in {q}?",
        f"Count the letter {letter} in {q}.",
        f"How many times is {letter} in the word {q}?",
        f"How many {plural} are in the word {q}?",
    )
    times = {0: "not at all", 1: "once", 2: "twice", 3: "three times", 4: "four times"}[min(count, 4)]
    return Asked(
        (word, letter), phrasings, f"{dashed(word)}: the letter {letter} is there {times}.", many=True
    )


@task(2)
def edge_letter(rng: random.Random) -> Asked:
    word, first = some_word(rng, 0.25), rng.random() < 0.5
    q = quoted(rng, word)
    if first:
        phrasings = (
            f"What is the first letter of {q}?",
            f"Which letter does {q} start with?",
            f"What letter does {q} begin with?",
            f"First letter of {q}?",
        )
        return Asked((word, 0), phrasings, f"{dashed(word)} starts with {word[0]}.", many=True)
    phrasings = (
        f"What is the last letter of {q}?",
        f"Which letter does {q} end with?",
        f"What letter does {q} end in?",
        f"Last letter of {q}?",
    )
    return Asked((word, -1), phrasings, f"{dashed(word)} ends with {word[-1]}.", many=True)


@task(2)
def plural(rng: random.Random) -> Asked:
    word, many = rng.choice(sorted(lex.PLURALS.items()))
    phrasings = (
        f"What is the plural of {word}?",
        f"Plural of {word}?",
        f"What do you call more than one {word}?",
        f"One {word}, two ...?",
        f"One {word}, many what?",
        f"Give me the plural of {word}.",
    )
    return Asked((word,), phrasings, f"The plural of {word} is {many}.")


@task(2.5)
def opposite(rng: random.Random) -> Asked:
    word, other = rng.choice(sorted(lex.OPPOSITES.items()))
    phrasings = (
        f"What is the opposite of {word}?",
        f"Opposite of {word}?",
        f"Tell me the opposite of {word}.",
        f"What is the contrary of {word}?",
        f"What's the opposite of {word}?",
        f'What is the opposite of "{word}"?',
    )
    return Asked((word,), phrasings, f"The opposite of {word} is {other}.")


@task(1.5)
def alphabet(rng: random.Random) -> Asked:
    index = rng.randrange(26)
    letter = lex.ALPHABET[index]
    if rng.random() < 0.6 and index < 25:
        phrasings = (
            f"Which letter comes after {letter}?",
            f"What comes after {letter} in the alphabet?",
            f"What is the next letter after {letter}?",
            f"What letter follows {letter}?",
            f"What comes after the letter {letter}?",
        )
        return Asked((letter, 1), phrasings, f"{lex.ALPHABET[index + 1]} comes after {letter}.")
    if index:
        phrasings = (
            f"Which letter comes before {letter}?",
            f"What comes before {letter} in the alphabet?",
            f"What letter is just before {letter}?",
            f"What comes before the letter {letter}?",
        )
        return Asked((letter, -1), phrasings, f"{lex.ALPHABET[index - 1]} comes before {letter}.")
    phrasings = (
        "Say the alphabet.",
        "What is the alphabet?",
        "Write down the alphabet.",
        "What are the letters of the alphabet?",
        "Recite the alphabet.",
        "List all letters.",
    )
    return Asked(("all",), phrasings, f"{dashed(lex.ALPHABET)}.")


@task(6)
def echo(rng: random.Random) -> Asked:
    words = [some_word(rng, 0.3) for _ in range(rng.choice((1, 2, 3, 4, 5, 7)))]
    text = " ".join(words)
    if len(words) == 1 and rng.random() < 0.5:
        times = rng.randint(2, 5)
        spoken = {2: "two times", 3: "three times", 4: "four times", 5: "five times"}[times]
        phrasings = (
            f"Say {text} {spoken}.",
            f"Repeat {text} {times} times.",
            f"Write {text} {times} times.",
            f"Repeat the word {text} {spoken}.",
        )
        return Asked((text, times), phrasings, " ".join(words * times), many=True)
    phrasings = (
        f"Repeat after me: {text}",
        f"Say {text}.",
        f"Repeat: {text}",
        f'Say "{text}".',
        f"Please repeat: {text}",
        f"Echo: {text}",
    )
    return Asked((text,), phrasings, text, many=True)

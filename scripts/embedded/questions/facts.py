"""Questions about the fixed facts of the little world."""

from __future__ import annotations

import random

import lexicon as lex

from .registry import Asked, task


def article(noun: str) -> str:
    return ("an " if noun[0] in "aeiou" else "a ") + noun


@task(3)
def animal(rng: random.Random) -> Asked:
    name = rng.choice(sorted(lex.ANIMALS))
    sound, legs, young, home, flies = lex.ANIMALS[name]
    a, kind = article(name), rng.choice("sound legs young home fly".split())
    if kind == "sound" and sound:
        phrasings = (
            f"What sound does {a} make?",
            f"What does {a} say?",
            f"How does {a} sound?",
            f"Which animal says {sound}?",
            f"What noise does {a} make?",
        )
        return Asked((name, kind), phrasings, f"{a.capitalize()} says {sound}.")
    if kind == "young" and young:
        phrasings = (
            f"What is a baby {name} called?",
            f"What is a young {name} called?",
            f"What do you call a baby {name}?",
            f"What is the young of {a} called?",
        )
        return Asked((name, kind), phrasings, f"A young {name} is called {article(young)}.")
    if kind == "home":
        phrasings = (
            f"Where does {a} live?",
            f"What is the home of {a}?",
            f"Where is the home of {a}?",
            f"In what place does {a} live?",
        )
        return Asked(
            (name, kind),
            phrasings,
            f"{a.capitalize()} lives {'on' if home in ('farm', 'ice') else 'in'} {article(home) if home in ('web', 'hole', 'hive', 'nest', 'den', 'stable', 'pond', 'house') else 'the ' + home}.",
        )
    if kind == "fly":
        phrasings = (
            f"Can {a} fly?",
            f"Does {a} fly?",
            f"Is {a} able to fly?",
            f"Can {lex.PLURALS.get(name, name + 's')} fly?",
        )
        return Asked(
            (name, kind), phrasings, f"{'Yes' if flies else 'No'}, {a} {'can' if flies else 'cannot'} fly."
        )
    phrasings = (
        f"How many legs does {a} have?",
        f"How many legs has {a}?",
        f"How many legs are on {a}?",
        f"Count the legs of {a}.",
    )
    return Asked((name, "legs"), phrasings, f"{a.capitalize()} has {legs or 'no'} legs.")


@task(2.5)
def animal_size(rng: random.Random) -> Asked:
    ranked = list(lex.ANIMALS)
    left, right = rng.sample(ranked, 2)
    big = rng.random() < 0.6
    word = "bigger" if big else "smaller"
    first = max(left, right, key=ranked.index) if big else min(left, right, key=ranked.index)
    second = right if first == left else left
    phrasings = (
        f"Which is {word}, {article(left)} or {article(right)}?",
        f"What is {word}: {article(left)} or {article(right)}?",
        f"Is {article(left)} or {article(right)} {word}?",
        f"Which animal is {word}, the {left} or the {right}?",
        f"Is {article(left)} {word} than {article(right)}?",
    )
    return Asked(
        (left, right, big),
        phrasings,
        f"{article(first).capitalize()} is {word} than {article(second)}.",
        many=True,
    )


@task(1.5)
def color(rng: random.Random) -> Asked:
    thing, tint = rng.choice(sorted(lex.THING_COLORS.items()))
    phrasings = (
        f"What color is {thing}?",
        f"What is the color of {thing}?",
        f"Which color does {thing} have?",
        f"What colour is {thing}?",
        f"Tell me the color of {thing}.",
    )
    return Asked((thing,), phrasings, f"{thing.capitalize()} is {tint}.")


@task(2)
def capital(rng: random.Random) -> Asked:
    country, city = rng.choice(sorted(lex.CAPITALS.items()))
    if rng.random() < 0.25:
        phrasings = (
            f"Of which country is {city} the capital?",
            f"{city} is the capital of what country?",
            f"In which country is {city}?",
            f"Where is {city}?",
        )
        return Asked((country, "country"), phrasings, f"{city} is the capital of {country}.")
    phrasings = (
        f"What is the capital of {country}?",
        f"Capital of {country}?",
        f"What's the capital of {country}?",
        f"Which city is the capital of {country}?",
        f"Name the capital of {country}.",
        f"Tell me the capital of {country}.",
        f"the capital of {country}",
    )
    return Asked((country,), phrasings, f"The capital of {country} is {city}.")

"""Questions whose answers follow from what they tell."""

from __future__ import annotations

import random

import lexicon as lex

from .facts import article
from .registry import Asked, task


def people(rng: random.Random, count: int) -> list[str]:
    return rng.sample(sorted(lex.PEOPLE), count)


@task(20)
def possession(rng: random.Random) -> Asked:
    count = rng.choice((2, 2, 3))
    names, things = people(rng, count + 1), rng.sample(lex.OBJECTS, count + 1)
    tints = [rng.choice(lex.COLORS) for _ in range(count)]
    facts = [f"{name} has {article(f'{tint} {thing}')}." for name, thing, tint in zip(names, things, tints)]
    text, pick = " ".join(facts), rng.randrange(count)
    name, thing, tint = names[pick], things[pick], tints[pick]
    kind = rng.choice(("who", "what", "color", "nobody"))
    if kind == "who":
        asks, answer = (
            (f"Who has the {thing}?", f"Whose is the {thing}?", f"Who has the {tint} {thing}?"),
            f"{name} has the {thing}.",
        )
    elif kind == "what":
        asks, answer = (
            (f"What does {name} have?", f"What has {name}?"),
            f"{name} has {article(f'{tint} {thing}')}.",
        )
    elif kind == "color":
        asks, answer = (
            (
                f"What color is the {thing}?",
                f"What color is {name}'s {thing}?",
                f"Which color does the {thing} have?",
            ),
            f"The {thing} is {tint}.",
        )
    else:
        asks, answer = (f"Who has the {things[-1]}?", f"What does {names[-1]} have?"), "That was not said."
    return Asked((text, kind, pick), tuple(f"{text} {ask}" for ask in asks), answer, many=True, plain=True)


@task(9)
def whereabouts(rng: random.Random) -> Asked:
    names, places = people(rng, rng.choice((1, 2, 2))), rng.sample(lex.PLACES, 4)
    where: dict[str, str] = {}
    facts = []
    for name in names:
        where[name] = rng.choice(places)
        facts.append(f"{name} is in the {where[name]}.")
    for _ in range(rng.randint(0, 2)):
        name = rng.choice(names)
        where[name] = rng.choice([place for place in places if place != where[name]])
        facts.append(f"{name} {rng.choice(('goes', 'walks', 'runs', 'moves'))} to the {where[name]}.")
    text, name = " ".join(facts), rng.choice(names)
    if rng.random() < 0.3:
        place = where[name] if rng.random() < 0.5 else rng.choice(places)
        word = "Yes" if place == where[name] else "No"
        return Asked(
            (text, name, place),
            (f"{text} Is {name} in the {place}?", f"{text} Is {name} in the {place} now?"),
            f"{word}, {name} is in the {where[name]}.",
            many=True,
            plain=True,
        )
    if rng.random() < 0.1:
        stranger = rng.choice([other for other in lex.PEOPLE if other not in names])
        return Asked(
            (text, stranger), (f"{text} Where is {stranger}?",), "That was not said.", many=True, plain=True
        )
    return Asked(
        (text, name),
        (f"{text} Where is {name}?", f"{text} Where is {name} now?", f"{text} In which place is {name}?"),
        f"{name} is in the {where[name]}.",
        many=True,
        plain=True,
    )


@task(5)
def tallest(rng: random.Random) -> Asked:
    names = people(rng, rng.choice((2, 3, 3)))
    more, most, less, least = rng.choice(
        (
            ("taller", "tallest", "smaller", "smallest"),
            ("older", "oldest", "younger", "youngest"),
            ("faster", "fastest", "slower", "slowest"),
        )
    )
    facts = [
        f"{upper} is {more} than {lower}." if rng.random() < 0.65 else f"{lower} is {less} than {upper}."
        for upper, lower in zip(names, names[1:])
    ]
    rng.shuffle(facts)
    text = " ".join(facts)
    top = rng.random() < 0.6
    word, name = (most, names[0]) if top else (least, names[-1])
    if len(names) == 2:
        word = more if top else less
        return Asked((text, word), (f"{text} Who is {word}?",), f"{name} is {word}.", many=True, plain=True)
    return Asked(
        (text, word),
        (f"{text} Who is the {word}?", f"{text} Who is {word}?", f"{text} Which of them is the {word}?"),
        f"{name} is the {word}.",
        many=True,
        plain=True,
    )


@task(7)
def ages(rng: random.Random) -> Asked:
    names, years = people(rng, 2), rng.sample(range(3, 100), 2)
    old = rng.random() < 0.6
    text = rng.choice(
        (
            f"{names[0]} is {years[0]} years old. {names[1]} is {years[1]} years old.",
            f"{names[0]} is {years[0]} and {names[1]} is {years[1]}.",
            f"{names[0]} is {years[0]}. {names[1]} is {years[1]}.",
        )
    )
    kind = rng.random()
    if kind < 0.6:
        word = "older" if old else "younger"
        name = names[years.index(max(years) if old else min(years))]
        return Asked(
            (text, word),
            (f"{text} Who is {word}?", f"{text} Which of them is {word}?"),
            f"{name} is {word}.",
            many=True,
            plain=True,
        )
    pick = rng.randrange(2)
    return Asked(
        (text, pick),
        (f"{text} How old is {names[pick]}?", f"{text} What is {names[pick]}'s age?"),
        f"{names[pick]} is {years[pick]} years old.",
        many=True,
        plain=True,
    )

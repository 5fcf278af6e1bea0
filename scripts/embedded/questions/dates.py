"""Questions about days and months."""

from __future__ import annotations

import random

import lexicon as lex

from .registry import Asked, task


def steps(rng: random.Random, names: list[str], unit: str) -> Asked:
    index, after = rng.randrange(len(names)), rng.random() < 0.6
    name = names[index]
    if rng.random() < 0.55:
        other = names[(index + (1 if after else -1)) % len(names)]
        word = "after" if after else "before"
        phrasings = (
            f"Which {unit} comes {word} {name}?",
            f"What {unit} comes {word} {name}?",
            f"What comes {word} {name}?",
            f"What is the {unit} {word} {name}?",
            f"Which {unit} is {word} {name}?",
            f"Name the {unit} {word} {name}.",
        )
        if unit == "day":
            relative = "tomorrow" if after else "yesterday"
            past = "is" if after else "was"
            phrasings += (
                f"Today is {name}. What day {past} {relative}?",
                f"If today is {name}, what day {past} {relative}?",
                f"If today is {name}, what is {relative}?",
            )
        return Asked((name, 1 if after else -1), phrasings, f"{other} comes {word} {name}.")
    count = rng.randint(2, 6)
    other = names[(index + (count if after else -count)) % len(names)]
    spoken = rng.choice((str(count), lex.number_word(count)))
    word = "after" if after else "before"
    phrasings = (
        f"Which {unit} is {spoken} {unit}s {word} {name}?",
        f"What {unit} is {spoken} {unit}s {word} {name}?",
        f"What is {spoken} {unit}s {word} {name}?",
        f"What {unit} comes {spoken} {unit}s {word} {name}?",
    )
    if unit == "day" and after:
        phrasings += (
            f"Today is {name}. What day is it in {spoken} days?",
            f"If today is {name}, what day is it in {spoken} days?",
        )
    return Asked(
        (name, count, after),
        phrasings,
        f"{lex.number_word(count).capitalize()} {unit}s {word} {name} is {other}.",
    )


@task(2.5)
def day(rng: random.Random) -> Asked:
    return steps(rng, lex.DAYS, "day")


@task(2.5)
def month(rng: random.Random) -> Asked:
    return steps(rng, lex.MONTHS, "month")


@task(3)
def calendar(rng: random.Random) -> Asked:
    index = rng.randrange(12)
    name, ordinal = lex.MONTHS[index], lex.ORDINALS[index]
    kind = rng.randrange(7)
    if kind == 0:
        phrasings = (
            f"How many days does {name} have?",
            f"How many days are in {name}?",
            f"How long is {name}?",
            f"How many days are there in {name}?",
        )
        return Asked((name, "days"), phrasings, f"{name} has {lex.DAYS_IN_MONTH[name]} days.")
    if kind == 1:
        phrasings = (
            f"What is the {ordinal} month?",
            f"Which month is the {ordinal}?",
            f"What is the {ordinal} month of the year?",
            f"Which is month number {index + 1}?",
            f"What is month {index + 1}?",
        )
        return Asked((name, "ordinal"), phrasings, f"The {ordinal} month is {name}.")
    if kind == 2:
        phrasings = (
            f"In which season is {name}?",
            f"What season is {name}?",
            f"Which season is it in {name}?",
            f"Is {name} in summer or in winter?",
        )
        return Asked((name, "season"), phrasings, f"{name} is in {lex.SEASONS[name]}.")
    if kind == 3:
        index = rng.randrange(7)
        ordinal = lex.ORDINALS[index]
        phrasings = (
            f"What is the {ordinal} day of the week?",
            f"Which day is the {ordinal} of the week?",
            f"What is day {index + 1} of the week?",
        )
        return Asked((index, "weekday"), phrasings, f"The {ordinal} day of the week is {lex.DAYS[index]}.")
    if kind == 4:
        name = rng.choice(lex.DAYS)
        phrasings = (
            f"Is {name} a weekday?",
            f"Is {name} on the weekend?",
            f"Is {name} a weekend day?",
            f"Weekday or weekend: {name}?",
        )
        return Asked(
            (name, "weekend"),
            phrasings,
            f"{name} is {'on the weekend' if name in lex.DAYS[5:] else 'a weekday'}.",
        )
    if kind == 5:
        what, answer = rng.choice(sorted(lex.AMOUNTS.items()))
        return Asked(
            (what,),
            (
                f"How many {what}?",
                f"How many {what.replace(' in ', ' are in ')}?",
                f"How many {what.replace(' in ', ' are there in ')}?",
            ),
            f"There are {answer}.",
        )
    listed, answer = rng.choice(
        (
            ("days of the week", lex.DAYS),
            ("months of the year", lex.MONTHS),
            ("seasons", ["spring", "summer", "autumn", "winter"]),
        )
    )
    phrasings = (
        f"Name the {listed}.",
        f"What are the {listed}?",
        f"List the {listed}.",
        f"Tell me all {listed}.",
        f"Name all {listed}.",
    )
    return Asked((listed,), phrasings, ", ".join(answer) + ".")

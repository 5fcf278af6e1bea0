"""Questions about small numbers."""

from __future__ import annotations

import random

import lexicon as lex

from .registry import Asked, task


def small_or_any(rng: random.Random, limit: int) -> int:
    return rng.randrange(13) if rng.random() < 0.2 else rng.randrange(limit)


def sum_phrasings(a: int, b: int) -> tuple[str, ...]:
    return (
        f"What is {a} + {b}?",
        f"{a} + {b}",
        f"{a}+{b}",
        f"{a} + {b} =",
        f"{a}+{b}=",
        f"What is {a}+{b}?",
        f"How much is {a} + {b}?",
        f"How much is {a} plus {b}?",
        f"What is {a} plus {b}?",
        f"Add {a} and {b}.",
        f"What do {a} and {b} make?",
        f"Calculate {a} + {b}.",
        f"Compute {a}+{b}.",
        f"What is the sum of {a} and {b}?",
        f"{a} plus {b}",
        f"{a} + {b} = ?",
        f"Can you add {a} and {b}?",
        f"What's {a} + {b}?",
        f"what's {a}+{b}",
        f"Tell me {a} + {b}.",
    )


@task(7)
def addition(rng: random.Random) -> Asked:
    a, b = small_or_any(rng, 101), small_or_any(rng, 101)
    return Asked((a, b), sum_phrasings(a, b), f"{a} + {b} = {a + b}.", many=max(a, b) > 12)


@task(9)
def subtraction(rng: random.Random) -> Asked:
    a, b = small_or_any(rng, 101), small_or_any(rng, 101)
    if a < b and rng.random() < 0.7:
        a, b = b, a
    phrasings = (
        f"What is {a} - {b}?",
        f"{a} - {b}",
        f"{a}-{b}",
        f"{a} - {b} =",
        f"{a}-{b}=",
        f"What is {a}-{b}?",
        f"How much is {a} - {b}?",
        f"How much is {a} minus {b}?",
        f"What is {a} minus {b}?",
        f"Subtract {b} from {a}.",
        f"Take {b} away from {a}.",
        f"Calculate {a} - {b}.",
        f"Compute {a}-{b}.",
        f"{a} minus {b}",
        f"{a} - {b} = ?",
        f"What is left if you take {b} from {a}?",
        f"What's {a} - {b}?",
        f"what's {a}-{b}",
        f"Tell me {a} - {b}.",
    )
    return Asked((a, b), phrasings, f"{a} - {b} = {a - b}.", many=max(a, b) > 12)


@task(3)
def multiplication(rng: random.Random) -> Asked:
    a, b = rng.randrange(13), rng.randrange(13)
    phrasings = (
        f"What is {a} * {b}?",
        f"{a} * {b}",
        f"{a}*{b}",
        f"{a} x {b}",
        f"{a}x{b}",
        f"What is {a} x {b}?",
        f"How much is {a} times {b}?",
        f"What is {a} times {b}?",
        f"Multiply {a} by {b}.",
        f"Multiply {a} and {b}.",
        f"Calculate {a} * {b}.",
        f"{a} times {b}",
        f"What is the product of {a} and {b}?",
        f"{a} * {b} =",
        f"{a}*{b}=",
        f"What's {a} * {b}?",
        f"what's {a}*{b}",
        f"{a} × {b}",
    )
    return Asked((a, b), phrasings, f"{a} * {b} = {a * b}.")


@task(1.5)
def division(rng: random.Random) -> Asked:
    b, quotient = rng.randrange(13), rng.randrange(13)
    a = b * quotient if b else rng.randrange(13)
    phrasings = (
        f"What is {a} / {b}?",
        f"{a} / {b}",
        f"{a}/{b}",
        f"How much is {a} divided by {b}?",
        f"What is {a} divided by {b}?",
        f"Divide {a} by {b}.",
        f"Calculate {a} / {b}.",
        f"{a} divided by {b}",
        f"{a} / {b} =",
        f"{a}/{b}=",
        f"What's {a} / {b}?",
        f"What's {a}/{b}?",
        f"{a} : {b}",
    )
    return Asked((a, b), phrasings, f"{a} / {b} = {quotient}." if b else "Nothing can be divided by 0.")


@task(4)
def three_numbers(rng: random.Random) -> Asked:
    a, b, c = (rng.randrange(11) for _ in range(3))
    phrasings = (
        f"What is {a} + {b} + {c}?",
        f"{a} + {b} + {c}",
        f"{a}+{b}+{c}",
        f"Add {a}, {b} and {c}.",
        f"How much is {a} plus {b} plus {c}?",
        f"What is the sum of {a}, {b} and {c}?",
    )
    return Asked((a, b, c), phrasings, f"{a} + {b} + {c} = {a + b + c}.", many=True)


@task(6)
def larger(rng: random.Random) -> Asked:
    digits = rng.choice((2, 2, 3))
    a, b = rng.randrange(10**digits), rng.randrange(10**digits)
    if rng.random() < 0.2:
        b = max(0, a + rng.randint(-9, 9))
    big = rng.random() < 0.6
    word = rng.choice(("bigger", "larger", "greater", "more") if big else ("smaller", "less"))
    phrasings = (
        f"Which is {word}, {a} or {b}?",
        f"Which is {word}: {a} or {b}?",
        f"What is {word}, {a} or {b}?",
        f"Which number is {word}, {a} or {b}?",
        f"{a} or {b}, which is {word}?",
        f"Is {a} or {b} {word}?",
    )
    if a == b:
        return Asked((a, b, big), phrasings, f"{a} and {b} are equal.", many=True)
    first, second = (max(a, b), min(a, b)) if big else (min(a, b), max(a, b))
    return Asked(
        (a, b, big), phrasings, f"{first} is {'bigger' if big else 'smaller'} than {second}.", many=True
    )


@task(5)
def sorting(rng: random.Random) -> Asked:
    numbers = rng.sample(range(100), rng.choice((3, 3, 4)))
    down = rng.random() < 0.25
    listed, spoken = ", ".join(map(str, numbers)), f"{', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
    phrasings = (
        (
            f"Sort {listed} from large to small.",
            f"Sort {spoken}, the largest first.",
            f"Put {spoken} in descending order.",
        )
        if down
        else (
            f"Sort {listed}.",
            f"Sort {spoken}.",
            f"Sort the numbers {listed}.",
            f"Put {spoken} in order.",
            f"Put {listed} in ascending order.",
            f"Sort {listed} from small to large.",
            f"Order these numbers: {listed}",
        )
    )
    return Asked(
        (*numbers, down), phrasings, ", ".join(map(str, sorted(numbers, reverse=down))) + ".", many=True
    )


@task(1)
def parity(rng: random.Random) -> Asked:
    n = rng.randrange(rng.choice((20, 101, 1000)))
    phrasings = (
        f"Is {n} even or odd?",
        f"Is {n} odd or even?",
        f"Is {n} even?",
        f"Is {n} odd?",
        f"Even or odd: {n}",
        f"{n}: even or odd?",
        f"Is the number {n} even or odd?",
    )
    return Asked((n,), phrasings, f"{n} is {'odd' if n % 2 else 'even'}.", many=n > 20)


@task(1.5)
def neighbour(rng: random.Random) -> Asked:
    n, after = rng.randrange(1, rng.choice((21, 101, 200))), rng.random() < 0.6
    if after:
        phrasings = (
            f"What comes after {n}?",
            f"Which number comes after {n}?",
            f"What number follows {n}?",
            f"What is the next number after {n}?",
            f"Which number is one more than {n}?",
            f"What is the successor of {n}?",
        )
        return Asked((n, 1), phrasings, f"{n + 1} comes after {n}.", many=n > 20)
    phrasings = (
        f"What comes before {n}?",
        f"Which number comes before {n}?",
        f"What number is just before {n}?",
        f"What is the number before {n}?",
        f"Which number is one less than {n}?",
    )
    return Asked((n, -1), phrasings, f"{n - 1} comes before {n}.", many=n > 20)


@task(2)
def counting(rng: random.Random) -> Asked:
    start, length, down = rng.choice((1, 1, rng.randrange(90))), rng.randint(3, 10), rng.random() < 0.3
    numbers = list(range(start, start + length))
    if down:
        numbers.reverse()
        phrasings = (
            f"Count down from {numbers[0]} to {numbers[-1]}.",
            f"Count backwards from {numbers[0]} to {numbers[-1]}.",
            f"Count from {numbers[0]} down to {numbers[-1]}.",
        )
    else:
        phrasings = (
            f"Count from {numbers[0]} to {numbers[-1]}.",
            f"Count up from {numbers[0]} to {numbers[-1]}.",
            f"Can you count from {numbers[0]} to {numbers[-1]}?",
            f"Write the numbers from {numbers[0]} to {numbers[-1]}.",
        )
        if start == 1:
            phrasings += (f"Count to {numbers[-1]}.", f"Can you count to {numbers[-1]}?")
    return Asked((numbers[0], numbers[-1]), phrasings, ", ".join(map(str, numbers)) + ".", many=start != 1)


@task(2)
def number_names(rng: random.Random) -> Asked:
    n = rng.choice((rng.randrange(21), rng.randrange(101)))
    word = lex.number_word(n)
    if rng.random() < 0.5:
        phrasings = (
            f"Write {n} in words.",
            f"How do you write {n} in words?",
            f"What is {n} in words?",
            f"Say {n} in words.",
            f"Spell out the number {n}.",
        )
        return Asked((n, "word"), phrasings, f"{n} is {word}.")
    phrasings = (
        f"Write {word} in digits.",
        f"What is {word} in digits?",
        f"Write the number {word}.",
        f"What number is {word}?",
        f"How do you write {word} as a number?",
    )
    return Asked((n, "digits"), phrasings, f"{word.capitalize()} is {n}.")


@task(1.5)
def doubling(rng: random.Random) -> Asked:
    n = rng.randrange(rng.choice((21, 51)))
    if rng.random() < 0.5:
        phrasings = (
            f"What is double {n}?",
            f"What is twice {n}?",
            f"Double {n}.",
            f"What is the double of {n}?",
            f"How much is two times {n}?",
        )
        return Asked((n, 2), phrasings, f"Twice {n} is {2 * n}.")
    phrasings = (
        f"What is half of {2 * n}?",
        f"Halve {2 * n}.",
        f"How much is half of {2 * n}?",
        f"What is the half of {2 * n}?",
    )
    return Asked((n, 0), phrasings, f"Half of {2 * n} is {n}.")


@task(7)
def word_problem(rng: random.Random) -> Asked:
    name, other = rng.sample(sorted(lex.PEOPLE), 2)
    things = lex.PLURALS.get(
        thing := rng.choice(lex.FOODS + lex.OBJECTS),
        thing + "s" if not thing.endswith("y") else thing[:-1] + "ies",
    )
    a, b = rng.randint(2, 20), rng.randint(1, 15)
    pronoun = lex.PEOPLE[name]
    asks = (
        f"How many {things} does {name} have?",
        f"How many {things} does {name} have now?",
        f"How many does {pronoun} have now?",
        f"How many {things} are there now?",
    )
    if rng.random() < 0.5:
        happens = rng.choice(
            (
                f"{other} gives {'her' if pronoun == 'she' else 'him'} {b} more",
                f"{pronoun.capitalize()} finds {b} more",
                f"{pronoun.capitalize()} gets {b} more",
                f"{pronoun.capitalize()} buys {b} more",
            )
        )
        total = a + b
    else:
        a, b = max(a, b), min(a, b)
        happens = rng.choice(
            (
                f"{pronoun.capitalize()} gives {b} to {other}",
                f"{pronoun.capitalize()} loses {b}",
                f"{pronoun.capitalize()} sells {b}",
                f"{other} takes {b} of them",
            )
        )
        total = a - b
    phrasings = tuple(f"{name} has {a} {things}. {happens}. {ask}" for ask in asks)
    return Asked(
        (name, a, b, total, things), phrasings, f"{name} has {total} {things}.", many=True, plain=True
    )

"""Simple stories, continued or told."""

from __future__ import annotations

import random

import lexicon as lex

from .facts import article
from .registry import Asked, task
from .situations import people

PLOTS = {
    "lost {his} {tint} {thing} in the {place}": "{Name} looked for the {thing} in the {place}. A friendly {helper} helped. They found the {tint} {thing} under a tree, and {name} was happy.",
    "found a {tint} {thing} in the {place}": "{Name} asked whose it was. The {thing} belonged to {friend}. {Name} brought it back, and {friend} was happy.",
    "was hungry and went to the {place}": "In the {place} {name} met {friend}. {Friend} had some cake and gave half of it to {name}. Then both were happy.",
    "wanted to learn to swim": "Every day {name} went to the river. A kind {helper} showed how to do it. In the end {name} could swim like a fish.",
    "was afraid of the dark": "One night {name} saw the stars above the forest. They were so beautiful that {name} was not afraid any more.",
    "planted a seed in the {place}": "{Name} gave it water every day. Soon a red flower came out of the ground. It was the most beautiful flower of the {place}.",
    "heard a strange sound in the {place}": "{Name} looked around and saw {a_helper} with a drum. The {helper} played, and {name} danced until the evening.",
    "had a birthday": "{Friend} came and brought a ball. {Name} liked it very much, and they ate cake together.",
    "was cold because of the snow": "{Friend} gave {name} a warm coat. Then they made a fire and drank hot milk, and {name} was warm again.",
    "wanted a friend": "{Name} walked to the forest and met {a_helper}. They played until the evening, and from that day on they were friends.",
}


def story_parts(rng: random.Random) -> tuple[str, str, str]:
    """The hero, what happens, and how it goes on."""
    names = people(rng, 2)
    animal_name = rng.choice("cat dog mouse fox rabbit bear duck frog pig owl".split())
    hero = rng.choice((f"{names[0]} the {animal_name}", f"{article(animal_name)} called {names[0]}"))
    place, helper = rng.choice(lex.PLACES), "owl" if animal_name != "owl" else "fox"
    plot, ending = rng.choice(sorted(PLOTS.items()))
    friend = "Bella the goose"
    slots = {
        "name": names[0],
        "Name": names[0],
        "his": {"she": "her", "he": "his"}[lex.PEOPLE[names[0]]],
        "tint": rng.choice(lex.COLORS).replace("orange", "pink"),
        "thing": rng.choice(lex.OBJECTS).replace("umbrella", "hat"),
        "place": place,
        "helper": helper,
        "a_helper": article(helper),
        "friend": friend,
        "Friend": friend,
    }
    return hero, plot.format(**slots), ending.format(**slots)


@task(6)
def story(rng: random.Random) -> Asked:
    hero, start, ending = story_parts(rng)
    opening = f"{rng.choice(('One day', 'Once', 'One morning', 'Yesterday'))}, {hero} {start}."
    phrasings = (
        f"Continue the story: {opening}",
        f"Continue: {opening}",
        f"{opening} What happened next?",
        f"Finish this story: {opening}",
        f"Go on with the story: {opening}",
        f"{opening} Continue the story.",
        f"{opening} And then?",
    )
    return Asked((hero, start), phrasings, ending, many=True, plain=True)


@task(1.5)
def own_story(rng: random.Random) -> Asked:
    hero, start, ending = story_parts(rng)
    about = hero.split(" the ")[-1] if " the " in hero else hero.split()[1]
    opening = f"Once, {hero} {start}. {ending}"
    phrasings = (
        f"Tell me a story about {article(about)}.",
        f"Tell a story about {article(about)}.",
        f"Write a story about {article(about)}.",
        f"Can you tell me a story about {article(about)}?",
        f"A story about {article(about)}, please.",
    )
    if rng.random() < 0.5:
        phrasings = (
            "Tell me a story.",
            "Tell me a story!",
            "Can you tell me a story?",
            "Write a short story.",
            "I want to hear a story.",
            "Once upon a time",
            "Write a story for me.",
            "Do you know a story?",
        )
    return Asked((opening,), phrasings, opening, many=True)

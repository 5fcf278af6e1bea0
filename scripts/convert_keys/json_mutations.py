"""Every key of the JSON files, one at a time, and what in tokenizer.json concerns more than one value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from .mutation import DELETE, JSON_FILES, Mutation, json_mutation, walk
from .values import ADDED, PLAUSIBLE, POST_PROCESSORS, by_type


def post_processor(name: str, tokens: dict[str, int], begin: str, end: str) -> dict:
    """A template of tokens around a text."""

    def token(text):
        return {"SpecialToken": {"id": text, "type_id": 0}}

    text = {"Sequence": {"id": "A", "type_id": 0}}
    single = {
        "bos": [token(begin), text],
        "eos": [text, token(end)],
        "both": [token(begin), text, token(end)],
        "two": [token(begin), token(end), text],
        "after": [text, token(begin)],
    }[name]
    return {
        "type": "TemplateProcessing",
        "single": single,
        "pair": single + [{"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {text: {"id": text, "ids": [tokens[text]], "tokens": [text]} for text in (begin, end)},
    }


def json_mutations(base: Path) -> Iterator[Mutation]:
    documents = {file: json.loads((base / file).read_text()) for file in JSON_FILES if (base / file).exists()}
    for file, document in documents.items():
        seen = set()
        for path, value in walk(document):
            key = next(part for part in reversed(path) if isinstance(part, str))
            values = [DELETE] + by_type(value)
            if not isinstance(path[-1], int) or key not in PLAUSIBLE:
                values += PLAUSIBLE.get(key, []) if key != "type" or file == "config.json" else []
            for other in values:
                mark = (path, "deleted" if other is DELETE else json.dumps(other))
                if mark in seen or (other is not DELETE and json.dumps(other) == json.dumps(value)):
                    continue
                seen.add(mark)
                yield json_mutation(file, document, path, other)
        for target, parent, key, values in ADDED:
            place = document
            for part in parent:
                place = place.get(part, {}) if isinstance(place, dict) else {}
            if target != file:
                continue
            for value in values:
                mark = (parent + (key,), json.dumps(value))
                if mark in seen or (key in place and json.dumps(place[key]) == json.dumps(value)):
                    continue
                seen.add(mark)
                yield json_mutation(file, document, parent + (key,), value)
    yield from tokenizer_mutations(documents)


def tokenizer_mutations(documents: dict) -> Iterator[Mutation]:
    """Changes of tokenizer.json that concern more than one value."""
    file = "tokenizer.json"
    document = documents.get(file)
    if not document:
        return
    added = document["added_tokens"]
    ids = {token["content"]: token["id"] for token in added}
    for place, value in enumerate(POST_PROCESSORS):
        begin, end = list(ids)[0], list(ids)[-1]
        label = value if isinstance(value, str) else None
        value = post_processor(value, ids, begin, end) if isinstance(value, str) else value
        yield json_mutation(file, document, ("post_processor",), value, label)
        yield json_mutation(
            file,
            document,
            ("post_processor",),
            {"type": "Sequence", "processors": [value]},
            f"Sequence of {label or place}",
        )
    for key in ("lstrip", "rstrip", "normalized", "single_word", "special"):
        for value in (True, False):
            if any(token[key] != value for token in added):
                other = [token | {key: value} for token in added]
                yield json_mutation(file, document, ("added_tokens",), other, f"all with {key} {value}")
    last = max(ids.values())
    count = documents["config.json"]["vocab_size"]
    new = {
        "content": "<|new|>",
        "single_word": False,
        "lstrip": False,
        "rstrip": False,
        "normalized": False,
        "special": True,
    }
    for label, entries in {
        "new special in the padding": [new | {"id": last + 1}],
        "new special after a gap": [new | {"id": last + 2}],
        "new beyond the embedding": [new | {"id": count}],
        "two beyond": [new | {"id": count}, new | {"id": count + 1, "content": "<think>"}],
        "new at the last row": [new | {"id": count - 1}],
        "new plain word": [new | {"id": last + 1, "content": "rain", "special": False, "normalized": True}],
        "new plain word, single": [
            new | {"id": last + 1, "content": "rain", "special": False, "normalized": True, "single_word": True}
        ],
        "new plain word, not normalized": [new | {"id": last + 1, "content": "the", "special": False}],
        "new with a space": [new | {"id": last + 1, "content": " rain in", "special": False, "normalized": True}],
        "new with accents": [new | {"id": last + 1, "content": "café", "special": False, "normalized": True}],
        "new <think>": [new | {"id": last + 1, "content": "<think>", "special": False}],
        "new longer of two": [new | {"id": last + 1, "content": "<|end|>x"}],
        "an id twice": [new | {"id": last}],
        "an id of a piece": [new | {"id": 70}],
        "a piece's text": [new | {"id": 70, "content": "the"}],
        "a text twice": [added[-1] | {"id": last + 1}],
    }.items():
        yield json_mutation(file, document, ("added_tokens",), added + entries, label)
    yield json_mutation(file, document, ("added_tokens",), added[::-1], "reversed")
    merges = document["model"]["merges"]
    pairs = [merge if isinstance(merge, list) else merge.split(" ") for merge in merges]
    for label, value in {
        "as strings": [" ".join(pair) for pair in pairs],
        "as pairs": [list(pair) for pair in pairs],
        "the first at the end": pairs[1:] + pairs[:1],
        "swapped": pairs[1::-1] + pairs[2:],
        "reversed": pairs[::-1],
        "half": pairs[: len(pairs) // 2],
        "one twice": pairs + pairs[:1],
        "the last first too": pairs[-1:] + pairs,
        "of unknown pieces": [["zz", "qq"]] + pairs,
        "of three": [["a", "b", "c"]] + pairs,
        "a string of three": ["a b c"] + pairs,
        "an empty piece": [["", "a"]] + pairs,
        "none": [],
    }.items():
        yield json_mutation(file, document, ("model", "merges"), value, label)
    vocab = document["model"]["vocab"]
    names = list(vocab)
    for label, value in {
        "two swapped": vocab | {names[80]: vocab[names[90]], names[90]: vocab[names[80]]},
        "an id twice": vocab | {names[80]: vocab[names[90]]},
        "an id beyond": vocab | {names[80]: 10**6},
        "a negative id": vocab | {names[80]: -1},
        "a new piece in the padding": vocab | {"zzzz": last + 1},
        "as a list": [[name, 0.0] for name in names],
        "without one byte": {name: i for name, i in vocab.items() if name not in ("Ċ", "<0x0A>")},
    }.items():
        yield json_mutation(file, document, ("model", "vocab"), value, label)
    config = documents.get("tokenizer_config.json", {})
    if "added_tokens_decoder" in config:
        entries = config["added_tokens_decoder"]
        for key in ("lstrip", "rstrip", "normalized", "special", "single_word"):
            for value in (True, False):
                other = {i: token | {key: value} for i, token in entries.items()}
                if other != entries:
                    yield json_mutation(
                        "tokenizer_config.json", config, ("added_tokens_decoder",), other, f"all with {key} {value}"
                    )
        for label, extra in {
            "new in the padding": {str(last + 1): new},
            "new beyond": {str(count): new},
            "another text": {str(last): new},
            "an id of a piece": {"70": new},
            "no number": {"x": new},
        }.items():
            yield json_mutation("tokenizer_config.json", config, ("added_tokens_decoder",), entries | extra, label)

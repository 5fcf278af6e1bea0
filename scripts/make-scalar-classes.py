#!/usr/bin/env python3
"""Writes the table of scalar classes that the splitting expressions use.

The classes are measured, not derived: every scalar is given to the regular expressions of the
`tokenizers` package, so that the table says what the reference says. Run it with the version that
the table names.

    make-scalar-classes.py Sources/Tokenization/ScalarClass+Table.swift
"""

import sys

import tokenizers
from tokenizers import Regex, pre_tokenizers

CLASSES = {
    "U": r"[\p{Lu}\p{Lt}]",
    "l": r"\p{Ll}",
    "o": r"[\p{Lm}\p{Lo}]",
    "m": r"\p{M}",
    "n": r"\p{N}",
    "s": r"\s",
}
SCALARS = [value for value in range(0x110000) if not 0xD800 <= value <= 0xDFFF]


def members(expression):
    """The scalars that an expression matches."""
    removing = pre_tokenizers.Split(Regex(expression), "removed")
    found = set()
    for start in range(0, len(SCALARS), 2000):
        chunk = SCALARS[start : start + 2000]
        text = "".join("\0" + chr(value) for value in chunk)
        kept = set()
        for _, (begin, end) in removing.pre_tokenize_str(text):
            kept.update(range(begin, end))
        found.update(value for i, value in enumerate(chunk) if 2 * i + 1 not in kept)
    return found


def main():
    letter = {}
    for name, expression in CLASSES.items():
        for value in members(expression):
            assert value not in letter, f"U+{value:04X} is of two classes"
            letter[value] = name
    runs, previous, count = [], "-", 0
    for value in range(0x110000):
        name = letter.get(value, "-")
        if name != previous:
            runs.append(previous + (str(count) if count > 1 else ""))
            previous, count = name, 0
        count += 1
    lines, line = [], "    "
    for run in runs:
        if len(line) + len(run) > 98:
            lines.append(line + "\\")
            line = "    "
        line += run
    lines.append(line)
    with open(sys.argv[1], "w") as file:
        file.write(
            "extension ScalarClass {\n"
            "  /// The classes of all scalars from U+0000 on, as runs: a letter for the class, and how many\n"
            "  /// scalars it goes on for if more than one. `U` upper, `l` lower, `o` other letters, `m` marks,\n"
            "  /// `n` numbers, `s` white space, `-` the rest; after the last run all is rest.\n"
            "  ///\n"
            f"  /// Made by `scripts/make-scalar-classes.py` from the expressions of tokenizers {tokenizers.__version__}\n"
            "  /// (Unicode 16).\n"
            '  static let runs: StaticString = """\n' + "\n".join(lines) + '\n    """\n}\n'
        )


if __name__ == "__main__":
    main()

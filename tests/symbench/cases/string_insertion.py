from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any

from codesteer_tui.problem import Problem

GOLDEN = "f10c2f6df2a20c9c"
BROKEN: list[dict[str, Any]] = [
    {"min_length": 20, "max_length": 10},
    {"occurrences": 5},
    {"occurrences": 2, "overlaps": 2},
    {"max_length": 1_001},
]
HARDEST: dict[str, Any] = {"min_length": 1_000, "max_length": 1_000, "occurrences": 200, "overlaps": 60}
RULE = re.compile(r"(?=(ABCD|BCDE|CDEA|DEAB|EABC))")


def knobs(rng: Random) -> dict[str, Any]:
    occurrences = rng.randint(1, rng.choice([4, 8, 40, 200]))
    overlaps = rng.choice([0, rng.randrange(occurrences)])
    low = rng.randint(max(8, 4 * occurrences - 3 * overlaps), 1_000)
    return {
        "min_length": low,
        "max_length": min(1_000, low + rng.randint(0, 9)),
        "occurrences": occurrences,
        "overlaps": overlaps,
    }


def changed(original: str) -> str:
    ends = {found.start() + 4: found[1][0] for found in RULE.finditer(original)}
    return "".join(original[at - 1 : at] + ends.get(at, "") for at in range(len(original) + 1))


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    word = changed(problem.parameters["original_string"])
    yield f'<<< "{word}" >>>'
    yield f"It is\n\n```\n{word}\n```"
    yield f"The final answer is **{word}**."
    yield f"{problem.parameters['original_string']} → {word}"
    yield f"<<<{' '.join(word)}>>>"
    yield f"$\\boxed{{\\text{{{word}}}}}$"


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    original = problem.parameters["original_string"]
    word = changed(original)
    at = rng.randrange(len(word))
    yield f"<<<{original}>>>"
    yield f"<<<{word.lower()}>>>"
    yield f"<<<{word[:-1]}>>>"
    yield f"<<<{word}{rng.choice('ABCDE')}>>>"
    yield f"<<<{word[:at]}{rng.choice('ABCDE'.replace(word[at], ''))}{word[at + 1 :]}>>>"
    yield f"<<<{word} or {original}>>>"
    yield f"<<<{word}F>>>"


def holds(problem: Problem, text: str) -> bool:
    word = changed(problem.parameters["original_string"])
    spelled_out = re.sub(r"[\s\"'`,]", "", text)
    return any(re.search(rf"(?<![A-E]){word}(?![A-E])", version) for version in (text, spelled_out))

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import tasks

GOLDEN = "bb805cfd1041bd05"
BROKEN: list[dict[str, Any]] = [
    {"min_length": 30, "max_length": 20},
    {"min_steps": 6},
    {"rules": 13},
    {"cycle": "maybe"},
]
HARDEST: dict[str, Any] = {"rules": 12, "min_length": 200, "max_length": 200, "min_steps": 50}


def knobs(rng: Random) -> dict[str, Any]:
    low = rng.choice([8, 10, 14, 20, 40, 100, 200])
    return {
        "rules": rng.randint(2, 12),
        "min_length": low,
        "max_length": min(200, low + rng.randint(0, 20)),
        "min_steps": rng.randint(1, min(rng.choice([4, 6, 50]), low // 2)),
        "cycle": rng.random() < 0.3,
    }


def word_of(solved: str) -> str:
    return "".join(re.findall("[a-z]", solved))


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    word = word_of(solved)
    yield f"<<<{word}>>>"
    yield f"<<< '{word}' >>>"
    yield f'The final answer is **"{word}"**.'
    yield f"{problem.parameters['initial_string']} -> … -> {word}"
    yield f"No rule applies any more.\n\n`{word}`"


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    word, start = word_of(solved), problem.parameters["initial_string"]
    at = rng.randrange(len(word))
    yield f'<<<"{start}">>>'
    yield f'<<<"{word[:-1]}">>>'
    yield f'<<<"{word}{rng.choice("abc")}">>>'
    yield f'<<<"{word.upper()}">>>'
    yield f'<<<"{word[:at]}{rng.choice("abc".replace(word[at], ""))}{word[at + 1 :]}">>>'
    yield '<<<"">>>'
    yield f'<<<"{word}" or "{start}">>>'


def holds(problem: Problem, text: str) -> bool:
    word = word_of(tasks[problem.task].solve(problem) or "")
    spelled_out = re.sub(r"[\s\"'`,]", "", text)
    return any(re.search(rf"(?<![a-z]){word}(?![a-z])", version) for version in (text, spelled_out))

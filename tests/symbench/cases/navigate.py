from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any

from codesteer_tui.problem import Problem

GOLDEN = "96e6052f4becc15a"
BROKEN: list[dict[str, Any]] = [{"stretches": 1}, {"style": "dancing"}, {"max_steps": 2}, {"returns": 1.5}]
HARDEST: dict[str, Any] = {"stretches": 100, "max_steps": 1_000, "style": "turning"}


def knobs(rng: Random) -> dict[str, Any]:
    return {
        "stretches": rng.choice([rng.randint(2, 8), rng.randint(2, 100)]),
        "max_steps": rng.choice([rng.randint(3, 10), rng.randint(3, 1_000)]),
        "style": rng.choice(["either", "turning", "facing"]),
        "returns": rng.random(),
    }


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    word = solved.strip("<>")
    yield f"<<<{word.lower()}>>>"
    yield f'<<<"{word}">>>'
    yield f"I followed it.\nAnswer: {word}."
    yield f"$\\boxed{{{word}}}$"


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    word = solved.strip("<>")
    other = "No" if word == "Yes" else "Yes"
    yield f"<<<{other}>>>"
    yield f"{word}, I thought first.\nAnswer: {other}"
    yield f"<<<{word}/{other}>>>"
    yield "<<<perhaps>>>"


def holds(problem: Problem, text: str) -> bool:
    place, facing = 0j, 1j
    for line in problem.parameters["instructions"]:
        turns = {"right": -1j, "left": 1j, "around": -1, "forward": 1, "backward": -1, "steps": 1, "step": 1}
        factor = turns[line.split()[-1]]
        if line.startswith("turn"):
            facing *= factor
        else:
            place += int(line.split()[1]) * facing * factor
    found = re.findall(r"\b(?:yes|no)\b", text, re.IGNORECASE)
    return bool(found) and (found[-1].lower() == "yes") == (place == 0)

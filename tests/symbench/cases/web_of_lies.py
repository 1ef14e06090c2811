from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any

from codesteer_tui.problem import Problem

GOLDEN = "85725b2fec32e690"
BROKEN: list[dict[str, Any]] = [{"people": 1}, {"people": "some"}, {"bystanders": -1}]
HARDEST: dict[str, Any] = {"people": 60, "bystanders": 30, "in_order": False}


def knobs(rng: Random) -> dict[str, Any]:
    return {
        "people": rng.randint(2, 60),
        "bystanders": rng.choice([0, rng.randint(0, 30)]),
        "in_order": rng.random() < 0.5,
    }


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    word = solved.strip("<>")
    yield f"<<<{word.lower()}>>>"
    yield f"<<< {word.upper()}. >>>"
    yield f"So the answer is **{word}**."
    yield f"<<<{word}, {problem.parameters['asked']} is what was asked.>>>"


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    word = solved.strip("<>")
    other = "No" if word == "Yes" else "Yes"
    yield f"<<<{other}>>>"
    yield f"Answer: {other.lower()}"
    yield f"<<<{word} or {other}>>>"
    yield "<<<It cannot be known.>>>"
    yield f"<<<{problem.parameters['asked']}>>>"


def holds(problem: Problem, text: str) -> bool:
    """The number of times that honesty changes along the way to the one who is asked about decides."""
    said = {part["speaker"]: part for part in problem.parameters["statements"]}
    person, changes = problem.parameters["asked"], 0
    while person in said:
        changes += not said[person]["honest"]
        person = said[person]["about"]
    honest = problem.parameters["honest"] ^ bool(changes % 2)
    found = re.findall(r"\b(?:yes|no)\b", text, re.IGNORECASE)
    return bool(found) and (found[-1].lower() == "yes") == honest

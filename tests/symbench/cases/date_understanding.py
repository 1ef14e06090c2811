from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any

from codesteer_tui.problem import Problem

GOLDEN = "6cc277a8c38c2034"
BROKEN: list[dict[str, Any]] = [
    {"steps": 0},
    {"largest": 6},
    {"first_year": 2000, "last_year": 1999},
    {"first_year": 1500},
]
HARDEST: dict[str, Any] = {"steps": 12, "largest": 10_000, "first_year": 1600, "last_year": 2400}


def knobs(rng: Random) -> dict[str, Any]:
    first = rng.randint(1600, 2400)
    return {
        "steps": rng.randint(1, 12),
        "largest": rng.choice([rng.randint(7, 100), rng.randint(7, 10_000)]),
        "first_year": first,
        "last_year": rng.randint(first, 2400),
    }


def _options(problem: Problem) -> dict[str, str]:
    return dict(re.findall(r"^\(([A-F])\) (.*)$", problem.question, re.MULTILINE))


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    letter = solved.strip("<>()")
    text = _options(problem)[letter]
    yield f"<<<{letter}>>>"
    yield f"<<<{letter.lower()})>>>"
    yield f"<<<({letter}) {text}>>>"
    yield f"<<<{text}>>>"
    yield f"It is a long way.\nFinal answer: ({letter})"


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    letter = solved.strip("<>()")
    options = _options(problem)
    other = rng.choice([name for name in options if name != letter])
    yield f"<<<({other})>>>"
    yield f"<<<({other}) {options[letter]}>>>"
    yield f"<<<{options[other]}>>>"
    yield "<<<(G)>>>"
    yield "<<<No answer found>>>"


def _day_number(year: int, month: int, day: int) -> int:
    """Days since the last of February of the year 0, by counting leap days."""
    shifted = year - (month < 3)
    leaps = shifted // 4 - shifted // 100 + shifted // 400
    return 365 * shifted + leaps + (153 * ((month - 3) % 12) + 2) // 5 + day


def _date(number: int) -> tuple[int, int, int]:
    year = number // 366
    while _day_number(year + 1, 1, 1) <= number:
        year += 1
    month = max(month for month in range(1, 13) if _day_number(year, month, 1) <= number)
    return year, month, number - _day_number(year, month, 1) + 1


def holds(problem: Problem, text: str) -> bool:
    number = _day_number(*map(int, problem.parameters["anchor"].split("-")))
    for shift in [problem.parameters["today"], *problem.parameters["shifts"]]:
        if shift["unit"] in ("days", "weeks"):
            number += shift["count"] * (7 if shift["unit"] == "weeks" else 1)
            continue
        year, month, day = _date(number)
        months = 12 * year + month - 1 + shift["count"] * (12 if shift["unit"] == "years" else 1)
        number = _day_number(months // 12, months % 12 + 1, day)
    year, month, day = _date(number)
    wanted = f"{month:02}/{day:02}/{year:04}"
    letter = next(name for name, shown in _options(problem).items() if shown == wanted)
    named = re.search(rf"(?<![a-z]){letter}(?![a-z])", text, re.IGNORECASE)
    return bool(named) or wanted in text

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any

from codesteer_tui.problem import Problem

GOLDEN = "f6b20a39d27e8594"
BROKEN: list[dict[str, Any]] = [{"guesses": 1}, {"guesses": 31}, {"guesses": "many"}]
HARDEST: dict[str, Any] = {"guesses": 30}


def knobs(rng: Random) -> dict[str, Any]:
    return {"guesses": rng.choice([2, 3, 4, 5, 6, 8, 10, 14, 17, 30])}


def said(guess: str, password: str, nouns: str, sides: tuple[str, str]) -> str:
    """What the published generator says about one half of a guess, in its words."""
    parts = []
    place = [mine == theirs for mine, theirs in zip(guess, password, strict=True)]
    other = [mine in password and mine != theirs for mine, theirs in zip(guess, password, strict=True)]
    for hits, text in ((place, "correct and in the correct"), (other, "correct but in the wrong")):
        if sum(hits) == 1:
            parts.append(f"one {nouns} is {text} position")
        elif sum(hits) == 2:
            parts.append(f"both {nouns}s are {text} positions")
    how = [
        sides[0] if mine < min(password) else sides[1] if mine > max(password) else "incorrect"
        for mine in guess
        if mine not in password
    ]
    if len(how) == 1:
        parts.append(f"one {nouns} is incorrect and {how[0]}")
    elif len(how) == 2:
        same = how[0] == how[1] != "incorrect"
        parts.append(f"both {nouns}s are incorrect" + (f" and {how[0]}" if same else ""))
    return "; ".join(parts)


def fits(problem: Problem, password: str) -> bool:
    return all(
        feedback
        == "; ".join(
            (
                said(guess[:2], password[:2], "number", ("too small", "too large")),
                said(
                    guess[2:],
                    password[2:],
                    "letter",
                    ("too early in the alphabet", "too late in the alphabet"),
                ),
            )
        )
        for guess, feedback in problem.parameters["guesses"]
    )


def password_of(text: str) -> str:
    return "".join(re.findall("[0-9A-Z]", text))


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    word = password_of(solved)
    yield f"<<<{word}>>>"
    yield f"<<<{' '.join(word)}>>>"
    yield f"The final answer is **{word}**."
    yield f"Only this is left:\n\n{list(word)}"
    yield f"<<<({', '.join(word)})>>>"


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    word = password_of(solved)
    others = [guess for guess, _ in problem.parameters["guesses"]]
    yield f"<<<{word[1]}{word[0]}{word[2:]}>>>"
    yield f"<<<{word[:2]}{word[3]}{word[2]}>>>"
    yield f"<<<{word[:3]}>>>"
    yield f"<<<{word}{word[0]}>>>"
    yield f"<<<{word.lower()}>>>"
    yield f"<<<{word[2:]}{word[:2]}>>>"
    yield f"<<<{word[0]}{word[0]}{word[2:]}>>>"
    yield f"<<<{rng.choice(others)}>>>"
    yield f"<<<{(int(word[0]) + 1) % 10}{word[1:]}>>>"


def holds(problem: Problem, text: str) -> bool:
    found = re.findall(r"([0-9])[^0-9A-Za-z]*([0-9])[^0-9A-Za-z]*([A-Z])[^0-9A-Za-z]*([A-Z])", text)
    return bool(found) and fits(problem, "".join(found[-1]))

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any

from codesteer_tui.problem import Problem

GOLDEN = "b0a888514db9a419"
BROKEN: list[dict[str, Any]] = [{"books": 2}, {"books": 3, "conditions": 9}, {"books": 21}, {"conditions": 0}]
HARDEST: dict[str, Any] = {"books": 20, "conditions": 60}


def knobs(rng: Random) -> dict[str, Any]:
    books = rng.randint(3, 20)
    return {"books": books, "conditions": rng.randint(1, min(60, books * (books - 1) // 2 + 2 * books - 1))}


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    order = re.findall("[A-T]", solved)
    yield f"<<<[{', '.join(order)}]>>>"
    yield f"<<<({'; '.join(map(repr, order))})>>>"
    yield f"One order that fits:\n\n{' '.join(order)}"
    yield "<<<\n[" + ",\n".join(f"“{book}”" for book in order) + "\n]>>>"


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    order = re.findall("[A-T]", solved)
    yield f"<<<{order[:-1]}>>>"
    yield f"<<<{[*order, 'Z']}>>>"
    yield f"<<<{[*order, order[0]]}>>>"
    yield f"<<<{[order[0], *order[:-1]]}>>>"
    for _ in range(20):
        rng.shuffle(order)
        if not _fits(problem, order):
            yield f"<<<{order}>>>"


def holds(problem: Problem, text: str) -> bool:
    inside = (re.findall(r"<<<(.+?)>>>", text, re.DOTALL) or [text])[-1]
    lines = [re.findall(r"\b[A-T]\b", part) for part in (inside, *re.split(r"[\n:]", inside))]
    end = max(inside.rfind("]"), inside.rfind(")"))
    lines += [re.findall(r"\b[A-T]\b", inside[sign.start() : end]) for sign in re.finditer(r"[\[(]", inside)]
    return any(sorted(line) == problem.parameters["items"] and _fits(problem, line) for line in lines)


def _fits(problem: Problem, order: list[str]) -> bool:
    """Hold an order against the sentences of the question, read word by word."""
    for line in problem.parameters["constraints_text"].splitlines():
        words = line.rstrip(".").split()[1:]
        here = order.index(words[0])
        if words[-2] == "position":
            if (here + 1 == int(words[-1])) == ("not" in words):
                return False
            continue
        there = order.index(words[-1])
        good = {"left": here < there, "right": here > there, "next": here - there in (1, -1)}
        if not next(value for word, value in good.items() if word in words):
            return False
    return True

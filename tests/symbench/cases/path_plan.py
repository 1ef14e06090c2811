from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import Any

from codesteer_tui.problem import Problem

GOLDEN = "e13a26bcc4b04a56"
BROKEN: list[dict[str, Any]] = [{"visit": 0}, {"visit": 5, "avoid": 3}, {"max_side": 0.1}, {"boxes": 13}]
HARDEST: dict[str, Any] = {"boxes": 12, "visit": 6, "avoid": 6, "max_side": 2.0}

Point = tuple[Fraction, Fraction]


def knobs(rng: Random) -> dict[str, Any]:
    boxes = rng.randint(1, 12) if rng.random() < 0.1 else rng.randint(1, 6)
    visit = rng.randint(1, min(3, boxes) if rng.random() < 0.9 else boxes)
    return {
        "boxes": boxes,
        "visit": visit,
        "avoid": rng.randint(0, boxes - visit),
        "max_side": rng.choice([0.2, 0.5, 0.9, 2.0]),
    }


def _way(text: str) -> list[Point]:
    """The pairs in brackets; where there are none, all numbers, two by two."""
    decimal = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
    number = rf"{decimal}(?:/{decimal})?"
    bare = re.sub(r"\\[,;:!> ]|\\[A-Za-z]+|\\(?=[()\[\]])|[-=]+>|[\"'$]", " ", text)
    paired = re.findall(rf"[\[(][\s,;]*({number})[\s,;]+({number})[\s,;]*[\])]", bare)
    found = [one for pair in paired for one in pair] or re.findall(number, bare)
    values = [
        Fraction(above) / Fraction(below or 1) for above, _, below in (part.partition("/") for part in found)
    ]
    return list(zip(values[::2], values[1::2], strict=True))


def _written(way: list[Point], form: str = "({}, {})", between: str = ", ") -> str:
    return between.join(form.format(float(x), float(y)) for x, y in way)


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    way = _way(solved)
    middle = [(x / 2 + way[1][0] / 2, y / 2 + way[1][1] / 2) for x, y in way[:1]]
    yield f"<<<[{_written([way[0], *middle, *way[1:]])}]>>>"
    yield f"<<<[{_written([way[0], way[0], *way[1:], way[-1]], '[{}, {}]')}]>>>"
    yield f"So the way is\n\n{_written(way, '({}, {})', ' -> ')}"
    yield f"$\\boxed{{[{_written(way, '({:.5f}, {:.5f})')}]}}$"
    yield f"```\n{_written(way, '{} {}', chr(10))}\n```"
    yield f"<<<[{_written(way[:-1] + way[-2::-1] + way[1:])}]>>>"


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    way = _way(solved)
    outside = (Fraction(rng.randint(3, 9)), Fraction(rng.randint(-9, 9)))
    yield f"<<<[{_written(way[:-1])}]>>>"
    yield f"<<<[{_written(way[1:])}]>>>"
    yield f"<<<[{_written(way[::-1])}]>>>"
    yield f"<<<[{_written([way[0], outside, *way[1:]])}]>>>"
    yield f"<<<[{_written([*way[:-1], (way[-1][0] + Fraction(1, 10**9), way[-1][1])], '({:.9f}, {:.9f})')}]>>>"
    yield f"<<<[{_written([way[0], way[0]])}, {_written([way[-1]], '{}')}]>>>"
    for name in problem.parameters["avoid"]:
        left, _, low, high = (Fraction(str(side)) for side in problem.parameters["boxes"][name])
        yield f"<<<[{_written([way[0], (left, (low + high) / 2), *way])}]>>>"
        yield f"<<<[{_written([*way, (left, high), way[-1]])}]>>>"


def holds(problem: Problem, text: str) -> bool:
    """Clip every piece against the four half planes of every rectangle."""
    inside = re.findall(r"<<<(.*?)>>>", text, re.DOTALL)
    way = _way(inside[-1] if inside else text)
    given = problem.parameters

    def touches(box: list[float]) -> bool:
        sides = [Fraction(str(side)) for side in box]
        return any(_clipped(one, other, sides) for one, other in pairwise(way))

    ends = [(Fraction(str(x)), Fraction(str(y))) for x, y in (given["start"], given["end"])]
    return (
        [way[0], way[-1]] == ends
        and all(touches(given["boxes"][name]) for name in given["visit"])
        and not any(touches(given["boxes"][name]) for name in given["avoid"])
        and not any(touches(wall) for wall in given["walls"])
    )


def _clipped(one: Point, other: Point, sides: list[Fraction]) -> bool:
    for axis, limit, sign in ((0, sides[0], 1), (0, sides[1], -1), (1, sides[2], 1), (1, sides[3], -1)):
        ends = [sign * (end[axis] - limit) for end in (one, other)]
        if max(ends) < 0:
            return False
        if min(ends) < 0:
            share = ends[0] / (ends[0] - ends[1])
            cut = (one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1]))
            one, other = (cut, other) if ends[0] < 0 else (one, cut)
    return True

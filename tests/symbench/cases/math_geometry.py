from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any

from codesteer_tui.problem import Problem
from tests.symbench.crude import agrees

GOLDEN = "9ea947f465061648"
BROKEN: list[dict[str, Any]] = [{"level": 0}, {"level": 6}, {"largest": 4}, {"largest": "long"}]
HARDEST: dict[str, Any] = {"level": 5, "largest": 1_000}


def knobs(rng: Random) -> dict[str, Any]:
    return {"level": rng.randint(1, 5), "largest": rng.choice([rng.randint(5, 30), rng.randint(5, 1_000)])}


def _inside(solved: str) -> str:
    return solved.removeprefix("<<<").removesuffix(">>>")


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    assert problem.gold
    gold = _inside(problem.gold)
    yield f"<<<${gold}$>>>"
    yield f"<<<{gold.replace('frac', 'dfrac')}>>>"
    yield f"So it is $\\boxed{{{gold}}}$."
    if "(" not in gold:
        yield f"<<<{gold} \\text{{ units}}>>>"
        yield f"<<<x = {gold}>>>"
        yield f"<<<{float(_inside(solved)):.6f}>>>" if float(_inside(solved)) > 1 else problem.gold
    else:
        yield f"<<<{gold.replace(' ', '').replace('right', 'right ')}>>>"


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    yield "<<<No answer found>>>"
    yield "<<<\\frac{1}{0}>>>"
    if "(" in solved:
        x, y = (float(part) for part in _inside(solved).strip("()").split(","))
        yield f"<<<({x}, {y + 1})>>>"
        yield f"<<<({x})>>>"
        yield f"<<<({x}, {y}, 0)>>>"
    else:
        number = float(_inside(solved))
        yield f"<<<{number * 1.05 + 1}>>>"
        yield f"<<<-{number}>>>"
        yield f"<<<{number}, {number + 1}>>>"


def holds(problem: Problem, text: str) -> bool:
    """Its value is that of the answer, which the tests compare with what is measured in coordinates."""
    assert problem.gold
    gold = _inside(problem.gold)
    if "(" not in gold:
        return agrees(text, gold)
    wanted = gold.replace("\\left", "").replace("\\right", "").strip("()").split(",")
    inner = re.sub(r"^.*<<<|>>>.*$", "", text, flags=re.DOTALL)
    found = re.sub(r"^.*\(|\).*$", "", inner.replace("\\left", "").replace("\\right", "")).split(",")
    return len(found) == len(wanted) and all(
        agrees(one, other) for one, other in zip(found, wanted, strict=True)
    )

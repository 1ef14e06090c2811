from __future__ import annotations

import ast
import operator
from random import Random
from typing import Any

GOLDEN = "39b62ff0338e9c7c"
BROKEN: list[dict[str, Any]] = [{"numbers": 1}, {"numbers": "many"}, {"target": 1_000_000, "numbers": 2}]
HARDEST: dict[str, Any] = {"numbers": 80, "target": 122_880, "max_value": 20_000}

_SIGNS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def knobs(rng: Random) -> dict[str, Any]:
    if rng.random() < 0.9:
        return {"numbers": rng.randint(2, 5), "target": rng.randint(1, 18), "max_value": rng.randint(9, 30)}
    return {
        "numbers": rng.randint(6, 80),
        "target": rng.randint(1, 10_000),
        "max_value": rng.randint(2_000, 20_000),
    }

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from random import Random
from typing import Any

from codesteer_tui.problem import Problem

GOLDEN = "449a99b60a70c84e"
BROKEN: list[dict[str, Any]] = [{"size": 1}, {"buttons": 27}, {"presses": 0}]
HARDEST: dict[str, Any] = {"size": 12, "buttons": 26, "presses": 100}


def knobs(rng: Random) -> dict[str, Any]:
    return {
        "size": rng.randint(2, 12),
        "buttons": rng.randint(1, 26),
        "presses": rng.randint(1, 100 if rng.random() < 0.3 else 10),
    }


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    lights, size = _lights(solved), problem.parameters["n"]
    rows = [lights[at : at + size] for at in range(0, len(lights), size)]
    yield f"<<< {', '.join(map(str, lights))} >>>"
    yield f"<<<{lights}>>>"
    yield f"Answer: {json.dumps(rows)}"
    yield "<<<" + "\n".join(",".join(map(str, row)) for row in rows) + ">>>"
    yield "Final answer:\n" + "\n".join("".join(map(str, row)) for row in rows)
    yield f"<<<{''.join(map(str, lights))}>>>"


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    lights = _lights(solved)
    at = rng.randrange(len(lights))
    yield _text([*lights[:at], 1 - lights[at], *lights[at + 1 :]])
    yield _text(lights[:-1])
    yield _text([*lights, 0])
    yield _text([1 - light for light in lights])
    yield _text([*lights[:at], 2 + lights[at], *lights[at + 1 :]])
    yield _text(["on" if light else "off" for light in lights])
    if lights != (before := [light for row in problem.parameters["initial_state"] for light in row]):
        yield _text(before)


def holds(problem: Problem, text: str) -> bool:
    grid = [list(row) for row in problem.parameters["initial_state"]]
    for name in problem.parameters["operations"]:
        for row, column in problem.parameters["buttons"][name]:
            grid[row - 1][column - 1] = 1 - grid[row - 1][column - 1]
    return "".join(str(light) for row in grid for light in row) in "".join(re.findall(r"\d", text))


def _lights(text: str) -> list[int]:
    return [int(light) for light in re.findall(r"[01]", text)]


def _text(lights: list[Any]) -> str:
    return f"<<<{','.join(map(str, lights))}>>>"

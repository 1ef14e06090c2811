from __future__ import annotations

import json
import re
from collections.abc import Iterator
from random import Random
from typing import Any

from codesteer_tui.problem import Problem

GOLDEN = "411ffdac92c04ebe"
BROKEN: list[dict[str, Any]] = [{"rows": 1, "cols": 1}, {"min_boxes": 4}, {"cols": 9}, {"colours": 0}]
HARDEST: dict[str, Any] = {"rows": 8, "cols": 8, "colours": 8, "min_boxes": 5, "max_boxes": 5}


def knobs(rng: Random) -> dict[str, Any]:
    most = rng.randint(1, 5) if rng.random() < 0.2 else rng.randint(1, 2)
    return {
        "rows": rng.randint(1, 8),
        "cols": rng.randint(2, 8),
        "colours": rng.randint(1, 8) if rng.random() < 0.2 else rng.randint(1, 4),
        "min_boxes": rng.randint(1, most),
        "max_boxes": most,
    }


def _plan(text: str) -> list[dict[str, str]]:
    plan: list[dict[str, str]] = json.loads(text.removeprefix("<<<").removesuffix(">>>"))
    return plan


def _marked(plan: list[dict[str, str]]) -> str:
    return f"<<<{json.dumps(plan)}>>>"


def _neighbour(problem: Problem, agent: str) -> str:
    x, y = (float(part) for part in re.findall(r"[\d.]+", agent))
    beside = [(x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)]
    return next(f"{a}, {b}" for a, b in beside if f"{a}_{b}" in problem.parameters["state"])


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    plan = _plan(solved)
    yield _marked([{agent: action} for step in plan for agent, action in step.items()])
    yield _marked([{}, *[dict(reversed(step.items())) for step in plan], {}])
    yield f"The plan:\n```json\n{json.dumps(plan, indent=2)}\n```"
    yield f"<<<{json.dumps(plan, separators=(',', ':')).replace(', ', ',')}>>>"
    agent, box = next((agent, re.findall(r"box_\w+", action)[0]) for agent, action in plan[0].items())
    there = _neighbour(problem, agent)
    back = f"move({box}, {agent.replace('Agent', 'square')})"
    yield _marked([{agent: f"move({box}, square[{there}])"}, {f"Agent[{there}]": back}, *plan])


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    plan = _plan(solved)
    agent, box = next((agent, re.findall(r"box_\w+", action)[0]) for agent, action in plan[0].items())
    there = _neighbour(problem, agent)
    back = f"move({box}, {agent.replace('Agent', 'square')})"
    first = json.dumps(plan)[2:]
    yield _marked(plan[:-1])
    yield _marked([*plan, plan[-1]])
    yield _marked([{agent: "move(box_black, target_black)"}, *plan])
    yield _marked([{agent: f"move({box}, square[20.5, 0.5])"}, *plan])
    yield _marked([{agent: f"move({box}, {agent.replace('Agent', 'square')})"}, *plan])
    yield _marked([{"Agent[9.5, 0.5]": f"move({box}, square[8.5, 0.5])"}, *plan])
    yield _marked([{agent: f"move({box}, target_black)"}, *plan])
    yield _marked([{agent: f"move({box}, square[{there}])", f"Agent[{there}]": back}, *plan[1:]])
    yield f'<<<[{{"{agent}": "move({box}, square[{there}])", {first}>>>'
    yield f"<<<{json.dumps(plan).replace(chr(34), chr(39))}>>>"
    yield "<<<[]>>>"


def holds(problem: Problem, text: str) -> bool:
    """Follow single boxes: at the end of each step all that were moved arrive."""
    where = {name: list(items) for name, items in problem.parameters["state"].items()}
    action = r"agent\W*([\d.]+)\W+([\d.]+)\W+move\W+(box_\w+)\W+(?:square\W+([\d.]+)\W+([\d.]+)|(target_\w+))"
    for step in re.findall(r"\{[^{}]*\}", text):
        arriving = []
        for x, y, box, to_x, to_y, target in re.findall(action, step.lower()):
            here = f"{float(x)}_{float(y)}"
            if here not in where or box not in where[here]:
                return False
            where[here].remove(box)
            if target:
                if target[7:] != box[4:] or target not in where[here]:
                    return False
                where[here].remove(target)
            else:
                arriving.append((f"{float(to_x)}_{float(to_y)}", box))
                if {abs(float(x) - float(to_x)), abs(float(y) - float(to_y))} != {0.0, 1.0}:
                    return False
        for there, box in arriving:
            if there not in where:
                return False
            where[there].append(box)
    return not any(item.startswith("box_") for items in where.values() for item in items)

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any

from codesteer_tui.problem import Problem

GOLDEN = "cd8fdcec9a848dc3"
BROKEN: list[dict[str, Any]] = [
    {"boxes": 0},
    {"min_weight": 201},
    {"min_capacity": 121},
    {"lifters": 1, "min_weight": 31},
    {"lifters": 21},
]
HARDEST: dict[str, Any] = {"boxes": 100, "lifters": 20, "max_weight": 2_000}

Plan = list[list[tuple[int, list[int]]]]


def knobs(rng: Random) -> dict[str, Any]:
    lifters = rng.randint(1, 20)
    low = rng.randint(1, 200)
    lightest = rng.randint(1, lifters * low)
    return {
        "boxes": rng.randint(1, 100) if rng.random() < 0.2 else rng.randint(1, 25),
        "lifters": lifters,
        "min_capacity": low,
        "max_capacity": rng.randint(low, 300),
        "min_weight": lightest,
        "max_weight": rng.randint(lightest, 10_000),
        "slack": rng.choice([0, 0, 1, 20]),
    }


def _plan(text: str) -> Plan:
    bare = re.sub(
        r"(?<=\d)\.0*(?=\D)|[+\"']",
        "",
        re.sub(r"(step\s*\d+)\W{0,4}[:.]", r"\1 =", text, flags=re.IGNORECASE),
    )
    lift = r"(-?\d+)[\s,;]*(?:[\[(]([^\[\]()]*)[\])]|[\s,;](-?\d+)\s*[\])])"
    return [
        [
            (int(weight), [int(lifter) for lifter in re.findall(r"-?\d+", lifters or lifter)])
            for weight, lifters, lifter in re.findall(lift, step)
        ]
        for step in re.split(r"step\s*\d+ =", bare, flags=re.IGNORECASE)[1:]
    ]


def _written(plan: Plan) -> str:
    return "\n".join(f"Step {at}: {lifts}" for at, lifts in enumerate(plan, 1))


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    plan = _plan(solved)
    lists = [[[weight, lifters] for weight, lifters in lifts] for lifts in plan]
    mixed = [
        [(weight, rng.sample(lifters, len(lifters))) for weight, lifters in reversed(lifts)] for lifts in plan
    ]
    yield f"<<<{_written(mixed[::-1])}>>>"
    yield "<<<" + "\n".join(f"step {at}:{lifts}" for at, lifts in enumerate(lists, 1)) + ">>>"
    yield f"The plan is as follows.\n{_written(plan)}\nNow all boxes are lifted!"
    yield "Answer: " + "\n".join(f"**Step {at}**: {str(lifts)[1:-1]}" for at, lifts in enumerate(plan, 1))


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    plan = _plan(solved)
    count = len(problem.parameters["lifters"])
    (weight, lifters), *others = plan[0]
    rest = plan[1:]
    yield f"<<<{_written([others, *rest])}>>>"
    yield f"<<<{_written([[(weight, [*lifters, count]), *others], *rest])}>>>"
    yield f"<<<{_written([[(weight, [lifter - count for lifter in lifters]), *others], *rest])}>>>"
    yield f"<<<{_written([[(weight, [*lifters, lifters[0]]), *others], *rest])}>>>"
    yield f"<<<{_written([[(weight, []), *others], *rest])}>>>"
    yield f"<<<{_written([[(99_999, [0]), *plan[0]], *rest])}>>>"
    yield f"<<<{_written([[(weight, lifters), (weight, lifters), *others], *rest])}>>>"
    yield f"<<<{_written([[] for _ in range(problem.parameters['max_steps'] + 1 - len(plan))] + plan)}>>>"
    if others:
        yield f"<<<{_written([[(weight, [*lifters, others[0][1][0]]), *others], *rest])}>>>"
    if len(lifters) > 1:
        yield f"<<<{_written([[(weight, lifters[:-1]), *others], *rest])}>>>"


def holds(problem: Problem, text: str) -> bool:
    plan, capacities = _plan(text), problem.parameters["lifters"]
    for lifts in plan:
        teams = [lifter for _, lifters in lifts for lifter in lifters]
        if len(set(teams)) != len(teams) or not set(teams) <= set(range(len(capacities))):
            return False
        if any(sum(capacities[lifter] for lifter in lifters) < weight for weight, lifters in lifts):
            return False
    lifted = sorted(weight for lifts in plan for weight, _ in lifts)
    return len(plan) <= problem.parameters["max_steps"] and lifted == sorted(problem.parameters["boxes"])

"""The three planning tasks that are stored as states: BoxLift, BoxNet1 and Blocksworld. No plans are stored.

``BoxLift_10_3/BoxLift1/BoxLift.json`` holds boxes and lifters; ``env_pg_state_2_4/pg_state3/pg_state3.json`` maps
cells to what is in them; ``3_4_2_0/blocksworld_task.txt`` has two sections of lines such as "stack1: A B".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from codesteer_tui.symbench.published.layouts.files import broken, json_of, text_of, within
from codesteer_tui.symbench.published.layouts.sample import Found, Place, Sample, attempt

Weight = Annotated[int, Meta(ge=1, le=1_000_000_000)]
_RUN_GRIDS = {(1, 2), (2, 2), (2, 4)}
_RUN_LIFTS = 5
_RUN_WORLDS = 2
_STACK = re.compile(r"(?P<name>stack[0-9]{1,6}):(?P<blocks>(?: +\S+)*) *")


class _Lift(Struct):
    boxes: Annotated[list[Weight], Meta(min_length=1, max_length=10_000)]
    lifters: Annotated[list[Weight], Meta(min_length=1, max_length=1_000)]


def read_lifts(place: Place) -> Iterator[Found]:
    """Read the samples of BoxLift."""
    for folder, match in within(place.path, r"BoxLift(?P<index>[0-9]{1,6})"):
        yield attempt(folder, partial(_lift, place, folder, int(match["index"])))


def _lift(place: Place, folder: Path, index: int) -> Sample:
    file = folder / "BoxLift.json"
    stored = json_of(file, _Lift)
    if max(stored.boxes) > sum(stored.lifters):
        raise broken(file, "a box is heavier than all lifters together can lift")
    return Sample(
        task=place.task,
        sample_id=f"{place.task}/{place.split}/{folder.parent.name}/{folder.name}",
        split=place.split,
        file=file,
        parameters={
            "boxes": stored.boxes,
            "lifters": stored.lifters,
            "num_boxes": len(stored.boxes),
            "num_lifters": len(stored.lifters),
            "max_steps": greedy_steps(stored.boxes, stored.lifters),
            "in_codesteer_run": place.split == "main" and index < _RUN_LIFTS,
        },
    )


def greedy_steps(boxes: list[int], lifters: list[int]) -> int:
    """Count the steps of the greedy plan, which the published question allows.

    In each step the boxes are gone through from the heaviest down; one that the lifters left over can lift takes
    them in their order until they are strong enough. No box may be heavier than all lifters together can lift.
    """
    waiting = sorted(boxes, reverse=True)
    steps = 0
    while waiting:
        steps += 1
        free, left = list(lifters), []
        for box in waiting:
            strength = taken = 0
            while strength < box and taken < len(free):
                strength += free[taken]
                taken += 1
            if strength < box:
                left.append(box)
            else:
                del free[:taken]
        waiting = left
    return steps


def read_grids(place: Place) -> Iterator[Found]:
    """Read the samples of BoxNet1."""
    rows, cols = (int(length) for length in place.path.name.split("_")[-2:])
    for folder, _ in within(place.path, r"pg_state[0-9]{1,6}"):
        yield attempt(folder, partial(_grid, place, folder, rows, cols))


def _grid(place: Place, folder: Path, rows: int, cols: int) -> Sample:
    file = folder / f"{folder.name}.json"
    return Sample(
        task=place.task,
        sample_id=f"{place.task}/{place.split}/{rows}_{cols}/{folder.name}",
        split=place.split,
        file=file,
        parameters={
            "rows": rows,
            "cols": cols,
            "state": json_of(file, dict[str, list[str]]),
            "in_codesteer_run": place.split == "main" and (rows, cols) in _RUN_GRIDS,
        },
    )


def read_worlds(place: Place) -> Iterator[Found]:
    """Read the samples of Blocksworld."""
    name = r"(?P<num_blocks>[0-9]{1,4})_(?P<num_stacks>[0-9]{1,4})_(?P<goal_stacks>[0-9]{1,4})_(?P<index>[0-9]{1,6})"
    for folder, match in within(place.path, name):
        named = {key: int(value) for key, value in match.groupdict().items()}
        yield attempt(folder, partial(_world, place, folder, named))


def _world(place: Place, folder: Path, named: dict[str, int]) -> Sample:
    file = folder / "blocksworld_task.txt"
    states = _states(file)
    return Sample(
        task=place.task,
        sample_id=f"{place.task}/{place.split}/{folder.name}",
        split=place.split,
        file=file,
        parameters={**states, **named, "in_codesteer_run": named["index"] < _RUN_WORLDS},
    )


def _states(file: Path) -> dict[str, dict[str, list[str]]]:
    states: dict[str, dict[str, list[str]]] = {}
    current: dict[str, list[str]] | None = None
    for number, line in enumerate(text_of(file).split("\n"), 1):
        if line.strip().lower() in ("initial state:", "goal state:"):
            current = states.setdefault(line.split()[0].lower(), {})
        elif match := _STACK.fullmatch(line):
            if current is None:
                raise broken(file, f"line {number}: a stack stands before any section")
            current[match["name"]] = match["blocks"].split()
        elif line.strip():
            raise broken(file, f'line {number}: this is neither a section nor a stack such as "stack1: A B"')
    if not states.get("initial") or not states.get("goal"):
        raise broken(file, 'it needs the sections "Initial State:" and "Goal State:", each with stacks')
    return states

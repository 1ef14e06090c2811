"""Plans for `boxnet1`: all boxes move at once towards targets that are given to them beforehand."""

from __future__ import annotations

from typing import TypeAlias

Cell: TypeAlias = tuple[int, int]
Steps: TypeAlias = list[dict[str, str]]
"""The actions of each step by agent, as they are written in an answer."""


def plan(state: dict[str, list[str]]) -> Steps | None:
    """Plan steps in which every agent serves the box that has the longest way before it; None where targets lack."""
    cells: dict[Cell, str] = {}
    boxes: list[tuple[str, Cell]] = []
    targets: list[tuple[str, Cell]] = []
    for name, items in state.items():
        row, col = (int(part.split(".")[0]) for part in name.split("_"))
        cells[row, col] = name.replace("_", ", ")
        for item in items:
            kind, _, colour = item.partition("_")
            (boxes if kind == "box" else targets).append((colour, (row, col)))
    goals = _assigned(boxes, targets)
    if goals is None:
        return None
    at = [cell for _, cell in boxes]
    waiting = set(range(len(boxes)))
    steps: Steps = []
    while waiting:
        chosen: dict[Cell, int] = {}
        for box in sorted(waiting, key=lambda box: (-_distance(at[box], goals[box]), box)):
            chosen.setdefault(at[box], box)
        step = {}
        for cell, box in sorted(chosen.items()):
            colour, goal = boxes[box][0], goals[box]
            if cell == goal:
                step[f"Agent[{cells[cell]}]"] = f"move(box_{colour}, target_{colour})"
                waiting.remove(box)
                continue
            at[box] = _nearer(cell, goal)
            if at[box] not in cells:
                return None
            step[f"Agent[{cells[cell]}]"] = f"move(box_{colour}, square[{cells[at[box]]}])"
        steps.append(step)
    return steps


def _assigned(boxes: list[tuple[str, Cell]], targets: list[tuple[str, Cell]]) -> list[Cell] | None:
    """Give every box a target of its colour, the nearest pairs first."""
    nearest = sorted(
        (_distance(cell, target), box, goal)
        for box, (colour, cell) in enumerate(boxes)
        for goal, (other, target) in enumerate(targets)
        if colour == other
    )
    goals: dict[int, int] = {}
    taken: set[int] = set()
    for _, box, goal in nearest:
        if box not in goals and goal not in taken:
            goals[box] = goal
            taken.add(goal)
    return [targets[goals[box]][1] for box in range(len(boxes))] if len(goals) == len(boxes) else None


def _nearer(cell: Cell, goal: Cell) -> Cell:
    """One square along the row, then along the column."""
    (row, col), (to_row, to_col) = cell, goal
    if col != to_col:
        return row, col + (1 if to_col > col else -1)
    return row + (1 if to_row > row else -1), col


def _distance(one: Cell, other: Cell) -> int:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])

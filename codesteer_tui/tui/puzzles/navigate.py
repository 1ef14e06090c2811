"""Walking in a plane: the instructions, and, once there is an answer, the way that they lead."""

from __future__ import annotations

from itertools import pairwise

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.navigate import Parameters, read, walk
from codesteer_tui.tui.puzzles.figure import (
    BAD,
    FAINT,
    GIVEN,
    NEW,
    Figure,
    Line,
    below,
    figure,
    legend,
    wrapped,
)

MOST_COLUMNS, MOST_ROWS = 60, 18
"""The largest map."""

MOST_INSTRUCTIONS = 200
"""Instructions that are listed."""


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """List the instructions; with an answer, draw the way on a map as well, which would give the answer away before."""
    given = parameters_for(problem, Parameters)
    told: list[Line] = [
        (f"{at}. {line}",) for at, line in enumerate(given.instructions[:MOST_INSTRUCTIONS], 1)
    ]
    listed = wrapped(told, width)
    if seen is None or seen.value is None:
        return below(listed, figure((("back at the start in the end?", GIVEN),)))
    steps = read(". ".join(given.instructions) or problem.question)
    said = (f"[{seen.value}]", BAD) if seen.broken else (seen.value, GIVEN)
    answer = figure((("back at the start in the end?  ", GIVEN), said))
    signs = [("S", GIVEN, "start"), ("E", GIVEN, "end"), ("*", GIVEN, "both")]
    signs += [("[ ]", BAD, "wrong")] if seen.broken else []
    cut = len(steps) > MOST_INSTRUCTIONS
    note = (
        figure(((f"the first {MOST_INSTRUCTIONS} of {len(steps)} instructions", FAINT),)) if cut else Figure()
    )
    return below(listed, _way(steps, width), note, answer, legend(*signs))


def _way(steps: list[tuple[str, int]], width: int) -> Figure:
    """The way on a map as large as there is room for; stretches may lie on each other."""
    points = [walk(steps[:at]) for at in range(min(len(steps), MOST_INSTRUCTIONS) + 1)]
    left, low = min(x for x, _ in points), min(y for _, y in points)
    across, up = max(x for x, _ in points) - left, max(y for _, y in points) - low
    columns, rows = max(1, min(MOST_COLUMNS, width - 2)), MOST_ROWS
    wide, high = min(2.0, (columns - 1) / max(across, 1)), min(1.0, (rows - 1) / max(up, 1))
    cells: dict[tuple[int, int], tuple[str, str]] = {}

    def place(point: tuple[int, int]) -> tuple[int, int]:
        return round((low + up - point[1]) * high), round((point[0] - left) * wide)

    for one, other in pairwise(points):
        (row, column), (to_row, to_column) = place(one), place(other)
        for at in range(min(row, to_row), max(row, to_row) + 1):
            cells[at, to_column] = ("|", NEW)
        for at in range(min(column, to_column), max(column, to_column) + 1):
            cells[to_row, at] = ("-", NEW)
    for point in points:
        cells[place(point)] = ("+", NEW)
    start, end = place(points[0]), place(points[-1])
    cells[start], cells[end] = ("S", GIVEN), ("E", GIVEN) if points[0] != points[-1] else ("*", GIVEN)
    lines: list[Line] = []
    for row in range(max(at for at, _ in cells) + 1):
        last = max((column for at, column in cells if at == row), default=-1)
        lines.append(tuple(cells.get((row, column), (" ", FAINT)) for column in range(last + 1)))
    return Figure(tuple(lines))

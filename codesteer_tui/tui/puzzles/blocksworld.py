"""Blocksworld: the stacks at the start, as far as the plan works, and as they are wanted; the plan, move by move."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.blocksworld import Move, Parameters
from codesteer_tui.tui.puzzles.figure import (
    BAD,
    FAINT,
    GIVEN,
    Figure,
    Line,
    below,
    beside,
    figure,
    inside,
    legend,
    places,
    titled,
    wrapped,
)

MOST_MOVES = 120
"""Moves that are listed."""


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """Draw the stacks, the last block of each on top; a stack or a move at fault is between brackets."""
    given = parameters_for(problem, Parameters)
    start = titled("start", stacks(given.initial))
    goal = titled(
        "wanted", stacks({name: given.goal.get(name, []) for name in {**given.initial, **given.goal}})
    )
    if seen is None or seen.value is None:
        return beside(width, start, goal)
    bad = places(seen)
    moves: list[Move] = seen.value
    done = next((at for at in range(len(moves)) if at in bad), len(moves))
    after = {name: list(blocks) for name, blocks in given.initial.items()}
    for move in moves[:done]:
        after[move.goal].append(after[move.source].pop())
    title = "in the end" if done == len(moves) else f"before move {done + 1}"
    reached = titled(title, stacks(after, bad))
    listed = wrapped((_move(at, move, at in bad) for at, move in enumerate(moves[:MOST_MOVES])), width)
    left = len(moves) - MOST_MOVES
    more = figure(((f"and {left} moves more", FAINT),)) if left > 0 else Figure()
    return below(
        beside(width, start, reached, goal),
        listed,
        more,
        legend(("[ ]", BAD, "not allowed, or not as wanted")) if bad else Figure(),
    )


def _move(at: int, move: Move, bad: bool) -> Line:
    words = f"{at + 1} {inside(move.block)}: {_short(move.source)} -> {_short(move.goal)}"
    return ((f"[{words}]", BAD),) if bad else (words,)


def _short(name: str) -> str:
    return inside(name.removeprefix("stack") or name)


def stacks(standing: Mapping[str, Sequence[str]], bad: Collection[object] = ()) -> Figure:
    """Stacks side by side on a line, with their names below it."""
    names = list(standing)
    shown = {name: [inside(block) for block in standing[name]] for name in names}
    labels = {name: f"[{_short(name)}]" if name in bad else _short(name) for name in names}
    width = max(
        [1, *map(len, labels.values()), *(len(block) for blocks in shown.values() for block in blocks)]
    )
    lines: list[Line] = []
    for level in reversed(range(max([1, *map(len, shown.values())]))):
        cells = [shown[name][level] if level < len(shown[name]) else "" for name in names]
        lines.append((("".join(f" {cell:^{width}} " for cell in cells), GIVEN),))
    lines.append((("".join(f" {'-' * width} " for _ in names), FAINT),))
    lines.append(tuple((f" {labels[name]:^{width}} ", BAD if name in bad else FAINT) for name in names))
    return Figure(tuple(lines))

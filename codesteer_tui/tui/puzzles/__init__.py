"""Drawings of problems and answers, for the tasks that people would rather look at than read.

Each module draws one task: from the problem's data and from what the task's own verifier read in an answer and found
wrong with it, and never from a picture of text. It holds ``draw(problem, seen, width)``, a pure function (see
`Drawing`). The module is called as the task's own in `symbench/tasks`; the tasks without one stand in `NOT_DRAWN`.
"""

from __future__ import annotations

import importlib
from typing import Protocol, cast

from codesteer_tui.errors import ProblemError
from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look, look, registry, tasks
from codesteer_tui.tui.blocks import Block, block
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.puzzles.figure import Figure
from codesteer_tui.tui.words import OUTCOMES, cut

NOT_DRAWN = {
    "date_understanding",
    "gsm",
    "logical_deduction_seven_objects",
    "MATH_counting_and_probability",
    "MATH_geometry",
    "new_operator",
}
"""The tasks that are read rather than looked at."""

MODULES = {task: module for task, module in registry.MODULES.items() if task not in NOT_DRAWN}
"""Task id → module in `codesteer_tui.tui.puzzles`, called as the task's own module is."""

MORE = 4
"""Broken rules that are named behind the first one. The drawing marks them all."""


class Drawing(Protocol):
    """What a module of this package offers."""

    def draw(self, problem: Problem, seen: Look | None, width: int) -> Figure:
        """Draw a problem, with what was read in an answer where there is one, in at most `width` columns.

        Where the answer could not be read, or does not fit the problem's data, only the problem is drawn.

        Raises:
            ProblemError: the problem's data cannot be used.
        """
        ...


def is_drawn(task_id: str) -> bool:
    """Whether there is a drawing of this task."""
    return task_id in MODULES


def judged(problem: Problem, answer: str) -> Look | None:
    """What the task's verifier sees in a final text, of whatever content; None where nothing is there.

    Tasks that are not drawn tell their verdict alone. Raises nothing, unless the problem is of no known task.
    """
    if not answer.strip():
        return None
    with importing:
        tasks[
            problem.task
        ]  # imported here; judging takes its time, and nobody has to wait for the lock meanwhile
    return look(problem, answer)


def draw(problem: Problem, seen: Look | None, width: int) -> list[Block]:
    """Draw the problem of a task that is drawn, and what its verifier saw in an answer, if there is one."""
    with importing:
        module = cast("Drawing", importlib.import_module(f"{__name__}.{MODULES[problem.task]}"))
    try:
        figure = module.draw(problem, seen, max(1, width))
    except ProblemError as error:
        return [block("unsure", f"? {error.message}"), block("dim", error.remedy)]
    note = (
        [block("dim", "The answer cannot be drawn; this is the problem.")]
        if seen and seen.value is None
        else []
    )
    return [*note, block("row", *figure.parts)]


def said(seen: Look, more: int = MORE) -> list[Block]:
    """The verdict on an answer in words: its mark, the rule that is broken first, and `more` of the others."""
    mark = OUTCOMES[seen.verdict.outcome]
    shown = [block("row", (str(mark), mark.style), f"  {seen.verdict.reason}")]
    others = [
        reason for reason in dict.fromkeys(b.reason for b in seen.broken) if reason != seen.verdict.reason
    ]
    shown += [block("row", ("x ", mark.style), cut(reason, 200)) for reason in others[:more]]
    left = len(others) - more
    return shown + ([block("dim", f"and {left} more")] if left > 0 else [])

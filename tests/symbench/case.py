"""What a task's module in `tests.symbench.cases` has to hold, and how the tests get at it."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from random import Random
from typing import Any, Protocol, cast

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.registry import MODULES


class Case(Protocol):
    """The task-specific part of the tests that every task has to pass. Nothing here may use the verifier."""

    GOLDEN: str
    """First 16 digits of the hash of the first twenty problems (see `digest`); it may never change."""

    BROKEN: list[dict[str, Any]]
    """Knobs that cannot work, each refused with a `ProblemError` that names a knob."""

    HARDEST: dict[str, Any]
    """The knobs of the hardest problems in range, whose generation must stay below 5 s."""

    def knobs(self, rng: Random) -> dict[str, Any]:
        """Knobs drawn over the whole range of difficulty."""
        ...

    def right(self, rng: Random, problem: Problem, solved: str) -> Iterable[str]:
        """Further answers that must pass: other solutions, other layouts of `solved`, harmless words around it."""
        ...

    def wrong(self, rng: Random, problem: Problem, solved: str) -> Iterable[str]:
        """Answers that must not pass: mutations of `solved` that are certain to be wrong. At least three kinds."""
        ...

    def holds(self, problem: Problem, text: str) -> bool:
        """Whether a text that the verifier accepted really answers the problem, found out independently.

        It is asked only for accepted texts, and decides by plain means: it takes the answer's values out of `text` with
        a regular expression, say, and holds them against the rules or against what `solve` finds where that is unique.
        """
        ...


def case_of(task_id: str) -> Case:
    """The tests' part of a task."""
    return cast("Case", importlib.import_module(f"tests.symbench.cases.{MODULES[task_id]}"))

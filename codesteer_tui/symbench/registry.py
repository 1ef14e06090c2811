"""The tasks by their ids, imported when they are asked for."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from random import Random
from typing import cast

import msgspec

from codesteer_tui.errors import ProblemError
from codesteer_tui.problem import Problem
from codesteer_tui.symbench.task import Task, make_difficulty

MODULES: Mapping[str, str] = {
    "game24": "game24",
    "letters": "letters",
    "number_multiply": "number_multiply",
}
"""Task id → module in `codesteer_tui.symbench.tasks` (the ids are those of the published benchmark)."""


class Tasks(Mapping[str, Task]):
    """The known tasks, as a mapping from id to task. Asking for an unknown one raises `ProblemError`."""

    def __getitem__(self, task_id: str) -> Task:
        """Give the task with this id.

        Raises:
            ProblemError: there is none; the remedy names the closest one.
        """
        module = MODULES.get(task_id)
        if module is None:
            close = get_close_matches(task_id, MODULES, n=1, cutoff=0.4)
            hint = f'Did you mean "{close[0]}"? ' if close else ""
            raise ProblemError(f'There is no task "{task_id}".', f"{hint}Known tasks: {', '.join(MODULES)}.")
        return cast("Task", importlib.import_module(f"codesteer_tui.symbench.tasks.{module}").TASK)

    def __contains__(self, task_id: object) -> bool:
        """Tell whether a task has this id, without importing it."""
        return task_id in MODULES

    def __iter__(self) -> Iterator[str]:
        """Go through the ids, in alphabetical order."""
        return iter(sorted(MODULES))

    def __len__(self) -> int:
        """Count the tasks."""
        return len(MODULES)

    def generate(self, task_id: str, seed: int, **knobs: object) -> Problem:
        """Make the problem of a task for a seed; see `codesteer_tui.symbench.generate`."""
        task = self[task_id]
        problem = task.generate(Random(seed), make_difficulty(task, **knobs))
        return msgspec.structs.replace(problem, task=task.id, seed=seed)

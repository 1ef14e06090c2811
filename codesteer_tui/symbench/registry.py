"""The tasks by their ids, imported when they are asked for."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import cast

from codesteer_tui.errors import ProblemError
from codesteer_tui.problem import Problem
from codesteer_tui.symbench.task import Task, make_problem

MODULES: Mapping[str, str] = {
    "2048": "tile_2048",
    "Blocksworld": "blocksworld",
    "BoxLift": "boxlift",
    "BoxNet1": "boxnet1",
    "combinatorial_calculation": "combinatorial_calculation",
    "constrained_linear_arrangement": "constrained_linear_arrangement",
    "cryptanalysis": "cryptanalysis",
    "date_understanding": "date_understanding",
    "eight_queens": "eight_queens",
    "game24": "game24",
    "gsm": "gsm",
    "letter_logic_diagram": "letter_logic_diagram",
    "letters": "letters",
    "light_puzzles": "light_puzzles",
    "logic_puzzle": "logic_puzzle",
    "logical_deduction_seven_objects": "logical_deduction_seven_objects",
    "logical_equation": "logical_equation",
    "mahjong_pattern": "mahjong_pattern",
    "MATH_counting_and_probability": "math_counting",
    "MATH_geometry": "math_geometry",
    "matrix_transformation": "matrix_transformation",
    "navigate": "navigate",
    "new_operator": "new_operator",
    "number_multiply": "number_multiply",
    "path_plan": "path_plan",
    "pattern_recognition": "pattern_recognition",
    "permutations_and_combinations": "permutations_and_combinations",
    "pooling": "pooling",
    "reversi": "reversi",
    "standard_sudoku": "standard_sudoku",
    "statistical_counting": "statistical_counting",
    "string_deletion_and_modification": "string_deletion_and_modification",
    "string_insertion": "string_insertion",
    "string_splitting": "string_splitting",
    "string_synthesis": "string_synthesis",
    "synthesis_decomposition": "synthesis_decomposition",
    "web_of_lies": "web_of_lies",
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
            remedy = f'Did you mean "{close[0]}"?' if close else f"Known tasks: {', '.join(MODULES)}."
            raise ProblemError(f'There is no task "{task_id}".', remedy)
        return cast("Task", importlib.import_module(f"codesteer_tui.symbench.tasks.{module}").TASK)

    def __contains__(self, task_id: object) -> bool:
        """Tell whether a task has this id, without importing it."""
        return task_id in MODULES

    def __iter__(self) -> Iterator[str]:
        """Go through the ids, in alphabetical order whatever their case."""
        return iter(MODULES)

    def __len__(self) -> int:
        """Count the tasks."""
        return len(MODULES)

    def generate(self, task_id: str, seed: int, **knobs: object) -> Problem:
        """Make the problem of a task for a seed; see `codesteer_tui.symbench.generate`."""
        task = self[task_id]
        if not isinstance(seed, int) or isinstance(seed, bool):
            raise ProblemError(f"The seed {seed!r} is no whole number.", "Give an int, such as seed=7.")
        return make_problem(task, seed, knobs)

"""The demo solves problems that SymBench generates: its program's answer is right, and so does its own test say."""

from __future__ import annotations

import pytest

from codesteer_tui.providers.demo_problems import recognise
from codesteer_tui.providers.demo_problems.base import DemoProblem
from codesteer_tui.symbench import generate, verify
from tests.demo_talk import final, run

FAMILIES = [
    "Blocksworld",
    "combinatorial_calculation",
    "eight_queens",
    "game24",
    "letters",
    "light_puzzles",
    "navigate",
    "number_multiply",
    "standard_sudoku",
    "statistical_counting",
    "web_of_lies",
]


@pytest.mark.parametrize("task_id", FAMILIES)
def test_a_generated_problem_of_a_family_that_it_knows_is_solved(task_id: str) -> None:
    for seed in range(3):
        problem = generate(task_id, seed)
        known = recognise(problem.question)
        assert isinstance(known, DemoProblem), problem.question
        printed = run(known.solver())
        assert verify(problem, printed).outcome == "pass", (problem, printed)
        test = known.test(final(printed))
        assert isinstance(test, str)
        assert "VERDICT: PASS" in run(test), (problem, printed)

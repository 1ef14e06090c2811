"""How many answers a second each task's verifier judges, and how long a problem takes to be made.

Unlike other measurements these are absolute, since what is promised is: 200 verdicts a second on a typical sample,
half a second for a default problem, five for the hardest in range, one for any answer however hostile. Each is far
from its limit on a slow machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

import pytest

from codesteer_tui.symbench import generate, tasks, verify
from tests.symbench.case import case_of
from tests.symbench.test_tasks import HOSTILE

pytestmark = [pytest.mark.perf, pytest.mark.timeout(120)]

SAMPLES, ROUNDS = 10, 5
VERDICTS_A_SECOND, DEFAULT_S, HARDEST_S, HOSTILE_S = 200, 0.5, 5.0, 1.0


def seconds(work: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@pytest.mark.parametrize("task_id", list(tasks))
def test_answers_are_judged_quickly(task_id: str) -> None:
    problems = [generate(task_id, seed) for seed in range(SAMPLES)]
    wrong = [problem.gold[:-4] + ">>>" if problem.gold else "" for problem in problems]

    def judge_all() -> None:
        for problem, bad in zip(problems, wrong, strict=True):
            verify(problem, problem.gold or "")
            verify(problem, bad)

    judge_all()
    took = median(seconds(judge_all) for _ in range(ROUNDS)) / (2 * SAMPLES)
    print(f"{task_id}: {1 / took:,.0f} verdicts a second")
    assert 1 / took >= VERDICTS_A_SECOND


@pytest.mark.parametrize("task_id", list(tasks))
def test_problems_are_made_quickly(task_id: str) -> None:
    usual = max(seconds(lambda seed=seed: generate(task_id, seed)) for seed in range(SAMPLES))  # type: ignore[misc]
    knobs = case_of(task_id).HARDEST
    hardest = max(seconds(lambda seed=seed: generate(task_id, seed, **knobs)) for seed in range(3))  # type: ignore[misc]
    print(f"{task_id}: {usual * 1000:.1f} ms by default, {hardest * 1000:.1f} ms at its hardest")
    assert usual <= DEFAULT_S
    assert hardest <= HARDEST_S


@pytest.mark.parametrize("task_id", list(tasks))
def test_hostile_answers_are_judged_within_a_second(task_id: str) -> None:
    problem = generate(task_id, 3)
    took = {
        name: max(
            seconds(lambda answer=answer: verify(problem, answer)),  # type: ignore[misc]
            seconds(lambda answer=answer: verify(problem, answer, scoring="reference")),  # type: ignore[misc]
        )
        for name, answer in HOSTILE.items()
    }
    slowest = max(took, key=lambda name: took[name])
    print(f"{task_id}: {took[slowest]:.2f} s for {slowest}")
    assert took[slowest] <= HOSTILE_S

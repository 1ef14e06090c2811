"""What a verifier tells beside its verdict: what it read, and where which rules are broken."""

from __future__ import annotations

from random import Random

import pytest

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Broken, generate, look, tasks, verify
from codesteer_tui.symbench.task import SeenTask, make_policy
from tests.symbench.case import case_of

ALL = pytest.mark.parametrize("task_id", list(tasks))


def answers(task_id: str, seed: int) -> tuple[Problem, list[str]]:
    problem, case, rng = generate(task_id, seed), case_of(task_id), Random(seed)
    solved = tasks[task_id].solve(problem)
    assert solved is not None
    return problem, [
        solved,
        *case.right(rng, problem, solved),
        *case.wrong(rng, problem, solved),
        "",
        "<<<?>>>",
    ]


@ALL
def test_a_look_has_the_verdict_of_the_verifier(task_id: str) -> None:
    for seed in range(3):
        problem, texts = answers(task_id, seed)
        for text in texts:
            seen = look(problem, text)
            assert seen.verdict == verify(problem, text)
            if seen.verdict.outcome == "pass":
                assert not seen.broken
            if seen.broken:
                assert seen.verdict.reason == seen.broken[0].reason


@pytest.mark.parametrize("task_id", [name for name in tasks if isinstance(tasks[name], SeenTask)])
def test_what_a_policy_changes_it_changes_for_both(task_id: str) -> None:
    task = tasks[task_id]
    assert isinstance(task, SeenTask)
    problem, texts = answers(task_id, 1)
    switches = {
        name: value
        for name in task.Policy.__struct_fields__
        if isinstance(value := getattr(task.Policy(), name), bool)
    }
    for name, value in switches.items():
        policy = make_policy(task, **{name: not value})
        for text in texts:
            assert task.look(problem, text, policy).verdict == task.verify(problem, text, policy)


def test_all_broken_rules_are_told_with_their_places_not_only_the_first() -> None:
    problem = generate("eight_queens", seed=7)
    seen = look(problem, "<<<0 0, 1 1, 2 2, 3 3, 4 4, 5 5, 6 6, 7 7>>>")
    assert seen.value == [(at, at) for at in range(8)]
    attacks = [broken for broken in seen.broken if "attack" in broken.reason]
    assert len(attacks) == 28, "each of the pairs on the diagonal"
    assert Broken("Queens at 0 0 and 1 1 attack each other.", ((0, 0), (1, 1))) in attacks


def test_an_answer_that_cannot_be_read_has_no_value() -> None:
    problem = generate("standard_sudoku", seed=7)
    seen = look(problem, "<<<[[1, 2>>>")
    assert seen.verdict.outcome == "could_not_check"
    assert seen.value is None
    assert seen.broken == ()


def test_at_most_a_hundred_broken_rules_are_told() -> None:
    problem = generate("letters", seed=7)
    seen = look(problem, f"<<<Count: 1, Positions: {list(range(1_000, 3_000))}>>>")
    assert len(seen.broken) == 100

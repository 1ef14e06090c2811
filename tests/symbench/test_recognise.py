"""A typed question that is plainly a known task's gets that task's verifier; others stay free."""

from __future__ import annotations

import pytest

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import verify
from codesteer_tui.symbench.recognise import recognise


@pytest.mark.parametrize(
    ("question", "numbers", "target"),
    [
        ("Use 4 7 8 8 to make 24", [4, 7, 8, 8], 24),
        ("use the numbers 4, 7, 8 and 8 to obtain 24.", [4, 7, 8, 8], 24),
        ("Make 100 from 3 3 8 8 9, each number once", [3, 3, 8, 8, 9], 100),
        ("Using 1 2 3 4 make 24!", [1, 2, 3, 4], 24),
    ],
)
def test_a_game_of_24_in_a_persons_words_is_recognised(
    question: str, numbers: list[int], target: int
) -> None:
    problem = recognise(Problem(question))
    assert problem.task == "game24"
    assert problem.parameters == {"numbers": numbers, "target": target}
    assert problem.question == question


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("What is 123 * 456?", [123, 456]),
        ("123456789 × 987654321", [123456789, 987654321]),
        ("Calculate 5*-69*90*-9786", [5, -69, 90, -9786]),
    ],
)
def test_a_product_is_recognised(question: str, values: list[int]) -> None:
    problem = recognise(Problem(question))
    assert problem.task == "number_multiply"
    assert problem.parameters == {"values": values}


@pytest.mark.parametrize(
    "question",
    [
        "Use 4 7 8 8 to make 24 without division",
        "Use 4 to make 24",
        "What is 2 * 3 + 4?",
        "What is 2 ** 3?",
        "Which is bigger, 9.11 or 9.9?",
        "If I use 4 7 8 8 to make 24, how many ways are there?",
    ],
)
def test_a_question_with_anything_more_to_it_stays_free(question: str) -> None:
    assert recognise(Problem(question)) == Problem(question)


def test_the_recognised_task_judges_by_its_rules() -> None:
    problem = recognise(Problem("Use 4 7 8 8 to make 24"))
    assert verify(problem, "<<<(7 - 8 / 8) * 4>>>").outcome == "pass"
    assert verify(problem, "<<<4 * 7 - 8 + 8>>>").outcome == "fail"


def test_a_generated_problem_stays_as_it_is() -> None:
    problem = Problem("Use 4 7 8 8 to make 24", task="letters")
    assert recognise(problem) is problem

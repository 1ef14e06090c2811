"""The rules of each task: what is accepted, what is rejected, and the reason that is given."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import generate, verify
from codesteer_tui.symbench.tasks import game24, letters, number_multiply

FOUR = Problem("", "game24", {"numbers": [4, 7, 8, 8], "target": 24})
BANANA = Problem("", "letters", {"word": "banana", "letter": "a"})
TWELVE = Problem("", "number_multiply", {"values": [3, -4000]})


@pytest.mark.parametrize(
    ("problem", "answer"),
    [
        (FOUR, "<<<(7 - 8 / 8) * 4>>>"),
        (FOUR, "(7 - 8/8) * 4 = 24"),
        (FOUR, "(7-8/8)*4 = 6*4 = 24"),
        (FOUR, "24 = 4*(7 - 8/8)"),
        (FOUR, "Checking…\nSolution: (7 - 8/8) * 4"),
        (FOUR, "so it is $\\boxed{4 \\times \\left(7 - \\frac{8}{8}\\right)}$"),
        (BANANA, "<<<Count: 3, Positions: [2, 4, 6]>>>"),
        (BANANA, "Count: 3, Positions: [6, 2, 4]"),
        (TWELVE, "<<<-12,000>>>"),
        (TWELVE, "3 * -4000 = -12000"),
        (TWELVE, "The product is **−12000**."),
    ],
)
def test_right_answers_pass_in_any_reasonable_form(problem: Problem, answer: str) -> None:
    assert verify(problem, answer).outcome == "pass"


@pytest.mark.parametrize(
    ("problem", "answer", "reason"),
    [
        (FOUR, "<<<(7 - 8 / 8) + 4>>>", "The value is 10, not 24."),
        (FOUR, "<<<8 * (7 - 4)>>>", "8 is missing"),
        (FOUR, "<<<(7 - 8/8) * 4 + 4 - 4>>>", "4 is not there or used too often"),
        (FOUR, "<<<(7 - 8/8) * 4 = 25>>>", "Another side of the equation is 25"),
        (FOUR, "<<<24>>>", "is missing"),
        (FOUR, "<<<8/(8-8)*4*7>>>", "8 is not there or used too often"),
        (FOUR, "<<<(4+7)/(8-8)>>>", "divides by zero"),
        (BANANA, "<<<Count: 2, Positions: [2, 4]>>>", "occurs 3 times, not 2"),
        (BANANA, "<<<Count: 3, Positions: [1, 3, 5]>>>", 'Position 1 holds "b"'),
        (BANANA, "<<<Count: 3, Positions: [2, 4, 9]>>>", "outside"),
        (BANANA, "<<<Count: 3, Positions: [2, 4, 4]>>>", "more than once"),
        (BANANA, "<<<Count: 3, Positions: [2, 4]>>>", "1 of 3 positions are missing"),
        (TWELVE, "<<<12000>>>", "sign"),
        (TWELVE, "<<<-120000>>>", "6 digits"),
        (TWELVE, "<<<-12001>>>", "Digit 5"),
    ],
)
def test_wrong_answers_fail_with_the_rule_that_is_broken(problem: Problem, answer: str, reason: str) -> None:
    verdict = verify(problem, answer)
    assert verdict.outcome == "fail"
    assert reason in verdict.reason


@pytest.mark.parametrize(
    ("problem", "answer"),
    [
        (FOUR, "I could not find it."),
        (FOUR, "<<<(7 - 8**0) * 4>>>"),
        (FOUR, "<<<(7 - 8//8) * 4>>>"),
        (BANANA, "<<<count 3; positions [2, 4, 6]>>>"),
        (TWELVE, "<<<about -12000>>>"),
        (TWELVE, "<<<-12000 or 12000>>>"),
    ],
)
def test_what_cannot_be_read_could_not_be_checked(problem: Problem, answer: str) -> None:
    verdict = verify(problem, answer)
    assert verdict.outcome == "could_not_check"
    assert verdict.reason.endswith(".")


@given(st.lists(st.integers(1, 13), min_size=2, max_size=4), st.integers(1, 60))
@settings(deadline=None, max_examples=80)
def test_whatever_the_solver_finds_the_verifier_accepts(numbers: list[int], target: int) -> None:
    found = game24.solve(numbers, target)
    if found:
        problem = Problem("", "game24", {"numbers": numbers, "target": target})
        assert verify(problem, found).outcome == "pass"


def test_the_solver_knows_what_is_possible() -> None:
    assert game24.solve([3, 3, 8, 8], 24)
    assert game24.solve([1, 1, 1, 1], 24) is None


@pytest.mark.parametrize(
    ("numbers", "target", "max_value"),
    [
        (20, 122_880, 40),
        (80, 24, 20_000),
        (2, 18, 9),
        (3, 27, 9),
        (6, 729, 9),
        (7, 63, 9),
        (2, 1, 9),
        (80, 1, 9),
    ],
)
def test_games_at_the_edge_of_their_range_are_solvable(numbers: int, target: int, max_value: int) -> None:
    for seed in range(20):
        problem = generate("game24", seed, numbers=numbers, target=target, max_value=max_value)
        given_numbers = problem.parameters["numbers"]
        assert len(given_numbers) == numbers
        assert all(1 <= number <= max_value for number in given_numbers)
        assert verify(problem, problem.gold or "").outcome == "pass"


@given(st.lists(st.integers(-(10**40), 10**40), min_size=1, max_size=6))
def test_multiplying_on_paper_agrees_with_the_machine(values: list[int]) -> None:
    problem = Problem("", "number_multiply", {"values": values})
    assert verify(problem, str(number_multiply.solve(values))).outcome == "pass"


def test_factors_have_the_digits_that_were_asked_for() -> None:
    values = generate("number_multiply", 3, digits=(1, 5, 20)).parameters["values"]
    assert [len(str(abs(value))) for value in values] == [1, 5, 20]


@given(st.text("abc", max_size=60), st.sampled_from("abc"))
def test_letters_found_by_splitting_are_the_letters_of_the_word(word: str, letter: str) -> None:
    positions = letters.solve(word, letter)
    problem = Problem("", "letters", {"word": word, "letter": letter})
    assert verify(problem, f"<<<Count: {len(positions)}, Positions: {positions}>>>").outcome == "pass"


def test_a_letter_that_does_not_occur_can_be_asked_for() -> None:
    problem = generate("letters", 1, frequency=0)
    assert verify(problem, "<<<Count: 0, Positions: []>>>").outcome == "pass"

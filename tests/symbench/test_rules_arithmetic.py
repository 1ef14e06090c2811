"""The rules of the tasks on numbers, equations and orders: special cases, policies, reasons, and solvers' reach."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import pytest

from codesteer_tui.errors import ProblemError
from codesteer_tui.problem import Problem
from codesteer_tui.symbench import generate, tasks, verify
from codesteer_tui.symbench.published.python_values import NoValue, value_of
from codesteer_tui.symbench.solvers.combinatorial_calculation import in_order
from codesteer_tui.symbench.solvers.game24 import reach, signed_sum

ABA = Problem("", "letters", {"word": "aba", "letter": "a"})
DIGITS = Problem("", "combinatorial_calculation", {"numbers": [7, 1, 2, 9], "target": 10})
BOOKS = Problem(
    "",
    "permutations_and_combinations",
    {
        "items": ["A", "B", "C", "D"],
        "constraints_text": "1. Book A must be to the left of book B.\n2. Book C must be adjacent to book A.\n"
        "3. Book B cannot be placed in position 4.\n4. Book D must be placed in position 4.",
    },
)
OPERATORS = Problem(
    "",
    "new_operator",
    {"operator_definitions": {"~": "(a + b)/b", "%": "(a + b)/b", "$": "2*a+4*b"}, "expression": "(3~4)%5$6"},
    "34.0",
)
LETTERS = Problem(
    "",
    "logical_equation",
    {"num_letters": 3, "values": [2, 3, 6], "constraints": ["B = 1.5A", "B - A = 1"]},
    "[2, 3, 6]",
)


@pytest.mark.parametrize(
    ("problem", "answer"),
    [
        (DIGITS, "<<<[7, /, 1, *, 2, /, 2]>>>"),
        (DIGITS, "<<<[7, +, 1, *, 2, -, 9]>>>"),
        (BOOKS, '<<<["C", "A", "D", "B"]>>>'),
        (OPERATORS, "<<<26.71>>>"),
        (LETTERS, "<<<[2, 3, 5]>>>"),
    ],
)
def test_wrong_answers_say_which_rule_is_broken(problem: Problem, answer: str) -> None:
    assert verify(problem, answer).outcome == "fail"


@pytest.mark.parametrize(
    ("problem", "answer", "reason"),
    [
        (DIGITS, "<<<[1, +, 7, +, 2]>>>", "It has 3 numbers, not 4."),
        (DIGITS, "<<<[1, +, 7, -, 2, +, 9]>>>", "Number 1 is 1, not 7"),
        (DIGITS, "<<<[7, +, 1, *, 2, +, 9]>>>", "The value is 18, not 10."),
        (DIGITS, "<<<[-, (, 7, +, 1, ), *, 2, +, 9]>>>", "in front of a number"),
        (DIGITS, "<<<[(, 7, +, 1, ), +, 2, +, +, 9]>>>", "in front of a number"),
        (DIGITS, "<<<7 + 12 - 9>>>", "It has 3 numbers"),
        (BOOKS, '<<<["B", "C", "A", "D"]>>>', "Condition 1 is broken"),
        (BOOKS, '<<<["A", "B", "C", "D"]>>>', "Condition 2 is broken"),
        (BOOKS, '<<<["C", "A", "B"]>>>', "D is missing."),
        (BOOKS, '<<<["C", "A", "B", "D", "Z"]>>>', '"Z" is none of the books.'),
        (BOOKS, '<<<["C", "A", "B", "D", "A"]>>>', "A is listed more than once."),
        (OPERATORS, "<<<27.7>>>", "The value is 267/10; the answer is larger."),
        (LETTERS, "<<<[2, 3]>>>", "There are 2 values, not 3."),
        (LETTERS, "<<<[2, 3, 4]>>>", "C is 4, which is none of the given values."),
        (LETTERS, "<<<[2, 6, 3]>>>", "B = 1.5A does not hold: B is 6, A is 2."),
        (LETTERS, "<<<A = 2, B = 3>>>", "Not every letter has its value."),
    ],
)
def test_the_reason_names_the_rule_and_the_place(problem: Problem, answer: str, reason: str) -> None:
    verdict = verify(problem, answer)
    assert verdict.outcome == "fail"
    assert reason in verdict.reason


@pytest.mark.parametrize(
    ("problem", "answer", "policy"),
    [
        (DIGITS, "<<<(7+1)*2-9+3>>>", {}),
        (BOOKS, "<<<[C, A, B, D]>>>", {"unquoted": False}),
        (OPERATORS, "<<<26.70>>>", {"grouping": "right to left"}),
        (OPERATORS, "<<<26.704>>>", {"absolute": 0.001}),
        (LETTERS, "<<<[2, 3, 3]>>>", {"repeats": False}),
        (LETTERS, "<<<A = 2, B = 3, C = 6>>>", {"named": False}),
    ],
)
def test_a_stricter_policy_refuses_what_the_default_may_accept(
    problem: Problem, answer: str, policy: dict[str, Any]
) -> None:
    assert verify(problem, answer, **policy).outcome != "pass"
    assert not policy or verify(problem, answer).outcome == "pass"


def test_a_list_may_be_demanded_of_a_combination() -> None:
    problem = generate("combinatorial_calculation", 5)
    solved = tasks[problem.task].solve(problem) or ""
    string = solved.replace(", ", "").replace("[", "").replace("]", "")
    assert verify(problem, string).outcome == "pass"
    assert "square brackets" in verify(problem, string, strings=False).reason
    assert verify(problem, solved, strings=False).outcome == "pass"


def test_operators_without_brackets_apply_in_the_order_of_the_policy() -> None:
    assert verify(OPERATORS, "<<<267/10>>>").outcome == "pass"
    assert verify(OPERATORS, "<<<143/136>>>", grouping="right to left").outcome == "pass"


def test_a_value_may_be_rounded_to_two_places_and_no_further() -> None:
    third = Problem("", "new_operator", {"operator_definitions": {"#": "(a + b)/b"}, "expression": "1#3"})
    for answer in ("1.33", "4/3", "1.3333", "$\\frac{4}{3}$", "1#3 = 4/3 ≈ 1.33", "[1.33]"):
        assert verify(third, f"<<<{answer}>>>").outcome == "pass", answer
    assert verify(third, "<<<1.3>>>").outcome == "fail"
    assert verify(third, "<<<1.33>>>", absolute=0).outcome == "fail"
    assert verify(third, "<<<4/3>>>", absolute=0, relative=0).outcome == "pass"


def test_letters_share_a_value_only_where_the_question_lets_them() -> None:
    repeated = "<<<[2, 3, 2]>>>"
    assert verify(LETTERS, repeated).outcome == "pass"
    for distinct, outcome in ((True, "fail"), (False, "pass")):
        problem = Problem("", "logical_equation", {**LETTERS.parameters, "distinct": distinct})
        assert verify(problem, repeated).outcome == outcome
        assert verify(problem, repeated, repeats=False).outcome == outcome


def test_generated_questions_say_whether_letters_may_share_a_value() -> None:
    assert "no two letters have the same value" in generate("logical_equation", 1).question
    assert (
        "several letters may have the same value" in generate("logical_equation", 1, distinct=False).question
    )


def test_conditions_on_books_never_repeat_or_contradict_one_another() -> None:
    for seed in range(30):
        lines = generate("permutations_and_combinations", seed, books=5, conditions=19).parameters[
            "constraints_text"
        ]
        said = set()
        for line in lines.splitlines():
            words = line.split(" ", 1)[1].rstrip(".").replace("right of", "left of").split()
            pair = (
                frozenset((words[0], words[-1]))
                if "of" in words or "next" in words
                else (words[0], words[-1])
            )
            said.add((pair, "not" in words, "next" in words))
        assert len(said) == 19


@pytest.mark.parametrize(
    ("numbers", "target", "possible"),
    [
        ([8, 3, 8, 3], 24, True),
        ([3, 8, 3, 8], 24, False),
        ([1, 1, 1], 4, False),
        ([5], 5, True),
        ([5], 6, False),
        ([9] * 20, 500, True),
        ([1] * 12, 30, True),
    ],
)
def test_numbers_in_order_are_combined_where_that_is_possible(
    numbers: list[int], target: int, possible: bool
) -> None:
    found = in_order(numbers, target)
    assert (found is not None) == possible
    if found:
        problem = Problem("", "combinatorial_calculation", {"numbers": numbers, "target": target})
        assert verify(problem, found).outcome == "pass"


def test_signs_alone_are_found_or_known_to_be_impossible() -> None:
    for seed in range(200):
        rng = Random(seed)
        numbers = [rng.randint(1, 30) for _ in range(rng.randint(1, 7))]
        sums = {0}
        for number in numbers:
            sums = {total + number for total in sums} | {total - number for total in sums}
        for target in range(-40, 60):
            found = signed_sum(numbers, target)
            assert (found is not None) == (target in sums and target != -sum(numbers))
            assert found is None or value_of(found) == target


@pytest.mark.parametrize(
    ("numbers", "target"),
    [
        ([1, 2, 3, 4, 5, 6], 1_000_000),
        ([9] * 12, 531_441),
        ([at * 7_919 % 20_000 + 1 for at in range(80)], 499_999),
        ([5, 8, 8, 11, 14, 15, 15, 20, 21, 22, 23, 23, 24, 27, 31, 35, 36, 38, 39, 40], 122_880),
    ],
)
def test_many_numbers_reach_far_targets(numbers: list[int], target: int) -> None:
    found = reach(numbers, target)
    if numbers[:3] == [1, 2, 3]:
        assert found is None
    else:
        problem = Problem("", "game24", {"numbers": numbers, "target": target})
        assert verify(problem, found or "").outcome == "pass"


def test_a_solver_says_what_it_cannot_take_on() -> None:
    with pytest.raises(ProblemError, match="cannot take this on"):
        tasks["game24"].solve(Problem("", "game24", {"numbers": [10**9] * 10, "target": 24}))
    broken = {**OPERATORS.parameters, "operator_definitions": {"~": "a*a", "%": "b", "$": "a"}}
    with pytest.raises(ProblemError, match="formula"):
        tasks["new_operator"].solve(Problem("", "new_operator", broken))
    for task_id, parameters in (
        ("logical_equation", {**LETTERS.parameters, "constraints": ["A ~ B"]}),
        (
            "permutations_and_combinations",
            {"items": ["A"], "constraints_text": "Book B must be placed in position 1."},
        ),
    ):
        problem = Problem("", task_id, parameters)
        assert verify(problem, "<<<[1, 2, 3]>>>").outcome == "could_not_check"
        with pytest.raises(ProblemError, match="cannot be read"):
            tasks[task_id].solve(problem)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-2**2 + 7//2 - 7 % 4", -4),
        ("2**-1", 0.5),
        ("1_000 * .5e1", 5000.0),
        ("ord('y')-ord('a') if (1, 2, 3, 4) else None", 24),
        ("24 # 1 2 3 4", 24),
        ("(24, 1, 2)[0]", 24),
        ("[1, (2, 3), [4]]", [1, (2, 3), [4]]),
        ("() or 5 and not 0", True),
        ("max(1, 2) == len([7, 7])", True),
        ("(1 +\n 2)", 3),
        ("round(2.5) + abs(-3)", 5),
    ],
)
def test_an_expression_has_the_value_that_python_gives_it(text: str, value: object) -> None:
    assert value_of(text) == value
    assert type(value_of(text)) is type(value)


@pytest.mark.parametrize(
    "text",
    ["", "1 +", "1\n+ 2", "07", "1 2", "(1", "1)", "5(3)", "1/0", "9**9**9", "x", "[1]*10**9", "ord('ab')",
     "__import__('os')", "'%9999999d' % 1", "(" * 1_000 + "1" + ")" * 1_000, "not " * 5_000 + "1"],
)  # fmt: skip
def test_what_python_would_not_evaluate_has_no_value(text: str) -> None:
    with pytest.raises(NoValue):
        value_of(text)


@pytest.mark.parametrize(
    ("problem", "answer", "verdict"),
    [
        (ABA, "<<<Count: 2, Positions: [1, 3, 3]>>>", "pass"),
        (ABA, "<<<Count: 2, Positions: [1, 3,]>>>", "could_not_check"),
        (Problem("", "game24", {"numbers": [1, 2, 3, 4], "target": 24}), "<<<24 if (1, 2, 3, 4) else 0>>>", "fail"),
        (Problem("", "game24", {"numbers": [1, 3, 4, 6], "target": 24}), "<<<6/(1-3/4)>>>", "pass"),
        (Problem("", "game24", {"numbers": [3, 3, 8, 8], "target": 24}), "<<<8/(3-8/3)>>>", "fail"),
        (DIGITS, "<<<[9, +, 2, *, 1, -, 7, /, 7]>>>", "fail"),
        (DIGITS, "<<<[1, 9, -, 2, -, 7]>>>", "pass"),
        (DIGITS, "<<<[9, +, 7, -, 2, *, 1]>>>", "fail"),
        (BOOKS, '<<<["C", "A", "B", "D", "Z"]>>>', "pass"),
        (BOOKS, '<<<"CABD">>>', "pass"),
        (BOOKS, "<<<[C, A, B, D]>>>", "fail"),
        (OPERATORS, "<<<34>>>", "pass"),
        (OPERATORS, "<<<26.7>>>", "fail"),
        (LETTERS, "<<<[2, 3, 2]>>>", "pass"),
        (LETTERS, "<<<(2.0, 3.0, 6)>>>", "pass"),
        (LETTERS, "<<<5>>>", "could_not_check"),
        (LETTERS, "<<<{1, 2, 3}>>>", "could_not_check"),
        (LETTERS, "<<<nothing>>>", "fail"),
        (Problem("", "letters", {"word": "b", "letter": "a"}), "<<<Count: 0, Positions: []>>>", "fail"),
        (Problem("", "number_multiply", {"values": [3, 4]}), "<<<-120>>>", "pass"),
    ],
)  # fmt: skip
def test_the_published_judge_is_emulated_beyond_the_samples(
    problem: Problem, answer: str, verdict: str
) -> None:
    assert verify(problem, answer, scoring="reference").outcome == verdict


def test_the_published_judge_compares_a_generated_fraction_as_a_float() -> None:
    for seed in range(20):
        problem = generate("new_operator", seed)
        value = Fraction((problem.gold or "").strip("<>"))
        assert verify(problem, f"<<<{float(value)!r}>>>", scoring="reference").outcome == "pass"

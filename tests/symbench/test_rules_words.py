"""The tasks that are told in words: BIG-Bench-Hard, gsm and MATH."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from codesteer_tui.errors import ProblemError
from codesteer_tui.problem import Problem
from codesteer_tui.symbench import generate, tasks, verify

YES = Problem("Is it?", "navigate", {"index": 1}, "Yes")
DATE = Problem(
    "When?\nOptions:\n(A) 01/02/2020\n(B) 02/01/2020\n(C) 01/02/2020", "date_understanding", {}, "(B)"
)
TWO_MILLION = Problem("How many?", "gsm", {"index": 1}, "2000000.0")
NONE_LEFT = Problem("How many?", "gsm", {"index": 1}, "0.0")
SIXTH = Problem("How likely?", "MATH_counting_and_probability", {"file_index": 1}, "\\frac{1}{6}")
HALF = Problem("How likely?", "MATH_counting_and_probability", {"file_index": 1}, "50\\%")
AREA = Problem("How large?", "MATH_geometry", {"file_index": 1}, "12\\sqrt{3}\\text{ cm}^2")
POINT = Problem("Where?", "MATH_geometry", {"file_index": 1}, "\\left(\\frac{1}{2}, -3\\right)")
RATIO = Problem("How?", "MATH_geometry", {"file_index": 1}, "2:3")
FORMULA = Problem("How?", "MATH_geometry", {"file_index": 1}, "y = 2x + \\frac{1}{2}")


@pytest.mark.parametrize(
    ("problem", "answer"),
    [
        (YES, "yes"),
        (YES, "<<<Yes, because the steps cancel.>>>"),
        (YES, "No, wait.\nThe answer is **Yes**."),
        (DATE, "<<<B>>>"),
        (DATE, "<<<(B) 01/02/2020>>>"),
        (DATE, "<<<02/01/2020>>>"),
        (TWO_MILLION, "<<<$2,000,000>>>"),
        (TWO_MILLION, "<<<2 million stamps>>>"),
        (TWO_MILLION, "<<<1999 * 1000 + 1000 = 2000000>>>"),
        (TWO_MILLION, "<<<2001000>>>"),
        (NONE_LEFT, "<<<0 apples>>>"),
        (SIXTH, "<<<1/6>>>"),
        (SIXTH, "<<<0.16667>>>"),
        (SIXTH, "so that $P = \\boxed{\\dfrac16}$."),
        (SIXTH, "<<<16.667%>>>"),
        (SIXTH, "With a fair die the probability is $\\frac{1}{6}$."),
        (HALF, "<<<50>>>"),
        (HALF, "<<<0.5>>>"),
        (HALF, "<<<\\frac12>>>"),
        (AREA, "<<<12 sqrt(3)>>>"),
        (AREA, "<<<20.7846 square centimetres>>>"),
        (POINT, "<<<(1/2, -3)>>>"),
        (POINT, "The lines meet in (0.5, -3)."),
        (RATIO, "<<<2 : 3>>>"),
        (FORMULA, "<<<y=2x+\\frac12>>>"),
    ],
)
def test_right_answers_pass_in_any_reasonable_form(problem: Problem, answer: str) -> None:
    assert verify(problem, answer).outcome == "pass"


@pytest.mark.parametrize(
    ("problem", "answer", "reason"),
    [
        (YES, "<<<No>>>", 'not "No"'),
        (DATE, "<<<(A) 02/01/2020>>>", "Option (A) is not right"),
        (DATE, "<<<(F)>>>", "There is no option (F)"),
        (TWO_MILLION, "<<<-2000000>>>", "sign"),
        (TWO_MILLION, "<<<2003000>>>", "0.0015 of it"),
        (NONE_LEFT, "<<<0.001>>>", "The right number is 0"),
        (SIXTH, "<<<-1/6>>>", "sign"),
        (SIXTH, "<<<1/7>>>", "Its value is 0.142857"),
        (HALF, "<<<0.5%>>>", "Its value is 0.5%"),
        (POINT, "<<<(1/2, 3)>>>", "Part 2"),
        (POINT, "<<<[1/2, -3]>>>", "not the right answer"),
        (RATIO, "<<<3:2>>>", "Part 1"),
        (RATIO, "<<<2/3>>>", "not the right answer"),
    ],
)
def test_wrong_answers_fail_with_a_reason(problem: Problem, answer: str, reason: str) -> None:
    verdict = verify(problem, answer)
    assert verdict.outcome == "fail"
    assert reason in verdict.reason


@pytest.mark.parametrize(
    ("problem", "answer"),
    [
        (YES, "<<<Yes or No>>>"),
        (YES, "<<<unknown>>>"),
        (DATE, "<<<(B) or (A)>>>"),
        (DATE, "<<<01/02/2020>>>"),
        (TWO_MILLION, "<<<2000000 or 3000000>>>"),
        (TWO_MILLION, "<<<more than 2000000>>>"),
        (TWO_MILLION, "<<<2000000 - 5>>>"),
        (SIXTH, "<<<1/6 or 1/3>>>"),
        (SIXTH, "<<<0.1, 1/6>>>"),
        (SIXTH, "It is not true that it is 1/6."),
        (SIXTH, "One is 1/6 and one is unknown"),
        (AREA, "<<<12\\sqrt{3} x>>>"),
        (POINT, "<<<No answer found>>>"),
    ],
)
def test_what_leaves_the_answer_open_could_not_be_checked(problem: Problem, answer: str) -> None:
    assert verify(problem, answer).outcome == "could_not_check"


@pytest.mark.parametrize(
    ("problem", "answer", "policy"),
    [
        (YES, "<<<yes>>>", {"any_case": False}),
        (YES, "<<<Yes, because>>>", {"explanations": False}),
        (DATE, "<<<B>>>", {"bare_letters": False}),
        (DATE, "<<<(b)>>>", {"bare_letters": False}),
        (DATE, "<<<(B) 02/01/2020>>>", {"option_text": False}),
        (DATE, "<<<02/01/2020>>>", {"option_text": False}),
        (TWO_MILLION, "<<<2000100>>>", {"tolerance": 1e-6}),
        (TWO_MILLION, "<<<1 + 1999999 = 2000000>>>", {"equations": False}),
        (TWO_MILLION, "<<<2000000 stamps>>>", {"units": False}),
        (SIXTH, "<<<0.16667>>>", {"tolerance": 0}),
        (HALF, "<<<50>>>", {"percent": False}),
        (AREA, "<<<20.7846 square centimetres>>>", {"units": False}),
    ],
)
def test_a_stricter_policy_refuses_what_is_forgiven_otherwise(
    problem: Problem, answer: str, policy: dict[str, Any]
) -> None:
    assert verify(problem, answer).outcome == "pass"
    assert verify(problem, answer, **policy).outcome != "pass"


def test_the_strictest_policy_still_accepts_the_answer_as_asked_for() -> None:
    for problem, answer, policy in (
        (YES, "<<<Yes>>>", {"any_case": False, "explanations": False}),
        (DATE, "<<<(B)>>>", {"bare_letters": False, "option_text": False}),
        (TWO_MILLION, "<<<2,000,000>>>", {"tolerance": 0, "equations": False, "units": False}),
        (SIXTH, "<<<\\frac{1}{6}>>>", {"tolerance": 0, "percent": False, "units": False}),
        (AREA, "<<<\\frac{36}{\\sqrt{3}}>>>", {"tolerance": 0, "percent": False, "units": False}),
        (HALF, "<<<\\frac12>>>", {"tolerance": 0, "percent": False, "units": False}),
    ):
        assert verify(problem, answer, **policy).outcome == "pass"


@pytest.mark.parametrize("problem", [YES, DATE, TWO_MILLION, SIXTH, AREA])
def test_without_a_stored_answer_nothing_can_be_checked(problem: Problem) -> None:
    for gold in (None, ""):
        verdict = verify(msgspec.structs.replace(problem, gold=gold), "<<<(B)>>>")
        assert verdict.outcome == "could_not_check"
        assert "no stored answer" in verdict.reason


@pytest.mark.parametrize("problem", [DATE, TWO_MILLION, SIXTH, AREA])
def test_published_problems_that_only_a_reader_can_solve_are_said_to_be_such(problem: Problem) -> None:
    with pytest.raises(ProblemError, match="reader"):
        tasks[problem.task].solve(problem)


def test_chains_of_liars_are_followed_whatever_their_order() -> None:
    told = "Question: Cem says Bea lies. Ada lies. Bea says Ada tells the truth. Does Cem tell the truth?"
    assert tasks["web_of_lies"].solve(Problem(told, "web_of_lies", {"index": 0})) == "<<<Yes>>>"
    open_end = "Question: Ada lies. Cem says Bea lies. Does Cem tell the truth?"
    assert tasks["web_of_lies"].solve(Problem(open_end, "web_of_lies", {"index": 0})) is None


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("Take 3 steps. Turn around. Take 1 step. Take 2 steps.", "Yes"),
        ("Turn left. Take 4 steps. Turn right. Turn right. Take 4 steps.", "Yes"),
        ("Turn left. Take 4 steps. Turn right. Take 4 steps.", "No"),
        (
            "Always face forward. Take 2 steps left. Take 1 step backward. Take 2 steps right. Take 1 step forward.",
            "Yes",
        ),
        ("Always face forward. Take 2 steps left. Take 2 steps left.", "No"),
    ],
)
def test_published_walks_are_walked(told: str, said: str) -> None:
    question = f"If you follow these instructions, do you return to the starting point? {told}\nOptions:\n- Yes\n- No"
    assert tasks["navigate"].solve(Problem(question, "navigate", {"index": 0})) == f"<<<{said}>>>"


ORDER = (
    "In a show there are three vehicles: a bus, a truck, and a station wagon. {clues}\nOptions:\n"
    "(A) The bus is the oldest\n(B) The truck is the oldest\n(C) The station wagon is the oldest"
)


@pytest.mark.parametrize(
    ("clues", "found"),
    [
        ("The bus is newer than the truck. The station wagon is the second-newest.", "<<<(B)>>>"),
        ("The bus is the newest. The truck is newer than the station wagon.", "<<<(C)>>>"),
        ("The truck is newer than the bus. The bus is older than the station wagon.", "<<<(A)>>>"),
        ("The bus is the newest.", None),
        ("The bus is the newest. The truck is newer than the bus.", None),
    ],
)
def test_clues_name_an_option_only_where_they_leave_no_other(clues: str, found: str | None) -> None:
    task = tasks["logical_deduction_seven_objects"]
    assert task.solve(Problem(ORDER.format(clues=clues), task.id, {"index": 0})) == found


def test_dates_are_counted_through_leap_days_and_centuries() -> None:
    def solved(anchor: str, *shifts: tuple[int, str], **options: str) -> str | None:
        steps = [{"count": count, "unit": unit} for count, unit in shifts]
        parameters = {
            "anchor": anchor,
            "today": {"count": 0, "unit": "days"},
            "shifts": steps,
            "options": options,
        }
        return tasks["date_understanding"].solve(Problem("", "date_understanding", parameters))

    assert solved("2000-02-28", (1, "days"), A="02/29/2000", B="03/01/2000") == "<<<(A)>>>"
    assert solved("1900-02-28", (1, "days"), A="02/29/1900", B="03/01/1900") == "<<<(B)>>>"
    assert solved("2024-02-29", (-4, "years"), A="02/29/2020") == "<<<(A)>>>"
    assert solved("2024-02-29", (1, "years"), A="02/28/2025", B="03/01/2025") is None
    assert solved("2021-01-15", (-13, "months"), (2, "weeks"), A="12/29/2019") == "<<<(A)>>>"


def test_the_options_of_a_date_are_six_and_one_of_them_is_right() -> None:
    for seed in range(200):
        options = generate("date_understanding", seed, steps=seed % 12 + 1).parameters["options"]
        assert len(set(options.values())) == 6


@pytest.mark.parametrize(
    ("task_id", "parameters"),
    [
        ("gsm", {"story": "saving", "values": {}}),
        ("gsm", {"story": "no such story", "values": {}}),
        (
            "gsm",
            {"story": "saving", "values": {"start": 1, "monthly": 1, "spent": 1, "every": 0, "months": 5}},
        ),
        (
            "gsm",
            {"story": "tank", "values": {"start": 1, "pumps": [1], "leak": 1, "late": 1, "minutes": 10**15}},
        ),
        ("MATH_geometry", {"family": "chord", "values": {"radius": 1, "away": 2}}),
        ("MATH_geometry", {"family": "line and axes", "values": {"a": 0, "b": 0, "c": 1}}),
        ("MATH_counting_and_probability", {"family": "round table", "values": {"people": 30, "apart": 0}}),
        ("MATH_counting_and_probability", {"family": "coins", "values": {"throws": [1]}}),
        ("MATH_counting_and_probability", {"family": "letters", "values": {"counts": [10**9, 10**9]}}),
    ],
)
def test_numbers_that_no_problem_has_are_refused_by_the_solver(
    task_id: str, parameters: dict[str, Any]
) -> None:
    with pytest.raises(ProblemError):
        tasks[task_id].solve(Problem("", task_id, parameters))


def test_every_story_and_family_is_drawn() -> None:
    for task_id, name, count in (
        ("gsm", "story", 12),
        ("MATH_geometry", "family", 19),
        ("MATH_counting_and_probability", "family", 16),
    ):
        assert len({generate(task_id, seed).parameters[name] for seed in range(300)}) == count


def test_a_lower_level_draws_only_the_easier_families() -> None:
    drawn = {generate("MATH_geometry", seed, level=1).parameters["family"] for seed in range(50)}
    assert drawn == {"hypotenuse", "angle of a polygon"}

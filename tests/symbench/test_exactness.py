"""How exact an answer has to be: what a question that is made here says counts; published ones leave it open."""

from __future__ import annotations

from typing import Any

import pytest

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import generate, verify
from codesteer_tui.symbench.reading.answer import Unreadable
from codesteer_tui.symbench.reading.latex import point
from codesteer_tui.symbench.reading.units import foreign_unit

METRES = generate("gsm", 1)
"""63045241 metres."""
WAYS = generate("MATH_counting_and_probability", 11)
"""3600 ways."""
CHANCE = generate("MATH_counting_and_probability", 5)
"""A probability of 3/8."""
AREA = generate("MATH_geometry", 1)
"""An area of 100 - 25 pi, or 21.4602."""
ANGLE = generate("MATH_geometry", 2)
"""An angle of 156 degrees."""
CENTROID = generate("MATH_geometry", 3)
"""The point (8/3, 1/3)."""
LARGE = generate("new_operator", 18, max_number=100)
"""The value 324279840."""


def test_the_problems_are_those_that_are_named_here() -> None:
    golds = [problem.gold for problem in (METRES, WAYS, CHANCE, AREA, ANGLE, LARGE)]
    assert golds == [
        "<<<63045241>>>",
        "<<<3600>>>",
        "<<<\\frac{3}{8}>>>",
        "<<<100 - 25\\pi>>>",
        "<<<156>>>",
        "<<<324279840>>>",
    ]


@pytest.mark.parametrize(
    ("problem", "answer", "outcome"),
    [
        (METRES, "63,045,241 metres", "pass"),
        (METRES, "63045241.0 m", "pass"),
        (METRES, "63045242", "fail"),
        (METRES, "63100000", "fail"),
        (METRES, "6.3e7", "fail"),
        (METRES, "about 63 million", "fail"),
        (METRES, "63045241 kilometres", "could_not_check"),
        (METRES, "63045241 seconds", "could_not_check"),
        (METRES, "63045241 m/s", "could_not_check"),
        (METRES, "63045241 metres per hour", "could_not_check"),
        (METRES, "63045241%", "could_not_check"),
        (WAYS, "3600 ways", "pass"),
        (WAYS, "60^2", "pass"),
        (WAYS, "3601", "fail"),
        (WAYS, "3597", "fail"),
        (WAYS, "3600.4", "fail"),
        (WAYS, "3600.0000001", "fail"),
        (WAYS, "3600 + 1", "fail"),
        (WAYS, "3600%", "fail"),
        (CHANCE, "0.375", "pass"),
        (CHANCE, "37.5%", "pass"),
        (CHANCE, "6/16", "pass"),
        (CHANCE, "0.3753", "fail"),
        (CHANCE, "0.375%", "fail"),
        (CHANCE, "3/8 %", "fail"),
        (CHANCE, "37500001/100000000", "fail"),
        (AREA, "21.4602", "pass"),
        (AREA, "21.46018366", "pass"),
        (AREA, "21.46", "fail"),
        (AREA, "21.45", "fail"),
        (AREA, "21.48", "fail"),
        (AREA, "21.4602%", "fail"),
        (ANGLE, "156°", "pass"),
        (ANGLE, "156 degrees", "pass"),
        (ANGLE, "156.1", "fail"),
        (ANGLE, "156%", "could_not_check"),
        (ANGLE, "156 radians", "could_not_check"),
        (LARGE, "324,279,840.00", "pass"),
        (LARGE, "324279840.004", "pass"),
        (LARGE, "324279841", "fail"),
    ],
)
def test_a_question_that_says_how_exact_is_held_to_it(problem: Problem, answer: str, outcome: str) -> None:
    assert verify(problem, f"<<<{answer}>>>").outcome == outcome


@pytest.mark.parametrize(("problem", "policy"), [(METRES, {"tolerance": 0.1}), (LARGE, {"relative": 0.1})])
def test_no_policy_softens_what_a_question_says(problem: Problem, policy: dict[str, Any]) -> None:
    assert verify(problem, f"<<<{int((problem.gold or '').strip('<>')) + 1}>>>", **policy).outcome == "fail"


@pytest.mark.parametrize(
    ("problem", "answer"),
    [
        (Problem("How many?", "gsm", {}, "63045241"), "<<<63045242 kilometres>>>"),
        (Problem("How many?", "MATH_counting_and_probability", {}, "3600"), "<<<3601>>>"),
        (Problem("How large?", "MATH_geometry", {}, "100 - 25\\pi"), "<<<21.45>>>"),
        (
            Problem(
                "?",
                "new_operator",
                {"operator_definitions": {"#": "5*a*b"}, "expression": "(9999#9999)#9999"},
            ),
            "<<<24992500749976>>>",
        ),
    ],
)
def test_published_questions_leave_a_small_error_open(problem: Problem, answer: str) -> None:
    assert verify(problem, answer).outcome == "pass"


@pytest.mark.parametrize(
    "answer",
    [
        "(8/3, 1/3)",
        "8/3, 1/3",
        "[8/3, 1/3]",
        "(8/3; 1/3)",
        "(8/3 | 1/3)",
        "x = 8/3, y = 1/3",
        "y = 1/3, x = 8/3",
        "x = 8/3 and y = 1/3",
        "(x, y) = (8/3, 1/3)",
        "(y, x) = (1/3, 8/3)",
        "G = (8/3, 1/3)",
        "G(8/3, 1/3)",
        "\\begin{pmatrix} 8/3 \\\\ 1/3 \\end{pmatrix}",
        "\\boxed{x=\\frac83, y=\\frac13}",
        "(2.66667, 0.333333)",
    ],
)
def test_a_point_is_read_in_any_usual_form(answer: str) -> None:
    assert "<<<(x, y)>>>" in CENTROID.question
    assert verify(CENTROID, f"<<<{answer}>>>").outcome == "pass"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("(1/3, 8/3)", "fail"),
        ("(8/3%, 1/3)", "fail"),
        ("(2.667, 0.333)", "fail"),
        ("(8/3, 1/3, 0)", "fail"),
        ("x = 1/3, y = 8/3", "fail"),
        ("8/3", "could_not_check"),
        ("near the corner", "could_not_check"),
        ("x = 8/3, x = 1/3", "could_not_check"),
        ("y = 8/3, z = 1/3", "could_not_check"),
        ("(y, x) = (8/3, 1/3)", "fail"),
        ("(8/3, 1/3) or (1, 2)", "could_not_check"),
        ("(8/3, above)", "could_not_check"),
    ],
)
def test_another_point_is_wrong_and_what_is_none_is_not_judged(answer: str, outcome: str) -> None:
    assert verify(CENTROID, f"<<<{answer}>>>").outcome == outcome


def test_a_point_without_coordinates_is_none() -> None:
    for text in ("", "(,)", "8/3", "(8/3,)", "\\frac{1}{2}"):
        assert isinstance(point(text), Unreadable)


@pytest.mark.parametrize(
    ("text", "asked", "unit"),
    [
        ("5 m", "metre", None),
        ("5 metres", "metre", None),
        ("5 pieces", "metre", None),
        ("5", "metre", None),
        ("5 km", "metre", "km"),
        ("5 \\text{ kilometers}", "metre", "kilometers"),
        ("5 m²", "metre", "m²"),
        ("5 m^2", "metre", "m²"),
        ("5 stamps", "stamp", None),
        ("5 kg of stamps", "stamp", "kg"),
        ("5 litres per minute", "litre", "per minute"),
        ("5 per person", "litre", None),
        ("$5", "dollar", None),
        ("5 min", "metre", "min"),
    ],
)
def test_a_unit_is_foreign_where_another_is_asked_for(text: str, asked: str, unit: str | None) -> None:
    assert foreign_unit(text, asked) == unit

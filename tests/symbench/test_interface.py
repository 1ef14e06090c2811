"""What the functions of the package refuse, in place of ignoring it."""

from __future__ import annotations

from typing import Any

import pytest

from codesteer_tui.errors import ProblemError
from codesteer_tui.symbench import generate, tasks, verify
from codesteer_tui.symbench.fields import fields_of


@pytest.mark.parametrize("seed", [None, "x", 1.5, True])
def test_a_seed_that_is_no_whole_number_is_refused(seed: Any) -> None:
    with pytest.raises(ProblemError, match="no whole number"):
        generate("game24", seed)


def test_an_unknown_scoring_is_refused() -> None:
    with pytest.raises(ProblemError, match="refernce"):
        verify(generate("game24", 1), "24", scoring="refernce")  # type: ignore[arg-type]


def test_the_published_judges_have_no_policies() -> None:
    with pytest.raises(ProblemError, match="repeats"):
        verify(generate("letters", 1), "x", scoring="reference", repeats=True)


def test_no_answer_could_not_be_checked() -> None:
    for scoring in ("rules", "reference"):
        assert verify(generate("game24", 1), None, scoring=scoring).outcome == "could_not_check"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("task_id", "knobs", "said"),
    [
        ("number_multiply", {"digits": "3,4"}, None),
        ("number_multiply", {"digits": "x,2"}, "What digits may be: "),
        ("letter_logic_diagram", {"unique": "perhaps"}, "true or false"),
        ("pooling", {"pooling": "most"}, "any or average or max"),
        ("date_understanding", {"steps": 0}, "What steps may be: 1 to"),
    ],
)
def test_a_knob_out_of_range_is_told_with_its_range(
    task_id: str, knobs: dict[str, Any], said: str | None
) -> None:
    if said is None:
        assert generate(task_id, 1, **knobs).question
        return
    with pytest.raises(ProblemError) as error:
        generate(task_id, 1, **knobs)
    assert said in error.value.remedy


def test_what_is_said_of_a_knob_fits_into_two_rows_of_the_browser() -> None:
    long = {
        (id_, field.name)
        for id_ in tasks
        for field in fields_of(tasks[id_].Difficulty)
        if len(field.about) > 116
    }
    assert long == set()

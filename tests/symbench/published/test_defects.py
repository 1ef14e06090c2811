"""The list of known defects: it can be read, names what exists, and covers what it should."""

from pathlib import Path

import pytest

from codesteer_tui.symbench.published.defects import Rule, known_defects
from codesteer_tui.symbench.published.layouts import Sample
from codesteer_tui.symbench.registry import MODULES


def sample(task: str, parameters: dict[str, object], gold: object) -> Sample:
    return Sample(task, f"{task}/main/sample_0", "main", Path("x"), parameters, gold)


def test_the_list_names_tasks_that_exist_and_gives_reasons() -> None:
    known = known_defects()
    named = {name.split("/")[0] for name in known.samples} | {*known.rules, *known.readings, *known.unchecked}
    assert named <= set(MODULES)
    assert all(defect.reason.endswith(".") for defect in known.samples.values())
    assert all(rule.reason.endswith(".") for rules in known.rules.values() for rule in rules)
    assert {defect.status for defect in known.samples.values()} <= {"wrong", "unsolvable", "ambiguous"}


@pytest.mark.parametrize(
    ("parameters", "covered"),
    [
        ({"initial_cards": "ABC", "rounds": [{"add": "A", "remove": "B"}]}, False),
        ({"initial_cards": "AB[", "rounds": [{"add": "A", "remove": "B"}]}, True),
        (
            {"initial_cards": "ABC", "rounds": [{"add": "A", "remove": "B"}, {"add": "[", "remove": "B"}]},
            True,
        ),
        ({"initial_cards": "ABC", "rounds": [{"add": "A", "remove": "\\"}]}, True),
    ],
)
def test_cards_that_are_no_letters_make_a_sample_malformed(
    parameters: dict[str, object], covered: bool
) -> None:
    (rule,) = known_defects().rules["mahjong_pattern"]
    assert rule.covers(sample("mahjong_pattern", parameters, 1)) is covered
    assert rule.status == "malformed"


@pytest.mark.parametrize(
    ("board", "covered"), [(["*0**", "*00*", "*01*", "****"], True), (["****"] * 4, False)]
)
def test_a_board_that_is_the_answer_is_leaked(board: list[str], covered: bool) -> None:
    (rule,) = known_defects().rules["reversi"]
    gold = "*,0,*,*,*,0,0,*,*,0,1,*,*,*,*,*"
    assert rule.covers(sample("reversi", {"printed_board": board}, gold)) is covered


def test_a_rule_without_a_condition_covers_all() -> None:
    assert Rule("reversi", "leaked", "?").covers(sample("reversi", {}, None))

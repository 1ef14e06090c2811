import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesteer_tui.steering.symbolic_checker import judge


def paper(source: str) -> float:
    return judge(source, mode="paper").score


def test_one_comment_and_one_print_of_a_sentence_scores_nine_and_counts_as_symbolic() -> None:
    source = (
        "# before the search: while formulas differ, try each platform format\n"
        'print("If no rule fits, the answer is before you or elsewhere")'
    )
    judgement = judge(source, mode="paper")
    assert judgement.score == 9.0
    assert [finding.kind for finding in judgement.findings] == ["symbolic"]
    assert not judgement.too_simple


@pytest.mark.parametrize(
    ("source", "score"),
    [
        ("", 0),
        ("x = 1 + 2 * 3", 0.5),
        ("for i in x: pass", 1),
        ("platform = 1", 1),
        ("if a:\n  pass\nelif b:\n  pass\nelse:\n  pass", 3),
        ("try:\n  pass\nexcept E:\n  pass", 2),
        ("x += 1", 0),
        ("print('format')", 1),
        ("whilefor = elifelse", 4),
    ],
)
def test_the_score_counts_words_in_the_text_and_operations_in_the_tree(source: str, score: float) -> None:
    assert paper(source) == score


@pytest.mark.parametrize(
    ("source", "kinds"),
    [
        ("for i in x: pass\nwhile y: pass", ["searching", "searching"]),
        ("[i for i in x]", []),
        ("import itertools", ["searching"]),
        ("import os, itertools", []),
        ("from itertools import chain", []),
        ("x = 'no eval( here'", ["symbolic"]),
        ("x = f'{y}'", ["symbolic"]),
        ("a + b - c", ["numerical", "numerical"]),
    ],
)
def test_the_flags_are_the_published_ones(source: str, kinds: list[str]) -> None:
    assert [finding.kind for finding in judge(source, mode="paper").findings] == kinds


def test_code_that_does_not_parse_scores_nothing_and_gives_the_message_of_the_parser() -> None:
    judgement = judge("for for for (", mode="paper")
    assert judgement.score == 0
    assert judgement.findings[0].message in judgement.summary
    assert judgement.findings[0].kind == "error"


def test_a_score_of_two_is_said_to_be_too_simple_and_above_is_not() -> None:
    at, above = judge("# for if", mode="paper"), judge("# for if\nx + y", mode="paper")
    assert (at.score, at.too_simple, above.score, above.too_simple) == (2, True, 2.25, False)
    assert "too simple" in at.summary
    assert "too simple" not in above.summary


@given(st.text(alphabet="forwhileitryexcpt \n#+1=()':") | st.text())
def test_any_text_is_scored(source: str) -> None:
    assert judge(source, mode="paper").score >= 0

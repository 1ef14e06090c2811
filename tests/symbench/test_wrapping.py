"""What stands around an answer without being part of it."""

from __future__ import annotations

import pytest

from codesteer_tui.symbench.reading.answer import there_are
from codesteer_tui.symbench.reading.wrapping import (
    has_words,
    only_bold,
    only_bracketed,
    takes_back,
    unwrapped,
    without_sentences,
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The queens are at (0, 0), (1, 6) and (2, 3).", "(0, 0), (1, 6), (2, 3)"),
        ("It is [[1, 2],\n[3, 4]] in short.", "[[1, 2],\n[3, 4]]"),
        ("First [9], and it is [8].", ""),
        ("It is (D), not (A).", ""),
        ("It is not [8].", ""),
        ("(8 * 5) - (13 + 3)", ""),
        ("[8", ""),
        ("8]", ""),
    ],
)
def test_a_list_in_brackets_is_taken_only_where_it_is_the_only_one_and_nothing_denies_it(
    text: str, found: str
) -> None:
    assert only_bracketed(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The total score is **36**.", "36"),
        ("**No.** Mia lies.", "No."),
        ("It is not **36**.", ""),
        ("**36** or 37", ""),
        ("**3** and **4**", ""),
        ("`8*5`", "8*5"),
        ("36", ""),
    ],
)
def test_the_only_bold_part_of_a_sentence_stands_out(text: str, found: str) -> None:
    assert only_bold(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1, 2\n3, 4\n\nI hope this helps!", "1, 2\n3, 4"),
        ("These are the rows:\n1, 2\n3, 4", "1, 2\n3, 4"),
        ("1, 2\n3, 4\nBut that is wrong.", ""),
        ("1, 2\n3, 4", ""),
        ("All is well.\nThat is all.", ""),
        ("1, 2", ""),
    ],
)
def test_sentences_around_an_answer_are_left_out_where_they_deny_nothing(text: str, found: str) -> None:
    assert without_sentences(text) == found


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("\\boxed{448}", "448"),
        ("$\\boxed{\\mathrm{D}}$", "D"),
        ("**448**.", "448"),
        ('"`448`"', "448"),
        ("\\(448\\)", "448"),
        ("```\n1\n2\n```", "1\n2"),
        ("*,0,1,*", "*,0,1,*"),
        ('"A", "B"', '"A", "B"'),
        ("\\text{a} and \\text{b}", "\\text{a} and \\text{b}"),
        ("4...", "4..."),
    ],
)
def test_what_stands_around_an_answer_is_taken_off(text: str, bare: str) -> None:
    assert unwrapped(text) == bare


def test_quotes_that_belong_to_an_answer_are_kept() -> None:
    assert unwrapped('"abc"', keep='"') == '"abc"'


def test_a_plan_can_be_taken_back_before_or_behind_it() -> None:
    assert takes_back("Some thoughts.\nIt is not", "")
    assert takes_back("", "This does not work, since it's wrong.")
    assert not takes_back("This was wrong at first.\nThe plan:", "I hope this helps!")


def test_words_beside_an_answer_are_noticed() -> None:
    assert has_words("1, 2\nAll is well")
    assert has_words("| 1 | 2 |\n|---|---|")
    assert not has_words("gab, cef\n1, -2")


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "sign", ["(", ")", "()", "(,", "\n", "a ", "the ", "**", "`", "all.\n", "|--\n", "is:"]
)
def test_wrappings_are_looked_for_in_time_that_grows_with_the_length_only(sign: str) -> None:
    text = sign * (90_000 // len(sign))
    for look in (unwrapped, only_bold, only_bracketed, without_sentences, has_words):
        look(text)


def test_one_thing_is_not_several() -> None:
    assert there_are(1, "cells") == "There is 1 cell"
    assert there_are(0, "cells") == "There are 0 cells"

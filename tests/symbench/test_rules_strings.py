"""The rules of the tasks on strings and stocks: special cases, policies and the reasons that are given."""

from itertools import pairwise

import pytest

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import generate, verify
from codesteer_tui.symbench.reading.answer import Unreadable
from codesteer_tui.symbench.reading.strings import is_quoted, string
from codesteer_tui.symbench.tasks import string_insertion

OVERLAPPING = Problem("", "string_insertion", {"original_string": "EABCDB"})


@pytest.mark.parametrize(
    "text",
    [
        "abca",
        '"abca"',
        " 'abca' ",
        "“abca”",
        "**`abca`**",
        "a b c a",
        '["abca"]',
        "('a', 'b', 'c', 'a')",
        "ab -> abca",
    ],
)
def test_a_string_is_read_however_it_is_dressed(text: str) -> None:
    assert string(text) == "abca"


def test_a_wrapped_string_is_one_string_and_two_words_are_none() -> None:
    assert string("abcde" * 8 + "\n" + "abcde" * 8 + "\nabc") == "abcde" * 16 + "abc"
    assert isinstance(string("abca abcb"), Unreadable)
    assert isinstance(string('["abca", "abcb"]'), Unreadable)


def test_quotes_stay_where_they_are_not_wanted() -> None:
    assert string('"abca"', quotes=False) == '"abca"'
    assert is_quoted(' "abca" ')
    assert not is_quoted('"abca')


def test_overlapping_occurrences_all_count_and_inserted_letters_do_not() -> None:
    assert string_insertion.solve("EABCDB") == "EABCEDAB"
    assert string_insertion.solve("ABCDBCD") == "ABCDABCD"
    assert verify(OVERLAPPING, "<<<EABCEDAB>>>").outcome == "pass"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("<<<EABCDB>>>", "Nothing is inserted, although EABC occurs at letter 1."),
        ("<<<EABCEDB>>>", "A is missing behind the ABCD at letter 2 of the given string."),
        ("<<<eabcedab>>>", "capitals"),
        ("<<<EABCEDABB>>>", "1 letters too many"),
        ("<<<EABCEDA>>>", "ends after 7 letters"),
        ("<<<AABCEDAB>>>", "Letter 1 is A, not E."),
    ],
)
def test_the_first_wrong_letter_of_an_insertion_is_named(answer: str, reason: str) -> None:
    verdict = verify(OVERLAPPING, answer)
    assert verdict.outcome == "fail"
    assert reason in verdict.reason


def test_quotes_around_an_insertion_are_a_matter_of_policy() -> None:
    assert verify(OVERLAPPING, '<<<"EABCEDAB">>>').outcome == "pass"
    assert verify(OVERLAPPING, '<<<"EABCEDAB">>>', quotes=False).outcome == "could_not_check"


def test_as_many_substrings_occur_and_overlap_as_were_asked_for() -> None:
    for seed in range(20):
        original = generate("string_insertion", seed, occurrences=5, overlaps=2).parameters["original_string"]
        at = [
            i for i in range(len(original)) if original[i : i + 4] in ("ABCD", "BCDE", "CDEA", "DEAB", "EABC")
        ]
        assert len(at) == 5
        assert sum(later - sooner < 4 for sooner, later in pairwise(at)) == 2

"""The rules of the tasks on strings and stocks: special cases, policies and the reasons that are given."""

from itertools import pairwise

import pytest

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import generate, verify
from codesteer_tui.symbench.reading.answer import Unreadable
from codesteer_tui.symbench.reading.strings import is_quoted, string
from codesteer_tui.symbench.tasks import string_insertion
from codesteer_tui.symbench.tasks.exchange_by_hand import exchanged

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


MACHINES = Problem("", "string_splitting", {"initial": [6, 7, 8]})
CROPS = Problem("", "synthesis_decomposition", {"initial_state": {"A": 5, "B": 2}, "complexity": 1})
BLOCKS = Problem("", "string_synthesis", {"A_count": 2, "B_count": 2, "C_count": 2})


def test_things_are_exchanged_by_hand_as_on_paper() -> None:
    assert sorted(exchanged((("AA", "B"), ("B", "C")), "AAAAA", once=True)) == ["A", "C", "C"]
    assert exchanged((("AB", "C"),), "AAA", once=False) == "AAA"


@pytest.mark.parametrize(
    ("problem", "answer"),
    [
        (MACHINES, '<<<["0", "1", "0", "7", "0", "11"]>>>'),
        (MACHINES, "<<<[0, 1, 0, 7, 0, 11]>>>"),
        (MACHINES, "<<<0107011>>>"),
        (MACHINES, "<<<A: 0, B: 1, C: 0, X: 7, Y: 0, Z: 11>>>"),
        (MACHINES, "<<<0 units of machine A, 1 B, 0 C, 7 parts X, 0 Y and 11 Z>>>"),
        (CROPS, "<<<0, 0, 4>>>"),
        (CROPS, "<<<{'A': 0, 'B': 0, 'X': 4}>>>"),
        (BLOCKS, "<<<000200000>>>"),
        (BLOCKS, "<<<0 0 0 2 0 0 0 0 0>>>"),
        (BLOCKS, "<<<0 [A], 0 [B], 0 [C], 2 {A}, 0 {B}, 0 {C}, 0 (A), 0 (B), 0 (C)>>>"),
    ],
)
def test_counts_are_read_with_and_without_their_names(problem: Problem, answer: str) -> None:
    assert verify(problem, answer).outcome == "pass"


@pytest.mark.parametrize(
    ("problem", "answer", "reason"),
    [
        (MACHINES, '<<<["0", "1", "0", "7", "0", "12"]>>>', "In the end there are 11 Z, not 12."),
        (MACHINES, '<<<["0", "1", "0", "7", "0"]>>>', "It has 5 counts, not 6"),
        (MACHINES, "<<<01070110>>>", "01070110 is not the 6 counts put together."),
        (MACHINES, "<<<010701>>>", "In the end there are 11 Z, not 1."),
        (CROPS, "<<<[0, 0, 0, 4, 0]>>>", "It has 5 counts, not 3: those of A, B, X."),
        (CROPS, "<<<004>>>", "It has 1 counts, not 3"),
        (BLOCKS, "<<<0 0 0 2 0 0 0 0 1>>>", "In the end there are 0 (C), not 1."),
        (
            BLOCKS,
            "<<<0 0 1 0 0 0 1 1 0>>>",
            "It would be right if a method is carried out only once at each visit",
        ),
    ],
)
def test_the_first_wrong_count_is_named(problem: Problem, answer: str, reason: str) -> None:
    verdict = verify(problem, answer)
    assert verdict.outcome == "fail"
    assert reason in verdict.reason


def test_how_counts_are_written_is_a_matter_of_policy() -> None:
    assert verify(MACHINES, "<<<[0, 1, 0, 7, 0, 11]>>>", integers=False).outcome == "fail"
    assert verify(MACHINES, '<<<["0", "1", "0", "7", "0", "11"]>>>', integers=False).outcome == "pass"
    assert verify(MACHINES, "<<<0107011>>>", glued=False).outcome == "fail"
    assert verify(CROPS, "<<<0, 0, 4>>>", bare=False).outcome == "fail"
    assert verify(CROPS, "<<<[0, 0, 4]>>>", bare=False).outcome == "pass"
    assert verify(BLOCKS, "<<<[0, 0, 0, 2, 0, 0, 0, 0, 0]>>>", lists=False).outcome == "fail"
    assert verify(BLOCKS, "<<<0 0 0 2 0 0 0 0 0>>>", lists=False).outcome == "pass"


def test_how_often_a_method_is_carried_out_is_a_matter_of_policy_unless_the_question_says_it() -> None:
    assert verify(BLOCKS, "<<<0 0 1 0 0 0 1 1 0>>>", visit="once").outcome == "pass"
    stated = generate("string_synthesis", 1, once=True)
    assert verify(stated, stated.gold or "", visit="as_often_as_possible").outcome == "pass"
    assert "exactly once" in stated.question


def test_a_crop_that_no_method_uses_does_not_matter() -> None:
    with_c = Problem(
        "", "synthesis_decomposition", {"initial_state": {"A": 5, "B": 2, "C": 9}, "complexity": 2}
    )
    assert verify(with_c, "<<<[0, 0, 4]>>>").outcome == "pass"

"""Words are found where they stand, and marked there."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from codesteer_tui.tui.blocks import Block, block
from codesteer_tui.tui.finding import CURRENT, FOUND, MOST_MARKED, Place, Sought, marked, next_of, places_in

BLOCKS = [block("prose", "Search every tree"), block("code", "def search():\n    return every\n    tree")]


def test_letter_case_counts_only_where_a_capital_letter_was_typed() -> None:
    assert len(places_in(BLOCKS, Sought("search"))) == 2
    assert places_in(BLOCKS, Sought("Search")) == [Place(0, 0, 6)]


def test_a_blank_stands_for_a_line_end_too() -> None:
    (first, second) = places_in(BLOCKS, Sought("every tree"))
    assert first == Place(0, 7, 17)
    assert BLOCKS[1].text[second.start : second.end] == "every\n    tree"


def test_signs_are_taken_as_they_are() -> None:
    assert places_in(BLOCKS, Sought("search():")) == [Place(1, 4, 13)]
    assert places_in(BLOCKS, Sought(".*")) == []


def test_nothing_typed_is_nowhere() -> None:
    assert places_in(BLOCKS, Sought("")) == places_in(BLOCKS, Sought("  ")) == []


def test_the_current_match_is_told_from_the_others() -> None:
    shown = marked(BLOCKS, Sought("search"), Place(1, 4, 10))
    assert [b.marks for b in shown] == [((0, 6, FOUND),), ((4, 10, CURRENT),)]
    assert [b.text for b in shown] == [b.text for b in BLOCKS]


def test_of_very_many_matches_those_around_the_current_one_are_marked() -> None:
    text = Block("prose", ("ab" * 3000,))
    at = Place(0, 4000, 4001)
    (shown,) = marked([text], Sought("a"), at)
    assert len(shown.marks) == MOST_MARKED
    assert (4000, 4001, CURRENT) in shown.marks
    (shown,) = marked([text], Sought("a"))
    assert shown.marks[0] == (0, 1, FOUND)


def test_going_on_goes_round() -> None:
    places = [Place(0, 0, 1), Place(0, 2, 3)]
    assert [next_of(places, at, by) for at, by in [(None, 1), (0, 1), (1, 1), (0, -1), (None, -1)]] == [
        0,
        1,
        0,
        1,
        1,
    ]
    assert next_of([], 0, 1) is None


def test_no_more_are_counted_than_anyone_goes_through() -> None:
    assert len(places_in([Block("prose", ("a" * 500,))], Sought("a"), most=20)) == 20


@given(st.text(max_size=60), st.text(max_size=6))
def test_every_match_is_what_was_sought(text: str, words: str) -> None:
    for place in places_in([Block("prose", (text,))], Sought(words)):
        found = text[place.start : place.end]
        assert found
        assert len(found.split()) == len(words.split())

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesteer_tui.symbench.draws import chance, choice, integer, sample, shuffled


def test_draws_are_the_same_for_ever() -> None:
    rng = Random(1)
    assert [integer(rng, 1, 6) for _ in range(10)] == [2, 3, 4, 4, 6, 1, 1, 4, 1, 4]
    assert integer(rng, 1, 10**20) == 79898378613634933476
    assert "".join(shuffled(rng, "abcdef")) == "fceadb"


@given(st.integers(), st.integers(0, 10**40), st.integers(0, 2**32))
def test_an_integer_lies_in_its_range(low: int, span: int, seed: int) -> None:
    assert low <= integer(Random(seed), low, low + span) <= low + span


def test_every_value_is_about_equally_likely() -> None:
    rng = Random(0)
    counts = Counter(integer(rng, 1, 6) for _ in range(6000))
    assert all(850 < counts[face] < 1150 for face in range(1, 7))
    orders = Counter("".join(shuffled(rng, "abc")) for _ in range(6000))
    assert len(orders) == 6
    assert all(850 < count < 1150 for count in orders.values())


@given(st.lists(st.integers()), st.integers(0, 99), st.data())
def test_shuffling_and_sampling_keep_the_items(items: list[int], seed: int, data: st.DataObject) -> None:
    assert Counter(shuffled(Random(seed), items)) == Counter(items)
    count = data.draw(st.integers(0, len(items)))
    assert not Counter(sample(Random(seed), items, count)) - Counter(items)


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="between 2 and 1"):
        integer(Random(0), 2, 1)
    with pytest.raises(ValueError, match="3 of 2"):
        sample(Random(0), "ab", 3)


def test_chance_and_choice() -> None:
    rng = Random(0)
    assert not chance(rng, 0)
    assert chance(rng, 1)
    assert choice(rng, "a") == "a"

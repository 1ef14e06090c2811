"""Random draws whose results never change.

Python promises one thing about `random.Random` across versions: the same integer seed gives the same
sequence of `random()`. `shuffle`, `choice`, `randrange` and `sample` carry no such promise (and have
changed), so everything here is built on `random()` alone. Its values are multiples of 2**-53, so that
scaling by 2**32 is exact on every platform.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


def integer(rng: Random, low: int, high: int) -> int:
    """Draw an integer from `low` to `high`, both included, each equally likely; any size.

    Raises:
        ValueError: `low` is greater than `high`.
    """
    span = high - low + 1
    if span < 1:
        raise ValueError(f"no integer lies between {low} and {high}")
    bits = (span - 1).bit_length()
    while True:
        drawn = _bits(rng, bits)
        if drawn < span:
            return low + drawn


def choice(rng: Random, items: Sequence[T]) -> T:
    """Draw one item, each equally likely."""
    return items[integer(rng, 0, len(items) - 1)]


def chance(rng: Random, probability: float) -> bool:
    """Say yes with this probability (0 to 1)."""
    return rng.random() < probability


def shuffled(rng: Random, items: Sequence[T]) -> list[T]:
    """Give the items in an order drawn among all orders."""
    result = list(items)
    for last in range(len(result) - 1, 0, -1):
        other = integer(rng, 0, last)
        result[last], result[other] = result[other], result[last]
    return result


def sample(rng: Random, items: Sequence[T], count: int) -> list[T]:
    """Draw `count` items, none twice, in drawn order.

    Raises:
        ValueError: there are fewer than `count` items.
    """
    if not 0 <= count <= len(items):
        raise ValueError(f"{count} of {len(items)} items cannot be drawn")
    pool = list(items)
    for at in range(count):
        other = integer(rng, at, len(pool) - 1)
        pool[at], pool[other] = pool[other], pool[at]
    return pool[:count]


def _bits(rng: Random, count: int) -> int:
    drawn = 0
    for _ in range(0, count, 32):
        drawn = drawn << 32 | int(rng.random() * 4294967296.0)
    return drawn >> (-count % 32)

"""Reaching a target with many numbers: most of them get plus and minus signs, a few are multiplied first.

Up to twelve numbers are searched level by level, where each level takes one more number off the target. With more of
them, signs reach most targets alone, and nearly all once a few numbers, drawn from a fixed seed, make a product.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import product
from math import prod
from random import Random

from codesteer_tui.symbench.draws import shuffled

MAX_NUMBERS, MAX_TOTAL = 100, 10_000_000
_FEW_NUMBERS, _FEW_SUBSETS = 9, 8_192
_MAX_STATES, _MAX_VISITS = 600_000, 1_000
_DRAWS, _DRAWS_A_VISIT, _ROUNDS = 10_000, 300, 8
_MAX_VALUE = 10**12
_MAX_WORK = 500_000_000_000


def reach(numbers: list[int], target: int) -> str | None:
    """Find an expression of positive `numbers`, each used once, whose value is `target`; None where none was found.

    The search is not complete: None does not prove that there is none.

    Raises:
        ValueError: there are more than `MAX_NUMBERS` numbers, some are not positive, or they add up to too much.
    """
    if len(numbers) > MAX_NUMBERS or min(numbers) < 1 or sum(numbers) > MAX_TOTAL:
        raise ValueError(
            f"it takes up to {MAX_NUMBERS} positive numbers that add up to {MAX_TOTAL:,} at most"
        )
    few = prod(count + 1 for count in Counter(numbers).values()) <= _FEW_SUBSETS
    found = signed_sum(numbers, target)
    if not found and len(numbers) > _FEW_NUMBERS:
        found = _Chance().expression(sorted(numbers), target, 2 if few else _ROUNDS)
    if not found and few:
        found = _by_levels(sorted(numbers), target, False) or _by_levels(sorted(numbers), target, True)
    return found


def signed_sum(numbers: list[int], target: int) -> str | None:
    """Find plus and minus signs between positive numbers with which they make `target`; None if there are none."""
    twice = sum(numbers) - target
    if twice < 0 or twice % 2 or target == -sum(numbers):
        return None
    wanted = twice // 2
    reachable = [1]
    mask = (1 << (wanted + 1)) - 1
    for number in numbers:
        reachable.append((reachable[-1] | reachable[-1] << number) & mask)
    if not reachable[-1] >> wanted & 1:
        return None
    plus, minus = [], []
    for at in range(len(numbers) - 1, -1, -1):
        if reachable[at] >> wanted & 1:
            plus.append(str(numbers[at]))
        else:
            minus.append(str(numbers[at]))
            wanted -= numbers[at]
    return " - ".join([" + ".join(plus), *minus])


def _by_levels(numbers: list[int], target: int, divide: bool) -> str | None:
    """Take off one number more at each level, in every way, until signs alone do the rest."""
    sums = _SignedSums(numbers)
    everything = (1 << len(numbers)) - 1
    came: dict[tuple[int, int], tuple[int, int, str]] = {(everything, target): (0, 0, "")}
    level = [(everything, target)]
    while level:
        for state in level:
            if state[1] in sums.of(state[0]):
                return _retraced(numbers, came, state)
        following: list[tuple[int, int]] = []
        for mask, value in level:
            for at, number in enumerate(numbers):
                rest = mask & ~(1 << at)
                if rest in (mask, 0) or (number in numbers[:at] and mask >> numbers.index(number) & 1):
                    continue
                for sign, left in _undone(value, number, divide):
                    if (rest, left) not in came:
                        came[rest, left] = (at, value, sign)
                        following.append((rest, left))
        level = following if len(came) <= _MAX_STATES else []
    return None


def _undone(value: int, number: int, divide: bool) -> Iterator[tuple[str, int]]:
    """Give the signs and left operands with which ``left sign number`` is `value`."""
    yield "+", value - number
    yield "-", value + number
    if value % number == 0:
        yield "*", value // number
    if divide and abs(value * number) <= _MAX_VALUE:
        yield "/", value * number


class _SignedSums:
    """Every value that signs make of subsets of numbers, worked out when asked for; a subset is a mask of bits."""

    def __init__(self, numbers: list[int]) -> None:
        self.numbers = numbers
        self.known: dict[int, tuple[int, set[int]]] = {0: (0, set())}

    def of(self, mask: int) -> set[int]:
        """Give the values, those with a minus sign before everything left out."""
        return self.total_and_values(mask)[1]

    def total_and_values(self, mask: int) -> tuple[int, set[int]]:
        if mask not in self.known:
            lowest = mask & -mask
            number = self.numbers[lowest.bit_length() - 1]
            total, values = self.total_and_values(mask ^ lowest)
            made = {value + number for value in values} | {value - number for value in values}
            made.add(number - total)
            self.known[mask] = total + number, made
        return self.known[mask]


def _retraced(
    numbers: list[int], came: dict[tuple[int, int], tuple[int, int, str]], state: tuple[int, int]
) -> str | None:
    mask, value = state
    text = signed_sum([number for at, number in enumerate(numbers) if mask >> at & 1], value)
    while text and came[mask, value][2]:
        at, value, sign = came[mask, value]
        text = f"({text}) {sign} {numbers[at]}"
        mask |= 1 << at
    return text


class _Chance:
    """Search at random from a fixed seed, until something is found or the work is used up."""

    def __init__(self) -> None:
        self.rng = Random(0)
        self.work = _MAX_WORK
        self.visits = 0
        self.seen: set[tuple[int, tuple[int, ...]]] = set()

    def expression(self, numbers: list[int], target: int, rounds: int) -> str | None:
        """Try products, then what remains when numbers are taken off; longer from round to round."""
        for attempt in range(rounds):
            self.visits = 0
            self.seen.clear()
            found = self.with_a_product(numbers, target, _DRAWS << attempt) or self.dive(numbers, target, 0)
            if found or self.work <= 0:
                return found
        return None

    def with_signs(self, numbers: list[int], value: int) -> str | None:
        """Try signs alone; the work is the number of bits that this moves."""
        self.work -= 100 + len(numbers) * max(0, sum(numbers) - value) // 2
        return signed_sum(numbers, value)

    def with_a_product(self, numbers: list[int], target: int, draws: int) -> str | None:
        """Draw two to six numbers for a product ``(sum with signs) * number`` that signs bring to the target."""
        total = sum(numbers)
        for _ in range(draws if len(numbers) > 6 else 0):
            if self.work <= 0:
                break
            pool = list(numbers)
            # Small factors keep products in reach: the numbers are in ascending order, and the first are likelier.
            first = pool.pop(int(self.rng.random() ** 3 * len(pool)))
            others = [self.drawn(pool) for _ in range(1 + int(self.rng.random() * 4))]
            signs = [1, *(1 if self.rng.random() < 0.5 else -1 for _ in others[1:])]
            part = sum(sign * number for sign, number in zip(signs, others, strict=True))
            factors = [first, *([self.drawn(pool)] if self.rng.random() < 0.3 else [])]
            left = target - part * prod(factors)
            if abs(left) <= total and (found := self.with_signs(pool, left)):
                inner = "".join(
                    f" {'+' if sign > 0 else '-'} {number}"
                    for sign, number in zip(signs, others, strict=True)
                )
                return f"{found} + ({inner[3:]}) * {' * '.join(map(str, factors))}"
        return None

    def drawn(self, pool: list[int]) -> int:
        return pool.pop(int(self.rng.random() * len(pool)))

    def dive(self, numbers: list[int], value: int, draws: int) -> str | None:
        """Take one or two numbers off the target, and go on with the rest; `draws` are spent on a product first."""
        state = (value, tuple(numbers))
        if state in self.seen or self.visits > _MAX_VISITS or self.work <= 0 or not numbers:
            return None
        self.seen.add(state)
        self.visits += 1
        found = self.with_signs(numbers, value) or self.with_a_product(numbers, value, draws)
        if found or len(numbers) < 3:
            return found
        # What is left of a far target once its factor is off deserves a longer look.
        following = _DRAWS_A_VISIT * (10 if not draws and abs(value) > sum(numbers) else 1)
        for rest, left, then in self.taken_apart(numbers, value):
            found = self.dive(rest, left, following)
            if found:
                return f"({found}) {then}"
        return None

    def taken_apart(self, numbers: list[int], value: int) -> Iterator[tuple[list[int], int, str]]:
        """Give (rest, left, then) where "left then" is `value` and `rest` are the numbers to make `left` of."""
        distinct = sorted(set(numbers))
        large = abs(value) > sum(numbers)
        for factor in reversed(distinct) if large else shuffled(self.rng, distinct):
            others = list(numbers)
            others.remove(factor)
            for added, sign in [(0, 1), *product(shuffled(self.rng, sorted(set(others))), (1, -1))]:
                rest = list(others)
                add = ""
                if added:
                    rest.remove(added)
                    add = f" {'+' if sign > 0 else '-'} {added}"
                left, odd = divmod(value - sign * added, factor)
                if not odd:
                    yield rest, left, f"* {factor}{add}"
                if not large:
                    yield rest, (value - sign * added) * factor, f"/ {factor}{add}"

"""Finding passwords by crossing out: the solver of cryptanalysis, which reads the published phrases by itself."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations


def passwords(guesses: Sequence[tuple[str, str]]) -> list[str]:
    """Give all passwords of two digits and two letters that fit guesses with what is said about each."""
    digits = ["".join(pair) for pair in permutations("0123456789", 2)]
    letters = ["".join(pair) for pair in permutations("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 2)]
    for guess, feedback in guesses:
        for clause in feedback.rstrip(". ").split("; "):
            if "number" in clause:
                digits = [pair for pair in digits if _fits(clause, guess[:2], pair)]
            else:
                letters = [pair for pair in letters if _fits(clause, guess[2:], pair)]
    return [first + second for first in digits for second in letters]


def _fits(clause: str, guess: str, pair: str) -> bool:
    """Tell whether one clause would be said of a guess if `pair` were right."""
    count = 2 if clause.startswith("both") else 1
    hits = sum(symbol == pair[at] for at, symbol in enumerate(guess))
    if "in the correct" in clause:
        return hits == count
    if "in the wrong" in clause:
        return sum(symbol in pair for symbol in guess) - hits == count
    outside = sorted(symbol for symbol in guess if symbol not in pair)
    if len(outside) != count:
        return False
    low, high = sorted(pair)
    if "small" in clause or "early" in clause:
        return outside[-1] < low
    if "large" in clause or "late" in clause:
        return outside[0] > high
    return not (outside[-1] < low or outside[0] > high)

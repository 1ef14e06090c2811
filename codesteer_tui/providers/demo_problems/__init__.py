"""The problem families that the demo model knows, one module each.

`recognise(question)` parses a question into a `DemoProblem`, which can guess, write a program that solves
it and write a program that tests a claimed answer.
"""

from __future__ import annotations

from collections.abc import Callable

from codesteer_tui.providers.demo_problems import (
    arithmetic,
    blocks,
    decimals,
    game24,
    letters,
    liars,
    lights,
    multiply,
    navigate,
    ordered,
    queens,
    runs,
    sudoku,
)
from codesteer_tui.providers.demo_problems.base import (
    Declined,
    DemoProblem,
    Recognised,
    lazy_program,
    says_none,
)

__all__ = ["FAMILY_NAMES", "Declined", "DemoProblem", "Recognised", "lazy_program", "recognise", "says_none"]

_RECOGNISERS: tuple[Callable[[str], Recognised], ...] = (
    ordered.recognise,
    queens.recognise,
    blocks.recognise,
    lights.recognise,
    runs.recognise,
    navigate.recognise,
    liars.recognise,
    letters.recognise,
    game24.recognise,
    sudoku.recognise,
    decimals.recognise,
    multiply.recognise,
    arithmetic.recognise,
)
"""In order of trial: wordings that could be taken for another family come first."""

FAMILY_NAMES: tuple[str, ...] = tuple(
    family.family
    for family in (
        arithmetic.Arithmetic,
        multiply.Multiply,
        decimals.Decimals,
        letters.Letters,
        game24.Game24,
        queens.Queens,
        sudoku.Sudoku,
        lights.Lights,
        runs.Runs,
        navigate.Navigate,
        liars.Liars,
        ordered.Ordered,
        blocks.Blocks,
    )
)
"""What the demo model says it can do, for people."""

MAX_QUESTION_CHARS = 20_000


def recognise(question: str) -> Recognised:
    """Parse a question; None when it belongs to no known family."""
    if len(question) > MAX_QUESTION_CHARS:
        return Declined(f"That question is longer than the {MAX_QUESTION_CHARS:,} characters that I read.")
    for recogniser in _RECOGNISERS:
        found = recogniser(question)
        if found is not None:
            return found
    return None

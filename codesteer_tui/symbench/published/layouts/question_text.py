"""Parameters that are stored nowhere but in a question's text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_NUMBERED = re.compile(r"^[ \t]*[0-9]{1,4}\.[ \t]+(?P<rest>\S[^\n]*?)[ \t]*$", re.MULTILINE)
_GUESS = re.compile(r"Guess:\s*(?P<guess>\S+?),\s*Feedback:\s*(?P<feedback>[^\n]+?)\.?\s*$")
_LETTERS = re.compile(r"^[A-Z](?: [A-Z])+[ \t]*$", re.MULTILINE)
_MACHINE = re.compile(r"(?P<count>[0-9]{1,9}) units? of Machine (?P<name>[ABC])\b")
_EXPRESSION = re.compile(r"\bCalculate\s+(?P<expression>[^\n]+?)\.?[ \t]*$", re.MULTILINE)
_SELECT = re.compile(r"\bselect (?P<count>[0-9]{1,6}) different\b")
_VALUES = re.compile(r"\bnumbers (?P<values>[0-9]{1,18}(?:, ?[0-9]{1,18})*)\.")


def guesses(question: str, _: dict[str, Any]) -> dict[str, Any]:
    """cryptanalysis: each guess with what was said about it."""
    lines = [match["rest"] for match in _NUMBERED.finditer(question)]
    found = [match for line in lines if (match := _GUESS.search(line))]
    pairs = [[match["guess"], match["feedback"]] for match in found]
    return {"guesses": pairs, "n_guesses": len(pairs)} if pairs else {}


def matrix(question: str, _: dict[str, Any]) -> dict[str, Any]:
    """pattern_recognition: the rows of the matrix, each as one word."""
    rows = [match[0].replace(" ", "").strip() for match in _LETTERS.finditer(question)]
    return {"matrix": rows} if rows else {}


def machines(question: str, _: dict[str, Any]) -> dict[str, Any]:
    """string_splitting: how many machines A, B and C there are at first."""
    counts = {match["name"]: int(match["count"]) for match in _MACHINE.finditer(question)}
    return {"initial": [counts[name] for name in "ABC"]} if len(counts) == 3 else {}


def expression(question: str, _: dict[str, Any]) -> dict[str, Any]:
    """new_operator: what is to be calculated."""
    found = _EXPRESSION.findall(question)
    return {"expression": found[-1]} if found else {}


def selections(question: str, _: dict[str, Any]) -> dict[str, Any]:
    """logic_puzzle: how many numbers are to be chosen."""
    match = _SELECT.search(question)
    return {"num_selections": int(match["count"])} if match else {}


def boards(question: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """reversi: the board that is printed, and the one from which the moves really start."""
    size = parameters["board_size"]
    if not isinstance(size, int) or not 2 <= size <= 100:
        return {}
    rows = [line.strip() for line in question.split("\n") if re.fullmatch(r"[01*]+", line.strip())]
    if len(rows) != size or any(len(row) != size for row in rows):
        return {}
    edge, middle = "*" * (size // 2 - 1), "*" * size
    start = [middle] * (size // 2 - 1)
    start = [*start, f"{edge}10{edge}", f"{edge}01{edge}", *start]
    return {"printed_board": rows, "true_start_board": start}


def equations(question: str, _: dict[str, Any]) -> dict[str, Any]:
    """logical_equation: the numbers to choose from, and the conditions."""
    match = _VALUES.search(question)
    conditions = [found["rest"] for found in _NUMBERED.finditer(question)]
    if match is None or not conditions:
        return {}
    return {"values": [int(value) for value in match["values"].split(",")], "constraints": conditions}


DERIVED: dict[str, Callable[[str, dict[str, Any]], dict[str, Any]]] = {
    "cryptanalysis": guesses,
    "logic_puzzle": selections,
    "logical_equation": equations,
    "new_operator": expression,
    "pattern_recognition": matrix,
    "reversi": boards,
    "string_splitting": machines,
}
"""Task id → what reads its parameters from the text; it gives an empty dict where they are not in it."""

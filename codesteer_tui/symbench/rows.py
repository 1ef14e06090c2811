"""Problems and answers as rows of JSON Lines, the form in which they go in and out of the command line."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from codesteer_tui.errors import ProblemError
from codesteer_tui.problem import Problem
from codesteer_tui.values import Outcome


class Row(Struct, frozen=True):
    """A problem, and the final text that a model gave for it. Further fields of a file are ignored."""

    task: str
    sample_id: str = ""
    question: str = ""
    parameters: dict[str, Any] | UnsetType = UNSET
    gold: Any = None
    answer: str | UnsetType | None = UNSET

    @property
    def problem(self) -> Problem:
        """The row's problem. A stored answer that is no string is kept as the JSON text that it is."""
        gold = self.gold
        if gold is not None and not isinstance(gold, str):
            gold = msgspec.json.encode(gold).decode()
        return Problem(self.question, self.task, self.parameters or {}, gold)


class JudgedRow(Struct, frozen=True):
    """What came of a row: the verdict, its reason, and the text that was taken for the answer."""

    task: str
    sample_id: str
    verdict: Outcome
    reason: str
    extracted: str


_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_OTHER_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_answered_row(line: bytes, name: str, number: int) -> Row:
    """Read one line of the file `name`, with an answer that can be judged. An answer that is null is none.

    Raises:
        ProblemError: it is no row, or lacks its parameters or answer; names the file and the line.
    """
    row = read_row(line, name, number)
    for field in ("parameters", "answer"):
        if getattr(row, field) is UNSET:
            raise ProblemError(
                f'{name}, line {number}: it has no "{field}".',
                'Add the model\'s final text to each line as "answer".'
                if field == "answer"
                else "Give the whole line that generate or import printed, and add the answer.",
            )
    return row


def read_row(line: bytes, name: str, number: int) -> Row:
    """Read one line of the file `name`.

    Raises:
        ProblemError: it is no row; names the file, the line and what is wrong with it.
    """
    if line.startswith(_OTHER_MARKS):
        raise ProblemError(
            f"{name}, line {number}: this is UTF-16, not UTF-8.",
            "Save the file in UTF-8, without null bytes.",
        )
    try:
        return msgspec.json.decode(line.removeprefix(_BYTE_ORDER_MARK), type=Row)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        field = re.search(r" - at `\$\.(\w+)`", str(error))
        kind = {"parameters": "an object"}.get(field[1], "a string") if field else ""
        raise ProblemError(
            f"{name}, line {number}: this is no row of a problem: {error}.",
            f'"{field[1]}" has to be {kind}.'
            if field
            else 'A line is one JSON object with at least "task", "parameters" and "answer".',
        ) from error

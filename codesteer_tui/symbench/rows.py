"""Problems and answers as rows of JSON Lines, the form in which they go in and out of the command line."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from codesteer_tui.errors import ProblemError
from codesteer_tui.problem import Problem
from codesteer_tui.values import Outcome


class Row(Struct, frozen=True):
    """A problem, and the final text that a model gave for it. Further fields of a file are ignored."""

    task: str
    sample_id: str = ""
    question: str = ""
    parameters: dict[str, Any] = {}
    gold: Any = None
    answer: str = ""

    @property
    def problem(self) -> Problem:
        """The row's problem. A stored answer that is no string is kept as the JSON text that it is."""
        gold = self.gold
        if gold is not None and not isinstance(gold, str):
            gold = msgspec.json.encode(gold).decode()
        return Problem(self.question, self.task, self.parameters, gold)


class JudgedRow(Struct, frozen=True):
    """What came of a row: the verdict, its reason, and the text that was taken for the answer."""

    task: str
    sample_id: str
    verdict: Outcome
    reason: str
    extracted: str


def read_row(line: bytes, name: str, number: int) -> Row:
    """Read one line of the file `name`.

    Raises:
        ProblemError: it is no row; names the file, the line and what is wrong with it.
    """
    try:
        return msgspec.json.decode(line, type=Row)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ProblemError(
            f"{name}, line {number}: this is no row of a problem: {error}.",
            'A line is one JSON object with at least "task", "parameters" and "answer".',
        ) from error

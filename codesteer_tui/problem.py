"""A problem: the question and, for a known task, what is needed to verify an answer to it."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from codesteer_tui.errors import ProblemError

MAX_QUESTION_CHARS = 200_000
"""Longest question accepted. Longer than any SymBench question by two orders of magnitude."""


class Problem(Struct, frozen=True):
    """A question, with task id, parameters and gold answer where it comes from a known task.

    `parameters` are JSON-able and hold what the task's verifier needs, never the answer; `gold` is one
    right answer (there may be others) or None. `knobs` are the difficulty that a task made it with, where that is
    known.
    """

    question: str
    task: str = ""
    parameters: dict[str, Any] = {}
    gold: str | None = None
    seed: int | None = None
    knobs: dict[str, Any] = {}

    @property
    def title(self) -> str:
        """One line that names the problem, at most 60 characters."""
        if self.task and self.seed is not None:
            return f"{self.task} seed {self.seed}"
        line = " ".join(self.question.split())
        return line if len(line) <= 60 else line[:57] + "…"

    @property
    def made_of(self) -> str:
        """Task, seed and knobs in a line, from which it can be made again; empty where it is of no task."""
        seed = [f"seed {self.seed}"] if self.seed is not None else []
        knobs = [f"{name}={value}" for name, value in self.knobs.items()]
        return ", ".join([self.task, *seed, *knobs]) if self.task else ""


def pose(question: str) -> Problem:
    """Make a free-form problem from what a person typed.

    Raises:
        ProblemError: the question is empty or longer than `MAX_QUESTION_CHARS` characters.
    """
    text = question.strip()
    if not text:
        raise ProblemError("The problem is empty.", 'Type a question, for example: "Use 4 7 8 8 to make 24".')
    if len(text) > MAX_QUESTION_CHARS:
        raise ProblemError(
            f"The problem has {len(text):,} characters; at most {MAX_QUESTION_CHARS:,} can be posed.",
            "Shorten it, or put the data into a program of your own and ask about that.",
        )
    return Problem(question=text)

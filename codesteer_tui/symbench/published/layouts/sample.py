"""What every layout gives: a sample as it is stored, or the file that none could be read from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

from msgspec import Struct

from codesteer_tui.errors import ProblemError


class Place(Struct, frozen=True):
    """A folder or file with samples of one task and split."""

    task: str
    split: str
    path: Path


class Sample(Struct, frozen=True):
    """One stored sample: the names of its parameters are those that the task's verifier reads.

    `question` is the text as stored, empty where the published scripts build it from the fields; `answer` is the
    stored answer in the form that the question asks for, `gold` the same as it is stored, None where there is none.
    """

    task: str
    sample_id: str
    split: str
    file: Path
    parameters: dict[str, Any]
    gold: Any = None
    answer: str = ""
    question: str = ""


class Skipped(Struct, frozen=True):
    """A file, or one sample of it, that could not be read: the error names the file and what to do."""

    file: Path
    error: ProblemError


Found: TypeAlias = Sample | Skipped
Reader: TypeAlias = Callable[[Place], Iterator[Found]]


def attempt(file: Path, read: Callable[[], Sample]) -> Found:
    """Read one sample; where that fails, say so and leave the others alone."""
    try:
        return read()
    except ProblemError as error:
        return Skipped(file, error)

"""game24: a folder for every target with tables of comma-separated values, one puzzle a row.

``24/24.csv`` has people's results and no solutions; the other tables, such as ``3840/3840_20_number.csv``, have
expressions. The column "Puzzles" holds the numbers, separated by blanks. Rows count from 0 below the heading.

`question_source` tells whether the published scripts can ask for this target ("reference") or not ("adapted");
the question itself is ours for all.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from codesteer_tui.errors import ProblemError
from codesteer_tui.symbench.published.layouts.files import broken, text_of, within
from codesteer_tui.symbench.published.layouts.sample import Found, Place, Sample, Skipped, attempt

_MAIN = "24"
_FIRST, _CODESTEER_EVERY, _BASELINE_EVERY = 5, 50, 30
_NUMBERS = re.compile(r"-?[0-9]{1,18}(?: +-?[0-9]{1,18})*")


def read(place: Place) -> Iterator[Found]:
    """Read every table of a target."""
    if not place.path.name.isdecimal():
        return
    for file, name in within(place.path, r"(?P<stem>[0-9]{1,9}(?:_[0-9]{1,4}_number)?)\.csv"):
        yield from _table(place, file, name["stem"], int(place.path.name))


def _table(place: Place, file: Path, stem: str, target: int) -> Iterator[Found]:
    try:
        rows = list(csv.DictReader(io.StringIO(text_of(file))))
    except ProblemError as error:
        yield Skipped(file, error)
    except csv.Error as error:
        yield Skipped(file, broken(file, f"it is no table of comma-separated values: {error}"))
    else:
        for index, row in enumerate(rows):
            yield attempt(file, partial(_sample, place, file, stem, target, index, row))


def _sample(
    place: Place, file: Path, stem: str, target: int, index: int, row: dict[str, str | None]
) -> Sample:
    shown = (row.get("Puzzles") or "").strip()
    if not _NUMBERS.fullmatch(shown):
        raise broken(file, f'row {index} has no numbers in the column "Puzzles"')
    numbers = [int(number) for number in shown.split()]
    parameters = {
        "numbers": numbers,
        "target": target,
        "n": len(numbers),
        "question_source": "reference" if target == 24 else "adapted",
    }
    if stem == _MAIN:
        parameters["in_codesteer_run"] = index >= _FIRST and (index - _FIRST) % _CODESTEER_EVERY == 0
        parameters["in_baseline_run"] = index >= _FIRST and (index - _FIRST) % _BASELINE_EVERY == 0
        parameters["human_solved_rate"] = (row.get("Solved rate") or "").strip()
    solution = (row.get("Solutions") or "").strip() or None
    return Sample(
        task=place.task,
        sample_id=f"{place.task}/{stem}/row_{index}",
        split=place.split if stem == _MAIN else stem,
        file=file,
        parameters=parameters,
        gold=solution,
        answer=f"<<<{solution}>>>" if solution else "",
    )

"""Reading the published benchmark's data as problems.

::

    from codesteer_tui.symbench.published.importing import import_folder

    found = import_folder(Path("CodeSteer-v1.0/dataset_gather"), tasks=["game24", "reversi"])
    for one in found:
        print(one.sample_id, one.status, one.problem.question)
    print(*found.report(), sep="\\n")

The folder is ``dataset_gather`` or the repository that it lies in (which `path_plan` needs, since its environments
are literals in a script). What is there is read, in the order of the task table and of the sample numbers; a file
that cannot be read is left out, kept in `Import.skipped` with the reason, and never costs another sample.

Each problem has a status:

=================  =====================================================================  ===========================
status             meaning                                                                without `include_defective`
=================  =====================================================================  ===========================
ok                 the stored answer follows the rules                                    imported
none_derived       no answer is stored                                                    imported
unchecked          the stored answer could not be checked independently                   imported
wrong              the stored answer breaks the rules of the question                     imported without its answer
ambiguous          the stored answer is right in one of two readings of the text          imported
leaked             the answer stands in the question                                      imported
unsolvable         no answer satisfies the text                                           left out
malformed          the problem's data do not make sense                                   left out
=================  =====================================================================  ===========================

A problem without its answer is still scored by its rules. With `include_defective` everything is imported with its
answer as stored, which the scoring mode "reference" needs. Statuses come from ``known_defects.toml`` and from the
task's verifier and, where it looks at everything, its solver.

Questions are those of the files; where the published scripts build them from fields, and around the texts of
BIG-Bench-Hard, gsm-hard and MATH, they are asked in our own words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from codesteer_tui.errors import ProblemError
from codesteer_tui.problem import Problem
from codesteer_tui.symbench.published.asking import question_of
from codesteer_tui.symbench.published.checking import checked
from codesteer_tui.symbench.published.defects import Status
from codesteer_tui.symbench.published.layouts import LAYOUTS, Place, Sample, Skipped, places
from codesteer_tui.symbench.published.layouts.files import REMEDY
from codesteer_tui.symbench.registry import Tasks

__all__ = ["Import", "Imported", "LeftOut", "Skipped", "import_folder"]

LEFT_OUT: frozenset[Status] = frozenset({"unsolvable", "malformed"})


SHOWN = 20
"""Skipped files that a report names; the rest are counted."""


class Imported(Struct, frozen=True):
    """A published problem, where it came from, and what its stored answer is worth."""

    problem: Problem
    sample_id: str
    split: str
    status: Status
    reason: str
    file: Path


class LeftOut(Struct, frozen=True):
    """A sample that was read, but is of no use as a problem."""

    sample_id: str
    status: Status
    reason: str


class Import(Iterator[Imported]):
    """The problems of a folder, read one after the other as they are asked for; then what came of the rest.

    `counts` tells how many samples were found by (task, status), `left_out` which of them are not given, `skipped`
    which files could not be read. All three grow while the problems are gone through.
    """

    def __init__(self, data: Path, tasks: Collection[str], include_defective: bool) -> None:
        self.counts: Counter[tuple[str, Status]] = Counter()
        self.left_out: list[LeftOut] = []
        self.skipped: list[Skipped] = []
        self._include_defective = include_defective
        self._rest = self._problems(data, tasks)

    def __iter__(self) -> Import:
        return self

    def __next__(self) -> Imported:
        return next(self._rest)

    def report(self) -> list[str]:
        """Say in lines how much of each task was found, and what was skipped and why."""
        lines = []
        for task in dict.fromkeys(task for task, _ in self.counts):
            of_task = {status: count for (other, status), count in self.counts.items() if other == task}
            shown = ", ".join(f"{count} {status}" for status, count in of_task.items())
            lines.append(f"{task}: {sum(of_task.values())} ({shown})")
        if self.left_out:
            samples = "sample" if len(self.left_out) == 1 else "samples"
            lines.append(f"left out: {len(self.left_out)} {samples}, unsolvable or malformed")
        lines += [f"skipped: {skipped.error.message}" for skipped in self.skipped[:SHOWN]]
        if len(self.skipped) > SHOWN:
            lines.append(f"skipped: {len(self.skipped) - SHOWN} more")
        return [*lines, f"  → {REMEDY}"] if self.skipped else lines

    def _problems(self, data: Path, tasks: Collection[str]) -> Iterator[Imported]:
        for task in tasks:
            for found in _found(data, task):
                if isinstance(found, Skipped):
                    self.skipped.append(found)
                    continue
                one = _imported(found)
                if isinstance(one, Skipped):
                    self.skipped.append(one)
                    continue
                self.counts[task, one.status] += 1
                if self._include_defective:
                    yield one
                elif one.status in LEFT_OUT:
                    self.left_out.append(LeftOut(one.sample_id, one.status, one.reason))
                elif one.status == "wrong":
                    yield msgspec.structs.replace(
                        one, problem=msgspec.structs.replace(one.problem, gold=None)
                    )
                else:
                    yield one


def import_folder(folder: Path, *, tasks: Collection[str] = (), include_defective: bool = False) -> Import:
    """Read the problems of the published data in a folder, of all tasks or of some.

    What could not be read is in the `skipped` of what this gives, once it has been gone through.

    Raises:
        ProblemError: there is no such folder, no such task, or no data of the tasks in it.
    """
    data = _data_folder(folder)
    asked = list(dict.fromkeys(tasks))
    for task in asked:
        if task not in LAYOUTS:
            Tasks()[task]  # raises, naming the one that was meant
        if not any(True for _ in places(data, task)):
            raise ProblemError(f"{folder} has no data of the task {task!r}.", _where(task))
    there = asked or [task for task in LAYOUTS if any(True for _ in places(data, task))]
    if not there:
        raise ProblemError(
            f"{folder} holds none of the published data.",
            'Name the folder "dataset_gather" of the published repository, or the repository itself.',
        )
    return Import(data, there, include_defective)


def _data_folder(folder: Path) -> Path:
    try:
        if not folder.is_dir():
            missing = "is no folder" if folder.exists() else "does not exist"
            raise ProblemError(f"{folder} {missing}.", "Check the path.")
    except OSError as error:
        raise ProblemError(
            f"{folder} cannot be read: {error.strerror or error}.", "Check the path."
        ) from error
    inside = folder / "dataset_gather"
    repository = inside.is_dir() or (folder / "benchmark").is_dir()
    return (inside if repository else folder).absolute()


def _where(task: str) -> str:
    pattern = LAYOUTS[task].folders[0][0]
    if pattern.startswith("../"):
        return f'Name the whole published repository: the task needs its folder "{pattern[3:]}".'
    return f'It is expected in "dataset_gather/{pattern}" of the published repository.'


def _found(data: Path, task: str) -> Iterator[Sample | Skipped]:
    """Read all places of a task; one that cannot be listed does not keep the others from being read."""
    for place in places(data, task):
        if isinstance(place, Skipped):
            yield place
            continue
        yield from _read(place)


def _read(place: Place) -> Iterator[Sample | Skipped]:
    try:
        yield from LAYOUTS[place.task].reader(place)
    except ProblemError as error:
        yield Skipped(place.path, error)


def _imported(sample: Sample) -> Imported | Skipped:
    gold = sample.gold
    if gold is not None and not isinstance(gold, str):
        gold = msgspec.json.encode(gold).decode()
    try:
        question = sample.question or question_of(sample.task, sample.parameters)
    except ProblemError as error:
        return Skipped(sample.file, ProblemError(f"{sample.file}: {error.message}", error.remedy))
    problem = Problem(question, sample.task, sample.parameters, gold)
    defect = checked(sample, problem)
    return Imported(problem, sample.sample_id, sample.split, defect.status, defect.reason, sample.file)

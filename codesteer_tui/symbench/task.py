"""What a SymBench task is, and how one is written.

A task is one module in `codesteer_tui/symbench/tasks/` that ends in ``TASK = MyTask()`` and has a line in
`registry.MODULES`. Its module holds, in this order:

1. a docstring with the rules and their source;
2. `Knobs`, the frozen struct that is the task's `Difficulty`: ranges by `msgspec.Meta`, defaults, and a
   docstring that says what makes it harder; combinations that cannot work raise `ValueError` in
   ``__post_init__``;
3. `Parameters`, what the verifier needs, read back by `read_parameters` from a problem that may come from
   a file (names as in the published data; never the answer);
4. `Choices`, the frozen struct that is the task's `Policy`: what the question leaves open, each field with its
   default, and a docstring that says what each means; `NoPolicy` where nothing is open;
5. the class with `generate`, `verify` and `solve`, which shares no code with `verify`; with `look` where answers are
   drawn (see `SeenTask`).

`generate` draws only through `codesteer_tui.symbench.draws`, whose streams do not change with the
Python version. `verify` gets the model's whole final text, reads it with `codesteer_tui.symbench.reading`,
computes exactly, and raises nothing: what it cannot read is `could_not_check` and counts as not correct.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from random import Random
from typing import Any, Literal, Protocol, TypeAlias, TypeVar, runtime_checkable

import msgspec
from msgspec import Struct

from codesteer_tui.answers import final_answer
from codesteer_tui.errors import ProblemError
from codesteer_tui.problem import Problem
from codesteer_tui.symbench.fields import allowed, typed
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Look
from codesteer_tui.values import Verdict

Category: TypeAlias = Literal["arithmetic", "strings", "logic", "planning", "games", "mathematics"]

P = TypeVar("P", bound=Struct)


class Task(Protocol):
    """A kind of problem: how to make one, and how to judge an answer to it."""

    id: str
    title: str
    category: Category
    Difficulty: type[Struct]
    Policy: type[Struct]

    def generate(self, rng: Random, difficulty: Any) -> Problem:
        """Make a problem that has an answer. `difficulty` is an instance of the task's `Difficulty`."""
        ...

    def verify(self, problem: Problem, answer: str, policy: Any = None) -> Verdict:
        """Judge a final text by the rules; the reason names the rule that was broken and where.

        `policy` is an instance of the task's `Policy`; None is its defaults.
        """
        ...

    def solve(self, problem: Problem) -> str | None:
        """Find an answer, in the form that the question asks for, without looking at `gold`; None if there is none.

        Raises:
            ProblemError: the problem's parameters cannot be used, or do not hold what a solver needs.
        """
        ...


@runtime_checkable
class SeenTask(Task, Protocol):
    """A task that tells what it read in an answer, and where the answer breaks which rules.

    Its `verify` is the verdict of its `look`. What `Look.value` and `Broken.where` hold is said there.
    """

    def look(self, problem: Problem, answer: str, policy: Any = None, *, most: int = MOST_BROKEN) -> Look:
        """Judge a final text as `verify` does, and find up to `most` rules that it breaks."""
        ...


class NoPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """The question leaves nothing open."""


def make_difficulty(task: Task, **knobs: object) -> Any:
    """Make a task's difficulty from knobs, which may be strings as typed on a command line.

    A list is typed with commas: ``digits=1,2,4``.

    Raises:
        ProblemError: an unknown knob, a value out of its range, or knobs that contradict one another.
    """
    return _made(task, task.Difficulty, "knob", knobs)


def make_problem(task: Task, seed: int, knobs: Mapping[str, object], rng: Random | None = None) -> Problem:
    """Make the problem of a task; see `codesteer_tui.symbench.generate`.

    Its knobs are as a record gives them back: lists, no tuples. `rng` is another `Random` of the same seed, for a
    caller who wants to be asked between draws.

    Raises:
        ProblemError: as `make_difficulty` does.
    """
    difficulty = make_difficulty(task, **knobs)
    problem = task.generate(rng or Random(seed), difficulty)
    as_recorded: dict[str, object] = msgspec.json.decode(msgspec.json.encode(difficulty))
    return msgspec.structs.replace(problem, task=task.id, seed=seed, knobs=as_recorded)


def make_policy(task: Task, **choices: object) -> Any:
    """Make a task's policy from choices, which may be strings as typed on a command line.

    Raises:
        ProblemError: an unknown choice, or a value that it does not have.
    """
    return _made(task, task.Policy, "policy", choices)


def _made(task: Task, kind: type[Struct], what: str, given: dict[str, object]) -> Any:
    known = kind.__struct_fields__
    for name in given:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f'Did you mean "{close[0]}"? ' if close else ""
            there = f"{hint}It has: {', '.join(known)}." if known else "It has none."
            raise ProblemError(f'The task "{task.id}" has no {what} "{name}".', there)
    listed = {
        name for name, default in msgspec.structs.asdict(kind()).items() if isinstance(default, tuple | list)
    }
    values = {name: _typed(value, name in listed) for name, value in given.items()}
    try:
        return msgspec.convert(values, type=kind, strict=False)
    except msgspec.ValidationError as error:
        defaults = msgspec.structs.asdict(kind())
        field = re.search(r" - at `\$\.(\w+)", str(error))
        if field is None or field[1] not in given:
            raise ProblemError(
                f'The task "{task.id}" cannot be used with {_shown(given)}: {error}.',
                f"The defaults: {_shown(defaults)}.",
            ) from error
        name = field[1]
        raise ProblemError(
            f'The task "{task.id}" cannot be used with {_shown({name: given[name]})}.',
            f"What {name} may be: {allowed(kind, name)}. The default: {_shown({name: defaults[name]})}.",
        ) from error


def read_parameters(problem: Problem, kind: type[P]) -> P | Verdict:
    """Read a problem's parameters as `kind`; where they do not fit, give the verdict that says so."""
    try:
        return msgspec.convert(problem.parameters, type=kind)
    except msgspec.ValidationError as error:
        return Verdict("could_not_check", f"The problem's parameters cannot be used: {error}.")


def parameters_for(problem: Problem, kind: type[P]) -> P:
    """Read a problem's parameters as `kind`, for a solver.

    Raises:
        ProblemError: they do not fit.
    """
    read = read_parameters(problem, kind)
    if isinstance(read, Verdict):
        raise ProblemError(read.reason, "Generate the problem, or import it from the published data.")
    return read


def gold_text(problem: Problem) -> str | None:
    """The stored answer without the markers that it may bear; None where none is stored."""
    if problem.gold is None:
        return None
    found = final_answer(problem.gold)
    return found.text if found.found and "<<<" in problem.gold else problem.gold.strip()


def _typed(value: object, several: bool) -> object:
    """A value as the types take it: what is typed for several values is a list, even of one."""
    if not isinstance(value, str):
        return value
    if several or "," in value:
        return [part.strip() for part in value.split(",")]
    return value.strip()


def _shown(values: dict[str, Any]) -> str:
    return ", ".join(f"{name}={typed(value)}" for name, value in values.items())

"""What a SymBench task is, and how one is written.

A task is one module in `codesteer_tui/symbench/tasks/` that ends in ``TASK = MyTask()`` and has a line in
`registry.MODULES`. Its module holds, in this order:

1. a docstring with the rules and their source;
2. `Knobs`, the frozen struct that is the task's `Difficulty`: ranges by `msgspec.Meta`, defaults, and a
   docstring that says what makes it harder; combinations that cannot work raise `ValueError` in
   ``__post_init__``;
3. `Parameters`, what the verifier needs, read back by `read_parameters` from a problem that may come from
   a file (names as in the published data; never the answer);
4. the class with `generate` and `verify`;
5. a small solver for the gold answer, which shares no code with `verify`.

`generate` draws only through `codesteer_tui.symbench.draws`, whose streams do not change with the
Python version. `verify` gets the model's whole final text, reads it with `codesteer_tui.symbench.parsing`,
computes exactly, and raises nothing: what it cannot read is `could_not_check` and counts as not correct.
"""

from __future__ import annotations

from difflib import get_close_matches
from random import Random
from typing import Any, Literal, Protocol, TypeAlias, TypeVar

import msgspec
from msgspec import Struct

from codesteer_tui.errors import ProblemError
from codesteer_tui.problem import Problem
from codesteer_tui.values import Verdict

Category: TypeAlias = Literal["arithmetic", "strings", "logic", "planning", "games", "mathematics"]

P = TypeVar("P", bound=Struct)


class Task(Protocol):
    """A kind of problem: how to make one, and how to judge an answer to it."""

    id: str
    title: str
    category: Category
    Difficulty: type[Struct]

    def generate(self, rng: Random, difficulty: Any) -> Problem:
        """Make a problem that has an answer. `difficulty` is an instance of the task's `Difficulty`."""
        ...

    def verify(self, problem: Problem, answer: str) -> Verdict:
        """Judge a final text by the rules; the reason names the rule that was broken and where."""
        ...


def make_difficulty(task: Task, **knobs: object) -> Any:
    """Make a task's difficulty from knobs, which may be strings as typed on a command line.

    A list is typed with commas: ``digits=1,2,4``.

    Raises:
        ProblemError: an unknown knob, a value out of its range, or knobs that contradict one another.
    """
    known = task.Difficulty.__struct_fields__
    for name in knobs:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f'Did you mean "{close[0]}"? ' if close else ""
            raise ProblemError(
                f'The task "{task.id}" has no knob "{name}".', f"{hint}Its knobs: {', '.join(known)}."
            )
    values = {name: _typed(value) for name, value in knobs.items()}
    try:
        return msgspec.convert(values, type=task.Difficulty, strict=False)
    except msgspec.ValidationError as error:
        raise ProblemError(
            f'The task "{task.id}" cannot be made with {_shown(knobs)}: {error}.',
            f"Its knobs and defaults: {_shown(msgspec.structs.asdict(task.Difficulty()))}.",
        ) from error


def read_parameters(problem: Problem, kind: type[P]) -> P | Verdict:
    """Read a problem's parameters as `kind`; where they do not fit, give the verdict that says so."""
    try:
        return msgspec.convert(problem.parameters, type=kind)
    except msgspec.ValidationError as error:
        return Verdict("could_not_check", f"The problem's parameters cannot be used: {error}.")


def _typed(value: object) -> object:
    return [part.strip() for part in value.split(",")] if isinstance(value, str) and "," in value else value


def _shown(values: dict[str, Any]) -> str:
    return ", ".join(
        f"{name}={','.join(map(str, value)) if isinstance(value, tuple | list) else value}"
        for name, value in values.items()
    )

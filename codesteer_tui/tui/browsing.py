"""What is chosen in the SymBench browser: a task, its knobs and a seed; and the problem that they make.

Nothing here knows Textual. Making a problem takes up to a second where the knobs are at their hardest, so it is done in
a thread, and can be called off: whoever made the next choice does not wait for the last one.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from math import expm1, isfinite, log1p
from typing import get_args

import msgspec
from msgspec import Struct

from codesteer_tui.errors import ProblemError
from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Category, make_difficulty, tasks
from codesteer_tui.symbench.fields import Field, fields_of
from codesteer_tui.symbench.task import Task, make_problem
from codesteer_tui.tui.importing import importing

CATEGORIES: tuple[str, ...] = get_args(Category)

SEEDS = 10_000
"""Seeds that are drawn by chance are below this, so that they can be remembered and said."""

SEED = Field(
    "seed", "1", "a whole number", "the same task, knobs and seed make the same problem everywhere", "whole"
)
"""The seed as a field among the knobs."""

SEED_DIGITS = 18
"""Digits of the longest seed."""

_ATTEMPTS = 30


class Listed(Struct, frozen=True):
    """A task as the list shows it."""

    id: str
    title: str
    category: str
    fields: tuple[Field, ...]


class Choice(Struct, frozen=True):
    """A task, the knobs that were set, by name and as they are typed, and a seed."""

    task: str
    seed: int = 1
    knobs: Mapping[str, str] = {}

    def value(self, field: Field) -> str:
        """The value of a knob, or of the seed, as it is typed."""
        return str(self.seed) if field is SEED else self.knobs.get(field.name, field.default)

    def having(self, field: Field, text: str) -> Choice:
        """The choice with another value. A seed that is no whole number stays as it was."""
        if field is SEED:
            seed = text.strip().removeprefix("-")
            is_seed = seed.isdecimal() and len(seed) <= SEED_DIGITS
            return msgspec.structs.replace(self, seed=int(text)) if is_seed else self
        return msgspec.structs.replace(self, knobs={**self.knobs, field.name: text})


class CalledOff(Exception):
    """The problem is not wanted any more."""


class _Drawing(random.Random):
    """Draws as `random.Random` does, until it is called off."""

    is_wanted: Callable[[], bool]

    def random(self) -> float:
        if not self.is_wanted():
            raise CalledOff
        return super().random()


def make(choice: Choice, is_wanted: Callable[[], bool] = lambda: True) -> Problem:
    """Make the problem of a choice, the same as `symbench.generate` makes.

    Raises:
        CalledOff: `is_wanted` said no, which is asked with every draw.
        ProblemError: the knobs cannot be used.
    """
    task = task_of(choice.task)
    rng = _Drawing(choice.seed)
    rng.is_wanted = is_wanted
    return make_problem(task, choice.seed, choice.knobs, rng)


def task_of(task_id: str) -> Task:
    """A task, its module imported."""
    with importing:
        return tasks[task_id]


def listed() -> list[Listed]:
    """All tasks by category, then by title. Imports all of them, one at a time."""
    found = [_listed(task_of(task_id)) for task_id in tasks]
    return sorted(found, key=lambda one: (CATEGORIES.index(one.category), one.title.lower()))


def _listed(task: Task) -> Listed:
    return Listed(task.id, task.title, task.category, fields_of(task.Difficulty))


def matching(known: Sequence[Listed], typed: str) -> list[Listed]:
    """The tasks with every typed word in their id, title or category."""
    words = typed.lower().split()
    return [
        one for one in known if all(word in f"{one.id} {one.title} {one.category}".lower() for word in words)
    ]


def any_seed(rng: random.Random) -> int:
    """A seed by chance, short enough to be remembered."""
    return rng.randrange(SEEDS)


def surprise(known: Sequence[Listed], rng: random.Random) -> Choice:
    """A task, knobs and a seed by chance; the knobs lie around their defaults, where problems are worth a look."""
    one = rng.choice(known)
    for _ in range(_ATTEMPTS):
        knobs = {field.name: _near(field, rng) for field in one.fields}
        if fits(Choice(one.id, 0, knobs)):
            return Choice(one.id, any_seed(rng), knobs)
    return Choice(one.id, any_seed(rng))


def fits(choice: Choice) -> bool:
    """Whether a problem can be made with these knobs."""
    try:
        make_difficulty(task_of(choice.task), **choice.knobs)
    except ProblemError:
        return False
    return True


def _near(field: Field, rng: random.Random) -> str:
    """A value by chance, between half of a number's default and one and a half of it."""
    if field.choices:
        return rng.choice(field.choices)
    if field.shape == "text" or field.least is None or field.most is None:
        return field.default
    middle = float(field.default)
    share = rng.uniform(0.5, 1.5)
    return written(field, middle * share if middle else (field.most - field.least) * share / 10)


def written(field: Field, value: float) -> str:
    """A number as it is typed, within the range of its field."""
    least = -float("inf") if field.least is None else field.least
    most = float("inf") if field.most is None else field.most
    value = max(least, min(value, most))
    return str(round(value)) if field.shape == "whole" else f"{round(value, 3):g}"


def stepped(field: Field, text: str, by: int, *, far: bool = False) -> str:
    """The next value of a field in a direction, -1 or 1; `far` takes ten steps. What cannot be stepped stays.

    A step is 1 for whole numbers below a hundred, and the second digit of larger ones; a twentieth of the range for
    other numbers.
    """
    if field.choices:
        at = field.choices.index(text) if text in field.choices else 0
        return field.choices[(at + by) % len(field.choices)]
    value = number(field, text)
    if value is None:
        return text
    if field.shape == "whole":
        digits = len(str(abs(round(value + (by if value * by < 0 else 0)))))
        step = 10.0 ** max(0, digits - 2) if field is not SEED else 1.0
    else:
        step = ((field.most or 1.0) - (field.least or 0.0)) / 20
    return written(field, value + by * step * (10 if far else 1))


def number(field: Field, text: str) -> float | None:
    """The value of a field that holds a number; None where it holds none."""
    if field.shape not in ("whole", "number"):
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None


def share(field: Field, text: str) -> float | None:
    """Where a value lies in the range of its field, from 0 to 1; by magnitude where the range is wide."""
    value = number(field, text)
    if value is None or field.least is None or field.most is None or field.most <= field.least:
        return None
    span, at = field.most - field.least, max(0.0, min(value, field.most) - field.least)
    if span > WIDE:
        return log1p(at) / log1p(span)
    return at / span


def at_share(field: Field, where: float) -> str:
    """The value that lies at this share of the range of a field that has one; the inverse of `share`."""
    assert field.least is not None
    assert field.most is not None
    span = field.most - field.least
    return written(field, field.least + (expm1(where * log1p(span)) if span > WIDE else where * span))


WIDE = 500
"""Ranges beyond this are shown by magnitude."""

"""The known defects of the published data, as listed in ``known_defects.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import Struct

from codesteer_tui.symbench.published.layouts import Sample

Status: TypeAlias = Literal[
    "ok", "wrong", "unsolvable", "malformed", "ambiguous", "leaked", "unchecked", "none_derived"
]


class Defect(Struct, frozen=True):
    """What is known about a sample, and why."""

    status: Status
    reason: str


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """A defect of a whole class of samples; see ``known_defects.toml``."""

    task: str
    status: Status
    reason: str
    matches: str = ""
    shown_in: str = ""

    def covers(self, sample: Sample) -> bool:
        """Tell whether a sample of the task is of this class."""
        if self.matches:
            text = msgspec.json.encode(sample.parameters).decode()
            return re.search(self.matches, text) is not None
        if self.shown_in:
            return _one_line(sample.parameters.get(self.shown_in)) == _one_line(sample.gold)
        return True


class Reading(Struct, frozen=True, forbid_unknown_fields=True):
    """The policy that reads a task's text in the way that its stored answers do not."""

    task: str
    policy: dict[str, Any]
    reason: str


class _Listed(Struct, frozen=True, forbid_unknown_fields=True):
    task: str
    status: Status
    reason: str
    ids: list[str]


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    unchecked: dict[str, str]
    samples: list[_Listed]
    rules: list[Rule] = []
    readings: list[Reading] = []


class KnownDefects(Struct, frozen=True):
    """The list: single samples by id, classes and second readings by task, and what is not checked and why."""

    samples: Mapping[str, Defect]
    rules: Mapping[str, tuple[Rule, ...]]
    readings: Mapping[str, Reading]
    unchecked: Mapping[str, str]


@cache
def known_defects() -> KnownDefects:
    """Read the list that comes with the package."""
    text = files("codesteer_tui.symbench.published").joinpath("known_defects.toml").read_text("utf-8")
    listed = msgspec.convert(tomllib.loads(text), _File)
    return KnownDefects(
        samples={
            f"{group.task}/{name}": Defect(group.status, group.reason)
            for group in listed.samples
            for name in group.ids
        },
        rules={
            task: tuple(rule for rule in listed.rules if rule.task == task)
            for task in {rule.task for rule in listed.rules}
        },
        readings={reading.task: reading for reading in listed.readings},
        unchecked=listed.unchecked,
    )


def _one_line(value: Any) -> str:
    """Write rows or a comma-separated text as one line of signs."""
    text = "".join(map(str, value)) if isinstance(value, list) else str(value)
    return re.sub(r"[\s,]", "", text)

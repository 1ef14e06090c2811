"""TOML as text: values and names as they are written in a file, and the lines where a file has them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import Any, TypeAlias

import tomli_w

KeyPath: TypeAlias = tuple[str, ...]

_NAME = r"(?:[\w-]+|\"(?:[^\"\\]|\\.)*\"|'[^']*')"
_HEADER = re.compile(rf"\s*\[\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*\]")
_ASSIGNMENT = re.compile(rf"\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*=")


def written(value: Any) -> str:
    """A value on one line, tables inline; "none" where there is none, for which TOML has no word."""
    if value is None:
        return '"none"'
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written_key([k])} = {written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(written, value)) + "]"
    return tomli_w.dumps({"x": value}).removeprefix("x = ").rstrip("\n")


def written_key(path: Sequence[str]) -> str:
    """Names joined by dots, quoted where they need it."""
    return ".".join(tomli_w.dumps({name: 0}).rpartition(" = ")[0] for name in path)


def split_key(text: str) -> KeyPath:
    """The names in a dotted key, without their quotes."""
    try:
        value: Any = tomllib.loads(f"{text} = 0")
    except tomllib.TOMLDecodeError:
        return tuple(part.strip().strip("\"'") for part in text.split("."))
    path = []
    while isinstance(value, dict) and len(value) == 1:
        [(name, value)] = value.items()
        path.append(name)
    return tuple(path)


def header_of(line: str) -> KeyPath | None:
    """The table that this line begins, if it does."""
    found = _HEADER.match(line)
    return split_key(found[1]) if found else None


def assignment_of(line: str) -> KeyPath | None:
    """The key that this line sets, if it does, without the table that it stands in."""
    found = _ASSIGNMENT.match(line)
    return split_key(found[1]) if found else None


def lines_of(text: str) -> dict[KeyPath, int]:
    """The first line of each table and key, those on the way to it included. A help for the eye: what stands in
    a long string may mislead it."""
    found: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for number, line in enumerate(text.splitlines(), 1):
        header = header_of(line)
        if header:
            table = header
        names = header or (*table, *(assignment_of(line) or ()))
        for length in range(1, len(names) + 1):
            found.setdefault(names[:length], number)
    return found

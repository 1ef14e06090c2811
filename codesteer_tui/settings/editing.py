"""Change one value in the text of a TOML file, and leave everything else in it as it was.

Each way of changing it is tried until one gives a text that means what was wanted and still has every comment.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from codesteer_tui.settings.toml_text import KeyPath, assignment_of, header_of, written, written_key

BOM = "\ufeff"


class CannotEdit(Exception):
    """Why the text was not changed."""


def with_value(text: str, path: KeyPath, value: Any) -> str:
    """`text` with the key at `path` set to `value`.

    A new key is put below its commented-out default where there is one, else below the last key of its table.

    Raises:
        CannotEdit: it is no TOML, or has something other than a table on the way to the key.
    """
    value = "none" if value is None else value
    return _edited(text, lambda data: _set(data, path, value), lambda plain: _ways_to_set(plain, path, value))


def without_value(text: str, path: KeyPath) -> str:
    """`text` without the key at `path`; the same text where it has none.

    A table that has nothing else in it, not even a comment, goes with its key.

    Raises:
        CannotEdit: it is no TOML, or has something other than a table on the way to the key.
    """
    return _edited(text, lambda data: _unset(data, path), lambda plain: _ways_to_unset(plain, path))


def value_at(text: str, path: KeyPath) -> Any:
    """What the key at `path` holds, or None where the text has none. The text is TOML."""
    data: Any = tomllib.loads(text.removeprefix(BOM))
    for name in path:
        if not isinstance(data, dict) or name not in data:
            return None
        data = data[name]
    return data


def _edited(text: str, change: Callable[[Any], None], ways: Callable[[str], Iterator[str]]) -> str:
    mark, text = (BOM, text[1:]) if text.startswith(BOM) else ("", text)
    windows = "\r\n" in text and text.count("\r\n") == text.count("\n")
    plain = text.replace("\r\n", "\n") if windows else text
    try:
        before, wanted = tomllib.loads(plain), tomllib.loads(plain)
    except tomllib.TOMLDecodeError as error:
        raise CannotEdit(f"the file is no TOML: {error}") from None
    change(wanted)
    if _pruned(wanted) == _pruned(before):
        return mark + text
    for new in ways(plain):
        if _means(new, wanted) and _comments(new) == _comments(plain):
            return mark + (new.replace("\n", "\r\n") if windows else new)
    raise CannotEdit("it is laid out in a way that cannot be changed without changing something else")


def _ways_to_set(text: str, path: KeyPath, value: Any) -> Iterator[str]:
    *table, name = path
    line = f"{written_key([name])} = {written(value)}"
    lines = text.split("\n")
    start = next((i for i, there in enumerate(lines) if header_of(there) == tuple(table)), None)
    known = _has(tomllib.loads(text), path)
    if start is not None and not known:
        yield from ("\n".join([*lines[:at], line, *lines[at:]]) for at in _places(lines, start, name))
    if start is None and not known:
        above = text if not text or text.endswith("\n") else f"{text}\n"
        gap = "" if not above or above.endswith("\n\n") else "\n"
        yield f"{above}{gap}[{written_key(table)}]\n{line}\n"
    yield from _by_tomlkit(text, lambda document: _put(document, path, value))


def _places(lines: list[str], start: int, name: str) -> Iterator[int]:
    """Where a new key of the table that begins at line `start` may go, best first."""
    later = range(start + 1, len(lines))
    end = next((i for i in later if re.match(r"\s*#?\[", lines[i])), len(lines))
    commented = re.compile(rf"\s*#\s?{re.escape(name)}\s*=")
    yield from (i + 1 for i in range(start + 1, end) if commented.match(lines[i]))
    yield 1 + max([start, *(i for i in range(start + 1, end) if assignment_of(lines[i]))])
    yield start + 1


def _ways_to_unset(text: str, path: KeyPath) -> Iterator[str]:
    *table, name = path
    lines = text.split("\n")
    here: KeyPath = ()
    for number, line in enumerate(lines):
        here = header_of(line) or here
        if (*here, *(assignment_of(line) or ())) == (*table, name) and "#" not in line:
            left = [*lines[:number], *lines[number + 1 :]]
            yield "\n".join(_without_empty_table(left, table, number))
            yield "\n".join(left)
    yield from _by_tomlkit(text, lambda document: _take(document, path))


def _without_empty_table(lines: list[str], table: list[str], at: int) -> list[str]:
    """The lines without the header of a table that only had the line taken out at `at`, and the gap above it."""
    start, end = at, at
    while start and not lines[start - 1].strip():
        start -= 1
    while end < len(lines) and not lines[end].strip():
        end += 1
    header = lines[start - 1] if start else ""
    if header_of(header) != tuple(table) or "#" in header or (end < len(lines) and not header_of(lines[end])):
        return lines
    start -= 1
    if start and lines[start - 1].lstrip().startswith("#"):
        return lines  # the comment above may be about the table
    if end == len(lines) and start and not lines[start - 1].strip():
        start -= 1
    rest = lines[at:] if end == len(lines) else lines[end:]
    return [*lines[:start], *rest]


def _by_tomlkit(text: str, change: Callable[[Any], None]) -> Iterator[str]:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(text)
        change(document)
        yield tomlkit.dumps(document)
    except (TOMLKitError, TypeError, AttributeError, KeyError, ValueError, IndexError):
        return


def _put(document: Any, path: KeyPath, value: Any) -> None:
    import tomlkit
    from tomlkit.items import InlineTable, Table

    table = document
    for number, name in enumerate(path[:-1]):
        if name not in table:
            inline = isinstance(table, InlineTable)
            last = number == len(path) - 2
            table[name] = tomlkit.inline_table() if inline else tomlkit.table(is_super_table=not last)
        table = table[name]
    there = table.get(path[-1])
    if isinstance(there, Table) and isinstance(value, dict):
        for name in [*there]:
            del there[name]
        there.update(value)
    else:
        table[path[-1]] = tomlkit.parse(f"x = {written(value)}")["x"] if isinstance(value, dict) else value


def _take(document: Any, path: KeyPath) -> None:
    table = document
    for name in path[:-1]:
        table = table[name]
    del table[path[-1]]


def _has(data: Any, path: KeyPath) -> bool:
    for name in path:
        if not isinstance(data, dict) or name not in data:
            return False
        data = data[name]
    return True


def _set(data: Any, path: KeyPath, value: Any) -> None:
    for number, name in enumerate(path[:-1], 1):
        data = data.setdefault(name, {})
        if not isinstance(data, dict):
            raise CannotEdit(f"{written_key(path[:number])} is no table in it")
    data[path[-1]] = value


def _unset(data: Any, path: KeyPath) -> None:
    if _has(data, path):
        for name in path[:-1]:
            data = data[name]
        del data[path[-1]]


def _means(text: str, wanted: Any) -> bool:
    try:
        return bool(_pruned(tomllib.loads(text)) == _pruned(wanted))
    except tomllib.TOMLDecodeError:
        return False


def _pruned(data: Any) -> Any:
    """Without tables that are empty: whether their header stands there makes no difference."""
    if not isinstance(data, dict):
        return data
    inner = {name: _pruned(value) for name, value in data.items()}
    return {name: value for name, value in inner.items() if value != {}}


def _comments(text: str) -> Iterable[str]:
    return [line.strip() for line in text.splitlines() if line.lstrip().startswith("#")]

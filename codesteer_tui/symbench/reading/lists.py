"""Reading lists, tables and pairs, however they are bracketed, quoted, separated and broken into lines."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TypeAlias

from codesteer_tui.symbench.reading.answer import Misfit, Unreadable, shorten, there_are
from codesteer_tui.symbench.reading.numbers import MAX_DIGITS, integer, number, plain

Tree: TypeAlias = "list[str | Tree]"

MAX_DEPTH = 8
MAX_ITEMS = 20_000

_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "`": "'"})
_TOKEN = re.compile(
    r"""(?P<gap>[\s,;]+) | (?P<open>[\[(]) | (?P<close>[\])])
    | "(?P<double>[^"\n]*)" | '(?P<single>[^'\n]*)' | (?P<bare>[^\s,;\[\]()"']+)""",
    re.VERBOSE,
)


def nested(text: str) -> Tree | Unreadable:
    """Read items and lists of lists: ``[[1, 2], (a 'b c')]`` gives ``[['1', '2'], ['a', 'b c']]``.

    Items are separated by commas, semicolons or white space, and are strings with or without quotes. One pair of
    brackets around everything is optional. At most `MAX_DEPTH` deep and `MAX_ITEMS` items.
    """
    root: Tree = []
    stack = [root]
    at, count = 0, 0
    line = text.translate(_QUOTES)
    while at < len(line):
        match = _TOKEN.match(line, at)
        if match is None:
            return Unreadable(f"A quote at character {at + 1} of the list is not closed")
        at = match.end()
        if match["open"]:
            if len(stack) > MAX_DEPTH:
                return Unreadable(f"The lists are more than {MAX_DEPTH} deep")
            inner: Tree = []
            stack[-1].append(inner)
            stack.append(inner)
        elif match["close"]:
            if len(stack) == 1:
                return Unreadable(f'There is a "{match["close"]}" without its opening bracket')
            stack.pop()
        elif not match["gap"]:
            stack[-1].append(match["double"] or match["single"] or match["bare"] or "")
        count += 1
        if count > 2 * MAX_ITEMS:
            return Unreadable(f"The list has more than {MAX_ITEMS:,} items")
    if len(stack) > 1:
        return Unreadable("A bracket is not closed")
    while len(root) == 1 and isinstance(root[0], list):
        root = root[0]
    return root


def items(text: str) -> list[str] | Unreadable:
    """Read one flat list of strings, which may be empty: ``["a", "b"]``, ``(a; b)``, ``a b``, or one item a line."""
    tree = nested(text)
    if isinstance(tree, Unreadable):
        return tree
    flat = [item for item in tree if isinstance(item, str)]
    return flat if len(flat) == len(tree) else Unreadable("There are lists within the list")


def integers(text: str) -> list[int] | Unreadable:
    """Read a flat list of integers. "5.0" is one; "1,234" is two."""
    found = items(plain(text).strip("{}"))
    if isinstance(found, Unreadable):
        return found
    values = []
    for item in found:
        value = integer(item) if len(item) <= MAX_DIGITS else Unreadable("")
        if isinstance(value, Unreadable):
            return Unreadable(f'"{shorten(item)}" in the list is not an integer')
        values.append(value)
    return values


def numbers(text: str) -> list[Fraction] | Unreadable:
    """Read a list of numbers, each exactly as `numbers.number` reads it; lists of lists are read as one."""
    table = grid(plain(text))
    if isinstance(table, Unreadable):
        return table
    values = []
    for item in (item for row in table for item in row):
        value = number(item)
        if isinstance(value, Unreadable):
            return Unreadable(f'"{shorten(item)}" in the list is not a number')
        values.append(value)
    return values


def grid(text: str) -> list[list[str]] | Unreadable:
    """Read a table of strings by rows: a list of lists, or one row a line. A flat list on one line is one row."""
    tree = nested(text)
    if isinstance(tree, Unreadable):
        return tree
    if not any(isinstance(row, list) for row in tree):
        lines = [line for line in text.splitlines() if line.strip(" \t,;[]()")]
        rows = [items(line.strip(" \t[](),;")) for line in lines]
        flat = [row for row in rows if not isinstance(row, Unreadable)]
        return flat if len(flat) == len(rows) else Unreadable("The rows cannot be told apart")
    result = []
    for row in tree:
        if isinstance(row, str) or any(isinstance(item, list) for item in row):
            return Unreadable("It is not a list of rows")
        result.append([item for item in row if isinstance(item, str)])
    return result


def table(text: str, height: int, width: int, *, glued: bool = False) -> list[list[str]] | str | Unreadable:
    """Read a table of `height` rows of `width` cells, in rows or as one flat list; says what is wrong with its size.

    With `glued`, a row may also be one string of `width` characters. A wrong number of rows or cells is a sentence.
    """
    rows = grid(text)
    if isinstance(rows, Unreadable):
        return rows
    if glued:
        rows = [list(row[0]) if len(row) == 1 and len(row[0]) == width != 1 else row for row in rows]
        if len(rows) == 1 and height > 1 and all(len(item) == width for item in rows[0]) and width > 1:
            rows = [list(item) for item in rows[0]]
    if (len(rows) == 1 and height != 1) or height == 1:
        flat = [item for row in rows for item in row]
        if len(flat) != height * width:
            return f"{there_are(len(flat), 'cells')}, not {height * width}."
        return [flat[at : at + width] for at in range(0, len(flat), width)]
    if len(rows) != height:
        return f"{there_are(len(rows), 'rows')}, not {height}."
    for at, row in enumerate(rows):
        if len(row) != width:
            return f"Row {at + 1} has {len(row)} cells, not {width}."
    return rows


def cells(text: str, height: int, width: int, *, glued: bool = False) -> list[str] | Unreadable:
    """Read the cells of a table row by row, from one flat list, however it is broken into lines, or from rows.

    Lists of lists must be `height` lists of `width` cells. `glued` is as for `table`. A wrong size is a `Misfit`.
    """
    flat = items(text)
    if not isinstance(flat, Unreadable) and len(flat) == height * width:
        return flat
    rows = table(text, height, width, glued=glued)
    if isinstance(rows, str):
        return Misfit(rows.removesuffix("."))
    return rows if isinstance(rows, Unreadable) else [cell for row in rows for cell in row]


_FRAME = re.compile(
    r"\\(?:begin|end)\s*\{[A-Za-z*]{1,20}\}(?:\{[lcr|]{0,50}\})?|\\(?:left|right|hline)(?![A-Za-z])"
    r"|^[ \t|+]*-[-+ \t|:]{2,}$",
    re.MULTILINE,
)
_ROW_LABEL = re.compile(
    r"^[ \t|*_]*(?:row|line)[ \t]{0,3}#?([0-9]{1,3})[*_ \t]{0,4}[:.)=|][ \t*_]*", re.MULTILINE | re.I
)
_ROW = re.compile(r"\b(?:row|line)\b", re.IGNORECASE)
_HEADER = re.compile(
    r"^[ \t]*\|?[^\n0-9|]{0,9}(?:\|[ \t]*(?:[A-Za-z]{2,12}\.?[ \t]?[0-9]{0,3}|[cC][0-9]{1,3})[ \t]*)+\|?[ \t]*\n"
    r"(?=[ \t]*\|?[ \t]*:?-{2,})",
    re.MULTILINE,
)
_FRAME_SIGNS = str.maketrans({"&": " ", "|": " ", "{": "[", "}": "]"})


def unframed(text: str) -> str:
    r"""Put a LaTeX or Markdown table, or one in braces, into a form that `table` and `grid` read, one row a line.

    Labels of rows ("Row 1:") and a line of names above a Markdown table are left out. Only for tables without the
    cells ``& | { }``.
    """
    return _FRAME.sub(" ", _unlabelled(text)).replace("\\\\", "\n").translate(_FRAME_SIGNS)


def _unlabelled(text: str) -> str:
    """Leave labels of rows out where they count from 0 or 1, and the names above a Markdown table."""
    labels = [int(found[1]) for found in _ROW_LABEL.finditer(text)] if _ROW.search(text) else []
    in_order = labels[:1] in ([0], [1]) and labels == list(range(labels[0], labels[0] + len(labels)))
    rows = _ROW_LABEL.sub("", text) if in_order else text
    return _HEADER.sub("", rows) if "--" in rows and "|" in rows else rows


def pairs(text: str) -> list[tuple[int, int]] | Unreadable:
    """Read pairs of integers: ``0 3, 1 0``, ``[[0, 3], [1, 0]]``, ``(0, 3) (1, 0)``, or one pair a line."""
    line = plain(text)
    tree = nested(line)
    if isinstance(tree, Unreadable):
        return tree
    groups: list[list[str]] = []
    if any(isinstance(item, list) for item in tree):
        for item in tree:
            if isinstance(item, str) or any(isinstance(part, list) for part in item):
                return Unreadable("It is not a list of pairs")
            groups.append([part for part in item if isinstance(part, str)])
    else:
        bare = line.strip().strip("[]()")
        parts = [part.split() for part in re.split(r"[,;\n]", bare) if part.strip()]
        singles = [part for group in parts for part in group]
        paired = all(len(group) == 2 for group in parts)
        groups = parts if paired else [singles[at : at + 2] for at in range(0, len(singles), 2)]
    result = []
    for group in groups:
        values = [integer(part.strip("\"'")) for part in group]
        whole = [value for value in values if isinstance(value, int)]
        if len(whole) != 2 or len(values) != 2:
            return Unreadable(f'"{shorten(" ".join(group))}" is not a pair of integers')
        result.append((whole[0], whole[1]))
    return result

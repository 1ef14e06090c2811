"""Finding the program in a model's answer: tolerant of every way in which models write code blocks.

`find_code` is what the loop uses; `first_block_as_published` reproduces the published pipeline.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec import Struct

from codesteer_tui.steering.analysis.free_names import bound_names, free_names
from codesteer_tui.steering.analysis.syntax import Unparsable, does_something, parse
from codesteer_tui.values import Extraction

_PYTHON = frozenset({"python", "py", "python3", "py3", "python2", "ipython", "ipython3", "python-3", "sage"})
_UNLABELLED = frozenset({"", "code", "tool_code", "source"})

_OPENER = re.compile(
    r"^(?P<prefix>[ \t]*(?:>[ \t]?)*[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?)"
    r"(?P<fence>`{3,}(?=[^`]*$)|~{3,})[ \t]*(?P<info>.*?)[ \t]*$"
)
_OPENER_AFTER_PROSE = re.compile(r"(?<!`)(?P<fence>`{3,})[ \t]*(?P<info>[A-Za-z]+3?)[ \t]*$")
_ONE_LINE = re.compile(r"^[ \t]*(?P<fence>`{3,})(?P<info>\w+)[ \t]+(?P<code>[^`]+)(?P=fence)[ \t]*$")
_CLOSER = re.compile(r"^(?P<prefix>[ \t]*(?:>[ \t]?)*[ \t]*)(?P<fence>`{3,}|~{3,})[ \t]*$")
_CLOSER_AFTER_CODE = re.compile(r"(?<!`)(?P<fence>`{3,})[ \t]*$")
_CODE_LINE = re.compile(
    r"^\s*(?:def \w+\(|class \w+[:(]|import \w+|from \w[\w.]* import |for \w.* in .*:|while .*:|print\()",
    re.M,
)
_LIST_SLACK = 3
"""Columns by which a closing fence may be deeper than its opening one, as in CommonMark."""


class Block(Struct, frozen=True):
    """One fenced block: its language label in lower case, its text, and whether a fence closed it."""

    label: str
    text: str
    closed: bool = True

    @property
    def is_python(self) -> bool:
        """Labelled as Python; or not labelled, and a program by its looks."""
        if self.label in _PYTHON:
            return True
        return self.label in _UNLABELLED and _looks_like_python(self.text)


def find_code(text: str) -> Extraction:
    """Find the program in an answer. Works on any text; `note` says for a person what was taken and why.

    One Python block is taken as it is. Of several, the last complete one is taken, together with those
    before it that define names which it uses and does not define itself. A block that the end of the
    answer cut off counts as complete when it parses. Blocks in other languages are reported, never taken.
    """
    blocks = list(fenced_blocks(text))
    python = [block for block in blocks if block.is_python and block.text.strip()]
    if len(python) == 1:
        return _only(python[0])
    if python:
        return _several(python)
    if not blocks and _looks_like_python(text, sure=True):
        return Extraction("found", text.strip("\n"), 1, "The whole answer is a program, without a fence.")
    return _none(blocks)


def first_block_as_published(text: str) -> str | None:
    """Give the first block as the published pipeline finds it, or None (REFERENCE.md section 2).

    Only a lower-case ``python`` label directly followed by a newline opens a block, and only a fence at
    the start of a line ends it.
    """
    opener = "```python\n"
    start = text.find(opener)
    end = text.find("\n```", start + len(opener)) if start >= 0 else -1
    return text[start + len(opener) : end] if end >= 0 else None


def fenced_blocks(text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a text in order, the last one possibly unclosed."""
    lines = text.replace("\r\n", "\n").split("\n")
    at = 0
    while at < len(lines):
        if one := _ONE_LINE.match(lines[at]):
            yield Block(_label(one["info"]), one["code"].rstrip())
            at += 1
            continue
        opened = _opener(lines[at])
        if opened is None:
            at += 1
            continue
        prefix, fence, info = opened
        body, at, closed = _body(lines, at + 1, prefix, fence)
        yield from _split_at_openers(_label(info), body, prefix, fence, closed)


def _opener(line: str) -> tuple[str, str, str] | None:
    """Give (prefix, fence, info) of a line that opens a block."""
    if match := _OPENER.match(line):
        return match["prefix"], match["fence"], match["info"]
    if (match := _OPENER_AFTER_PROSE.search(line)) and _label(match["info"]) in _PYTHON:
        return "", match["fence"], match["info"]
    return None


def _body(lines: list[str], at: int, prefix: str, fence: str) -> tuple[list[str], int, bool]:
    """Collect the lines of a block: (lines without the prefix, index after the block, closed)."""
    body: list[str] = []
    for index in range(at, len(lines)):
        line = lines[index]
        if (end := _CLOSER.match(line)) and _closes(end["fence"], fence):
            if len(end["prefix"]) <= len(prefix) + _LIST_SLACK:
                return body, index + 1, True
        elif (end := _CLOSER_AFTER_CODE.search(line)) and _closes(end["fence"], fence):
            body.append(_without_prefix(line[: end.start()], prefix).rstrip())
            return body, index + 1, True
        body.append(_without_prefix(line, prefix))
    return body, len(lines), False


def _closes(candidate: str, fence: str) -> bool:
    return candidate[0] == fence[0] and len(candidate) >= len(fence)


def _without_prefix(line: str, prefix: str) -> str:
    """Take the indentation of the opening fence (list, quotation) off a line, or as much as is there."""
    if line.startswith(prefix):
        return line[len(prefix) :]
    if ">" in prefix:
        return re.sub(r"^[ \t]*(?:>[ \t]?)+", "", line)
    blank = len(line) - len(line.lstrip(" \t"))
    return line[min(blank, len(prefix)) :]


def _split_at_openers(label: str, body: list[str], prefix: str, fence: str, closed: bool) -> Iterator[Block]:
    """Yield the block, or several where a closing fence was forgotten before the next opening one.

    A line that looks like an opening fence inside a block that parses is part of a string, and stays.
    """
    source = _source(body, prefix)
    opened_at = [
        index
        for index, line in enumerate(body)
        if (match := _OPENER.match(line))
        and _closes(match["fence"], fence)
        and _label(match["info"]) in _PYTHON
        and len(match["prefix"]) <= _LIST_SLACK
    ]
    if not opened_at or not isinstance(parse(source), Unparsable):
        yield Block(label, source, closed)
        return
    bounds = [-1, *opened_at, len(body)]
    for number, (start, end) in enumerate(pairwise(bounds)):
        part_label = label if number == 0 else "python"
        yield Block(part_label, _source(body[start + 1 : end], prefix), closed and end == len(body))


def _source(body: list[str], prefix: str) -> str:
    """Join lines to source; in a list or quotation, mend an indentation that all lines share."""
    source = "\n".join(body)
    if prefix and isinstance(parse(source), Unparsable):
        dedented = textwrap.dedent(source)
        return source if isinstance(parse(dedented), Unparsable) else dedented
    return source


def _label(info: str) -> str:
    """Give the language of an info string: its first word without decoration, in lower case."""
    words = re.split(r"[\s,;:{}=]+", info.strip().lstrip("{.").lower(), maxsplit=1)
    return words[0].lstrip(".").rstrip(".")


def _looks_like_python(text: str, *, sure: bool = False) -> bool:
    """Tell a program by its looks; `sure` demands that it parses and has a line only a program has."""
    tree = parse(text)
    if isinstance(tree, Unparsable):
        return not sure and _CODE_LINE.search(text) is not None
    return does_something(tree) and (not sure or _CODE_LINE.search(text) is not None)


def _only(block: Block) -> Extraction:
    if block.closed:
        return Extraction("found", block.text, 1)
    whole = "it reads as a whole program" if _complete(block) else "it is cut off and does not parse"
    return Extraction(
        "unclosed", block.text, 1, f"The code block has no closing fence; taken to the end, {whole}."
    )


def _several(blocks: Sequence[Block]) -> Extraction:
    """Choose among several Python blocks by the rule that `find_code` states."""
    last = next((i for i in reversed(range(len(blocks))) if _complete(blocks[i])), None)
    if last is None:
        note = f"None of the {len(blocks)} Python blocks parses; the last one was taken."
        return Extraction("several", blocks[-1].text, len(blocks), note)
    chosen = _with_what_it_needs(blocks, last)
    count = len(blocks)
    if len(chosen) == 1:
        which = "the last" if last == count - 1 else f"number {last + 1}, the last that is complete,"
        note = f"{count} Python blocks; {which} was taken."
    else:
        numbers = ", ".join(str(index + 1) for index in chosen)
        note = (
            f"{count} Python blocks; numbers {numbers} were joined, as the last one uses the others' names."
        )
    return Extraction("several", "\n\n".join(blocks[index].text for index in chosen), count, note)


def _complete(block: Block) -> bool:
    return isinstance(parse(block.text), ast.Module)


def _with_what_it_needs(blocks: Sequence[Block], last: int) -> list[int]:
    """Give the indices of the blocks to join: `last`, and the nearest earlier ones that define its names."""
    chosen = [last]
    missing = _names(blocks[last])[1]
    for index in reversed(range(last)):
        bound, free = _names(blocks[index])
        if missing & bound:
            chosen.insert(0, index)
            missing = (missing - bound) | free
    return chosen


def _names(block: Block) -> tuple[frozenset[str], frozenset[str]]:
    tree = parse(block.text)
    if isinstance(tree, Unparsable):
        return frozenset(), frozenset()
    return bound_names(tree), free_names(tree)


def _none(blocks: Sequence[Block]) -> Extraction:
    foreign = Counter(block.label for block in blocks if block.label not in _PYTHON | _UNLABELLED)
    if foreign:
        kinds = ", ".join(f"{count} {label}" for label, count in sorted(foreign.items()))
        return Extraction("not_python", "", sum(foreign.values()), f"No Python; not run: {kinds}.")
    if any(block.label in _PYTHON for block in blocks):
        return Extraction("none", "", 0, "The Python block is empty.")
    if blocks:
        return Extraction("none", "", 0, "The unlabelled block does not look like Python.")
    return Extraction("none")

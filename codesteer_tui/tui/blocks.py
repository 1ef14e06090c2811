"""What a pane shows, before there is any widget: a list of blocks of plain, harmless text.

Model output and program output reach the screen only through `plain()` and as parts of a `Block`; nothing
here or later reads them as markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, TypeAlias

from msgspec import Struct

BlockKind: TypeAlias = Literal[
    "prose", "code", "output", "error", "heading", "row", "dim", "note", "good", "bad", "unsure", "quote"
]
Part: TypeAlias = str | tuple[str, str]

_ESCAPES = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # operating system commands, such as a window title
    r"|\x1b[PX^_][^\x1b]*\x1b\\"  # device control strings
    r"|[\x1b\x9b]\[?[0-?]*[ -/]*[@-~]"  # colours, cursor movement
)
_CONTROLS = (*range(0x09), *range(0x0E, 0x20), 0x0D, *range(0x7F, 0xA0))
_REORDERING = (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0xFEFF)
_LINE_ENDS = (0x0B, 0x0C, 0x85, 0x2028, 0x2029)
_SURROGATES = range(0xD800, 0xE000)
_SHOWN_AS: dict[int, str | None] = {
    **dict.fromkeys(_CONTROLS),
    **dict.fromkeys(_REORDERING),
    **dict.fromkeys(_LINE_ENDS, "\n"),
    **dict.fromkeys(_SURROGATES, "\ufffd"),
}


class Block(Struct, frozen=True):
    """One piece of a pane: its kind, which decides how it looks, and parts of text with optional styles."""

    kind: BlockKind
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The text without styles."""
        return "".join(part if isinstance(part, str) else part[0] for part in self.parts)


class Bounds(Struct, frozen=True):
    """How much of one text a pane shows: lines and characters, the first and the last of them."""

    head_lines: int = 160
    tail_lines: int = 60
    chars: int = 24_000

    @property
    def lines(self) -> int:
        """Most lines shown."""
        return self.head_lines + self.tail_lines


PANE = Bounds()
ZOOMED = Bounds(head_lines=8_000, tail_lines=4_000, chars=600_000)


def plain(text: str) -> str:
    """The text as a terminal may safely show it: only line ends and tabs are left of the control characters.

    Whole escape sequences are removed, so that no rest of a colour code stays behind; characters that
    reorder text are removed; half surrogate pairs, which cannot be written out, become U+FFFD.
    """
    if text.isascii() and text.isprintable():
        return text
    if "\x1b" in text or "\x9b" in text:
        text = _ESCAPES.sub("", text)
    return text.translate(_SHOWN_AS)


def block(kind: BlockKind, *parts: Part) -> Block:
    """A block of harmless text: every part goes through `plain()`."""
    return Block(
        kind, tuple(plain(part) if isinstance(part, str) else (plain(part[0]), part[1]) for part in parts)
    )


def bounded(kind: BlockKind, text: str, bounds: Bounds) -> list[Block]:
    """One text as blocks: whole where it is short, else its head, a note on what is left out, its tail."""
    text = plain(text)
    lines = text.count("\n") + 1
    if lines <= bounds.lines and len(text) <= bounds.chars:
        return [Block(kind, (text,))]
    head, tail = _ends(text, bounds)
    hidden_chars = len(text) - len(head) - len(tail)
    hidden_lines = max(0, lines - head.count("\n") - tail.count("\n") - 2)
    size = f"{hidden_lines:,} lines" if hidden_lines else f"{hidden_chars:,} characters"
    zoom = "F5 shows more" if bounds is not ZOOMED else "codesteer replay --text prints them"
    return [
        Block(kind, (head,)),
        Block("note", (f"... {size} not shown here; {zoom} ...",)),
        Block(kind, (tail,)),
    ]


def _ends(text: str, bounds: Bounds) -> tuple[str, str]:
    """The first and the last lines, cut to the number of characters where lines are long."""
    room = bounds.chars * bounds.head_lines // bounds.lines
    head = "\n".join(text[: room + 1].split("\n")[: bounds.head_lines])[:room]
    rest = bounds.chars - room
    tail = "\n".join(text[-rest - 1 :].split("\n")[-bounds.tail_lines :])[-rest:]
    return head, tail[max(0, len(head) + len(tail) - len(text)) :]


def text_of(blocks: Iterable[Block]) -> str:
    """The blocks as text, one below the other."""
    return "\n".join(b.text for b in blocks)

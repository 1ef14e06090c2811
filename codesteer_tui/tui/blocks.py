"""What a pane shows, before there is any widget: a list of blocks of plain, harmless text.

Model output and program output reach the screen only through `plain()` and as parts of a `Block`; nothing
here or later reads them as markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

from msgspec import Struct

from codesteer_tui.text import plain
from codesteer_tui.tui import bound

BlockKind: TypeAlias = Literal[
    "prose",
    "code",
    "listing",
    "output",
    "error",
    "heading",
    "row",
    "columns",
    "head",
    "flag",
    "dim",
    "note",
    "good",
    "bad",
    "unsure",
    "quote",
    "flow",
]
"""How a block looks. A "listing" is code with line numbers; "columns" has a heading and a text for each column in turn;
a "head" or a "flag" can be gone to; a "flow" is blocks of a text that streams in, as one."""

Part: TypeAlias = str | tuple[str, str]
Marked: TypeAlias = tuple[int, int, str]
"""A range of a block's text, from and up to a character, and the style that marks it."""


class Block(Struct, frozen=True):
    """One piece of a pane: its kind, which decides how it looks, and parts of text with optional styles.

    `key` says which flag or section the block belongs to, where it belongs to one. `marks` are ranges that stand
    out; `lines` are the lines of a listing, counted from 1, that do, and `first` is the number of its first line.
    `inner` are the blocks of a flow, of which at most `rows` rows are shown. `hang` is by how many columns what
    does not fit into a line stands in below it.
    """

    kind: BlockKind
    parts: tuple[Part, ...]
    key: str = ""
    marks: tuple[Marked, ...] = ()
    lines: tuple[int, ...] = ()
    first: int = 1
    inner: tuple[Block, ...] = ()
    rows: int = 0
    hang: int = 0

    @property
    def text(self) -> str:
        """The text without styles."""
        if self.inner:
            return text_of(self.inner)
        return "".join(part if isinstance(part, str) else part[0] for part in self.parts)


class Bounds(Struct, frozen=True):
    """How much of one text a pane shows: lines and characters, the first and the last of them.

    Without first lines it is the end of a text that still grows.
    """

    head_lines: int = 160
    tail_lines: int = 60
    chars: int = 24_000

    @property
    def lines(self) -> int:
        """Most lines shown."""
        return self.head_lines + self.tail_lines


PANE = Bounds()


def live(rows: int) -> Bounds:
    """What is drawn of a text that streams into a pane of so many rows: its end, at least three times as long."""
    return Bounds(head_lines=0, tail_lines=6 * max(8, rows), chars=600 * max(8, rows))


ZOOMED = Bounds(head_lines=8_000, tail_lines=4_000, chars=600_000)


def block(kind: BlockKind, *parts: Part, key: str = "", hang: int = 0) -> Block:
    """A block of harmless text: every part goes through `plain()`."""
    return Block(
        kind,
        tuple(plain(part) if isinstance(part, str) else (plain(part[0]), part[1]) for part in parts),
        key,
        hang=hang,
    )


def bounded(kind: BlockKind, text: str, bounds: Bounds) -> list[Block]:
    """One text as blocks: whole where it is short, else its head, a note on what is left out, its tail."""
    text = plain(text)
    lines = text.count("\n") + 1
    if lines <= bounds.lines and len(text) <= bounds.chars:
        return in_chunks(kind, text) if kind in ("prose", "quote") else [Block(kind, (text,))]
    head, tail = ends(text, bounds)
    begins = len(text) - len(tail)
    if not bounds.head_lines:
        above = text.count("\n", 0, begins)
        size = f"{above:,} lines" if above else f"{begins:,} characters"
        return [Block("note", (f"... {size} above; scroll up to see them ...",)), Block(kind, (tail,))]
    hidden_lines = max(0, lines - head.count("\n") - tail.count("\n") - 2)
    size = f"{hidden_lines:,} lines" if hidden_lines else f"{begins - len(head):,} characters"
    zoom = (
        f"{bound.key('zoom')} shows more" if bounds is not ZOOMED else "codesteer replay --text prints them"
    )
    return [
        Block(kind, (head,)),
        Block("note", (f"... {size} not shown here; {zoom} ...",)),
        Block(kind, (tail,)),
    ]


CHUNK_LINES = 40
"""Lines of prose that are one block: of a long text that grows, or at another place, only what changed is laid out."""


def in_chunks(kind: BlockKind, text: str) -> list[Block]:
    """A text as blocks of not too many lines, which look as one does."""
    lines = text.split("\n")
    return [
        Block(kind, ("\n".join(lines[at : at + CHUNK_LINES]),)) for at in range(0, len(lines), CHUNK_LINES)
    ]


def ends(text: str, bounds: Bounds) -> tuple[str, str]:
    """The first and the last lines, cut to the number of characters where lines are long.

    The last ones begin at every so many lines of the text, and not at each: while it grows, nearly all that is shown
    of it stays what it is.
    """
    lines, step = text.count("\n") + 1, max(1, bounds.tail_lines // 2)
    last = lines - -(-max(0, lines - bounds.tail_lines) // step) * step
    room = bounds.chars * bounds.head_lines // bounds.lines
    head = "\n".join(text[: room + 1].split("\n")[: bounds.head_lines])[:room]
    rest = bounds.chars - room
    tail = "\n".join(text[-rest - 1 :].split("\n")[-last:])[-rest:]
    return head, tail[max(0, len(head) + len(tail) - len(text)) :]


def text_of(blocks: Iterable[Block]) -> str:
    """The blocks as text, one below the other."""
    return "\n".join(b.text for b in blocks)

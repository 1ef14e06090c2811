"""How the four panes share the room: what each column and row gets, and which panes are folded away.

Pure: the desk gives it keys and mouse positions, and takes sizes from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

Mode: TypeAlias = Literal["three", "two"]
Share: TypeAlias = Annotated[int, Meta(ge=1, le=98)]

STEP = 4
"""Percent of the room that one key press moves."""

LEAST = 12
"""Percent of the room that an open column or row has at least."""

STRIP = 5
"""Columns of a column whose panes are all folded away."""

FOLDED = 2
"""Rows of a folded pane below or above an open one."""

COLUMNS: dict[Mode, tuple[tuple[int, ...], ...]] = {
    "three": ((1,), (2,), (3, 4)),
    "two": ((1, 2), (3, 4)),
}
"""The panes of each column, from left to right and from top to bottom."""


class Arrangement(Struct, frozen=True):
    """Shares in percent, for the columns of each layout and for the rows of its columns with two panes.

    `folded` are the numbers of the panes that are folded away.
    """

    three: tuple[Share, Share, Share] = (29, 40, 31)
    two: tuple[Share, Share] = (50, 50)
    left: tuple[Share, Share] = (40, 60)
    """GUIDANCE over TASK, where there are two columns."""
    right: tuple[Share, Share] = (50, 50)
    """RUN over FLAGS."""
    folded: tuple[Annotated[int, Meta(ge=1, le=4)], ...] = ()


EVEN = Arrangement()
"""How it is at first."""


def column_of(mode: Mode, pane: int) -> int:
    """The column that a pane stands in, from 0."""
    return next(at for at, panes in enumerate(COLUMNS[mode]) if pane in panes)


def is_strip(arranged: Arrangement, mode: Mode, column: int) -> bool:
    """Whether all panes of a column are folded away."""
    return all(pane in arranged.folded for pane in COLUMNS[mode][column])


def widths(arranged: Arrangement, mode: Mode) -> tuple[int, ...]:
    """The shares of the columns."""
    return arranged.three if mode == "three" else arranged.two


def heights(arranged: Arrangement, mode: Mode, column: int) -> tuple[int, ...]:
    """The shares of the rows of a column."""
    if len(COLUMNS[mode][column]) == 1:
        return (100,)
    return arranged.right if 3 in COLUMNS[mode][column] else arranged.left


def wider(arranged: Arrangement, mode: Mode, pane: int, by: int) -> Arrangement:
    """The pane's column so many percent wider, at the cost of the one beside it."""
    at = column_of(mode, pane)
    beside = at + 1 if at + 1 < len(COLUMNS[mode]) else at - 1
    return _with_widths(arranged, mode, _moved(widths(arranged, mode), at, beside, by))


def taller(arranged: Arrangement, mode: Mode, pane: int, by: int) -> Arrangement:
    """The pane so many percent taller, at the cost of the one above or below; as it is where it stands alone."""
    column = column_of(mode, pane)
    panes = COLUMNS[mode][column]
    if len(panes) == 1:
        return arranged
    at = panes.index(pane)
    return _with_heights(arranged, mode, column, _moved(heights(arranged, mode, column), at, 1 - at, by))


def drawn_to(arranged: Arrangement, mode: Mode, column: int, share: float) -> Arrangement:
    """The right edge of a column drawn to this share (0 to 1) of the whole width."""
    now = widths(arranged, mode)
    wanted = round(share * 100) - sum(now[:column])
    return _with_widths(arranged, mode, _moved(now, column, column + 1, wanted - now[column]))


def drawn_down(arranged: Arrangement, mode: Mode, column: int, share: float) -> Arrangement:
    """The edge between the two panes of a column drawn to this share (0 to 1) of its height."""
    now = heights(arranged, mode, column)
    return _with_heights(arranged, mode, column, _moved(now, 0, 1, round(share * 100) - now[0]))


def fold(arranged: Arrangement, pane: int) -> Arrangement | None:
    """The pane folded away; None where it is the last one that is open."""
    folded = tuple(sorted({*arranged.folded, pane}))
    return msgspec.structs.replace(arranged, folded=folded) if len(folded) < 4 else None


def unfold(arranged: Arrangement, pane: int) -> Arrangement:
    """The pane open."""
    return msgspec.structs.replace(arranged, folded=tuple(p for p in arranged.folded if p != pane))


def next_open(arranged: Arrangement, pane: int, by: int = 1) -> int:
    """The next pane that is not folded away, going round."""
    for step in range(1, 5):
        at = (pane - 1 + by * step) % 4 + 1
        if at not in arranged.folded:
            return at
    return pane


def is_valid(arranged: Arrangement) -> bool:
    """Whether it can be shown; a file may hold anything."""
    shares = (arranged.three, arranged.two, arranged.left, arranged.right)
    return len(set(arranged.folded)) < 4 and all(90 <= sum(some) <= 110 for some in shares)


def _moved(shares: Sequence[int], at: int, beside: int, by: int) -> tuple[int, ...]:
    """One share bigger by so much and the other smaller, neither below the least."""
    room = min(max(by, LEAST - shares[at]), shares[beside] - LEAST)
    moved = list(shares)
    moved[at] += room
    moved[beside] -= room
    return tuple(moved)


def _with_widths(arranged: Arrangement, mode: Mode, shares: tuple[int, ...]) -> Arrangement:
    return msgspec.structs.replace(arranged, **{mode: shares})


def _with_heights(arranged: Arrangement, mode: Mode, column: int, shares: tuple[int, ...]) -> Arrangement:
    name = "right" if 3 in COLUMNS[mode][column] else "left"
    return msgspec.structs.replace(arranged, **{name: shares})

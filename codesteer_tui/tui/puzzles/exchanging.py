"""Stocks that are exchanged: the methods, what there is at first, and, once there is an answer, each exchange."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from codesteer_tui.symbench import Look
from codesteer_tui.symbench.judging.exchange import Method, course
from codesteer_tui.tui.puzzles.figure import (
    BAD,
    FAINT,
    GIVEN,
    NEW,
    Cell,
    Figure,
    below,
    beside,
    figure,
    grid,
    inside,
    legend,
    places,
    titled,
    wrong,
)

MOST_VISITS = 24
"""Visits that are drawn; of more, those in the middle are left out."""


def exchanges(
    names: Sequence[str],
    methods: Sequence[Method],
    stock: Mapping[str, int],
    seen: Look | None,
    width: int,
    *,
    once: bool,
) -> Figure:
    """Draw methods and stock; with an answer, each visit as well, which would give the answer away before."""
    listed = figure(
        *(((f"{at}. ", FAINT), str(method).replace("→", "->")) for at, method in enumerate(methods, 1))
    )
    how = "once at each visit" if once else "as often as possible at each visit"
    wanted = titled("in turn", below(listed, figure(((how, FAINT),)), gap=0))
    rows = [_counts([stock.get(name, 0) for name in names], None)]
    heads = ["start"]
    if seen is None or seen.value is None:
        return beside(width, titled("stock", grid(rows, names=(heads, list(names)))), wanted)
    visits = list(course(methods, stock, once=once))
    half = MOST_VISITS // 2
    before: Mapping[str, int] = stock
    for at, (number, times, left) in enumerate(visits):
        if len(visits) <= MOST_VISITS or not half <= at < len(visits) - half:
            counts = [left.get(name, 0) for name in names]
            rows.append(_counts(counts, [before.get(name, 0) for name in names]))
            heads.append(f"by {number + 1}" + (f" x {times}" if times > 1 else ""))
        elif at == half:
            rows.append([Cell("..", FAINT) for _ in names])
            heads.append(f"{len(visits) - MOST_VISITS} more")
        before = left
    bad = places(seen)
    given = [inside(str(count), 9) for count in seen.value.counts]
    answer = [wrong(text) if at in bad else Cell(text, GIVEN) for at, text in enumerate(given)]
    table = grid([*rows, answer], names=([*heads, "answer"], list(names)), block=(len(rows), 0))
    signs = legend(("[3]", BAD, "wrong")) if bad else Figure()
    return below(beside(width, titled("stock", table), wanted), signs)


def _counts(counts: Sequence[int], before: Sequence[int] | None) -> list[Cell]:
    """A row of the table; a dot is none, and what changed is in another colour."""
    same = [True] * len(counts) if before is None else [a == b for a, b in zip(counts, before, strict=True)]
    return [
        Cell(str(count) if count else ".", (GIVEN if before is None and count else FAINT if is_same else NEW))
        for count, is_same in zip(counts, same, strict=True)
    ]

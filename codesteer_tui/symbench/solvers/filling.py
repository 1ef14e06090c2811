"""Filling in grids in which every row, column or box holds each value once: sudokus, Latin squares.

Made for generators and solvers. The verifiers of such tasks check a filled grid by plainer means, and use none of this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence


def fillings(
    grid: Sequence[int],
    units: Sequence[Sequence[int]],
    size: int,
    order: Callable[[list[int]], list[int]] = lambda values: values,
    banned: tuple[int, int] | None = None,
) -> Iterator[list[int]]:
    """Find the ways to fill in a grid, one after the other; each is a new list.

    `grid` holds the values 1 to `size`, and 0 for an empty cell. Each of the `units` lists `size` cells that have to
    hold different values. Backtracking over bit masks: the cell with the fewest values first, and a value that has one
    place left in a unit before any guess. `order` puts the values of a cell into the order in which they are tried, and
    `banned` is a cell with a value that it may not get.
    """
    filled = list(grid)
    everything = (1 << size) - 1 << 1
    free = [everything] * len(units)
    places: list[list[int]] = [[] for _ in grid]
    for at, unit in enumerate(units):
        for cell in unit:
            places[cell].append(at)
            value = filled[cell]
            if value and not free[at] >> value & 1:
                return
            free[at] &= ~(1 << value)

    def narrowest() -> tuple[int, int]:
        """The cell to fill next, and its values as a mask; no values where the grid cannot be filled."""
        masks = [0] * len(filled)
        best, fewest = -1, size + 1
        for cell, value in enumerate(filled):
            if value:
                continue
            mask = everything
            for at in places[cell]:
                mask &= free[at]
            if banned and cell == banned[0]:
                mask &= ~(1 << banned[1])
            count = mask.bit_count()
            if count < 2:
                return cell, mask
            masks[cell] = mask
            if count < fewest:
                best, fewest = cell, count
        for at, unit in enumerate(units):
            if not free[at]:
                continue
            once = twice = 0
            for cell in unit:
                mask = masks[cell]
                twice |= once & mask
                once |= mask
            if once != free[at]:
                return best, 0
            single = once & ~twice
            if single:
                single &= -single
                return next(cell for cell in unit if masks[cell] & single), single
        return best, masks[best]

    def fill(left: int) -> Iterator[list[int]]:
        if not left:
            yield list(filled)
            return
        cell, mask = narrowest()
        for value in order([value for value in range(1, size + 1) if mask >> value & 1]):
            filled[cell] = value
            for at in places[cell]:
                free[at] &= ~(1 << value)
            yield from fill(left - 1)
            filled[cell] = 0
            for at in places[cell]:
                free[at] |= 1 << value

    yield from fill(filled.count(0))

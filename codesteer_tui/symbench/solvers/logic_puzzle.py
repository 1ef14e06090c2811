"""Selecting different numbers from a square grid, the top right one among them, under a condition on rows and columns.

The solver of `logic_puzzle`. Its verifier uses none of this.
"""

from __future__ import annotations

from collections.abc import Sequence

Cells = list[tuple[int, int]]
Grid = Sequence[Sequence[int]]


def select(grid: Grid, count: int, limit: int | None) -> Cells | None:
    """Select `count` cells with different numbers; None where that cannot be done.

    With a `limit`, the numbers of no row or column sum to more; without, all their products are positive. Returns (row,
    column) in ascending order.
    """
    found = _with_positive_products(grid, count) if limit is None else _with_small_sums(grid, count, limit)
    return sorted(found) if found else None


def _with_small_sums(grid: Grid, count: int, limit: int) -> Cells | None:
    """Select number by number, in ascending order: once they are positive, sums can only grow."""
    size = len(grid)
    start = (0, size - 1)
    places: dict[int, Cells] = {}
    for row, numbers in enumerate(grid):
        for column, number in enumerate(numbers):
            places.setdefault(number, []).append((row, column))
    places[grid[0][-1]] = [start]
    order = sorted(places)
    chosen: Cells = []
    sums = [0] * (2 * size)

    def extend(at: int) -> bool:
        if len(chosen) == count:
            return start in chosen and max(sums) <= limit
        if len(order) - at < count - len(chosen):
            return False
        number = order[at]
        for row, column in places[number]:
            if number > 0 and max(sums[row], sums[size + column]) + number > limit:
                continue
            chosen.append((row, column))
            sums[row] += number
            sums[size + column] += number
            if extend(at + 1):
                return True
            chosen.pop()
            sums[row] -= number
            sums[size + column] -= number
        return number != grid[0][-1] and extend(at + 1)

    return chosen if extend(0) else None


def _with_positive_products(grid: Grid, count: int) -> Cells | None:
    """Select negative numbers, an even count of them in every row and column, and fill up with positive ones."""
    start = (0, len(grid) - 1)
    first = grid[0][-1]
    if first == 0:
        return None
    positive = {
        number: (row, column)
        for row, numbers in enumerate(grid)
        for column, number in enumerate(numbers)
        if number > 0
    }
    if first > 0:
        positive = {first: start, **{number: cell for number, cell in positive.items() if number != first}}
    most = count if first < 0 else count - 1
    negative = _even_negatives(grid, count - len(positive), most, first < 0)
    if negative is None:
        return None
    return negative + list(positive.values())[: count - len(negative)]


def _even_negatives(grid: Grid, fewest: int, most: int, with_first: bool) -> Cells | None:
    """Select at least `fewest` and at most `most` different negative numbers, evenly many in every row and column."""
    search = _EvenSelection(grid, fewest, most)
    start = [((0, len(grid) - 1), True)] if with_first else []
    return search.selected() if search.decide(start + search.alone()) and search.complete() else None


class _EvenSelection:
    """A search that decides negative cell by negative cell what is selected, and follows every decision up.

    The last undecided cell of a row or column is decided by its parity, and the other cells with a selected number are
    left out.
    """

    def __init__(self, grid: Grid, fewest: int, most: int) -> None:
        self.size = len(grid)
        self.fewest, self.most = fewest, most
        self.state: dict[tuple[int, int], bool | None] = {}
        self.number: dict[tuple[int, int], int] = {}
        self.equal: dict[int, Cells] = {}
        self.lines: list[Cells] = [[] for _ in range(2 * self.size)]
        for row, numbers in enumerate(grid):
            for column, number in enumerate(numbers):
                if number < 0:
                    cell = (row, column)
                    self.state[cell] = None
                    self.number[cell] = number
                    self.equal.setdefault(number, []).append(cell)
                    self.lines[row].append(cell)
                    self.lines[self.size + column].append(cell)
        self.undecided = [len(line) for line in self.lines]
        self.odd = [False] * len(self.lines)
        self.decided: Cells = []
        self.count = 0

    def alone(self) -> list[tuple[tuple[int, int], bool]]:
        """The cells that have a row or column for themselves, to be left out."""
        return [(line[0], False) for line in self.lines if len(line) == 1]

    def selected(self) -> Cells:
        """The cells that are selected so far."""
        return [cell for cell, inside in self.state.items() if inside]

    def decide(self, waiting: list[tuple[tuple[int, int], bool]]) -> bool:
        """Select cells or leave them out, with all that follows; False where that cannot be."""
        while waiting:
            cell, inside = waiting.pop()
            if self.state[cell] is not None:
                if self.state[cell] != inside:
                    return False
                continue
            self._set(cell, inside)
            for at in (cell[0], self.size + cell[1]):
                if self.undecided[at] == 0 and self.odd[at]:
                    return False
                if self.undecided[at] == 1:
                    last = next(other for other in self.lines[at] if self.state[other] is None)
                    waiting.append((last, self.odd[at]))
            if inside:
                waiting += [(other, False) for other in self.equal[self.number[cell]] if other != cell]
        return self.count <= self.most and self.fewest <= self._most_in_reach()

    def complete(self) -> bool:
        """Decide the rest, in the line with the fewest undecided cells first."""
        if self.count >= self.fewest and not any(self.odd):
            return True
        wanted = self.count < self.fewest
        open_lines = [at for at, left in enumerate(self.undecided) if left and (wanted or self.odd[at])]
        if not open_lines:
            return False
        line = min(open_lines, key=lambda at: self.undecided[at])
        cell = next(cell for cell in self.lines[line] if self.state[cell] is None)
        for inside in (True, False):
            mark = len(self.decided)
            if self.decide([(cell, inside)]) and self.complete():
                return True
            while len(self.decided) > mark:
                self._set(self.decided[-1], None)
        return False

    def _set(self, cell: tuple[int, int], inside: bool | None) -> None:
        change = bool(inside or self.state[cell])
        self.count += change if inside is not None else -change
        for at in (cell[0], self.size + cell[1]):
            self.undecided[at] += 1 if inside is None else -1
            self.odd[at] ^= change
        self.state[cell] = inside
        if inside is None:
            self.decided.pop()
        else:
            self.decided.append(cell)

    def _most_in_reach(self) -> int:
        """A bound on how many cells can be selected: what rows, columns and different numbers leave room for."""
        even = [left - ((left + odd) % 2) for left, odd in zip(self.undecided, self.odd, strict=True)]
        numbers = sum(
            any(self.state[cell] is None for cell in cells) and not any(self.state[cell] for cell in cells)
            for cells in self.equal.values()
        )
        return self.count + min(sum(even[: self.size]), sum(even[self.size :]), numbers)

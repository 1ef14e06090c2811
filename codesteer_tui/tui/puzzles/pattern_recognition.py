"""A square of equal letters: the matrix, and the square that ends where the answer says."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.pattern_recognition import Parameters, square_sides
from codesteer_tui.tui.puzzles.figure import (
    BAD,
    GOOD,
    ODD,
    Cell,
    Figure,
    below,
    figure,
    grid,
    legend,
    places,
    wrong,
)


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """Draw the matrix; the square of one letter whose bottom right cell is the answer is between round brackets."""
    matrix = parameters_for(problem, Parameters).matrix
    inside: set[tuple[int, int]] = set()
    bad = places(seen) if seen else set()
    answers = [] if seen is None or seen.value is None else seen.value[:1]
    for row, column in answers:
        if 0 <= row < len(matrix) and 0 <= column < len(matrix[0]):
            side = square_sides(matrix)[row][column]
            inside = {(row - down, column - right) for down in range(side) for right in range(side)}
    cells = [
        [
            wrong(letter)
            if (at, column) in bad
            else Cell(letter, GOOD, ODD)
            if (at, column) in inside
            else Cell(letter)
            for column, letter in enumerate(row)
        ]
        for at, row in enumerate(matrix)
    ]
    signs = [("(A)", GOOD, "the square that ends at the answer")] if len(inside) > 1 else []
    signs += [("[A]", BAD, "the answer, which is wrong")] if bad else []
    wanted = figure("find the largest square of one letter: its bottom right cell, rows and columns from 0")
    return below(grid(cells, first=0), wanted if not answers else Figure(), legend(*signs))

"""The rules of the tasks on boards and grids: what is accepted, what is rejected, and the reason that is given."""

from collections.abc import Iterator
from itertools import combinations
from math import prod
from random import Random
from typing import Any

import pytest

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import generate, tasks, verify
from codesteer_tui.symbench.solvers.filling import fillings
from codesteer_tui.symbench.solvers.logic_puzzle import select

QUEENS = Problem("", "eight_queens", {"initial_board": ["0100", "0000", "X000", "0000"]})
LIGHTS = Problem(
    "",
    "light_puzzles",
    {
        "n": 2,
        "initial_state": [[1, 0], [0, 0]],
        "buttons": {"A": [[1, 1], [2, 1]], "B": [[1, 2], [2, 2]]},
        "operations": ["A", "B", "A"],
    },
)
SQUARES = Problem(
    "", "pattern_recognition", {"matrix": ["AAAAB", "AAAAC", "AAAAD", "AAAAE", "BBBCC", "BBBDD", "BBBEE"]}
)
LETTERS = Problem("", "letter_logic_diagram", {"grid": [["a", None, None], [None] * 3, [None] * 3]})
PRODUCT = Problem(
    "",
    "logic_puzzle",
    {
        "grid": [[-1, 5, -2], [7, 5, 6], [-3, 4, -4]],
        "constraints": {"type": "product_gt_0"},
        "num_selections": 5,
    },
)
SUM = Problem(
    "", "logic_puzzle", {"grid": [[1, 3], [2, 2]], "constraints": {"type": "sum_le_4"}, "num_selections": 3}
)
SUDOKU = generate("standard_sudoku", 1)


@pytest.mark.parametrize(
    ("problem", "answer"),
    [
        (LIGHTS, "<<<1,1,0,1>>>"),
        (LIGHTS, "<<<[[1, 1], [0, 1]]>>>"),
        (LIGHTS, "After the last round:\n\n11\n01"),
        (SQUARES, "<<<[3, 3]>>>"),
        (SQUARES, "It ends in row 3, column 3.\nAnswer: (3, 3)"),
        (LETTERS, "<<<\na,b,c\nb,c,a\nc,a,b\n>>>"),
        (LETTERS, "[['a','c','b'],['c','b','a'],['b','a','c']]"),
        (PRODUCT, "<<<0 2, 0 0, 2 0, 2 2, 1 1>>>"),
        (PRODUCT, "The cells are [(0, 0), (0, 2), (2, 0), (2, 2), (1, 0)]"),
        (SUM, "<<<0 1, 0 0, 1 0>>>"),
    ],
)
def test_right_answers_pass_in_any_reasonable_form(problem: Problem, answer: str) -> None:
    assert verify(problem, answer).outcome == "pass", verify(problem, answer)


@pytest.mark.parametrize(
    ("problem", "answer", "reason"),
    [
        (QUEENS, "<<<0 1, 1 3, 2 0>>>", "There are 3 queens, not 4 (the given ones count)."),
        (QUEENS, "<<<0 1, 1 3, 2 0, 3 2>>>", "The square 2 0 is forbidden."),
        (QUEENS, "<<<0 2, 1 0, 2 3, 3 1>>>", "The given queen at 0 1 is missing."),
        (QUEENS, "<<<0 1, 1 3, 2 1, 3 2>>>", "Queens at 0 1 and 2 1 attack each other."),
        (QUEENS, "<<<0 1, 1 3, 2 2, 3 0>>>", "Queens at 1 3 and 2 2 attack each other."),
        (QUEENS, "<<<0 1, 1 3, 1 3, 3 2>>>", "The queen at 1 3 is listed more than once."),
        (QUEENS, "<<<0 1, 1 3, 2 4, 3 2>>>", "There is no square 2 4 on the board."),
        (LIGHTS, "<<<1,0,0,1>>>", "The light in row 1, column 2 is 0 at the start and switched 1 times"),
        (LIGHTS, "<<<1,1,0>>>", "There are 3 cells, not 4."),
        (LIGHTS, "<<<1,1,0,2>>>", '"2" is neither 0 nor 1.'),
        (SQUARES, "<<<[6, 2]>>>", "is not the largest: it has 3 rows."),
        (SQUARES, "<<<[2, 2]>>>", "is not the largest: it has 3 rows."),
        (SQUARES, "<<<[4, 4]>>>", "No square of three or more equal letters a side ends at row 4, column 4."),
        (SQUARES, "<<<[3, 9]>>>", "There is no row 3, column 9: the matrix has 7 rows and 5 columns."),
        (SQUARES, "<<<[3, 3], [6, 2]>>>", "It is 2 positions, not one."),
        (LETTERS, "<<<\nb,c,a\nc,a,b\na,b,c\n>>>", "Row 1, column 1 is given as a, not b."),
        (LETTERS, "<<<\na,b,c\na,c,b\nc,a,b\n>>>", "Column 1 holds a more than once."),
        (LETTERS, "<<<\na,b,b\nb,c,a\nc,a,b\n>>>", "Row 1 holds b more than once."),
        (
            LETTERS,
            "<<<\na,b,c\nc,a,b\nb,c,a\n>>>",
            "The minor diagonal has c in row 1, column 3, but a in row 2, column 2.",
        ),
        (LETTERS, "<<<\na,b,c\nb,c,a\n>>>", "There are 2 rows, not 3."),
        (LETTERS, "<<<\na,b,d\nb,d,a\nd,a,b\n>>>", 'Row 1, column 3 holds "d", not a letter from a to c.'),
        (PRODUCT, "<<<0 0, 0 2, 2 0, 2 2>>>", "There are 4 positions, not 5."),
        (PRODUCT, "<<<0 0, 0 1, 1 0, 2 0, 2 1>>>", "The cell at the top right, 0 2, is not selected."),
        (
            PRODUCT,
            "<<<0 2, 0 0, 1 0, 1 1, 1 2>>>",
            "The product of the numbers selected in column 0 is not greater",
        ),
        (
            PRODUCT,
            "<<<0 2, 1 0, 1 1, 1 2, 2 1>>>",
            "The product of the numbers selected in row 0 is not greater",
        ),
        (PRODUCT, "<<<0 2, 0 1, 1 1, 1 2, 2 1>>>", "The number 5 is selected twice, at 0 1 and 1 1."),
        (PRODUCT, "<<<0 2, 0 2, 0 0, 2 0, 2 2>>>", "The cell 0 2 is listed more than once."),
        (PRODUCT, "<<<0 2, 0 3, 0 0, 2 0, 2 2>>>", "There is no cell 0 3 in the grid."),
        (SUM, "<<<0 1, 0 0, 1 1>>>", "The numbers selected in column 1 sum to 5, more than 4."),
    ],
)
def test_wrong_answers_fail_with_the_rule_that_is_broken(problem: Problem, answer: str, reason: str) -> None:
    verdict = verify(problem, answer)
    assert verdict.outcome == "fail"
    assert reason in verdict.reason


def test_a_wrong_sudoku_fails_with_the_unit_that_is_broken() -> None:
    assert SUDOKU.gold
    rows = [[int(digit) for digit in row.split(",")] for row in SUDOKU.gold.strip("<>[]").split("], [")]
    for line in range(9):
        changed = [list(row) for row in rows]
        free = [at for at in range(9) if not SUDOKU.parameters["puzzle"][line][at]]
        first, second = free[:2]
        changed[line][first], changed[line][second] = changed[line][second], changed[line][first]
        verdict = verify(SUDOKU, f"<<<{changed}>>>")
        assert verdict.outcome == "fail"
        assert verdict.reason.startswith("Column")
    top = [rows[0], rows[0], *rows[2:]]
    empty = Problem("", "standard_sudoku", {"puzzle": [[0] * 9] * 9})
    assert verify(empty, f"<<<{rows}>>>").outcome == "pass"
    assert verify(empty, f"<<<{top}>>>").reason.startswith("Column 1 holds")
    shifted = [[(row + column) % 9 + 1 for column in range(9)] for row in range(9)]
    assert (
        verify(empty, f"<<<{shifted}>>>").reason
        == "Box 1 (rows 1 to 3, columns 1 to 3) holds 2 more than once."
    )
    assert "is given as" in verify(SUDOKU, f"<<<{shifted}>>>").reason
    assert verify(SUDOKU, f"<<<{SUDOKU.parameters['puzzle']}>>>").reason.endswith(
        '"0", not a digit from 1 to 9.'
    )


@pytest.mark.parametrize(
    ("problem", "answer", "policy"),
    [
        (QUEENS, "<<<[(0, 1), (1, 3), (2, 0), (3, 2)]>>>", {"brackets": False}),
        (LIGHTS, "<<<1,1\n0,1>>>", {"grids": False}),
        (LIGHTS, "<<<1101>>>", {"grids": False}),
        (SQUARES, "<<<3, 3>>>", {"bare_pairs": False}),
        (LETTERS, "<<<[[a,b,c],[b,c,a],[c,a,b]]>>>", {"lists": False}),
        (PRODUCT, "<<<[[0, 0], [0, 2], [2, 0], [2, 2], [1, 0]]>>>", {"brackets": False}),
        (
            SUDOKU,
            (SUDOKU.gold or "").replace("], [", "\n").replace("[", "").replace("]", ""),
            {"bare_rows": False},
        ),
    ],
)
def test_a_policy_can_ask_for_the_demanded_form_only(
    problem: Problem, answer: str, policy: dict[str, Any]
) -> None:
    free = problem if problem is not QUEENS else Problem("", "eight_queens", {"initial_board": ["0000"] * 4})
    assert verify(free, answer).outcome == "pass"
    assert verify(free, answer, **policy).outcome != "pass"


@pytest.mark.parametrize(
    ("problem", "answer", "policy"),
    [
        (LIGHTS, "<<<1,1,0,1>>>", {"grids": False}),
        (SQUARES, "<<<[3, 3]>>>", {"bare_pairs": False}),
        (LETTERS, "<<<\na,b,c\nb,c,a\nc,a,b\n>>>", {"lists": False}),
        (PRODUCT, "<<<0 0, 0 2, 2 0, 2 2, 1 0>>>", {"brackets": False}),
        (SUDOKU, SUDOKU.gold, {"bare_rows": False}),
    ],
)
def test_the_demanded_form_passes_under_every_policy(
    problem: Problem, answer: str, policy: dict[str, Any]
) -> None:
    assert verify(problem, answer, **policy).outcome == "pass"


def test_equal_numbers_may_be_allowed() -> None:
    fives = Problem("", "logic_puzzle", {**PRODUCT.parameters, "grid": [[5, 5], [1, 2]], "num_selections": 3})
    assert verify(fives, "<<<0 0, 0 1, 1 1>>>").outcome == "fail"
    assert verify(fives, "<<<0 0, 0 1, 1 1>>>", equal_numbers=True).outcome == "pass"
    assert verify(fives, "<<<0 1, 0 1, 1 1>>>", equal_numbers=True).outcome == "fail"


@pytest.mark.parametrize("condition", ["sum_le_4", "product_gt_0"])
def test_a_selection_is_found_wherever_there_is_one(condition: str) -> None:
    found = missed = 0
    for seed in range(300):
        rng = Random(seed)
        size, count = rng.choice([(2, 3), (3, 3), (3, 4), (3, 5)])
        low = 1 if condition == "sum_le_4" and seed % 2 else -5
        grid = [[rng.choice([n for n in range(low, 6) if n]) for _ in range(size)] for _ in range(size)]
        parameters = {"grid": grid, "constraints": {"type": condition}, "num_selections": count}
        exists = any(_is_selection(grid, cells, condition) for cells in _cells_with_corner(size, count))
        solved = tasks["logic_puzzle"].solve(Problem("", "logic_puzzle", parameters))
        assert (solved is not None) == exists, grid
        found, missed = found + exists, missed + (not exists)
    assert found > 20
    assert missed > 20


def test_a_problem_without_a_solution_is_said_to_have_none() -> None:
    assert select([[1, 3], [1, 2]], 3, 4) is None
    assert select([[-1, 3], [1, -2]], 2, None) == [(0, 1), (1, 0)]
    assert select([[1, 0], [1, 2]], 2, None) is None
    assert (
        tasks["eight_queens"].solve(Problem("", "eight_queens", {"initial_board": ["1000"] + ["0000"] * 3}))
        is None
    )
    assert tasks["eight_queens"].solve(Problem("", "eight_queens", {"initial_board": ["11", "00"]})) is None
    assert (
        tasks["pattern_recognition"].solve(Problem("", "pattern_recognition", {"matrix": ["AAB"] * 3}))
        is None
    )
    twice = Problem("", "letter_logic_diagram", {"grid": [[None, "a"], ["b", None]]})
    assert tasks["letter_logic_diagram"].solve(twice) is None


def test_every_puzzle_that_is_said_to_have_one_solution_has_one() -> None:
    units = [[4 * row + column for column in range(4)] for row in range(4)]
    units += [[4 * row + column for row in range(4)] for column in range(4)]
    assert sum(1 for _ in fillings([0] * 16, units, 4)) == 576
    assert sum(1 for _ in fillings([1, 1] + [0] * 14, units, 4)) == 0
    for seed in range(30):
        grid = generate("letter_logic_diagram", seed, size=4, empty=10).parameters["grid"]
        values = [" abcd".index(cell or " ") for row in grid for cell in row]
        constant = [
            square for square in fillings(values, units, 4) if len({square[at] for at in (3, 6, 9, 12)}) == 1
        ]
        assert len(constant) == 1


def _cells_with_corner(size: int, count: int) -> Iterator[list[tuple[int, int]]]:
    others = [
        (row, column) for row in range(size) for column in range(size) if (row, column) != (0, size - 1)
    ]
    for chosen in combinations(others, count - 1):
        yield [(0, size - 1), *chosen]


def _is_selection(grid: list[list[int]], cells: list[tuple[int, int]], condition: str) -> bool:
    if len({grid[row][column] for row, column in cells}) < len(cells):
        return False
    for line in range(len(grid)):
        for axis in (0, 1):
            numbers = [grid[cell[0]][cell[1]] for cell in cells if cell[axis] == line]
            if sum(numbers) > 4 if condition == "sum_le_4" else prod(numbers) <= 0:
                return False
    return True


@pytest.mark.parametrize(
    ("problem", "answer"),
    [
        (
            Problem("", "eight_queens", {"initial_board": ["0" * 8] * 8}),
            "0 0, 1 4, 2 7, 3 5, 4 2, 5 6, 6 1, 7 3, x",
        ),
        (PRODUCT, "1 0, 1 0, 1 0, 1 0, 9 9"),
        (Problem("", "pattern_recognition", SQUARES.parameters, "[3, 3]"), "3, 3, 17"),
        (
            Problem("", "standard_sudoku", SUDOKU.parameters),
            (SUDOKU.gold or "").strip("<>").replace("5", "5.0"),
        ),
        (Problem("", "light_puzzles", LIGHTS.parameters, "[1, 1, 0, 1]"), "1, 1,0,01"),
        (
            Problem(
                "", "letter_logic_diagram", LETTERS.parameters, '[["a","b","c"],["b","c","a"],["c","a","b"]]'
            ),
            "[[a,b,c],[b, c,a],[c,a,b]",
        ),
    ],
)
def test_the_published_judges_overlook_what_they_are_known_to_overlook(problem: Problem, answer: str) -> None:
    assert verify(problem, f"<<<{answer}>>>", scoring="reference").outcome == "pass"

"""The rules of the tasks with boards, tables, cards and runs: policies, reasons, and the published judges' ways."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest

from codesteer_tui.errors import ProblemError
from codesteer_tui.problem import Problem
from codesteer_tui.symbench import generate, tasks, verify

MATRIX = Problem("", "matrix_transformation", {"matrix": [["R", "L", "a"], ["K", "*", "$"]]}, "K,R,*,L,$,a")
TILE = Problem("", "2048", {"grid": [[2, 0], [2, 8]], "moves": "urdll", "start_pos": [1, 0]}, "4, 0\n0, 8")
MAXIMA = Problem(
    "",
    "pooling",
    {"matrix": [[-1, 7, 20], [6, 16, -4], [9, 13, 7]], "window_size": 2, "pooling_type": "max"},
    "[[16,20],[16,16]]",
)
AVERAGES = Problem(
    "",
    "pooling",
    {"matrix": [[1, 0, 0], [0, 0, 0], [0, 0, 0]], "window_size": 3, "pooling_type": "average"},
    "[[0.1111111111111111]]",
)
RUNS = Problem(
    "",
    "statistical_counting",
    {"sequence": "AAABBAB", "rules": [{"letter": "A", "score": 1}, {"letter": "B", "score": 2}]},
    "3",
)
HAND = {"initial_cards": "AABCEGIKMOQSU", "rounds": [{"add": "D", "remove": "B"}, {"add": "D"}]}
REVERSI = Problem(
    "",
    "reversi",
    {"board_size": 4, "moves": [[1, 2], [1, 1]], "true_start_board": ["****", "*10*", "*01*", "****"]},
    "1,0,*,*,*,1,0,*,*,0,1,*,*,*,*,*",
)


def mahjong(**changes: Any) -> Problem:
    return Problem("", "mahjong_pattern", {**HAND, **changes}, "2")


def cards(game: str, mine: str, results: str, gold: str = "") -> Problem:
    words = {"w": "win", "l": "loss", "d": "draw"}
    parameters = {"game_type": game, "player_moves": list(mine), "results": [words[one] for one in results]}
    return Problem("", "constrained_linear_arrangement", parameters, gold)


@pytest.mark.parametrize(
    ("problem", "answer"),
    [
        (MATRIX, "<<<K,R,*,L,$,a>>>"),
        (MATRIX, "<<<K R\n* L\n$ a>>>"),
        (MATRIX, "<<<K, R,\n*, L, $, a>>>"),
        (MATRIX, "<<<K, R, \\*, L, \\$, a>>>"),
        (TILE, "<<<4 0\n0 8>>>"),
        (TILE, "The grid is\n\n| 4 | 0 |\n|---|---|\n| 0 | 8 |"),
        (MAXIMA, "Answer: [[16, 20], [16, 16]]"),
        (AVERAGES, "<<<1/9>>>"),
        (AVERAGES, "The result is 0.11."),
        (AVERAGES, "$\\boxed{\\frac{1}{9}}$"),
        (RUNS, "<<<The total score is 3.>>>"),
        (mahjong(), "<<<0>>>"),
        (mahjong(), "Pass"),
        (mahjong(rounds=[{"add": "D"}], chi=True), "<<<2 (Chi)>>>"),
        (cards("elements", "ADB", "dwl"), "<<<A,C,E>>>"),
        (cards("animal", "AH", "lw"), "<<<Round 1: H, Round 2: A>>>"),
        (cards("stick_game", "AB", "dd"), "<<<C, D>>>"),
        (REVERSI, "<<<10**\n*10*\n*01*\n****>>>"),
    ],
)
def test_right_answers_pass_in_any_reasonable_form(problem: Problem, answer: str) -> None:
    verdict = verify(problem, answer)
    assert verdict.outcome == "pass", verdict


@pytest.mark.parametrize(
    ("problem", "answer", "reason"),
    [
        (MATRIX, "<<<R,L,a,K,*,$>>>", "not rotated"),
        (MATRIX, "<<<a,$,L,*,R,K>>>", "counter-clockwise"),
        (
            MATRIX,
            "<<<K,R,*,L,$,A>>>",
            'Row 3, column 2 of the rotated matrix (item 6 of the list) is "a", not "A"',
        ),
        (MATRIX, "<<<K,R,*,L,$>>>", "There are 5 cells, not 6."),
        (TILE, "<<<2, 0, 2, 8>>>", "as it was before the steps"),
        (TILE, "<<<0, 4, 0, 8>>>", "Row 1, column 1 holds 4 after the last step, not 0."),
        (TILE, "<<<4, 0, 2, 8>>>", "Row 2, column 1 holds no tile after the last step, not 2."),
        (
            MAXIMA,
            "<<<16,20,17,16>>>",
            "The maximum of the window in rows 2 to 3, columns 1 to 2 is 16, not 17.",
        ),
        (MAXIMA, "<<<16.001,20,16,16>>>", "is 16, not 16.001"),
        (
            AVERAGES,
            "<<<0.12>>>",
            "The average of the window in rows 1 to 3, columns 1 to 3 is 1/9, not 0.12.",
        ),
        (RUNS, "<<<4>>>", "The 2 runs that score add up to 3"),
        (mahjong(), "<<<1>>>", "The last card, D, makes Pass (0), not Peng (1)."),
        (mahjong(), "<<<2>>>", "There is no Chi (2) in this problem."),
        (cards("elements", "AD", "wl"), "<<<B,E>>>", "Round 1: A against B is a loss, not a win."),
        (cards("elements", "AD", "wl"), "<<<C,C>>>", "Card C is played twice, in rounds 1 and 2."),
        (cards("animal", "A", "w"), "<<<H>>>", "Round 1: A against H is a loss, not a win."),
        (cards("stick_game", "A", "w"), "<<<E>>>", 'There is no card "E" in this game.'),
        (cards("stick_game", "AB", "wd"), "<<<B>>>", "There is 1 card for 2 rounds."),
        (REVERSI, "<<<*,*,*,*,*,1,0,*,*,0,1,*,*,*,*,*>>>", "as it was before the moves"),
        (
            REVERSI,
            "<<<1,0,*,*,*,0,0,*,*,0,1,*,*,*,*,*>>>",
            "Row 2, column 2 is white (1) after the last move",
        ),
    ],
)
def test_wrong_answers_fail_with_the_rule_that_is_broken(problem: Problem, answer: str, reason: str) -> None:
    verdict = verify(problem, answer)
    assert verdict.outcome == "fail"
    assert reason in verdict.reason


@pytest.mark.parametrize(
    ("problem", "answer", "strict"),
    [
        (MAXIMA, "<<<[[16, 20], [16, 16]]>>>", {"rows": False}),
        (MAXIMA, "<<<16, 20\n16, 16>>>", {"rows": False}),
        (MAXIMA, "<<<16.0, 20.0, 16.0, 16.0>>>", {"decimals": False}),
        (AVERAGES, "<<<0.11>>>", {"tolerance": 0.001}),
        (mahjong(), "<<<Pass>>>", {"names": False}),
        (cards("stick_game", "AB", "dd"), '<<<["C", "D"]>>>', {"quotes": False}),
        (cards("stick_game", "AB", "dd"), "<<<c,d>>>", {"any_case": False}),
        (REVERSI, "<<<10**\n*10*\n*01*\n****>>>", {"rows": False}),
    ],
)
def test_what_the_question_leaves_open_is_a_policy(
    problem: Problem, answer: str, strict: Mapping[str, object]
) -> None:
    assert verify(problem, answer).outcome == "pass"
    assert verify(problem, answer, **strict).outcome != "pass"  # type: ignore[arg-type]
    assert verify(problem, tasks[problem.task].solve(problem) or "", **strict).outcome == "pass"  # type: ignore[arg-type]


def test_an_empty_tile_moves_nothing_in_a_published_problem() -> None:
    problem = Problem("", "2048", {"grid": [[0, 2], [4, 2]], "moves": "dr", "start_pos": [0, 0]})
    assert verify(problem, "<<<0, 2, 4, 2>>>").outcome == "pass"


def test_a_problem_with_contradicting_results_has_no_answer() -> None:
    """Every other card is related to one's own in elements, so five draws need five equal cards."""
    problem = cards("elements", "CDBAE", "dwddd")
    assert tasks[problem.task].solve(problem) is None
    for answer in product("ABCDE", repeat=5):
        assert verify(problem, f"<<<{','.join(answer)}>>>").outcome == "fail"


def test_chi_counts_only_where_the_question_defines_it_and_comes_after_peng() -> None:
    chi = [{"add": "D"}]
    assert verify(mahjong(rounds=chi, complexity=1), "<<<0>>>").outcome == "pass"
    assert verify(mahjong(rounds=chi, complexity=3), "<<<2>>>").outcome == "pass"
    assert verify(mahjong(rounds=[{"add": "A"}], complexity=3), "<<<1>>>").outcome == "pass"
    assert verify(mahjong(initial_cards="AAYZ", rounds=[{"add": "B"}], chi=True), "<<<0>>>").outcome == "pass"


def test_a_run_is_made_through_a_pair() -> None:
    """The published program missed runs in which a letter of the hand occurs twice."""
    problem = mahjong(initial_cards="ABBDEGIKMOQSU", rounds=[{"add": "C"}], chi=True)
    assert verify(problem, "<<<2>>>").outcome == "pass"


@pytest.mark.parametrize(
    ("problem", "answer", "outcome"),
    [
        (RUNS, "<<<3>>>", "pass"),
        (RUNS, "<<<3.0>>>", "could_not_check"),
        (mahjong(), "<<<2>>>", "pass"),
        (mahjong(), "<<<Chi>>>", "could_not_check"),
        (MAXIMA, "<<<16,20,16,16>>>", "pass"),
        (MAXIMA, "<<<16.0,20,16,16>>>", "fail"),
        (AVERAGES, "<<<0.1111111111111111>>>", "fail"),
        (TILE, "<<<4, 0, 0, 8>>>", "pass"),
        (TILE, "<<<4, 0\n0, 8>>>", "fail"),
        (cards("elements", "AB", "wd", '["C","A"]'), "<<<C,A>>>", "pass"),
        (cards("elements", "AB", "wd", '["C","A"]'), "<<<C,anything>>>", "pass"),
        (cards("elements", "AB", "wd", '["C","A"]'), "<<<E,A>>>", "fail"),
        (cards("stick_game", "AB", "dd", '["C","D"]'), "<<<C,B>>>", "pass"),
        (cards("stick_game", "AB", "dd", '["C","D"]'), "<<<C,anything>>>", "fail"),
        (cards("animal", "AB", "wl", '["C","A"]'), "<<<H,A>>>", "pass"),
        (cards("animal", "AB", "wl", '["C","A"]'), "<<<A,A>>>", "fail"),
    ],
)
def test_the_published_judges_are_followed_where_they_differ(
    problem: Problem, answer: str, outcome: str
) -> None:
    assert verify(problem, answer, scoring="reference").outcome == outcome


@pytest.mark.parametrize(
    ("problem", "changes"),
    [
        (TILE, {"start_pos": [2, 0]}),
        (TILE, {"grid": [[1], [1, 2]]}),
        (TILE, {"moves": "x"}),
        (MATRIX, {"matrix": [["a"], ["b", "c"]]}),
        (MAXIMA, {"window_size": 4}),
        (MAXIMA, {"matrix": [[1, 2], [3]]}),
        (REVERSI, {"moves": [[2, 2]]}),
        (REVERSI, {"moves": [[1, 1], [1, 1]]}),
        (REVERSI, {"moves": [[5, 1]]}),
        (REVERSI, {"board_size": 5}),
        (cards("elements", "A", "w"), {"player_moves": ["H"]}),
        (cards("elements", "A", "w"), {"results": ["win", "win"]}),
    ],
)
def test_parameters_that_contradict_themselves_are_refused(problem: Problem, changes: dict[str, Any]) -> None:
    broken = Problem("", problem.task, {**problem.parameters, **changes})
    assert verify(broken, "<<<1>>>").outcome == "could_not_check"
    with pytest.raises(ProblemError):
        tasks[problem.task].solve(broken)


@pytest.mark.parametrize("seed", range(60))
def test_a_generated_problem_is_not_answered_by_copying_its_board(seed: int) -> None:
    for size in (2, 3, 5):
        tile = generate("2048", seed, size=size, filled=seed / 60, moves=1 + seed % 6)
        assert verify(tile, str(tile.parameters["grid"])).outcome == "fail"
    board = generate("reversi", seed).parameters["true_start_board"]
    assert verify(generate("reversi", seed), "\n".join(board)).outcome == "fail"


@pytest.mark.parametrize("seed", range(30))
def test_a_generated_string_has_a_run_that_scores(seed: int) -> None:
    problem = generate("statistical_counting", seed, length=5, letters=26, min_run=5)
    assert verify(problem, "<<<0>>>").outcome == "fail"

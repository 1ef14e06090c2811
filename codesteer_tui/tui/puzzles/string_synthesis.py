"""Combining blocks: the blocks, the methods, and, once there is an answer, each visit."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.string_synthesis import METHODS, NAMES, Parameters
from codesteer_tui.tui.puzzles.exchanging import exchanges
from codesteer_tui.tui.puzzles.figure import Figure


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """Draw the stock as a table with a row a visit; a wrong count of the answer is between brackets."""
    given = parameters_for(problem, Parameters)
    return exchanges(NAMES, METHODS, given.stock, seen, width, once=given.visit == "once")

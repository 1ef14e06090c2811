"""number_multiply: the product's digits, with or without commas, have to occur somewhere in the text."""

from __future__ import annotations

from math import prod

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.number_multiply import Parameters


def accepts(problem: Problem, text: str) -> bool:
    """Say what the published judge says: ten times the product passes, as does a minus sign before a positive one."""
    product = prod(parameters_for(problem, Parameters).values)
    return str(product) in text or f"{product:,}" in text

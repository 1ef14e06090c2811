"""Rewriting a string: the rules, the string, and, once there is an answer, the changes that lead to the end."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.judging.rewriting import rewritten
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.string_deletion_and_modification import Parameters, rules_of
from codesteer_tui.tui.puzzles.figure import (
    BAD,
    FAINT,
    GIVEN,
    Figure,
    Line,
    below,
    figure,
    inside,
    legend,
    places,
    titled,
)

MOST_CHANGES, MOST_LETTERS = 40, 200
"""Changes and letters that are drawn."""


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """Draw rules and string; with an answer, each change as well, which would give the answer away before."""
    given = parameters_for(problem, Parameters)
    rules = rules_of(given)
    texts = given.selected_rules if not isinstance(rules, list) else [str(rule) for rule in rules]
    listed = figure(*(((f"{at}. ", FAINT), inside(text, 200)) for at, text in enumerate(texts, 1)))
    begin = figure((("string  ", FAINT), (given.initial_string[:MOST_LETTERS], GIVEN)))
    if seen is None or seen.value is None:
        return below(titled("if", listed), begin)
    bad = min(places(seen), default=None)
    lines: list[Line] = []
    if isinstance(rules, list) and given.order:
        states = rewritten(rules, given.initial_string, given.order) or []
        for at, state in enumerate(states[: MOST_CHANGES + 1]):
            lines.append(((f"{at:>3}  ", FAINT), state[:MOST_LETTERS]))
        if len(states) > MOST_CHANGES + 1:
            lines.append(((f"and {len(states) - MOST_CHANGES - 1} changes more", FAINT),))
    answer: list[Line] = [(("the answer  ", FAINT), (seen.value[:MOST_LETTERS] or "(empty)", GIVEN))]
    if bad is not None and bad <= MOST_LETTERS:
        answer.append((" " * (len("the answer  ") + bad), ("x", BAD)))
    signs = (
        legend(("x", BAD, "[the first wrong letter, or where one is missing]"))
        if bad is not None
        else Figure()
    )
    changes = titled("changes", Figure(tuple(lines))) if lines else Figure()
    return below(titled("if", listed), begin if not lines else Figure(), changes, figure(*answer), signs)

"""Web of lies: who says what of whom, and, once there is an answer, who is honest."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import Look
from codesteer_tui.symbench.task import parameters_for
from codesteer_tui.symbench.tasks.web_of_lies import Parameters
from codesteer_tui.tui.puzzles.figure import (
    BAD,
    FAINT,
    GIVEN,
    GOOD,
    Figure,
    Line,
    below,
    figure,
    inside,
    legend,
)

MOST_STATEMENTS = 200
"""Statements that are listed."""


def draw(problem: Problem, seen: Look | None, width: int) -> Figure:
    """List the statements; with an answer, who is honest as well, which would give the answer away before."""
    given = parameters_for(problem, Parameters)
    if not given.asked:
        return figure((("Only the question tells who says what.", FAINT),))
    answered = seen is not None and seen.value is not None
    known = _honest(given) if answered else {given.known: given.honest}
    lines: list[Line] = [
        (_mark(known.get(given.known)), (f"{given.known} ", GIVEN), f"is {_word(given.honest)}")
    ]
    for said in given.statements[:MOST_STATEMENTS]:
        name = (f"{inside(said.speaker, 24)} ", GIVEN)
        lines.append(
            (
                _mark(known.get(said.speaker)),
                name,
                f"says that {inside(said.about, 24)} is {_word(said.honest)}",
            )
        )
    left = len(given.statements) - MOST_STATEMENTS
    more = figure(((f"and {left} statements more", FAINT),)) if left > 0 else Figure()
    asked: Line = (f"Is {inside(given.asked, 24)} honest?",)
    if seen is not None and seen.value is not None:
        asked = (*asked, "  ", (f"[{seen.value}]", BAD) if seen.broken else (seen.value, GIVEN))
    signs = [("+", GOOD, "honest"), ("-", FAINT, "a liar")]
    signs += [("[ ]", BAD, "wrong")] if seen and seen.broken else []
    return below(figure(*lines), more, figure(asked), legend(*signs))


def _word(honest: bool) -> str:
    return "honest" if honest else "a liar"


def _mark(honest: bool | None) -> tuple[str, str]:
    return ("  ", FAINT) if honest is None else ("+ ", GOOD) if honest else ("- ", FAINT)


def _honest(given: Parameters) -> dict[str, bool]:
    """Who is honest, as far as it follows: who speaks the truth of somebody is as honest as that one is said to be."""
    known = {given.known: given.honest}
    for _ in given.statements:
        before = len(known)
        for said in given.statements:
            if said.about in known and said.speaker not in known:
                known[said.speaker] = known[said.about] == said.honest
            elif said.speaker in known and said.about not in known:
                known[said.about] = known[said.speaker] == said.honest
        if len(known) == before:
            break
    return known

"""The scoring mode "reference": what the published benchmark's own judge would have said."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Literal, TypeAlias, cast

from codesteer_tui.errors import ProblemError
from codesteer_tui.problem import Problem
from codesteer_tui.symbench.reading.answer import MAX_ANSWER_CHARS, Unreadable, candidates, shorten
from codesteer_tui.symbench.registry import MODULES
from codesteer_tui.symbench.task import Task
from codesteer_tui.values import Verdict

Scoring: TypeAlias = Literal["rules", "reference"]

WITHOUT_JUDGE = {
    "date_understanding",
    "gsm",
    "logical_deduction_seven_objects",
    "MATH_counting_and_probability",
    "MATH_geometry",
    "navigate",
    "web_of_lies",
}
"""The four tasks of BIG-Bench-Hard, gsm and the two of MATH, which were judged by a language model."""

JUDGES = {task: module for task, module in MODULES.items() if task not in WITHOUT_JUDGE}
"""Task id → module in `codesteer_tui.symbench.published.judges`, called as the task's own module is."""


class Crash(Exception):
    """The published judge would have ended in an uncaught exception, and with it the whole run."""


class NoJudge(Exception):
    """The published judge knows no such problem. The message says which it knows, as a sentence."""


def verify_as_published(task: Task, problem: Problem, answer: str) -> Verdict:
    """Judge as the published judge would; by the rules, and saying so, where there is none that can be emulated."""
    module = JUDGES.get(task.id)
    if module is None:
        return _by_rules(task, problem, answer, "The published judge of this task is a language model.")
    found = candidates(answer)
    if isinstance(found, Unreadable):
        return Verdict("could_not_check", f"{found.reason}.")
    text = _between_markers(answer)
    accepts = cast(
        "Callable[[Problem, str], bool]",
        importlib.import_module(f"codesteer_tui.symbench.published.judges.{module}").accepts,
    )
    try:
        right = accepts(problem, text)
    except NoJudge as none:
        return _by_rules(task, problem, answer, str(none))
    except ProblemError as error:
        return Verdict("could_not_check", error.message, shorten(text, 200))
    except Crash as crash:
        return Verdict(
            "could_not_check", f"The published judge would have crashed: {crash}.", shorten(text, 200)
        )
    said = "accepts" if right else "rejects"
    return Verdict("pass" if right else "fail", f"The published judge {said} this.", shorten(text, 200))


def _by_rules(task: Task, problem: Problem, answer: str, why: str) -> Verdict:
    verdict = task.verify(problem, answer)
    return Verdict(verdict.outcome, f"{verdict.reason} (Judged by the rules. {why})", verdict.extracted)


def _between_markers(answer: str) -> str:
    """What the published judges are given: the inside of the last pair of markers, or all where there is none."""
    end = answer.rfind(">>>")
    start = answer.rfind("<<<", 0, end) if end >= 0 else -1
    text = answer[start + 3 : end] if start >= 0 else answer
    return text[:MAX_ANSWER_CHARS]

"""What a stored sample is worth: its stored answer held against the rules, and what is known about it."""

from __future__ import annotations

import importlib
from typing import Any

import msgspec

from codesteer_tui.errors import ProblemError
from codesteer_tui.problem import Problem
from codesteer_tui.symbench.published.defects import Defect, known_defects
from codesteer_tui.symbench.published.layouts import Sample
from codesteer_tui.symbench.registry import MODULES, Tasks
from codesteer_tui.symbench.task import Task, make_policy, read_parameters
from codesteer_tui.values import Verdict

EXHAUSTIVE = frozenset(
    {
        "constrained_linear_arrangement",
        "cryptanalysis",
        "eight_queens",
        "letter_logic_diagram",
        "logic_puzzle",
        "permutations_and_combinations",
        "standard_sudoku",
    }
)
"""Tasks whose solvers look at everything: a problem for which they find nothing has no answer."""

TOLD_IN_WORDS = frozenset({"logical_deduction_seven_objects", "navigate", "web_of_lies"})
"""Tasks whose verifiers compare with the stored answer, and whose solvers read the question: those check it."""

_TASKS = Tasks()


def checked(sample: Sample, problem: Problem) -> Defect:
    """Find out what a sample is worth: a status, and the reason for it."""
    known = known_defects()
    if misfit := _misfit(problem):
        return Defect("malformed", misfit)
    for rule in known.rules.get(sample.task, ()):
        if rule.covers(sample):
            return Defect(rule.status, rule.reason)
    listed = known.samples.get(sample.sample_id)
    if sample.gold is None:
        return listed or Defect("none_derived", "No answer is stored.")
    if sample.task in known.unchecked:
        return listed or Defect("unchecked", known.unchecked[sample.task])
    task = _TASKS[sample.task]
    if sample.task in TOLD_IN_WORDS:
        return listed or _solved(problem, task)
    verdict = task.verify(problem, sample.answer)
    if verdict.outcome == "pass":
        if listed and listed.status not in ("wrong", "unsolvable"):
            return listed
        return _second_reading(sample, problem, task, verdict)
    return listed or _failed(problem, task, verdict)


def _misfit(problem: Problem) -> str:
    """Why the parameters are not such as the task can read; empty where they are."""
    module = importlib.import_module(f"codesteer_tui.symbench.tasks.{MODULES[problem.task]}")
    kind: Any = module.Parameters
    read = read_parameters(problem, kind)
    return read.reason if isinstance(read, Verdict) else ""


def _solved(problem: Problem, task: Task) -> Defect:
    try:
        solved = task.solve(msgspec.structs.replace(problem, gold=None))
    except ProblemError as error:
        return Defect("unchecked", f"The solver cannot read the question: {error.message}")
    if solved is None:
        return Defect("unchecked", "The solver comes to no answer, or to more than one.")
    if task.verify(problem, solved).outcome == "pass":
        return Defect("ok", "The solver comes to the stored answer.")
    return Defect("wrong", f"The stored answer is wrong: the solver comes to {solved}.")


def _second_reading(sample: Sample, problem: Problem, task: Task, verdict: Verdict) -> Defect:
    reading = known_defects().readings.get(sample.task)
    if reading:
        other = task.verify(problem, sample.answer, make_policy(task, **reading.policy))
        if other.outcome != "pass":
            return Defect("ambiguous", reading.reason)
    return Defect("ok", verdict.reason)


def _failed(problem: Problem, task: Task, verdict: Verdict) -> Defect:
    """Tell a problem with a wrong answer from one that has none."""
    if task.id in EXHAUSTIVE:
        try:
            if task.solve(problem) is None:
                return Defect(
                    "unsolvable", f"The stored answer is wrong, and there is none: {verdict.reason}"
                )
        except ProblemError as error:
            return Defect("malformed", error.message)
    return Defect("wrong", f"The stored answer is wrong: {verdict.reason}")

"""SymBench: symbolic tasks that are generated from a seed, asked in clear words and judged by their rules.

::

    from codesteer_tui.symbench import generate, tasks, verify

    problem = generate("game24", seed=7, numbers=5)
    tasks["game24"].verify(problem, "<<<(1 + 2) * 8>>>")

`tasks` maps the id of a task to the task; a task's module is imported when it is first asked for. How a
task is written: see `codesteer_tui.symbench.task`.
"""

from __future__ import annotations

import codesteer_tui.symbench.tasks  # noqa: F401 - loaded first, so that `tasks` below keeps its name
from codesteer_tui.errors import ProblemError
from codesteer_tui.problem import Problem
from codesteer_tui.symbench.published.scoring import Scoring, verify_as_published
from codesteer_tui.symbench.reading.answer import Broken, Look
from codesteer_tui.symbench.registry import Tasks
from codesteer_tui.symbench.task import Category, SeenTask, Task, make_difficulty, make_policy
from codesteer_tui.values import Verdict

__all__ = [
    "Broken",
    "Category",
    "Look",
    "Scoring",
    "Task",
    "generate",
    "look",
    "make_difficulty",
    "make_policy",
    "tasks",
    "verify",
]

tasks: Tasks = Tasks()


def generate(task_id: str, seed: int, **knobs: object) -> Problem:
    """Make the problem of a task for a seed; `knobs` set its difficulty, the rest keep their defaults.

    The same task, seed and knobs give the same problem on every platform and Python version.

    Raises:
        ProblemError: the task or a knob is unknown, a value is out of range, or the seed is no whole number.
    """
    return tasks.generate(task_id, seed, **knobs)


def verify(
    problem: Problem, answer: str | None, *, scoring: Scoring = "rules", **policies: object
) -> Verdict:
    """Judge an answer to a task's problem.

    With `scoring="rules"` by the rules of the task, where `policies` settle what the question leaves open (see the
    task's `Policy`); with "reference" by the relation that the published benchmark's own judge computes, flaws
    included, for comparison with published numbers (see `codesteer_tui.symbench.published.judges`).

    Raises:
        ProblemError: the problem belongs to no known task, the scoring is unknown, or a policy is not one of the
            task; the published judges have none. An answer, whatever it holds, raises nothing.
    """
    task = tasks[problem.task]
    if scoring not in ("rules", "reference"):
        raise ProblemError(f"There is no scoring {scoring!r}.", 'It is "rules" or "reference".')
    if policies and scoring == "reference":
        raise ProblemError(
            f"The published judges have no policy ({', '.join(policies)}).",
            'Leave it out, or use scoring="rules".',
        )
    if not isinstance(answer, str):
        return Verdict("could_not_check", "There is no answer.")
    if scoring == "reference":
        return verify_as_published(task, problem, answer)
    return task.verify(problem, answer, make_policy(task, **policies) if policies else None)


def look(problem: Problem, answer: str) -> Look:
    """Judge an answer as `verify` does, and tell what was read in it and where it breaks which rules.

    Only some tasks tell (see `SeenTask`); of the others there is the verdict alone.

    Raises:
        ProblemError: the problem belongs to no known task. An answer, whatever it holds, raises nothing.
    """
    task = tasks[problem.task]
    if isinstance(task, SeenTask):
        return task.look(problem, answer)
    return Look(task.verify(problem, answer))

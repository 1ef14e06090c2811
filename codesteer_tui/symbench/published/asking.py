"""Our own words for the problems whose published questions are built from fields when they are asked."""

from __future__ import annotations

import importlib
from typing import Any

import msgspec

from codesteer_tui.errors import ProblemError
from codesteer_tui.symbench.registry import MODULES

_FIELDS: dict[str, tuple[str, ...]] = {
    "Blocksworld": ("initial", "goal"),
    "BoxLift": ("boxes", "lifters", "max_steps"),
    "BoxNet1": ("state",),
    "game24": ("numbers", "target"),
    "letters": ("word", "letter"),
    "number_multiply": ("values",),
    "path_plan": (),
}
"""Task id → the parameters that the question of the task's module is made from; where none are named, from all of
them as the module's `Parameters`."""


def question_of(task: str, parameters: dict[str, Any]) -> str:
    """Ask for these parameters as the task does for the problems that it generates.

    Raises:
        ProblemError: nothing can be asked with them.
    """
    module = importlib.import_module(f"codesteer_tui.symbench.tasks.{MODULES[task]}")
    fields = _FIELDS[task]
    try:
        given = [parameters[name] for name in fields]
        question: str = module._question(*(given or [msgspec.convert(parameters, module.Parameters)]))
    except (msgspec.ValidationError, KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise ProblemError(
            f"No question of {task} can be made from these data: {error}.",
            "Take the file from the published repository again, or remove it.",
        ) from error
    return question

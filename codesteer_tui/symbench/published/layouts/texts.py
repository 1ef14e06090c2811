"""The tasks told in words: BIG-Bench-Hard, gsm-hard and MATH.

``bbh/navigate.json`` is one object whose "examples" have "input" and "target"; ``gsmhardv2.jsonl`` has a line with
"input", "code" and "target" for each problem; ``geometry/240.json`` has "problem" and a "solution" whose last
``\\boxed{…}`` is the answer. BIG-Bench-Hard asks that its data, and what is made of them, never be trained on.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from codesteer_tui.errors import ProblemError
from codesteer_tui.symbench.published.layouts.files import broken, json_from, json_of, text_of, within
from codesteer_tui.symbench.published.layouts.sample import Found, Place, Sample, Skipped, attempt

_CHOOSE = "Give your final answer, the letter of the right option, in the form <<<letter>>>."
_YES_OR_NO = "Give your final answer, yes or no, in the form <<<answer>>>."
_COMPUTE = "Give your final answer, one number, in the form <<<number>>>; for example <<<-12.5>>>."
_WORK_OUT = "Give your final answer in the form <<<answer>>>; for example <<<-12.5>>> or <<<\\frac{3}{7}>>>."
_DEMANDS = {
    "date_understanding": _CHOOSE,
    "logical_deduction_seven_objects": _CHOOSE,
    "navigate": _YES_OR_NO,
    "web_of_lies": _YES_OR_NO,
}
_BBH_EVERY, _GSM_EVERY = 4, 25
_MATH_EVALUATED, _MATH_HIGHEST = 50, 100
"""The first fifty of a subject are evaluated; in the whole set, all of these have numbers up to a hundred."""

Words = Annotated[str, Meta(min_length=1)]


class _Example(Struct):
    input: Words
    target: Words


class _Story(Struct):
    input: Words
    target: float


class _Exercise(Struct):
    problem: Words
    solution: str
    level: str = ""
    type: str = ""


class _Examples(Struct):
    examples: list[msgspec.Raw]


def read_examples(place: Place) -> Iterator[Found]:
    """Read a file of BIG-Bench-Hard."""
    try:
        examples = json_of(place.path, _Examples).examples
    except ProblemError as error:
        yield Skipped(place.path, error)
        return
    for index, raw in enumerate(examples):
        yield attempt(place.path, partial(_example, place, index, bytes(raw).decode()))


def _example(place: Place, index: int, raw: str) -> Sample:
    example = json_from(raw, place.path, _Example, f"example {index}")
    return Sample(
        task=place.task,
        sample_id=f"{place.task}/{place.split}/{index}",
        split=place.split,
        file=place.path,
        parameters={"index": index, "in_codesteer_run": index % _BBH_EVERY == 0},
        gold=example.target,
        answer=f"<<<{example.target}>>>",
        question=f"{example.input.strip()}\n\n{_DEMANDS[place.task]}",
    )


def read_stories(place: Place) -> Iterator[Found]:
    """Read gsm-hard."""
    try:
        lines = text_of(place.path).split("\n")
    except ProblemError as error:
        yield Skipped(place.path, error)
        return
    while lines and not lines[-1].strip():
        lines.pop()
    for index, line in enumerate(lines):
        yield attempt(place.path, partial(_story, place, index, line))


def _story(place: Place, index: int, line: str) -> Sample:
    story = json_from(line, place.path, _Story, f"line {index + 1}")
    return Sample(
        task=place.task,
        sample_id=f"{place.task}/{place.split}/{index}",
        split=place.split,
        file=place.path,
        parameters={"index": index, "in_codesteer_run": index % _GSM_EVERY == 1},
        gold=story.target,
        answer=f"<<<{story.target}>>>",
        question=f"{story.input.strip()}\n\n{_COMPUTE}",
    )


def read_exercises(place: Place) -> Iterator[Found]:
    """Read a subject of MATH."""
    files = [
        (path, int(match["index"])) for path, match in within(place.path, r"(?P<index>[0-9]{1,9})\.json")
    ]
    evaluated = {index for _, index in files[:_MATH_EVALUATED] if index <= _MATH_HIGHEST}
    for path, index in files:
        yield attempt(path, partial(_exercise, place, path, index, index in evaluated))


def _exercise(place: Place, file: Path, index: int, evaluated: bool) -> Sample:
    exercise = json_of(file, _Exercise)
    answer = boxed(exercise.solution)
    if answer is None:
        raise broken(file, "its solution has no answer in \\boxed{…}")
    return Sample(
        task=place.task,
        sample_id=f"{place.task}/{place.split}/{index}",
        split=place.split,
        file=file,
        parameters={
            "file_index": index,
            "level": exercise.level,
            "type": exercise.type,
            "in_codesteer_run": evaluated,
        },
        gold=answer,
        answer=f"<<<{answer}>>>",
        question=f"{exercise.problem.strip()}\n\n{_WORK_OUT}",
    )


def boxed(solution: str) -> str | None:
    """Give what stands in the last ``\\boxed{…}``, with all braces closed; None where there is none."""
    start = solution.rfind("\\boxed{")
    if start < 0:
        return None
    depth, begin = 0, start + len("\\boxed{")
    for at in range(begin - 1, len(solution)):
        depth += {"{": 1, "}": -1}.get(solution[at], 0)
        if depth == 0:
            return solution[begin:at].strip() or None
    return None

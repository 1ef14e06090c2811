"""path_plan: no files; the environments are literals in the scripts that run the published benchmark.

They are read from the script's text and never executed: assignments of literals, of other such names, and of lists
of them. Only the lists that gather everything are needed: boxes, starts, ends and instructions.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast

import msgspec

from codesteer_tui.errors import ProblemError
from codesteer_tui.symbench.published.layouts.files import broken, text_of, within
from codesteer_tui.symbench.published.layouts.sample import Found, Place, Sample, Skipped, attempt

_SCRIPT = r"run_path_plan_continuous_.+\.py"
_LISTS = (
    "box_dict_list",
    "starting_position_list",
    "ending_position_list",
    "Instruction_simple_houseworld_list_gather",
)
_COLOURS = ("blue", "red", "green", "yellow", "pink", "purple", "orange")
_COLOUR = re.compile(rf"\b(?:{'|'.join(_COLOURS)})\b")
_FORBIDDEN = re.compile(r"\b(?:do not|never|not)\b")
_MOST_CHARS = 1_000_000

Box = tuple[float, float, float, float]
Point = tuple[float, float]


class _Worlds(msgspec.Struct):
    walls: list[Box]
    boxes: list[dict[str, Box]]
    starts: list[Point]
    ends: list[Point]
    instructions: list[list[str]]


def read(place: Place) -> Iterator[Found]:
    """Read the environments and instructions of the first script that has them."""
    script = next((path for path, _ in within(place.path, _SCRIPT)), None)
    if script is None:
        return
    try:
        worlds = _worlds(script)
    except ProblemError as error:
        yield Skipped(script, error)
        return
    for world in range(len(worlds.boxes)):
        for instruction in range(len(worlds.instructions[world])):
            yield attempt(script, partial(_sample, place, script, worlds, world, instruction))


def _sample(place: Place, file: Path, worlds: _Worlds, world: int, index: int) -> Sample:
    instruction = worlds.instructions[world][index]
    visit, avoid = wanted(instruction)
    boxes = worlds.boxes[world]
    for colour in (*visit, *avoid):
        if colour not in boxes:
            raise broken(file, f"environment {world}, instruction {index}: there is no {colour} box")
    return Sample(
        task=place.task,
        sample_id=f"{place.task}/{place.split}/env{world}_ins{index}",
        split=place.split,
        file=file,
        parameters={
            "env_index": world,
            "instruction_index": index,
            "instruction": instruction,
            "boxes": {colour: list(box) for colour, box in boxes.items()},
            "walls": [list(wall) for wall in worlds.walls],
            "start": list(worlds.starts[world]),
            "end": list(worlds.ends[world]),
            "visit": visit,
            "avoid": avoid,
        },
    )


def wanted(instruction: str) -> tuple[list[str], list[str]]:
    """Find in an instruction which boxes to visit, in the order in which they are named, and which to avoid."""
    match = _FORBIDDEN.search(instruction)
    before, after = (instruction[: match.start()], instruction[match.end() :]) if match else (instruction, "")
    visit = _COLOUR.findall(before)
    if "all the other" in after:
        return visit, [colour for colour in _COLOURS if colour not in visit]
    return visit, _COLOUR.findall(after)


def _worlds(file: Path) -> _Worlds:
    text = text_of(file)
    if len(text) > _MOST_CHARS:
        raise broken(file, "it is too long for a script")
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise broken(file, f"this is no Python: {error}") from error
    known: dict[str, Any] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == "run_path_plan":
            _remember(node.body, known)
    values = [known.get(name) for name in ("walls", *_LISTS)]
    for name, value in zip(("walls", *_LISTS), values, strict=True):
        if value is None:
            raise broken(file, f'the list "{name}" is not found')
    try:
        worlds = _Worlds(
            msgspec.convert(values[0], list[Box]),
            msgspec.convert(values[1], list[dict[str, Box]]),
            msgspec.convert(values[2], list[Point]),
            msgspec.convert(values[3], list[Point]),
            msgspec.convert(values[4], list[list[str]]),
        )
    except msgspec.ValidationError as error:
        raise broken(file, f"its lists do not hold what they should: {error}") from error
    if len({len(found) for found in (worlds.boxes, worlds.starts, worlds.ends, worlds.instructions)}) > 1:
        raise broken(file, "its lists of environments differ in length")
    return worlds


def _remember(body: list[ast.stmt], known: dict[str, Any]) -> None:
    """Keep what the assignments of a function's body give to names, as far as it is literal."""
    for statement in body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
            if isinstance(target, ast.Name):
                try:
                    known[target.id] = _value(statement.value, known)
                except (ValueError, RecursionError):
                    known.pop(target.id, None)


def _value(node: ast.expr, known: dict[str, Any]) -> Any:
    """Give the value of a literal in which known names may stand.

    Raises:
        ValueError: it is anything else.
    """
    if isinstance(node, ast.Name) and node.id in known:
        return known[node.id]
    if isinstance(node, ast.List | ast.Tuple):
        return [_value(part, known) for part in node.elts]
    if isinstance(node, ast.Dict) and None not in node.keys:
        keys = [ast.literal_eval(cast("ast.expr", key)) for key in node.keys]
        return dict(zip(keys, [_value(part, known) for part in node.values], strict=True))
    return ast.literal_eval(node)

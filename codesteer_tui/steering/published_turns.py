"""The words around the findings, read from the published program itself, which keeps them beside its loop.

`prompt.py` has what begins a conversation; the form of every later turn is an f-string in the scripts that run the
benchmark. They are found by the names of the variables that they are assigned to, and read by syntax tree.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from codesteer_tui.errors import ConfigError
from codesteer_tui.steering.published_texts import (
    MEANT,
    Field,
    Parts,
    Refused,
    parsed,
    read_source,
    text_of,
)

TURN, HEAD, ANSWER = "CodeSteer_input_prompt", "CodeSteer_input_prompt_head", "response"
"""The variables that are assigned a turn, what a prompted model is told before it, and the TaskLLM's answer."""

_LIKELIEST = "Logic_Game"
"""In the name of the script that shortens long outputs; the others are the same but for that."""

MOST_FILES = 200
"""Scripts of a checkout that are looked at."""


class Turns(Struct, frozen=True):
    """The forms of a later turn, and of what is put behind an answer whose program ran. `path` has them."""

    path: Path
    with_code: Parts
    without_code: Parts
    head: Parts = ()
    ran: Parts = ()
    too_long: Parts = ()


def find_turns(checkout: Path, names: Iterable[str]) -> Turns | None:
    """The forms of a turn in the scripts of a checkout; None where no script has them in a form that can be read.

    `names` are the texts of `prompt.py`, which a form may name.
    """
    scripts = [
        p for folder in (checkout / "benchmark", checkout) for p in sorted(folder.glob("*CodeSteer*.py"))
    ]
    scripts.sort(key=lambda p: _LIKELIEST not in p.name)
    meant = MEANT | {name: name for name in names}
    for path in scripts[:MOST_FILES]:
        try:
            tree = parsed(read_source(path), path)
        except ConfigError:
            continue
        if turns := _turns_in(tree, path, meant):
            return turns
    return None


def _turns_in(tree: ast.Module, path: Path, meant: dict[str, str]) -> Turns | None:
    found: dict[str, Parts] = {}
    for name, value in _assigned(tree):
        if name == ANSWER:
            match value:
                case ast.BinOp(left=ast.Name(id="response"), op=ast.Add(), right=value):
                    pass
                case _:
                    continue
        try:
            parts = text_of(value, {}, meant)
        except Refused:
            continue
        fields = {part.name for part in parts if isinstance(part, Field)}
        if name == HEAD:
            found.setdefault("head", parts)
        elif name == ANSWER and fields == {"output", "errors"}:
            found.setdefault("ran", parts)
        elif name == ANSWER and not fields:
            found.setdefault("too_long", parts)
        elif name == TURN and fields == {"answer", "check", "symbolic"}:
            found.setdefault("with_code", parts)
        elif name == TURN and fields == {"answer", "check"}:
            found.setdefault("without_code", parts)
    if "with_code" not in found or "without_code" not in found:
        return None
    return Turns(path, **found)


def _assigned(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """What is assigned to the variables that we look for, anywhere in the file, in the order of its lines."""
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    for node in sorted(nodes, key=lambda node: node.lineno):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in (TURN, HEAD, ANSWER):
                yield name, value

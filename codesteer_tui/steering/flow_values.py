"""What the data flow knows of values, functions and outputs."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

UNKNOWN: Any = object()
"""The literal of a value that is not known as a literal."""


class Value(Struct, frozen=True):
    """What is known of a value: whether it came out of a computation, and its literal if it is one."""

    computed: bool = False
    literal: Any = UNKNOWN

    def __or__(self, other: Value) -> Value:
        """Join two outcomes: computed if either is."""
        same = type(self.literal) is type(other.literal) and self.literal == other.literal
        return Value(self.computed or other.computed, self.literal if same else UNKNOWN)


WRITTEN = Value()
COMPUTED = Value(computed=True)


class Output(Struct, frozen=True):
    """One place that prints: its line, whether the printed value is computed, what it prints if it is known.

    `decided` is true where a computed test decides whether it prints, `looped` where that is in a loop.
    """

    line: int
    computed: bool
    decided: bool
    looped: bool
    literals: tuple[str, ...] = ()


class Summary:
    """What is known of a function: its parameters, what it returns, which parameters it fills."""

    def __init__(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        self.node = node
        args = node.args
        self.names = [arg.arg for arg in (*args.posonlyargs, *args.args)]
        self.others = [arg.arg for arg in (*args.kwonlyargs, args.vararg, args.kwarg) if arg]
        self.params: dict[str, Value] = {}
        self.returns: Value | None = None
        self.filled: set[str] = set()
        self.reached = isinstance(node, ast.FunctionDef) and node.name.startswith("__")


def joined(outcomes: Sequence[dict[str, Value]]) -> dict[str, Value]:
    """Join environments; a name that only some of them have keeps what those know."""
    result = dict(outcomes[0])
    for other in outcomes[1:]:
        for name, value in other.items():
            result[name] = result[name] | value if name in result else value
    return result


def join(values: Sequence[Value]) -> Value:
    """Give what holds for a whole of which these are the parts."""
    return Value(any(value.computed for value in values))


def arguments_of(node: ast.Call) -> list[ast.expr]:
    """Give the arguments of a call, by place and by name."""
    return [*node.args, *(keyword.value for keyword in node.keywords)]


def called_name(node: ast.Call) -> str:
    """Give the last part of the name that is called: `append` for ``rows.append(1)``; empty if none."""
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def outer_names(node: ast.AST) -> set[str]:
    """Give the names that a function declares as `global` or `nonlocal`."""
    return {
        name for part in ast.walk(node) if isinstance(part, ast.Global | ast.Nonlocal) for name in part.names
    }

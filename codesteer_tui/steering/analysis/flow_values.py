"""What the data flow knows of values, functions and outputs."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

from msgspec import Struct

UNKNOWN: Any = object()
"""The literal of a value that is not known as a literal."""

Nature: TypeAlias = Literal["", "text", "char", "item", "arranged", "canned"]
"""A written text, a character of one, an element of a written list; literals put into order; an answer that
was looked up in a written table by a written key."""
Path: TypeAlias = tuple[tuple[int, int, str], ...]
"""Arms of computed tests, from the outside in: line, column and which arm."""

_MOST_TEXTS = 48
_MOST_CHARS = 200


class Value(Struct, frozen=True):
    """What is known of a value: whether it came out of a computation, or which written texts it may be.

    `chosen` is true where a computed test picked it out of `texts`, the literals that it may be. Of a
    container, `parts` are the texts of its elements and `keys` those of its keys.
    """

    computed: bool = False
    literal: Any = UNKNOWN
    chosen: bool = False
    texts: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    nature: Nature = ""

    def __or__(self, other: Value) -> Value:
        """Join two outcomes: computed if either is, one of the texts of both."""
        same = type(self.literal) is type(other.literal) and self.literal == other.literal
        return Value(
            self.computed or other.computed,
            self.literal if same else UNKNOWN,
            self.chosen or other.chosen,
            few(self.texts | other.texts),
            few(self.parts | other.parts),
            few(self.keys | other.keys),
            self.nature if self.nature == other.nature else "",
        )

    @property
    def decides(self) -> bool:
        """A test on it is a computed choice: the outcome is not plain from the text of the program."""
        return self.computed or self.chosen or self.nature in ("char", "item")

    def element(self) -> Value:
        """What a loop over it, or a look-up in it, may give."""
        texts = few(self.parts | self.keys) or self.texts
        nature: Nature = "char" if self.nature == "text" else "item" if len(texts) > 1 else ""
        return Value(self.computed, UNKNOWN, self.chosen, texts, texts, nature=nature)


WRITTEN = Value()
COMPUTED = Value(computed=True)
TRUE_OR_FALSE = Value(chosen=True, texts=frozenset({"True", "False"}))


class Output(Struct, frozen=True):
    """One place that prints: its line, whether the printed value is computed, and which texts it may be.

    `path` names the arms of computed tests in which it stands; `marked` is true where it prints ``<<<``,
    `looped` where that is in a loop.
    """

    line: int
    computed: bool
    chosen: bool
    marked: bool
    looped: bool = False
    path: Path = ()
    texts: frozenset[str] = frozenset()

    @property
    def decided(self) -> bool:
        """Whether a computed test has a say in what it prints, or in whether it does."""
        return self.chosen or bool(self.path)


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
        self.paths: set[Path] = set()
        self.reached = isinstance(node, ast.FunctionDef) and node.name.startswith("__")


def joined(outcomes: Sequence[dict[str, Value]]) -> dict[str, Value]:
    """Join environments; a name that only some of them have keeps what those know."""
    result = dict(outcomes[0])
    for other in outcomes[1:]:
        for name, value in other.items():
            result[name] = result[name] | value if name in result else value
    return result


def few(texts: frozenset[str]) -> frozenset[str]:
    """Give so many of them as are needed to tell one from several, so that sets stay small."""
    return texts if len(texts) <= _MOST_TEXTS else frozenset(sorted(texts)[:_MOST_TEXTS])


def text_of(literal: object) -> frozenset[str]:
    """Give a literal as the text that printing it shows, cut."""
    try:
        return frozenset({str(literal)[:_MOST_CHARS]})
    except ValueError:
        # An integer of thousands of digits has no decimal text in Python.
        return frozenset({"a huge number"})


def join(values: Sequence[Value]) -> Value:
    """Give what holds for a whole of which these are the parts.

    Its texts are those of the part that has most of them, or, where each has one, all in a row.
    """
    chosen = [value for value in values if value.chosen]
    widest = max(chosen or values, key=lambda value: (len(value.texts), sorted(value.texts)), default=WRITTEN)
    texts = widest.texts
    if not chosen and len(texts) <= 1:
        texts = text_of("".join(min(value.texts) for value in values if value.texts))
    return Value(
        any(value.computed for value in values),
        UNKNOWN,
        bool(chosen),
        texts,
        few(frozenset().union(*(value.texts | value.parts for value in values))),
        few(frozenset().union(*(value.keys for value in values))),
        _nature(values),
    )


def _nature(values: Sequence[Value]) -> Nature:
    computed = [value for value in values if value.computed]
    if computed:
        return "arranged" if all(value.nature == "arranged" for value in computed) else ""
    natures = {value.nature for value in values}
    ranked: tuple[Nature, ...] = ("canned", "char", "item", "text")
    return next((nature for nature in ranked if nature in natures), "")


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

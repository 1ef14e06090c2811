"""What Python's `eval` would make of an answer, worked out without it, for the published judges that call it.

Understood are numbers, strings, None, True and False; tuples, lists and sets; ``+ - * / // % **``, comparisons with
``== !=``, ``and or not``, ``… if … else …``, indexing, comments, and calls of a few built-in functions on them. Sizes
and depths are bounded, so that no answer takes long.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

MAX_BITS = 100_000
MAX_LENGTH = 10_000
MAX_DEPTH = 200
"""Deepest recursion, where a bracket with an operator before it takes two steps."""

_TOKEN = re.compile(
    r"""(?P<gap>[ \t\f]+|\#[^\n]*) | (?P<line>\n|\r\n?)
    | (?P<float>(?:[0-9](?:_?[0-9])*)?\.[0-9](?:_?[0-9])*(?:[eE][+-]?[0-9](?:_?[0-9])*)?
        |[0-9](?:_?[0-9])*\.(?:[eE][+-]?[0-9](?:_?[0-9])*)?|[0-9](?:_?[0-9])*[eE][+-]?[0-9](?:_?[0-9])*)
    | (?P<integer>[1-9](?:_?[0-9])*|0(?:_?0)*)(?![0-9])
    | "(?P<double>[^"\\\n]*)" | '(?P<single>[^'\\\n]*)'
    | (?P<name>[A-Za-z_][A-Za-z_0-9]*) | (?P<sign>\*\*|//|==|!=|[-+*/%()\[\]{},])""",
    re.VERBOSE,
)
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_BINARY: Mapping[str, tuple[int, Callable[[Any, Any], Any]]] = {
    "==": (5, operator.eq), "!=": (5, operator.ne), "+": (6, operator.add), "-": (6, operator.sub),
    "*": (7, operator.mul), "/": (7, operator.truediv), "//": (7, operator.floordiv), "%": (7, operator.mod),
    "**": (9, operator.pow),
}  # fmt: skip
_OR, _AND, _NOT, _COMPARED, _SIGNED, _POWER = 1, 2, 3, 5, 8, 9
_NAMES = {"None": None, "True": True, "False": False}
_CALLS: Mapping[str, Callable[..., Any]] = {
    "abs": abs, "float": float, "int": int, "len": len, "list": list, "max": max, "min": min, "ord": ord,
    "round": lambda value: round(value), "sorted": sorted, "sum": sum, "tuple": tuple,
}  # fmt: skip


class NoValue(Exception):
    """`eval` would have raised something, or would have taken longer than is worked out here."""


def value_of(text: str) -> Any:
    """Work out what Python's `eval` gives for an expression, without white space around it.

    Raises:
        NoValue: it would have raised something; or the expression is beyond what is understood.
    """
    try:
        return _Reader(_tokens(text.strip())).whole()
    except NoValue:
        raise
    except (TypeError, ValueError, ArithmeticError, LookupError, RecursionError) as error:
        raise NoValue(str(error)) from error


def _tokens(text: str) -> list[tuple[str, Any]]:
    """Split an expression into (kind, value); line breaks count only outside of brackets, where they are errors."""
    tokens: list[tuple[str, Any]] = []
    at, depth = 0, 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise NoValue(f"invalid syntax at character {at + 1}")
        at = match.end()
        kind = match.lastgroup or ""
        if kind == "line" and not depth:
            raise NoValue("a line break outside of brackets")
        if kind in ("gap", "line"):
            continue
        value: Any = match[kind]
        if kind == "integer":
            value = int(value)
        elif kind == "float":
            value = float(value)
        elif kind == "sign":
            depth += (value in "([{") - (value in ")]}")
        tokens.append((kind, value))
    return tokens


class _Reader:
    """Reads by precedence and works out values as it goes."""

    def __init__(self, tokens: list[tuple[str, Any]]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    def whole(self) -> Any:
        items, is_tuple = self.items(None)
        if not items:
            raise NoValue("nothing to evaluate")
        return tuple(items) if is_tuple else items[0]

    def items(self, closing: str | None) -> tuple[list[Any], bool]:
        """Read expressions separated by commas up to a closing bracket or the end; says whether there was a comma."""
        items: list[Any] = []
        commas = 0
        while not self.takes(closing):
            if commas < len(items):
                raise NoValue("a comma is missing")
            items.append(self.expression())
            commas += self.takes(",")
        return items, commas > 0

    def expression(self) -> Any:
        value = self.binary(_OR)
        if not self.takes("if"):
            return value
        condition = self.binary(_OR)
        if not self.takes("else"):
            raise NoValue("an else is missing")
        self.depth += 1
        other = self.expression() if self.depth < MAX_DEPTH else None
        self.depth -= 1
        return value if condition else other

    def binary(self, least: int) -> Any:
        """Read an operand and what binds to it at least as tightly as `least`."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise NoValue("it is nested too deeply")
        if self.peek() == "not" and least <= _NOT:
            self.at += 1
            left = not self.binary(_NOT)
        elif self.peek() in ("+", "-") and least <= _SIGNED:
            left = self.signed()
        else:
            left = self.atom()
        while self.at < len(self.tokens):
            sign = self.peek()
            if sign == "or" and least <= _OR:
                self.at += 1
                right = self.binary(_OR + 1)
                left = left or right
            elif sign == "and" and least <= _AND:
                self.at += 1
                right = self.binary(_AND + 1)
                left = left and right
            elif sign in _BINARY and _BINARY[sign][0] >= least:
                left = self.applied(sign, left)
            else:
                break
        self.depth -= 1
        return left

    def applied(self, sign: str, left: Any) -> Any:
        self.at += 1
        strength, apply = _BINARY[sign]
        right = self.binary(_SIGNED if sign == "**" else strength + 1)
        if strength == _COMPARED and self.peek() in ("==", "!="):
            raise NoValue("chained comparisons are not understood")
        _bound(sign, left, right)
        return apply(left, right)

    def signed(self) -> Any:
        """Read signs and what they stand before, which may be a power: -2**2 is -4."""
        negative = 0
        while self.peek() in ("+", "-"):
            negative += self.peek() == "-"
            self.at += 1
        value = self.binary(_POWER)
        return -value if negative % 2 else +value

    def atom(self) -> Any:
        if self.at >= len(self.tokens):
            raise NoValue("the expression ends too early")
        kind, value = self.tokens[self.at]
        self.at += 1
        if kind == "sign" and value in _CLOSING:
            items, comma = self.items(_CLOSING[value])
            if value == "(":
                value = tuple(items) if comma or not items else items[0]
            else:
                value = items if value == "[" else set(items) if items else {}
        elif kind in ("name", "sign"):
            value = self.named(kind, value)
        while self.takes("["):
            index, comma = self.items("]")
            if comma or len(index) != 1:
                raise NoValue("it is no index")
            value = value[index[0]]
        if self.peek() == "(":
            raise NoValue("a value is not callable")
        return value

    def named(self, kind: str, name: str) -> Any:
        if kind == "name" and name in _NAMES:
            return _NAMES[name]
        if kind == "name" and name in _CALLS and self.takes("("):
            return _CALLS[name](*self.items(")")[0])
        raise NoValue(f'"{name}" is not understood here')

    def peek(self) -> str:
        kind, value = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
        return value if kind in ("name", "sign") else ""

    def takes(self, sign: str | None) -> bool:
        """Go past a sign if it is the next; for None, tell whether the end is reached."""
        if sign is None:
            return self.at >= len(self.tokens)
        found = self.peek() == sign
        self.at += found
        return found


def _bound(sign: str, left: Any, right: Any) -> None:
    """Refuse what would grow beyond bounds, and the formatting of strings."""
    if sign == "%" and isinstance(left, str):
        raise NoValue("formatting is not understood")
    for value in (left, right):
        if (
            not isinstance(value, int | float)
            and sign == "*"
            and len(value) * abs(_count(left, right)) > MAX_LENGTH
        ):
            raise NoValue("it grows too long")
    if sign in ("*", "**") and isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length() * abs(right) if sign == "**" else left.bit_length() + right.bit_length()
        if bits > MAX_BITS:
            raise NoValue("it grows too large")


def _count(left: Any, right: Any) -> int:
    return left if isinstance(left, int) else right if isinstance(right, int) else 0

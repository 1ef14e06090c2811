"""Exact arithmetic expressions over integers: read without `eval`, evaluated with fractions.

The reader goes through the text once and keeps its own stack, so that a million parentheses cost no more
than a million characters do, and the same text is read the same way by every Python version.
"""

from __future__ import annotations

import re
from fractions import Fraction

from msgspec import Struct

from codesteer_tui.symbench.reading.answer import Unreadable, shorten
from codesteer_tui.symbench.reading.numbers import MAX_DIGITS, plain

_TOKEN = re.compile(r"\s*(?:(?P<number>[0-9]+)|(?P<sign>[-+*/()]))")
_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "neg": 3}
_BRACKETS = str.maketrans("[]{}", "()()")
_CROSS = re.compile(r"(?<=[0-9)\s])[xX](?=[0-9(\s])")


class Expression(Struct, frozen=True):
    """A well-formed expression. `numbers` are the integers in it, in the order in which they are written."""

    numbers: tuple[int, ...]
    postfix: tuple[int | str, ...]

    def value(self) -> Fraction | Unreadable:
        """Compute the exact value; a division by zero is `Unreadable`.

        The work grows with the square of the digits: check `numbers` first where the rules bound them.
        """
        stack: list[Fraction] = []
        for item in self.postfix:
            if isinstance(item, int):
                stack.append(Fraction(item))
                continue
            right = stack.pop()
            if item == "neg":
                stack.append(-right)
                continue
            left = stack.pop()
            if item == "/" and right == 0:
                return Unreadable("It divides by zero")
            stack.append(_apply(item, left, right))
        return stack[0]


def expression(text: str) -> Expression | Unreadable:
    """Read an expression of integers, ``+ - * /``, signs and brackets; LaTeX and × ÷ − are understood.

    Nothing else is: no powers, no ``//``, no decimals, no names, no neighbouring numbers without a sign.
    """
    tokens = _tokens(_CROSS.sub("*", plain(text).translate(_BRACKETS)))
    return tokens if isinstance(tokens, Unreadable) else _to_postfix(tokens)


def _apply(sign: str, left: Fraction, right: Fraction) -> Fraction:
    if sign == "+":
        return left + right
    if sign == "-":
        return left - right
    return left * right if sign == "*" else left / right


def _tokens(text: str) -> list[int | str] | Unreadable:
    tokens: list[int | str] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            return Unreadable(f'Character {at + 1} of "{shorten(text)}" does not belong in an expression')
        if match["number"] and len(match["number"]) > MAX_DIGITS:
            return Unreadable(f"A number has more than {MAX_DIGITS} digits")
        tokens.append(int(match["number"]) if match["number"] else match["sign"])
        at = match.end()
    return tokens or Unreadable("There is no expression")


def _to_postfix(tokens: list[int | str]) -> Expression | Unreadable:
    """Order tokens by precedence (Dijkstra's shunting yard)."""
    output: list[int | str] = []
    waiting: list[str] = []
    operand_next = True
    for token in tokens:
        if isinstance(token, int) or token == "(":
            if not operand_next:
                return Unreadable(f'An operator is missing before "{token}"')
            if isinstance(token, int):
                output.append(token)
                operand_next = False
            else:
                waiting.append(token)
        elif token == ")":
            if operand_next:
                return Unreadable('A number is missing before ")"')
            while waiting and waiting[-1] != "(":
                output.append(waiting.pop())
            if not waiting:
                return Unreadable('There is a ")" without a "("')
            waiting.pop()
        elif operand_next:
            if token not in "+-":
                return Unreadable(f'A number is missing before "{token}"')
            waiting.extend(["neg"] if token == "-" else [])
        else:
            while waiting and waiting[-1] != "(" and _PRECEDENCE[waiting[-1]] >= _PRECEDENCE[token]:
                output.append(waiting.pop())
            waiting.append(token)
            operand_next = True
    if operand_next:
        return Unreadable("A number is missing at the end")
    if "(" in waiting:
        return Unreadable('There is a "(" without a ")"')
    output.extend(reversed(waiting))
    return Expression(tuple(item for item in output if isinstance(item, int)), tuple(output))

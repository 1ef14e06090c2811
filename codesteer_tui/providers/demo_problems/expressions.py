"""Template text shared by the families whose answer is an arithmetic expression."""

from __future__ import annotations

from fractions import Fraction
from random import Random

EXPRESSION = r'''
OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def value(node, used):
    """The exact value of a parsed expression; its numbers are appended to the list used, in order."""
    if isinstance(node, ast.Expression):
        return value(node.body, used)
    if isinstance(node, ast.Constant) and type(node.value) is int:
        used.append(node.value)
        return Fraction(node.value)
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        left = value(node.left, used)
        return OPERATORS[type(node.op)](left, value(node.right, used))
    raise ValueError("only whole numbers, + - * / and parentheses are allowed")


def evaluate(text):
    """(value, numbers used, problem) of an expression."""
    used = []
    if len(text) > 600:
        return None, used, "the expression is too long"
    try:
        return value(ast.parse(text.strip(), mode="eval"), used), used, ""
    except ZeroDivisionError:
        return None, used, "the expression divides by zero"
    except (SyntaxError, MemoryError, RecursionError):
        return None, used, "the answer is not an arithmetic expression"
    except ValueError as error:
        return None, used, str(error)


def plain(text):
    """The expression in Python's own signs."""
    for sign, ours in (("\\times", "*"), ("\\div", "/"), ("\u00d7", "*"), ("\u00f7", "/"), ("\u2212", "-")):
        text = text.replace(sign, ours)
    return text.strip().strip("$").strip()
'''
"""Exact evaluation by the syntax tree and a white list; the claimed expression is never run."""


def near_miss(numbers: list[int], target: int, rng: Random, *, shuffle: bool) -> str:
    """An expression over all numbers that comes close to the target and misses it (if anything misses)."""
    best, best_distance = "", Fraction(0)
    for _ in range(60):
        order = list(numbers)
        if shuffle:
            rng.shuffle(order)
        value, text = _random_expression(order, rng)
        if value is None:
            continue
        distance = abs(value - target)
        if not best or 0 < distance < best_distance or best_distance == 0 < distance:
            best, best_distance = text, distance
    return best or "+".join(map(str, numbers))


def _random_expression(order: list[int], rng: Random) -> tuple[Fraction | None, str]:
    if len(order) == 1:
        return Fraction(order[0]), str(order[0])
    cut = rng.randrange(1, len(order))
    left, left_text = _random_expression(order[:cut], rng)
    right, right_text = _random_expression(order[cut:], rng)
    sign = rng.choice("++-**/")
    if left is None or right is None or (sign == "/" and right == 0):
        return None, ""
    value = {"+": left.__add__, "-": left.__sub__, "*": left.__mul__}.get(sign, left.__truediv__)(right)
    return value, f"({left_text}{sign}{right_text})"

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from random import Random
from typing import Any

from codesteer_tui.problem import Problem

GOLDEN = "5e1b8ed4c9b48cd5"
BROKEN: list[dict[str, Any]] = [
    {"numbers": 1},
    {"numbers": 2, "target": 19},
    {"numbers": 3, "target": 91},
    {"target": 0},
    {"numbers": 31},
]
HARDEST: dict[str, Any] = {"numbers": 30, "target": 1_000}

_SIGNS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def knobs(rng: Random) -> dict[str, Any]:
    numbers = rng.randint(2, 6) if rng.random() < 0.9 else rng.randint(7, 30)
    return {"numbers": numbers, "target": rng.randint(1, {2: 18, 3: 90, 4: 171, 5: 819}.get(numbers, 1_000))}


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    items = solved.strip("<>[]").split(", ")
    target = problem.parameters["target"]
    quoted = ", ".join(f'"{item}"' for item in ["(", *items, ")"])
    yield f"<<<[{quoted}]>>>"
    yield f"<<<{' '.join(items)}>>>"
    yield f"So the final answer is:\n[{'; '.join(items)}]"
    yield f"<<<[{','.join(items)}] = {target}>>>"
    yield f"$\\boxed{{{' '.join(items).replace('*', chr(92) + 'times').replace('/', chr(92) + 'div')}}}$"


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    items = solved.strip("<>[]").split(", ")
    numbers, target = problem.parameters["numbers"], problem.parameters["target"]
    yield f"<<<[{', '.join(items)}, +, 1]>>>"
    yield f"<<<[{', '.join(items[:-1])}]>>>"
    yield f"<<<[{', '.join(items)}] = {target + 1}>>>"
    yield f"<<<[(, {', '.join(items)}]>>>"
    yield f"<<<[-, (, 0, -, (, {', '.join(items)}, ), )]>>>"
    yield f"<<<[{', '.join(map(str, numbers))}]>>>"
    yield f"<<<[{', '.join(['+', *items])}]>>>"
    if numbers[0] != numbers[1]:
        at = [index for index, item in enumerate(items) if item.isdigit()][:2]
        items[at[0]], items[at[1]] = items[at[1]], items[at[0]]
        yield f"<<<[{', '.join(items)}]>>>"


def holds(problem: Problem, text: str) -> bool:
    """Whether a line has the numbers in their order and the value, computed from Python's own syntax tree."""
    inside = (re.findall(r"<<<(.+?)>>>", text, re.DOTALL) or [text])[-1]
    plain = re.sub("[,;\"'`]", " ", inside).translate(str.maketrans("[]{}×÷−", "()()*/-"))
    end = plain.rfind(")") + 1
    bracketed = [plain[sign.start() : end] for sign in re.finditer(r"\(", plain[:end])]
    for line in (plain, *plain.splitlines(), *bracketed):
        for side in re.split("[=:]", line):
            bare = re.sub(r"(?<![0-9])0+(?=[0-9])", "", re.sub(r"\s+", " ", side)).strip().rstrip(".")
            try:
                tree = ast.parse(bare, mode="eval")
            except (SyntaxError, ValueError):
                continue
            if any(isinstance(node, ast.UnaryOp) for node in ast.walk(tree)):
                continue
            used = [int(number) for number in re.findall("[0-9]+", bare)]
            if used == problem.parameters["numbers"] and _value(tree.body) == problem.parameters["target"]:
                return True
    return False


def _value(node: ast.expr) -> Fraction:
    if isinstance(node, ast.BinOp):
        return _SIGNS[type(node.op)](_value(node.left), _value(node.right))
    assert isinstance(node, ast.Constant)
    assert isinstance(node.value, int)
    return Fraction(node.value)

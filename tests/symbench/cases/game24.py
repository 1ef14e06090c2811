from __future__ import annotations

import ast
import operator
import re
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from random import Random
from typing import Any

from codesteer_tui.problem import Problem

GOLDEN = "39b62ff0338e9c7c"
BROKEN: list[dict[str, Any]] = [{"numbers": 1}, {"numbers": "many"}, {"target": 1_000_000, "numbers": 2}]
HARDEST: dict[str, Any] = {"numbers": 80, "target": 122_880, "max_value": 20_000}

_SIGNS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def knobs(rng: Random) -> dict[str, Any]:
    if rng.random() < 0.95:
        return {"numbers": rng.randint(2, 5), "target": rng.randint(1, 18), "max_value": rng.randint(9, 30)}
    return {
        "numbers": rng.randint(6, 80),
        "target": rng.randint(1, 10_000),
        "max_value": rng.randint(2_000, 20_000),
    }


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    bare, target = solved.strip("<>"), problem.parameters["target"]
    yield f"<<<{bare} = {target}>>>"
    yield f"<<< {target} = [{bare}] >>>"
    yield f"I tried a lot of sums.\n\nThe answer is: {bare}"
    latex = bare.replace("*", "\\times ").replace("/", "\\div ")
    yield f"So it is $\\boxed{{{latex}}}$"
    yield solved.replace("*", "×").replace("-", "−").replace("/", "÷")


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    bare, numbers, target = solved.strip("<>"), problem.parameters["numbers"], problem.parameters["target"]
    yield f"<<<{bare} + {numbers[0]} - {numbers[0]}>>>"
    yield f"<<<{bare} = {target + 1}>>>"
    yield f"<<<{bare} + {target}>>>"
    yield f"<<<({bare}>>>"
    yield f"<<<{target}>>>"
    yield f"<<<{bare.replace('-', '+').replace('*', '+').replace('/', '+')} + 0>>>"


def holds(problem: Problem, text: str) -> bool:
    """Whether one side of an equation has all the numbers and the value, computed from Python's own syntax tree."""
    inside = re.findall(r"<<<(.+?)>>>", text, re.DOTALL) or [text]
    plain = inside[-1].translate(str.maketrans("[]{}×÷−", "()()*/-")).strip().rstrip(".")
    end = plain.rfind(")") + 1
    bracketed = [plain[sign.start() : end] for sign in re.finditer(r"\(", plain[:end])]
    for line in (plain, *plain.splitlines(), *bracketed):
        for side in re.split("[=:]", line):
            try:
                tree = ast.parse(re.sub(r"(?<![0-9])0+(?=[0-9])", "", side.strip()), mode="eval")
            except (SyntaxError, ValueError):
                continue
            used = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
            if (
                Counter(used) == Counter(problem.parameters["numbers"])
                and _value(tree.body) == problem.parameters["target"]
            ):
                return True
    return False


def _value(node: ast.expr) -> Fraction:
    if isinstance(node, ast.BinOp):
        return _SIGNS[type(node.op)](_value(node.left), _value(node.right))
    if isinstance(node, ast.UnaryOp):
        return -_value(node.operand) if isinstance(node.op, ast.USub) else _value(node.operand)
    assert isinstance(node, ast.Constant)
    assert isinstance(node.value, int)
    return Fraction(node.value)

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any

from codesteer_tui.problem import Problem

GOLDEN = "51281b6a3044455d"
BROKEN: list[dict[str, Any]] = [{"blocks": 1}, {"stacks": 2}, {"stacks": 3, "goal_stacks": 4}, {"blocks": 27}]
HARDEST: dict[str, Any] = {"blocks": 26, "stacks": 3, "goal_stacks": 1}


def knobs(rng: Random) -> dict[str, Any]:
    stacks = rng.randint(3, 10)
    blocks = rng.randint(2, 26) if rng.random() < 0.05 else rng.randint(2, 4)
    return {"blocks": blocks, "stacks": stacks, "goal_stacks": rng.randint(1, stacks)}


def _moves(text: str) -> list[list[str]]:
    bare = re.sub(r"[^\w\s.,;:\\-]", "", text)
    move = r"move\s+(\w+)\s+from\s+((?:stack[\s_]*)?\w+)\s+(?:on)?to\s+((?:stack[\s_]*)?\w+)"
    return [list(found) for found in re.findall(move, bare, re.IGNORECASE)]


def _lines(moves: list[list[str]], form: str = "Move {} from {} to {}") -> str:
    return "\n".join(form.format(*move) for move in moves)


def right(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    moves = _moves(solved)
    block, source, goal = moves[0]
    bare = [[block, source[5:], goal[5:]] for block, source, goal in moves]
    yield f"<<<{_lines(bare)}>>>"
    yield "<<<\n" + _lines(moves).replace("\n", "\n\n") + "\n>>>"
    yield "Here is my plan:\n\n" + _lines(moves, "- Move block {} from {} to {}.")
    yield "<<<" + "; ".join(_lines(moves).splitlines()) + ">>>"
    yield f"```\n{_lines(moves, '[move {} from [{}] to [{}]]')}\n```"
    yield f"<<<{_lines([[block, source, goal], [block, goal, source], *moves])}>>>"


def wrong(rng: Random, problem: Problem, solved: str) -> Iterator[str]:
    moves = _moves(solved)
    block, source, goal = moves[-1]
    yield f"<<<{_lines(moves[:-1])}>>>"
    yield f"<<<{_lines([*moves, moves[-1]])}>>>"
    yield f"<<<{_lines([*moves[:-1], [block, source, 'table']])}>>>"
    yield f"<<<{_lines([*moves, [block, goal, source]])}>>>"
    yield f"<<<{_lines([*moves[:-1], ['ZZ', source, goal]])}>>>"
    yield f"<<<{_lines([[block, goal, goal], *moves])}>>>"
    yield f"<<<{_lines(moves)}\nThen undo that.\n{_lines([[block, goal, source]])}>>>"
    for name, blocks in problem.parameters["initial"].items():
        if len(blocks) > 1:
            other = next(stack for stack in problem.parameters["initial"] if stack != name)
            yield f"<<<{_lines([[blocks[0], name, other], [blocks[0], other, name], *moves])}>>>"


def holds(problem: Problem, text: str) -> bool:
    where = {
        block: (name, at)
        for name, blocks in problem.parameters["initial"].items()
        for at, block in enumerate(blocks)
    }
    marked = re.findall(r"<<<((?:(?!<<<).)*?)>>>", text, re.DOTALL)
    for block, *names in _moves(marked[-1] if marked else text):
        source, goal = (f"stack{re.sub('[^0-9]', '', name)}" for name in names)
        height = {name: sum(held == name for held, _ in where.values()) for name in (source, goal)}
        if where[block] != (source, height[source] - 1) or goal not in problem.parameters["initial"]:
            return False
        where[block] = (goal, height[goal])
    return where == {
        block: (name, at)
        for name, blocks in problem.parameters["goal"].items()
        for at, block in enumerate(blocks)
    }

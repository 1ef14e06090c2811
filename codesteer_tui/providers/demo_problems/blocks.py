"""Blocksworld: move one top block at a time between stacks until the goal is reached."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import comb, factorial
from random import Random

from codesteer_tui.providers.demo_problems.base import (
    VERDICT,
    Declined,
    DemoProblem,
    Recognised,
    fill,
    says_none,
)

MAX_STATES = 20_000
NO_MOVES = "No moves needed"
_SECTION = re.compile(
    r"\b(?:Initial|Start|Goal|Target)(?:ing)?\s?State\s?:|^(?:At the start|Wanted in the end):",
    re.IGNORECASE | re.MULTILINE,
)
_STACK = re.compile(r"^[ \t]{0,9}stack\s?(\w{1,20})\s?:([^\n]*)$", re.IGNORECASE | re.MULTILINE)
_BLOCK = re.compile(r"[A-Za-z0-9]{1,20}")

SOLVER = r'''from collections import deque

START = @START@
GOAL = @GOAL@

names = list(START)
start = tuple(tuple(START[name]) for name in names)
goal = tuple(tuple(GOAL.get(name, [])) for name in names)


def moves(state):
    """(block, source, destination, next state) for every legal move."""
    for i, source in enumerate(state):
        for j in range(len(state)):
            if source and i != j:
                after = list(state)
                after[i], after[j] = source[:-1], state[j] + source[-1:]
                yield source[-1], names[i], names[j], tuple(after)


# Breadth-first search: the first plan found is a shortest one.
reached = {start: None}
waiting = deque([start])
while waiting and goal not in reached:
    state = waiting.popleft()
    for block, source, destination, after in moves(state):
        if after not in reached:
            reached[after] = (state, f"Move {block} from stack{source} to stack{destination}")
            waiting.append(after)

if set(GOAL) - set(START) or goal not in reached:
    print("No solution: every reachable arrangement was tried.")
    print("<<<no solution>>>")
else:
    plan, state = [], goal
    while reached[state]:
        state, step = reached[state]
        plan.insert(0, step)
    print("<<<" + ("\n".join(plan) or "No moves needed") + ">>>")
'''

TEST = (
    r"""import re

START = @START@
GOAL = @GOAL@
CLAIM = @CLAIM@

STEP = re.compile(r"move\s+(?:block\s+)?(\w+)\s+from\s+(?:stack\s*)?(\w+)\s+to\s+(?:stack\s*)?(\w+)\.?", re.IGNORECASE)


def problem_with(claim):
    stacks = {name: list(blocks) for name, blocks in START.items()}
    lines = [line.strip() for line in claim.splitlines() if line.strip()]
    if [line.lower().rstrip(".") for line in lines] == ["no moves needed"]:
        lines = []
    for number, line in enumerate(lines, start=1):
        step = STEP.fullmatch(line)
        if not step:
            return f"line {number} is not a move"
        block, source, destination = step.groups()
        if source not in stacks or destination not in stacks:
            return f"move {number} names a stack that does not exist"
        if source == destination:
            return f"move {number} does not leave its stack"
        if not stacks[source] or stacks[source][-1] != block:
            return f"move {number} takes {block}, which is not on top of stack{source}"
        stacks[destination].append(stacks[source].pop())
    for name, blocks in stacks.items():
        wanted = GOAL.get(name, [])
        if blocks != wanted:
            return f"stack{name} ends as {' '.join(blocks) or 'empty'}, not as {' '.join(wanted) or 'empty'}"
    return ""
"""
    + VERDICT
)

TEST_NONE = r"""START = @START@
GOAL = @GOAL@

here = sorted(block for blocks in START.values() for block in blocks)
there = sorted(block for blocks in GOAL.values() for block in blocks)
spare = len(START) > 2
same = all(GOAL.get(name, []) == blocks for name, blocks in START.items())
named = all(name in START for name in GOAL)
if here != there or not named or (len(START) == 1 and not same):
    print("VERDICT: PASS")
elif spare or same:
    # With three stacks any block can be dug out, so every arrangement can be reached.
    print("VERDICT: FAIL: the goal can be reached")
else:
    a, b = START
    line = START[a] + START[b][::-1]
    # Two stacks are one line of blocks with a gap that moves: the order never changes.
    if line == GOAL.get(a, []) + GOAL.get(b, [])[::-1]:
        print("VERDICT: FAIL: the goal can be reached")
    else:
        print("VERDICT: PASS")
"""
"""Decides by what never changes, without a search."""

_Stacks = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Blocks(DemoProblem):
    """Stacks by name, each with its blocks from bottom to top, at the start and at the goal."""

    start: _Stacks
    goal: _Stacks

    family = "Blocksworld"
    approach = "It searches breadth-first through the arrangements for a shortest plan."

    def guess(self, rng: Random) -> str:
        # Blocks go straight to their place, whatever lies on top of them.
        where = {block: name for name, blocks in self.start for block in blocks}
        moves = [
            f"Move {block} from stack{where[block]} to stack{name}"
            for name, blocks in self.goal
            for block in blocks
            if block in where and where[block] != name
        ]
        return "\n".join(moves) or NO_MOVES

    def explain(self, answer: str) -> str:
        return "I move the blocks to where the goal wants them, stack by stack:"

    def solver(self) -> str:
        return fill(SOLVER, START=dict(self.start), GOAL=dict(self.goal))

    def test(self, claim: str) -> str | Declined:
        if says_none(claim) and NO_MOVES.lower() not in claim.lower():
            return fill(TEST_NONE, START=dict(self.start), GOAL=dict(self.goal))
        return fill(TEST, START=dict(self.start), GOAL=dict(self.goal), CLAIM=claim)


def recognise(question: str) -> Recognised:
    """Read the two sections of stacks as SymBench and the published benchmark write them."""
    sections = list(_SECTION.finditer(question))
    if len(sections) < 2:
        return None
    start = _stacks(question[sections[0].end() : sections[1].start()])
    goal = _stacks(question[sections[1].end() : sections[2].start() if len(sections) > 2 else None])
    if not start or not goal:
        return None
    blocks = [block for _, held in start for block in held]
    if len(set(blocks)) != len(blocks):
        return Declined("In that Blocksworld a block lies in two places.")
    if factorial(min(len(blocks), 20)) * comb(len(blocks) + len(start) - 1, len(start) - 1) > MAX_STATES:
        return Declined("That Blocksworld has more arrangements than I search.")
    return Blocks(start, goal)


def _stacks(text: str) -> _Stacks:
    lines = {name: blocks.replace("(empty)", "") for name, blocks in _STACK.findall(text)}
    return tuple((name, tuple(_BLOCK.findall(blocks))) for name, blocks in lines.items())

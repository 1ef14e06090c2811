"""Plans for `blocksworld`: a shortest one by search where there are few blocks, else one built block by block."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import TypeAlias

State: TypeAlias = tuple[tuple[str, ...], ...]
Step: TypeAlias = tuple[str, int, int]
"""A block, the index of the stack to take it from, the index of the stack to put it on."""

_MAX_STATES = 4_000


def plan(initial: dict[str, list[str]], goal: dict[str, list[str]]) -> list[Step] | None:
    """Find a plan of (block, index of the stack to take it from, index of the stack to put it on).

    It is a shortest one where the search for that ends soon; None where there is none.
    """
    start = tuple(tuple(blocks) for blocks in initial.values())
    end = tuple(tuple(goal.get(name, [])) for name in initial)
    if sorted(sum(start, ())) != sorted(block for blocks in goal.values() for block in blocks):
        return None
    if sorted(sum(end, ())) != sorted(sum(start, ())):
        return None
    found = _searched(start, end)
    if found is None and len(start) >= 3:
        return _built(start, end)
    return found


def _searched(start: State, end: State) -> list[Step] | None:
    """Search by A*: each block that is not yet in its place has to be moved at least once."""
    left = sum(len(blocks) - _settled(blocks, wanted) for blocks, wanted in zip(start, end, strict=True))
    queue = [(left, 0, 0, start)]
    came: dict[State, tuple[State, Step] | None] = {start: None}
    cost = {start: 0}
    while queue and len(came) < _MAX_STATES:
        least, _, paid, state = heapq.heappop(queue)
        if state == end:
            return _steps(came, state)
        if paid > cost[state]:
            continue
        for step, after, change in _moves(state, end):
            if paid + 1 < cost.get(after, paid + 2):
                cost[after] = paid + 1
                came[after] = (state, step)
                heapq.heappush(queue, (least + 1 + change, -len(came), paid + 1, after))
    return None


def _steps(came: dict[State, tuple[State, Step] | None], state: State) -> list[Step]:
    steps: list[Step] = []
    while (before := came[state]) is not None:
        state, step = before
        steps.append(step)
    return steps[::-1]


def _moves(state: State, end: State) -> Iterator[tuple[Step, State, int]]:
    """Every move from a state, with the state after it and by how much the number of misplaced blocks changes."""
    for source, blocks in enumerate(state):
        if not blocks:
            continue
        was_settled = blocks == end[source][: len(blocks)]
        for goal, under in enumerate(state):
            if goal != source:
                after = list(state)
                grown = (*under, blocks[-1])
                after[source], after[goal] = blocks[:-1], grown
                is_settled = grown == end[goal][: len(grown)]
                yield (blocks[-1], source, goal), tuple(after), was_settled - is_settled


def _settled(blocks: tuple[str, ...] | list[str], wanted: tuple[str, ...] | list[str]) -> int:
    """How many blocks from the bottom on are where they shall stay."""
    count = 0
    while count < min(len(blocks), len(wanted)) and blocks[count] == wanted[count]:
        count += 1
    return count


def _built(start: State, end: State) -> list[Step]:
    """Place one block after the other, each time the one that takes the fewest moves."""
    stacks = [list(blocks) for blocks in start]
    steps: list[Step] = []
    while options := [
        _placing(stacks, end, goal) for goal in range(len(end)) if _unfinished(stacks, end, goal)
    ]:
        for source, goal in min(options, key=len):
            block = stacks[source].pop()
            stacks[goal].append(block)
            steps.append((block, source, goal))
    return steps


def _unfinished(stacks: list[list[str]], end: State, goal: int) -> bool:
    return _settled(stacks[goal], end[goal]) < len(end[goal])


def _placing(stacks: list[list[str]], end: State, goal: int) -> list[tuple[int, int]]:
    """Moves from stack to stack that put the next wanted block into its place on one stack."""
    settled = [_settled(blocks, wanted) for blocks, wanted in zip(stacks, end, strict=True)]
    block = end[goal][settled[goal]]
    held, at = next(
        (name, at)
        for name, blocks in enumerate(stacks)
        for at in reversed(range(settled[name], len(blocks)))
        if blocks[at] == block
    )
    others = [name for name in range(len(stacks)) if name not in (goal, held)]
    others.sort(key=lambda name: (len(end[name]) - settled[name], name))
    above = len(stacks[held]) - at - 1
    if held != goal:
        loose = len(stacks[goal]) - settled[goal]
        return [(held, others[0])] * above + [(goal, others[0])] * loose + [(held, goal)]
    aside, spare = others[0], others[1]
    under = at - settled[goal]
    return [(goal, aside)] * above + [(goal, spare)] + [(goal, aside)] * under + [(spare, goal)]

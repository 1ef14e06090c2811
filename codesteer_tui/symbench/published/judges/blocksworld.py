"""Blocksworld: the published judge reads strictly, line by line, and plays the moves."""

from __future__ import annotations

import msgspec

from codesteer_tui.problem import Problem


class _Stacks(msgspec.Struct, frozen=True):
    initial: dict[str, list[str]]
    goal: dict[str, list[str]]


def accepts(problem: Problem, text: str) -> bool:
    """Accept lines of exactly six words, "Move X from A to B", that lead to the goal; also moves onto the same stack.

    A blank line is a wrong one, and so is an empty answer.
    """
    try:
        stacks = msgspec.convert(problem.parameters, type=_Stacks)
    except msgspec.ValidationError:
        return False
    state = {name: list(blocks) for name, blocks in stacks.initial.items()}
    for line in text.strip().split("\n"):
        words = line.split()
        if len(words) != 6 or words[0::2] != ["Move", "from", "to"]:
            return False
        source, goal = (name if "stack" in name else f"stack{name}" for name in words[3::2])
        if source not in state or goal not in state:
            return False
        if not state[source] or state[source][-1] != words[1]:
            return False
        state[goal].append(state[source].pop())
    return {name: blocks for name, blocks in state.items() if blocks} == {
        name: blocks for name, blocks in stacks.goal.items() if blocks
    }

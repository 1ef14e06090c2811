"""Blocksworld: move blocks between stacks, one at a time and from the top only, until they stand as wanted.

Rules: `symbench` specification 4.27. Stacks are written from bottom to top; those that the goal does not name must be
empty in the end. The published problems have two to four blocks and three to five stacks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import integer, shuffled
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Broken, Look, Unreadable, look, shorten
from codesteer_tui.symbench.reading.wrapping import takes_back
from codesteer_tui.symbench.solvers.blocksworld import Step, plan
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

Name = Annotated[str, Meta(min_length=1, max_length=40)]
Stacks: TypeAlias = Annotated[dict[Name, Annotated[list[Name], Meta(max_length=200)]], Meta(max_length=40)]

_BLOCKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_RIGHT = "The plan is legal and reaches the goal."
_BREAK = re.compile(r"\n|\\n|[;,](?=[\s\"'\[(*`]{0,6}(?:[0-9]{1,4}[.)]\s{0,4})?move\b)", re.IGNORECASE)
_LABEL = re.compile(r"^(?:(?:step )?[0-9]{1,4} ?[.:]? |[-•] )", re.IGNORECASE)
_REMARK = re.compile(r"\s(?!\W{1,3}(?:and|then|also|undo)\b)(?:\([^()]*\)|#.*|//.*)\s*$", re.IGNORECASE)
_MOVE = re.compile(
    r"move (?:the )?(?:(?:block|box) )?(?P<block>[^ ]+) from (?P<source>(?:stack ?)?[^ ]+)"
    r" (?:on)?to (?P<goal>(?:stack ?)?[^ ]+?) ?[.,;]?",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"\b(?:move[sd]?|put|shift|take|place|push|pop|lift|swap|undo|repeat|reverse|skip|drop)\b(?!\s*:)",
    re.IGNORECASE,
)
_STACK = re.compile(r"\bstacks?[ _]?[0-9]|->|→", re.IGNORECASE)
_CAPITAL = re.compile(r"(?<![\w'’])([B-HJ-Z]|[AI](?!\s(?!goes|moves|back|onto|from)[a-z]{2,}))(?![\w'’])")
_MAX_LINE = 10_000
_DECORATION = str.maketrans(dict.fromkeys("[](){}\"'`*“”‘’", ""))
_NO_MOVES = re.compile(
    r"|none|nothing|(?:there (?:is|are) )?no moves?(?: (?:is|are))?(?: (?:needed|necessary|required))?\.?",
    re.IGNORECASE,
)


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """How many blocks stand on how many stacks. More blocks and fewer stacks are harder.

    `blocks`: the blocks. `stacks`: the stacks that exist; with fewer of them more blocks have to be put aside.
    `goal_stacks`: the goal uses only the first so many stacks, the others have to be emptied; fewer make higher stacks.
    """

    blocks: Annotated[int, Meta(ge=2, le=26)] = 4
    stacks: Annotated[int, Meta(ge=3, le=10)] = 4
    goal_stacks: Annotated[int, Meta(ge=1, le=10)] = 3

    def __post_init__(self) -> None:
        """Refuse a goal on more stacks than there are."""
        if self.goal_stacks > self.stacks:
            raise ValueError(f"goal_stacks {self.goal_stacks} is greater than stacks {self.stacks}")


class Parameters(Struct, frozen=True):
    """What is checked: the stacks by name at the start and in the end, each from bottom to top."""

    initial: Stacks
    goal: Stacks


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open.

    `blank_lines`: there may be blank lines between the moves. `onto_itself`: a block may be put back onto the stack
    from which it was taken, which changes nothing.
    """

    blank_lines: bool = True
    onto_itself: bool = False


class Move(Struct, frozen=True):
    """One move as it is written in an answer: a block, and the names of two stacks."""

    block: str
    source: str
    goal: str


class Blocksworld:
    """Rearrange stacks of blocks."""

    id = "Blocksworld"
    title = "Blocksworld"
    category: Category = "planning"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = Choices

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw two arrangements that differ; with three stacks or more each can be reached from the other."""
        initial = _arranged(rng, difficulty.blocks, difficulty.stacks)
        goal = _arranged(rng, difficulty.blocks, difficulty.goal_stacks)
        if initial[: len(goal)] == goal:
            tallest = max(initial, key=len)
            initial[(initial.index(tallest) + 1) % len(initial)].append(tallest.pop())
        named, wanted = _named(initial), _named(goal)
        return Problem(
            question=_question(named, wanted),
            task=self.id,
            parameters={
                "initial": named,
                "goal": wanted,
                "num_blocks": difficulty.blocks,
                "num_stacks": difficulty.stacks,
                "goal_stacks": difficulty.goal_stacks,
            },
            gold=_form(named, plan(named, wanted) or []),
        )

    def verify(self, problem: Problem, answer: str, policy: Choices | None = None) -> Verdict:
        """Accept any legal plan that reaches the goal, and an empty one where the start is the goal already."""
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: Choices | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge a plan. It is read as a list of `Move`.

        `where` is the place in it of the first move that is not allowed, or the name of a stack that is not as wanted
        in the end.
        """
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        if _standing(parameters.initial) == _standing(parameters.goal) and _ends_with_an_empty_pair(answer):
            return Look(Verdict("pass", _RIGHT), [])
        choices = policy or Choices()
        read = partial(_read, parameters=parameters, policy=choices)
        return look(answer, read, partial(_broken_rules, parameters, choices), _RIGHT, most=most)

    def solve(self, problem: Problem) -> str | None:
        """Search for a shortest plan where there are few blocks; else build the goal, putting aside what is on top."""
        parameters = parameters_for(problem, Parameters)
        steps = plan(parameters.initial, parameters.goal)
        return None if steps is None else _form(parameters.initial, steps)


def _broken_rules(parameters: Parameters, policy: Choices, moves: list[Move]) -> Iterator[Broken]:
    """Play the moves, and name the first one that is not allowed, or else what differs from the goal in the end."""
    stacks = {name: list(blocks) for name, blocks in parameters.initial.items()}
    alone = len(moves) == 1
    for at, move in enumerate(moves):
        if wrong := _wrong(stacks, move, policy):
            yield Broken(f"Move {at + 1} {wrong}", (at,), misfit=alone)
            return
        stacks[move.goal].append(stacks[move.source].pop())
    for name, reason in _differences(stacks, parameters.goal):
        yield Broken(reason, (name,), misfit=alone)


def _wrong(stacks: dict[str, list[str]], move: Move, policy: Choices) -> str | None:
    """What is wrong with a move as things stand: the rest of the sentence that begins with its number."""
    for name in (move.source, move.goal):
        if name not in stacks:
            return f'names the stack "{shorten(name)}", which does not exist.'
    source = stacks[move.source]
    if move.block not in source:
        return f"takes block {shorten(move.block)} from {move.source}, where it is not."
    if source[-1] != move.block:
        return f"takes block {move.block} from {move.source}, where {source[-1]} is on top."
    if move.source == move.goal and not policy.onto_itself:
        return f"puts block {move.block} back onto {move.goal}, not onto another stack."
    return None


def _differences(stacks: dict[str, list[str]], goal: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    """The stacks that are not as they are wanted, each with the sentence that says so."""
    for name in dict.fromkeys([*stacks, *goal]):
        found, wanted = stacks.get(name, []), goal.get(name, [])
        if found != wanted:
            held, rather = (shorten(" ".join(blocks)) or "nothing" for blocks in (found, wanted))
            yield name, f"In the end {name} holds {held}, not {rather}."


def _read(text: str, parameters: Parameters, policy: Choices) -> list[Move] | Unreadable:
    """Read one move a line; words may stand before the first and after the last, but no other orders."""
    lines = [_REMARK.sub("", line) for line in _BREAK.split(text.strip())]
    lines = [" ".join(line.translate(_DECORATION).split()) for line in lines]
    found = [_MOVE.fullmatch(_LABEL.sub("", line, count=1)) for line in lines]
    moves = [
        Move(match["block"], _stack(match["source"]), _stack(match["goal"]))
        for match in found
        if match is not None
    ]
    if not moves and len(lines) == 1 and _NO_MOVES.fullmatch(lines[0].strip("<> ")):
        return []
    first = next((at for at, match in enumerate(found) if match), 0)
    last = next((at for at in reversed(range(len(found))) if found[at]), len(found) - 1)
    if takes_back("\n".join(lines[:first]), "\n".join(lines[last + 1 :])):
        return Unreadable("The text says that the moves are no answer")
    names = {*parameters.initial, *(block for blocks in parameters.initial.values() for block in blocks)}
    for at, line in enumerate(lines):
        inside = first <= at <= last
        if found[at] or not (inside or _may_order(line, names)):
            continue
        if line or not policy.blank_lines:
            return Unreadable(f'"{shorten(line)}" is not of the form "Move B from stack2 to stack1"')
    return moves


def _may_order(line: str, names: set[str]) -> bool:
    """Whether a line that is no move names a stack or a block, or tells to do something.

    An "A" or "I" before a word in lower case is none of the blocks.
    """
    if _ORDER.search(line) or _STACK.search(line):
        return True
    words = {*_CAPITAL.findall(line[:_MAX_LINE]), *re.findall(r"\w{2,}", line[:_MAX_LINE])}
    return len(line) > _MAX_LINE or not names.isdisjoint(words)


def _stack(name: str) -> str:
    number = name.lower().removeprefix("stack").strip(" _")
    return f"stack{number}" if number.isdigit() else name


def _ends_with_an_empty_pair(answer: str) -> bool:
    """Whether the last pair of markers holds nothing, which is how a plan without moves is written."""
    start = answer.rfind("<<<")
    end = answer.find(">>>", start + 3)
    return 0 <= start < end and not answer[start + 3 : end].strip()


def _standing(stacks: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: blocks for name, blocks in stacks.items() if blocks}


def _named(stacks: list[list[str]]) -> dict[str, list[str]]:
    return {f"stack{at}": blocks for at, blocks in enumerate(stacks, 1)}


def _arranged(rng: Random, blocks: int, stacks: int) -> list[list[str]]:
    result: list[list[str]] = [[] for _ in range(stacks)]
    for block in shuffled(rng, _BLOCKS[:blocks]):
        result[integer(rng, 0, stacks - 1)].append(block)
    return result


def _question(initial: dict[str, list[str]], goal: dict[str, list[str]]) -> str:
    return (
        "Blocks stand on stacks. Each stack is written from its bottom to its top: the last block is on top.\n\n"
        f"At the start:\n{_shown(initial)}\n\nWanted in the end:\n{_shown(goal)}\n"
        "Every stack that is not named here must be empty in the end.\n\n"
        "A move takes the block on top of a stack and puts it on top of another of the stacks above. There are no "
        "other stacks, and there is no table. Find moves that lead from the start to what is wanted; there need not "
        "be as few as possible.\n"
        "Give the moves in order, one a line, as your final answer in the form <<<moves>>>. For example, where X is "
        "on top of stack7 and Y below it:\n"
        "<<<Move X from stack7 to stack9\nMove Y from stack7 to stack8>>>"
    )


def _shown(stacks: dict[str, list[str]]) -> str:
    return "\n".join(f"{name}: {' '.join(blocks) or '(empty)'}" for name, blocks in stacks.items())


def _form(stacks: dict[str, list[str]], steps: list[Step]) -> str:
    names = list(stacks)
    moves = [f"Move {block} from {names[source]} to {names[goal]}" for block, source, goal in steps]
    return f"<<<{chr(10).join(moves)}>>>"


TASK = Blocksworld()

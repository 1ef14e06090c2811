"""light_puzzles: which lights are on after buttons, each wired to some of the lights, have been pressed in turn.

Rules: `symbench` specification 4.8. The published grids have 2 to 5 rows, one to three buttons and one to
four presses.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from random import Random
from string import ascii_uppercase
from typing import Annotated

from msgspec import Meta, Struct

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import choice, integer, sample
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Broken, Look, Misfit, Unreadable, look, shorten
from codesteer_tui.symbench.reading.lists import items, table, unframed
from codesteer_tui.symbench.reading.numbers import plain
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

_ATTEMPTS = 20

Light = Annotated[int, Meta(ge=0, le=1)]
Row = Annotated[list[Light], Meta(max_length=50)]
Place = tuple[Annotated[int, Meta(ge=1, le=50)], Annotated[int, Meta(ge=1, le=50)]]


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The grid, the buttons and the rounds. More of any of them are harder.

    `size`: rows and columns of lights. `buttons`: how many there are; each switches two lights or more, at most half of
    them. `presses`: how many times one of them is pressed.
    """

    size: Annotated[int, Meta(ge=2, le=12)] = 5
    buttons: Annotated[int, Meta(ge=1, le=26)] = 3
    presses: Annotated[int, Meta(ge=1, le=100)] = 4


class Parameters(Struct, frozen=True):
    """What is checked: the lights at the start (1: on), what each button switches (row, column from 1), the presses."""

    n: Annotated[int, Meta(ge=1, le=50)]
    initial_state: Annotated[list[Row], Meta(max_length=50)]
    buttons: Annotated[dict[str, Annotated[list[Place], Meta(max_length=2_500)]], Meta(max_length=100)]
    operations: Annotated[list[str], Meta(max_length=10_000)]

    def __post_init__(self) -> None:
        """Refuse a grid that is not n*n, lights outside of it, and buttons that are not there."""
        if len(self.initial_state) != self.n or any(len(row) != self.n for row in self.initial_state):
            raise ValueError(f"initial_state is not a grid of {self.n}*{self.n} lights")
        if any(max(place) > self.n for places in self.buttons.values() for place in places):
            raise ValueError("a button switches a light outside of the grid")
        if set(self.operations) - set(self.buttons):
            raise ValueError("operations names a button that is not there")


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open.

    `grids`: the lights may also be given as a grid: rows on lines of their own, in brackets, or as strings of digits.
    """

    grids: bool = True


class LightPuzzles:
    """Press buttons and tell which lights are on."""

    id = "light_puzzles"
    title = "Lights and buttons"
    category: Category = "logic"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = Choices

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw lights, wires and presses; where that is possible, something changes in the end."""
        size = difficulty.size
        lights = [[integer(rng, 0, 1) for _ in range(size)] for _ in range(size)]
        places = [(row, column) for row in range(1, size + 1) for column in range(1, size + 1)]
        names = ascii_uppercase[: difficulty.buttons]
        buttons = {name: sorted(sample(rng, places, integer(rng, 2, size * size // 2))) for name in names}
        presses: list[str] = []
        for _ in range(_ATTEMPTS):
            presses = [choice(rng, names) for _ in range(difficulty.presses)]
            after = solve(lights, buttons, presses)
            if after != [light for row in lights for light in row]:
                break
        return Problem(
            question=_question(lights, buttons, presses),
            task=self.id,
            parameters={
                "n": size,
                "initial_state": lights,
                "buttons": {name: [list(place) for place in wired] for name, wired in buttons.items()},
                "operations": presses,
            },
            gold=_form(solve(lights, buttons, presses)),
        )

    def verify(self, problem: Problem, answer: str, policy: Choices | None = None) -> Verdict:
        """Accept the state of every light, row by row."""
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: Choices | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge the lights. They are read as rows of "0" and "1"; `where` is a wrong one (row, column from 0)."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        read = partial(_lights, size=parameters.n, policy=policy or Choices())
        return look(answer, read, partial(_broken_rules, parameters), "All lights are right.", most=most)

    def solve(self, problem: Problem) -> str | None:
        """Press one button after the other."""
        parameters = parameters_for(problem, Parameters)
        return _form(solve(parameters.initial_state, parameters.buttons, parameters.operations))


def _broken_rules(parameters: Parameters, lights: list[list[str]]) -> Iterator[Broken]:
    presses = Counter(parameters.operations)
    switched: Counter[tuple[int, int]] = Counter()
    for name, wired in parameters.buttons.items():
        for place in set(wired):
            switched[place] += presses[name]
    for at, row in enumerate(lights):
        for column, light in enumerate(row):
            start, times = parameters.initial_state[at][column], switched[at + 1, column + 1]
            if light != str((start + times) % 2):
                yield Broken(
                    f"The light in row {at + 1}, column {column + 1} is {start} at the start and switched {times} "
                    f"times, so that it is not {light} in the end.",
                    ((at, column),),
                )


def _lights(text: str, size: int, policy: Choices) -> list[list[str]] | Unreadable:
    line = plain(text)
    if policy.grids:
        if re.fullmatch(r"[01]+", line) and len(line) == size * size:
            line = " ".join(line)
        rows = table(unframed(line), size, size, glued=True)
    else:
        flat = items(line) if "\n" not in line else Unreadable("The lights are on more than one line")
        if isinstance(flat, Unreadable):
            return flat
        rows = table(" ".join(flat), size, size)
    if isinstance(rows, Unreadable):
        return rows
    if isinstance(rows, str):
        return Misfit(rows.removesuffix("."))
    odd = next((light for row in rows for light in row if light not in ("0", "1")), None)
    return rows if odd is None else Misfit(f'"{shorten(odd)}" is neither 0 nor 1')


def _form(lights: list[int]) -> str:
    return f"<<<{','.join(map(str, lights))}>>>"


def _question(lights: list[list[int]], buttons: dict[str, list[tuple[int, int]]], presses: list[str]) -> str:
    size = len(lights)
    shown = "\n".join("".join(map(str, row)) for row in lights)
    wires = "\n".join(
        f"Button {name}: {', '.join(f'({row}, {column})' for row, column in wired)}"
        for name, wired in buttons.items()
    )
    example = "<<<1,0,0,1>>> for a grid with the rows 10 and 01"
    if size == 2:
        example = "<<<1,0,0,1,1,0,1,1,0>>> for a grid with the rows 100, 110 and 110"
    return (
        f"There are {size} rows of {size} lights. A 1 is a light that is on, a 0 one that is off. At the start they "
        f"are:\n\n{shown}\n\n"
        "Each button is wired to some of the lights. Whenever it is pressed, each of its lights changes: those that "
        "are on go off, and those that are off go on. The lights of the buttons, as (row, column), counted from 1 at "
        f"the top left:\n\n{wires}\n\n"
        f"The buttons are pressed in this order: {', '.join(presses)}\n\n"
        "Which lights are on in the end? Give all lights as 0 or 1, row by row from the top, each row from left to "
        f"right, in the form <<<light,light,...>>>. For example, {example}."
    )


def solve(
    lights: list[list[int]], buttons: dict[str, list[tuple[int, int]]], presses: list[str]
) -> list[int]:
    """Press the buttons one after the other, with the lights as bits of one number; gives them row by row."""
    size = len(lights)
    state = int("".join(str(light) for row in lights for light in row), 2)
    masks = {
        name: sum({1 << (size * size - (row - 1) * size - column) for row, column in wired})
        for name, wired in buttons.items()
    }
    for name in presses:
        state ^= masks[name]
    return [int(bit) for bit in f"{state:0{size * size}b}"]


TASK = LightPuzzles()

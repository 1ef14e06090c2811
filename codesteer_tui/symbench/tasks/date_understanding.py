"""date_understanding: the date that lies some days, weeks, months or years from a known one.

Rules: `symbench` specification 4.31 to 4.34. Dates are of the Gregorian calendar, which also holds where it was not
yet in use. The published problems are told in words only a reader understands, so that `solve` leaves them; their
rows hold no data beside the question, and the verifier uses their stored answer. One or another of those is
publicly doubted.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from random import Random
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from codesteer_tui.errors import ProblemError
from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import choice, integer, shuffled
from codesteer_tui.symbench.judging.choosing import OptionLetter, judge_option
from codesteer_tui.symbench.making.names import NAMES
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
Unit: TypeAlias = Literal["days", "weeks", "months", "years"]
_UNITS: tuple[Unit, ...] = ("days", "days", "weeks", "months", "years")
_MOST_MONTHS, _MOST_YEARS = 24, 20


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The dates. More steps and larger ones are harder.

    `steps`: how many steps lead from today to the date that is asked for. `largest`: the most days in a step, and in
    what is told of today. `first_year` and `last_year`: the date that the question names lies in these years.
    """

    steps: Annotated[int, Meta(ge=1, le=12)] = 1
    largest: Annotated[int, Meta(ge=7, le=10_000)] = 60
    first_year: Annotated[int, Meta(ge=1600, le=2400)] = 1930
    last_year: Annotated[int, Meta(ge=1600, le=2400)] = 2030

    def __post_init__(self) -> None:
        """Refuse an empty range of years."""
        if self.first_year > self.last_year:
            raise ValueError(f"first_year {self.first_year} is after last_year {self.last_year}")


class Shift(Struct, frozen=True):
    """So many units later, or earlier where `count` is negative. Months and years keep the day of the month."""

    count: Annotated[int, Meta(ge=-100_000, le=100_000)]
    unit: Unit


class Parameters(Struct, frozen=True):
    """The date that is named (`anchor`, as YYYY-MM-DD), how far today is from it, and the steps on from there.

    `options`: letter → MM/DD/YYYY. Empty in published problems, where only the question holds them.
    """

    anchor: Annotated[str, Meta(max_length=10)] = ""
    today: Shift = Shift(0, "days")
    shifts: Annotated[list[Shift], Meta(max_length=100)] = []
    options: Annotated[dict[str, str], Meta(max_length=26)] = {}


class DateUnderstanding:
    """Count days, weeks, months and years in the calendar."""

    id = "date_understanding"
    title = "Dates"
    category: Category = "logic"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = OptionLetter

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw a date and steps that lead only to days that exist; the other options are what near misses give."""
        first = date(difficulty.first_year, 1, 1).toordinal()
        last = date(difficulty.last_year, 12, 31).toordinal()
        anchor = date.fromordinal(integer(rng, first, last))
        told, since = _told(rng, anchor, difficulty.largest)
        today = here = _moved(anchor, since) or anchor
        shifts: list[Shift] = []
        for _ in range(difficulty.steps):
            shift = _draw(rng, here, difficulty.largest)
            shifts.append(shift)
            here = _moved(here, shift) or here
        options = shuffled(rng, [here, *_near(rng, here, today, shifts)])
        listed = dict(zip("ABCDEF", map(_american, options), strict=True))
        return Problem(
            question=_question(told, shifts, listed),
            task=self.id,
            parameters={
                "anchor": anchor.isoformat(),
                "today": {"count": since.count, "unit": since.unit},
                "shifts": [{"count": shift.count, "unit": shift.unit} for shift in shifts],
                "options": listed,
            },
            gold=f"<<<({'ABCDEF'[options.index(here)]})>>>",
        )

    def verify(self, problem: Problem, answer: str, policy: OptionLetter | None = None) -> Verdict:
        """Accept the letter of the right option, or its text."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return parameters
        return judge_option(problem, answer, policy or OptionLetter())

    def solve(self, problem: Problem) -> str | None:
        """Count through the calendar month by month."""
        parameters = parameters_for(problem, Parameters)
        if not parameters.anchor:
            raise ProblemError(
                "A published problem about dates is told in words that only a reader understands.",
                "Generate one: its parameters hold what is to be counted.",
            )
        found = solve(parameters.anchor, [parameters.today, *parameters.shifts])
        right = [letter for letter, text in parameters.options.items() if text == found]
        return f"<<<({right[0]})>>>" if len(right) == 1 else None


def _american(day: date) -> str:
    return f"{day.month:02}/{day.day:02}/{day.year:04}"


def _moved(day: date, shift: Shift) -> date | None:
    """The day that lies a shift away; None where that month has no such day."""
    if shift.unit in ("days", "weeks"):
        return day + timedelta(days=shift.count * (7 if shift.unit == "weeks" else 1))
    months = day.year * 12 + day.month - 1 + shift.count * (12 if shift.unit == "years" else 1)
    try:
        return date(months // 12, months % 12 + 1, day.day)
    except ValueError:
        return None


def _draw(rng: Random, day: date, largest: int) -> Shift:
    unit = choice(rng, _UNITS)
    most = {"days": largest, "weeks": largest // 7, "months": _MOST_MONTHS, "years": _MOST_YEARS}[unit]
    count = integer(rng, 1, most) * choice(rng, (1, -1))
    if _moved(day, Shift(count, unit)) is None:
        return Shift(integer(rng, 1, largest) * choice(rng, (1, -1)), "days")
    return Shift(count, unit)


def _told(rng: Random, anchor: date, largest: int) -> tuple[str, Shift]:
    """Tell a date, and how far today is from it."""
    month, short = _MONTHS[anchor.month - 1], _MONTHS[anchor.month - 1][:3]
    shown = choice(
        rng,
        (
            f"{month} {anchor.day}, {anchor.year}",
            f"{anchor.day} {month} {anchor.year}",
            f"{short} {anchor.day}, {anchor.year}",
            f"{anchor.day:02} {short} {anchor.year}",
            anchor.isoformat(),
        ),
    )
    name, other = choice(rng, NAMES), choice(rng, NAMES)
    days, years = integer(rng, 3, largest), integer(rng, 2, 90)
    tellings = [
        (f"Today is {shown}.", Shift(0, "days")),
        (f"Yesterday was {shown}.", Shift(1, "days")),
        (f"Tomorrow will be {shown}.", Shift(-1, "days")),
        (f"The day before yesterday was {shown}.", Shift(2, "days")),
        (f"The day after tomorrow will be {shown}.", Shift(-2, "days")),
        (f"{name} moved into a new flat on {shown}, which was exactly {days} days ago.", Shift(days, "days")),
        (f"{name}'s ship leaves on {shown}, exactly {days} days from today.", Shift(-days, "days")),
        (
            f"{name} lent {other} a book on {shown}, exactly {days % 9 + 2} weeks ago.",
            Shift(days % 9 + 2, "weeks"),
        ),
        (f"{name} was born on {shown} and turns {years} today.", Shift(years, "years")),
    ]
    told, since = choice(rng, tellings[: -1 if (anchor.month, anchor.day) == (2, 29) else len(tellings)])
    return told.replace(f"lent {name} a", "lent a neighbour a"), since


def _near(rng: Random, right: date, today: date, shifts: list[Shift]) -> list[date]:
    """Five other days: what one gets with a slip of a day, week, month or year, or a step the wrong way."""
    last = shifts[-1]
    slips = [Shift(count, unit) for unit in _UNITS for count in (1, -1)]
    slips += [
        Shift(-2 * last.count, last.unit),
        Shift(-last.count, last.unit),
        Shift(2, "days"),
        Shift(10, "days"),
    ]
    days = [_moved(right, slip) for slip in slips] + [today]
    if right.day <= 12:
        days.append(date(right.year, right.day, right.month))
    others = shuffled(rng, [day for day in dict.fromkeys(days) if day and day != right])
    return others[:5]


def _question(told: str, shifts: list[Shift], listed: dict[str, str]) -> str:
    steps = [
        f"go {'forward' if shift.count > 0 else 'back'} {abs(shift.count)} "
        f"{shift.unit[:-1] if abs(shift.count) == 1 else shift.unit}"
        for shift in shifts
    ]
    options = "\n".join(f"({letter}) {text}" for letter, text in listed.items())
    return (
        f"{told} Begin at today's date and {', then '.join(steps)}. On which date do you arrive?\n"
        "A week has seven days. A step of months or years leads to the same day of the month; each day that you come "
        "to exists. All dates are of the Gregorian calendar, and are written as MM/DD/YYYY in the options.\n"
        f"Options:\n{options}\n"
        "Give your final answer in the form <<<(X)>>>, with the letter of the right option in the place of X."
    )


def solve(anchor: str, shifts: list[Shift]) -> str | None:
    """Count on from a date YYYY-MM-DD; gives MM/DD/YYYY, or None where a step leads to no day of the calendar."""
    match = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", anchor)
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups())
    for shift in shifts:
        if not 1 <= month <= 12 or not 1 <= day <= _length(year, month):
            return None
        if shift.unit in ("months", "years"):
            month += shift.count * (12 if shift.unit == "years" else 1)
            year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
            continue
        day += shift.count * (7 if shift.unit == "weeks" else 1)
        while day < 1:
            year, month = (year, month - 1) if month > 1 else (year - 1, 12)
            day += _length(year, month)
        while day > _length(year, month):
            day -= _length(year, month)
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    exists = 1 <= year <= 9999 and day <= _length(year, month)
    return f"{month:02}/{day:02}/{year:04}" if exists else None


def _length(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


TASK = DateUnderstanding()

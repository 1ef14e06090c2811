"""The knobs of a task and the seed: one line each, with a slider, set by keys, by typing or by the mouse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from msgspec import Struct
from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from codesteer_tui.symbench.fields import Field
from codesteer_tui.tui.blocks import Part
from codesteer_tui.tui.browsing import SEED, SEED_DIGITS, at_share, number, share, stepped, written
from codesteer_tui.tui.keys import bindings
from codesteer_tui.tui.words import cut

TYPED = set("0123456789.,-")
"""What can be typed into a value."""

MOST_TYPED = 40
"""Characters of a value that is typed; more are refused."""

LEAST_SLIDER = 6
"""Columns; with fewer of them there is no slider."""

LONGEST = 20
"""Characters of a value that are shown; of one that is typed the last ones."""


class Knobs(Static, can_focus=True):
    """Shows values and asks for others. It holds none but the one that is being typed."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("knobs")

    class Turned(Message):
        """A knob shall have another value, as it is typed."""

        def __init__(self, field: Field, text: str) -> None:
            super().__init__()
            self.field, self.text = field, text

    class Reached(Message):
        """Another knob is the one that keys act on."""

    def __init__(self) -> None:
        super().__init__(markup=False, id="knobs")
        self.rows: list[tuple[Field, str]] = []
        self.at = 0
        self.typed: str | None = None
        self.refused = ""
        """Why what is typed is not taken, or what was typed last was not; empty where it is."""
        self._before = ""
        self._is_acted_on = False

    @property
    def field(self) -> Field | None:
        """The field that keys act on."""
        return self.rows[self.at][0] if self.rows else None

    def put(self, fields: Sequence[Field], value: Callable[[Field], str]) -> None:
        """Show these fields with these values."""
        before = self.field
        self.rows = [(field, value(field)) for field in fields]
        known = [field.name for field, _ in self.rows]
        if before is None or known[self.at : self.at + 1] != [before.name]:
            self.at, self.typed, self.refused = 0, None, ""
        self._draw()

    def _draw(self) -> None:
        width = self.content_size.width
        shown = [
            (field, f"{self.typed}_" if at == self.at and self.typed is not None else text)
            for at, (field, text) in enumerate(self.rows)
        ]
        columns = columns_for(shown, width)
        lines = [
            line(
                field, text, columns, width,
                typed=self.typed if here else None, here=here and self._is_acted_on,
            )
            for at, (field, text) in enumerate(self.rows)
            for here in (at == self.at,)
        ]  # fmt: skip
        self.update(Content("\n").join(Content.assemble(*parts) for parts in lines))

    def on_resize(self) -> None:
        self._draw()

    def on_focus(self) -> None:
        self._is_acted_on, self.refused = True, ""
        self._draw()
        self.post_message(self.Reached())

    def on_blur(self) -> None:
        self._is_acted_on = False
        self._take()
        self._draw()
        self.post_message(self.Reached())

    def on_key(self, event: events.Key) -> None:
        """Digits replace the value; it counts as it is typed. Backspace takes the last one away."""
        field = self.field
        if field is None or field.choices:
            return
        if event.character and event.character in TYPED:
            self._type((self.typed or "") + event.character)
        elif event.key == "backspace":
            self._type((self.rows[self.at][1] if self.typed is None else self.typed)[:-1])
        else:
            return
        event.stop()
        event.prevent_default()

    def _type(self, text: str) -> None:
        """Take what is typed; where it is no value the one before stays, and it is said why."""
        field, now = self.rows[self.at]
        if self.typed is None:
            self._before = now
        if len(text) > MOST_TYPED:
            self.refused = f"{field.name}: no more than {MOST_TYPED} characters are taken."
            self.post_message(self.Reached())
            return
        self.typed, was_refused = text, self.refused
        self.refused = refusal(field, text, self._before)
        self._draw()
        if self.refused:
            self.post_message(self.Turned(field, self._before))
        elif text.strip("-.,"):
            self.post_message(self.Turned(field, text))
        if self.refused or was_refused:
            self.post_message(self.Reached())

    def _take(self) -> None:
        """What was typed is the value; what was emptied stays as it was."""
        self.typed = None

    def _turn(self, text: str) -> None:
        field, now = self.rows[self.at]
        if text != now:
            self.post_message(self.Turned(field, text))

    def _step(self, by: int, far: bool) -> None:
        if self.rows:
            self._take()
            self.refused = ""
            self._turn(stepped(*self.rows[self.at], by, far=far))
            self._draw()

    def action_less(self, far: bool = False) -> None:
        self._step(-1, far)

    def action_more(self, far: bool = False) -> None:
        self._step(1, far)

    def action_end_of(self, upper: bool) -> None:
        """The least or the most of the range."""
        field = self.field
        if field is None:
            return
        self._take()
        self.refused = ""
        end = field.most if upper else field.least
        if field.choices:
            self._turn(field.choices[-1 if upper else 0])
        elif end is not None:
            self._turn(written(field, end))
        self._draw()

    def action_default(self) -> None:
        if field := self.field:
            self._take()
            self.refused = ""
            self._turn(field.default)
            self._draw()

    def action_go(self, by: int) -> None:
        """Go to another knob; beyond the ends to what stands there."""
        if self.typed is None:
            self.refused = ""
        self._take()
        at = self.at + by
        if not 0 <= at < len(self.rows):
            self.screen.focus_next() if by > 0 else self.screen.focus_previous()
            return
        self.at = at
        self._draw()
        self.post_message(self.Reached())

    def on_click(self, event: events.Click) -> None:
        """Go to the knob that was clicked; a click on its slider sets it."""
        at = event.get_content_offset(self)
        if at is None or at.y >= len(self.rows):
            return
        self._take()
        self.at = at.y
        field, _ = self.rows[self.at]
        columns = columns_for(self.rows, self.content_size.width)
        along = at.x - columns.start
        if 0 <= along < columns.slider and field.least is not None and field.most is not None:
            self._turn(at_share(field, along / (columns.slider - 1)))
        self._draw()
        self.post_message(self.Reached())


def refusal(field: Field, text: str, before: str) -> str:
    """Why a typed seed is none, and which one stays; empty where it is one, or the beginning of one."""
    digits = text.removeprefix("-")
    if field is not SEED or not digits:
        return ""
    if not digits.isdecimal():
        return f'"{text}" is no whole number; the seed stays {before}.'
    return f"A seed has at most {SEED_DIGITS} digits; it stays {before}." if len(digits) > SEED_DIGITS else ""


class Columns(Struct, frozen=True):
    """How many columns the parts of a line have: the name with the mark before it, the value, the slider, the range."""

    name: int
    value: int
    slider: int
    range: int

    @property
    def start(self) -> int:
        """The first column of the slider, behind its bracket."""
        return self.name + self.value + 2


def columns_for(rows: Sequence[tuple[Field, str]], width: int) -> Columns:
    """Columns for these lines: as many for names, values and ranges as they need, the rest for the slider, or none."""
    name = 3 + max((len(field.name) for field, _ in rows), default=0)
    value = max(5, *(min(LONGEST, len(text)) for _, text in rows), 0)
    numbers = [_range(field) for field, _ in rows if field.least is not None]
    range_ = max((len(words) for words in numbers), default=0)
    slider = min(40, width - name - value - range_ - 5)
    return Columns(name, value, slider if slider >= LEAST_SLIDER else 0, range_)


def _range(field: Field) -> str:
    return field.range.replace(" to ", "..") if field.most is not None else field.range


def line(
    field: Field, text: str, columns: Columns, width: int, *, typed: str | None, here: bool
) -> list[Part]:
    """One knob: its name, its value, a slider or the choices, and the range."""
    value = cut(text, LONGEST) if typed is None else f"{typed}_"
    if len(value) > LONGEST:
        value = f"…{value[1 - LONGEST :]}"
    parts: list[Part] = [
        ("> " if here else "  ", "bold $text-accent"),
        f"{field.name:<{columns.name - 2}}",
        (f"{value:>{columns.value}}", "bold reverse" if here else "bold"),
    ]
    room = width - columns.start
    if field.choices:
        return [*parts, "  ", *_choices(field, text, room)]
    where, size = share(field, text), columns.slider
    if where is None or not size:
        words = "any whole number" if field is SEED else _range(field)
        return [*parts, "  ", (cut(words, room), "dim")]
    knob = round(where * (size - 1))
    odd = number(field, text)
    off = odd is not None and not (field.least or 0) <= odd <= (field.most or 0)
    return [
        *parts,
        (" [", "dim"),
        ("-" * knob, "$text-accent"),
        ("!" if off else "|", "bold $text-accent"),
        ("-" * (size - 1 - knob), "dim"),
        ("] ", "dim"),
        (_range(field), "dim"),
    ]


def _choices(field: Field, text: str, room: int) -> list[Part]:
    """All choices with the chosen one in brackets; where they do not fit, how many there are."""
    whole = " ".join(f"[{c}]" if c == text else f" {c} " for c in field.choices)
    if len(whole) > room:
        return [(cut(f"one of {len(field.choices)}: Left, Right", room), "dim")]
    parts: list[Part] = []
    for c in field.choices:
        parts += [" "] if parts else []
        parts.append((f"[{c}]", "bold $text-accent") if c == text else (f" {c} ", "dim"))
    return parts

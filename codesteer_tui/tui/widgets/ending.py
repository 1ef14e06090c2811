"""How it ended: the answer with its verdicts, or what went wrong and what to do about it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable
from functools import partial

from textual.content import Content
from textual.geometry import Size

from codesteer_tui import events as ev
from codesteer_tui.steering.outcome import BestSoFar, best_so_far
from codesteer_tui.text import plain
from codesteer_tui.transcript import Transcript
from codesteer_tui.tui.blocks import Part
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.keys import pressed
from codesteer_tui.tui.layout import SHORT_FROM, TALL_FROM
from codesteer_tui.tui.widgets.still import Still
from codesteer_tui.tui.words import OUTCOMES, cut
from codesteer_tui.values import Verdicts

LOOKS = ("-good", "-bad", "-unsure")
NAMES = ("symbolic", "self-check", "ground truth")
SHORT_NAMES = ("code", "check", "truth")
GAP = "   "
FRAME = 4
"""Columns that the panel's border and padding take."""

LEAST = 14
"""With fewer columns a reason is left out."""


class EndingPanel(Still):
    """A few lines above the prompt, hidden while there is nothing to say."""

    def __init__(self) -> None:
        super().__init__(id="ending", markup=False)
        self._say: Callable[[], None] | None = None
        self._is_advice = False
        self._said_at = Size(0, 0)

    def clear(self) -> None:
        """Hide it."""
        self._say, self._is_advice = None, False
        self._look("")
        self.put_text(Content(""))

    def explain(self, message: str, remedy: str = "") -> None:
        """Say what went wrong, and what to do."""
        self._put(partial(self._explain, message, remedy))
        self._is_advice = True

    def clear_advice(self) -> None:
        """Hide what went wrong, for it has been seen to; how a run ended stays."""
        if self._is_advice:
            self.clear()

    def show(self, transcript: Transcript) -> None:
        """Say how the run ended."""
        match transcript.ending:
            case ev.Finished(answer=answer) as ending if answer:
                self._put(partial(self._answer, ending))
            case ev.Finished() as ending:
                self._put(partial(self._no_answer, ending, _advice(transcript)))
            case ev.Failed(message=message, remedy=remedy):
                self._put(partial(self._explain, message, remedy, best_so_far(transcript)))
            case ev.Cancelled() as ending:
                self._put(partial(self._stopped, ending))
            case None:
                self.clear()

    def on_resize(self) -> None:
        """What is cut to the window is cut anew."""
        if self._say and self.app.size != self._said_at:
            self.call_after_refresh(self._say_again)

    def _put(self, say: Callable[[], None]) -> None:
        self._say, self._is_advice = say, False
        self._say_again()

    def _say_again(self) -> None:
        self._said_at = self.app.size
        if self._say:
            self._say()

    @property
    def _columns(self) -> int:
        return max(20, self.app.size.width - FRAME)

    @property
    def _is_short(self) -> bool:
        return self.app.size.height < TALL_FROM

    def _answer(self, ending: ev.Finished) -> None:
        own = ", of your own run" if ending.own_run else ""
        at = f" (R{ending.answer_round}{own})" if ending.answer_round is not None else ""
        head: list[Part] = [("ANSWER", "bold"), (f"{at}  ", "dim")]
        room = self._columns - len(f"ANSWER{at}  ") if self._is_short else 200
        answer = (cut(plain(ending.answer), room), "bold")
        verdicts = verdict_parts(ending.verdicts, self._columns)
        room = self._columns - _width(verdicts) - len(GAP) if self._is_short else 160
        self._draw(_look(ending.verdicts), [*head, answer, "\n", *verdicts, *_reason(ending, room)])

    def _no_answer(self, ending: ev.Finished, advice: tuple[str, str] | None) -> None:
        parts: list[Part] = [("NO ANSWER", "bold"), *_reason(ending, self._columns - len(f"NO ANSWER{GAP}"))]
        if advice:
            parts += [f"\n{advice[0]}\n", ("-> ", "dim"), advice[1]]
        self._draw("-unsure", parts)

    def _explain(self, message: str, remedy: str, reached: BestSoFar | None = None) -> None:
        shown, then = plain(message), plain(remedy)
        tiny = self.app.size.height < SHORT_FROM
        if self._is_short or reached:  # as much of each as leaves room for the others
            most = 1 if tiny or (reached and self._is_short) else 2
            shown = _wrapped(shown, self._columns, len("x "), most)
            then = _wrapped(then, self._columns, len("  -> "), 1 if tiny else 2)
        parts: list[Part] = [*self._reached(reached), ("x ", "bold $text-error"), (shown, "bold")]
        if remedy and not (reached and tiny):
            parts += ["\n  ", ("-> ", "dim"), then]
        self._draw("-bad", parts)

    def _reached(self, reached: BestSoFar | None) -> list[Part]:
        """The answer that there was before the run failed, in a line, with the opinions on it where they fit."""
        if reached is None:
            return []
        head = f"BEST SO FAR (R{reached.round})  "
        verdicts = verdict_parts(reached.verdicts, self._columns)
        width = _width(verdicts)
        answer, room = plain(reached.answer), self._columns - len(head)
        fits = min(len(answer), LEAST) + len(GAP) + width <= room
        said = cut(answer, room - len(GAP) - width if fits else room)
        return [(head, "bold"), (said, "bold"), *([GAP, *verdicts] if fits else []), "\n"]

    def _stopped(self, ending: ev.Cancelled) -> None:
        self._draw(
            "-unsure",
            [
                ("BROKEN OFF" if ending.broke_off else "STOPPED", "bold"),
                f"  {'Its record has no end.' if ending.broke_off else 'What came is kept and recorded.'}",
                (f"  {pressed(self.app, 'resume')} goes on.", "dim"),
            ],
        )

    def _draw(self, look: str, parts: list[Part]) -> None:
        self._look(look)
        self.put_text(Content.assemble(*parts))

    def _look(self, look: str) -> None:
        for known in LOOKS:
            self.set_class(known == look, known)


def _wrapped(text: str, columns: int, before: int, most: int) -> str:
    """The text in at most so many lines, of which the first has `before` columns less."""
    lines = textwrap.wrap(text, columns, initial_indent=" " * before)
    if len(lines) > most:
        lines[most - 1 :] = [lines[most - 1][: columns - 2].rstrip() + " …"]
    return "\n".join(lines)[before:]


def _advice(transcript: Transcript) -> tuple[str, str] | None:
    with importing:
        from codesteer_tui.sessions.export import demo_advice  # sessions are slow to import; by now they are

    return demo_advice(transcript)


def _look(verdicts: Verdicts) -> str:
    opinions = (verdicts.ground_truth, verdicts.self_check)
    if "fail" in opinions:
        return "-bad"
    return "-good" if "pass" in opinions else "-unsure"


def _reason(ending: ev.Finished, room: int) -> list[Part]:
    """Why the run ended there, cut to the room; nothing where hardly a word would fit."""
    if not ending.reason or room < LEAST:
        return []
    return [(f"{GAP}{cut(plain(ending.reason), room)}", "dim")]


def verdict_parts(verdicts: Verdicts, room: int) -> list[Part]:
    """The three verdicts side by side, each in words with its mark; with little room in short words, or as marks."""
    outcomes = (verdicts.symbolic, verdicts.self_check, verdicts.ground_truth)
    for names, in_words in ((NAMES, True), (SHORT_NAMES, True), (SHORT_NAMES, False)):
        parts: list[Part] = []
        for name, outcome in zip(names, outcomes, strict=True):
            mark = OUTCOMES[outcome]
            parts += [(f"{name} ", "dim"), (str(mark) if in_words else mark.sign, mark.style), GAP]
        if _width(parts[:-1]) <= room:
            break
    return parts[:-1]


def _width(parts: Iterable[Part]) -> int:
    return sum(len(part if isinstance(part, str) else part[0]) for part in parts)

"""Hostile text streams through every pane of the real app without an error, and stays what it is."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from codesteer_tui import events as ev
from codesteer_tui import sessions
from codesteer_tui.problem import Problem
from codesteer_tui.sessions.store import Recording
from codesteer_tui.settings import Settings
from codesteer_tui.text import plain
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.screens.difference import DifferenceScreen
from codesteer_tui.tui.screens.evidence import EvidenceScreen
from codesteer_tui.tui.taking import copy_thing
from codesteer_tui.tui.widgets.pane import Pane
from codesteer_tui.values import (
    ExecutionResult,
    Extraction,
    Finding,
    Guidance,
    Judgement,
    Limits,
    Message,
    Program,
    Question,
    Verdict,
)
from tests.recordings.build import BOX, DEMO, RULES, game24, pieces
from tests.tui.conftest import FakeSession, opener, pane, until
from tests.tui.test_live_screen import is_idle, type_in

CORPUS = {
    "markup": "[bold]x[/bold] [/] [link=http://x]y[/link] [@click=app.quit]z[/] \\[a] [red",
    "escapes": "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b[2J\x1b[H bell\x07 \x9b5m \r\n\tend",
    "bidi and zero width": "\u202eabc\u2066def\u2069 a\u200bb\u200dc \ufeff e" + "\u0301" * 40,
    "nothing printable": "\x00\x01\x02\ud800\udfff",
    "a long line": "x" * 100_000,
    "wide": "漢字🤖👩‍👩‍👧‍👦" * 300,
    "an open fence": "text\n```python\ndef f(:\n    'unclosed",
    "many fences": "```python\n```\n" * 500,
    "nested": "\n".join("  " * i + "- [ ] item" for i in range(60)) + "\n" + "|a|b|\n" * 300,
}

HUGE = {
    "a line of 1 MB": "x" * 1_000_000,
    "10,000 fences": "```python\nx = 1\n```\n" * 5_000,
    "lists in lists": "\n".join(" " * (n % 400) + "- item" for n in range(4_000)),
    "a table of 60,000 cells": "\n".join("|" + "cell [b]|" * 20 for _ in range(3_000)),
    "NUL between letters": "a\x00b" * 20_000,
}
"""Too long to be shown whole, and not to be copied whole."""


def events_of(text: str) -> list[ev.Event]:
    """One round in which everything that can be said says this."""
    verdict = Verdict("fail", text, text)
    result = ExecutionResult("timeout", stdout=text, stderr=text, stdout_truncated=True, tail_stdout=text)
    guidance = Guidance("refine", text, text)
    judgement = Judgement("default", 1.0, True, (Finding("error", text, (1,)),), text)
    return [
        ev.SessionStarted(
            session="s", problem=Problem(text), max_rounds=1, sandbox=BOX,
            roles={"steerer": RULES, "task_llm": DEMO, "checker": DEMO},
        ),
        ev.RoundStarted(round=0),
        *(ev.GuidanceDelta(round=0, text=piece) for piece in pieces(text, 5000)),
        ev.GuidanceGiven(round=0, guidance=guidance),
        *(ev.AnswerDelta(round=0, text=piece) for piece in pieces(text, 5000)),
        ev.AnswerGiven(round=0, text=text, reasoning=text, finish="length"),
        ev.ExecutionStarted(round=0, id="1", purpose="answer", program=Program(text), limits=Limits()),
        *(ev.OutputDelta(round=0, id="1", stream="stdout", text=piece) for piece in pieces(text, 5000)),
        ev.ExecutionFinished(round=0, id="1", purpose="answer", result=result),
        ev.CodeJudged(round=0, judgement=judgement),
        ev.AnswerChecked(round=0, verdict=verdict, source=text, execution="1"),
        ev.AnswerVerified(round=0, task="t", verdict=verdict),
        ev.RoundFinished(round=0),
        ev.Failed(kind="x", message=text, remedy=text),
    ]  # fmt: skip


@pytest.mark.parametrize("name", CORPUS)
async def test_every_pane_survives(settings: Settings, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    text = CORPUS[name]
    monkeypatch.setattr(sessions, "open_session", opener(FakeSession(events_of(text))))
    app = CodesteerApp(settings)
    async with app.run_test(size=(140, 40)) as pilot:
        await type_in(pilot, "q")
        await until(pilot, lambda: app.screen.desk is not None and is_idle(app))
        for which in ("guidance", "task", "run", "flags") if len(text) < 2000 else ():
            shown = plain(text).rstrip("\n")
            await until(pilot, lambda which=which, shown=shown: shown in pane(app, which).text)
        app.screen.query_one("#pane-flags", Pane).focus()
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("escape", "f5")
        await pilot.pause()
        assert app.is_running


@pytest.mark.parametrize("text", [*CORPUS.values(), *HUGE.values()], ids=[*CORPUS, *HUGE])
async def test_what_is_copied_from_every_pane_is_what_was_written(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    events = events_of(text)
    code = ev.CodeFound(round=0, code=Extraction("found", text, 1))
    events.insert(-6, code)
    monkeypatch.setattr(sessions, "open_session", opener(FakeSession(events)))
    app = CodesteerApp(settings)
    async with app.run_test(size=(140, 40)) as pilot:
        await type_in(pilot, "q")
        await until(pilot, lambda: app.screen.desk is not None and is_idle(app))
        for which in ("guidance", "task", "run", "flags"):
            app.screen.set_focus(pane(app, which))
            app.copy_to_clipboard("something else")
            await pilot.press("y")
            await until(pilot, lambda: app.clipboard != "something else")
            assert app.clipboard == text, which
        for name in ("answer", "code", "output", "guidance", "check"):
            app.copy_to_clipboard("something else")
            assert copy_thing(app.live, name) == ""
            assert app.clipboard == text, name
        assert copy_thing(app.live, "round") == ""
        written = text.encode("utf-8", "replace").decode()
        assert written in app.clipboard


async def test_a_question_with_markup_in_it_is_shown_as_it_is(settings: Settings) -> None:
    app = CodesteerApp(settings)
    question = Question("run_with_reduced_isolation", CORPUS["markup"], ("[/no]", "yes"), CORPUS["escapes"])
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        asked = asyncio.create_task(app.screen.ask_person(question))
        await pilot.pause(0.2)
        await pilot.press("enter")
        assert (await asked).choice == "[/no]"


@pytest.mark.parametrize("text", CORPUS.values(), ids=CORPUS.keys())
async def test_every_dialog_of_the_panes_shows_it_and_copies_it_as_it_was(
    settings: Settings, text: str
) -> None:
    code = Extraction("found", text, 1, text)
    events: list[ev.Event] = [e for e in game24() if isinstance(e, ev.SessionStarted)]
    for number in (0, 1):
        prompt = ev.PromptSent(round=number, role="task_llm", messages=(Message("user", text),))
        verdict = Verdict("fail", text, text)
        judged = Judgement("default", 0.0, True, (Finding("hard_coded", text, (1, 2, 99)),), text)
        own = msgspec.structs.replace(code, source=f"{text}\n{number}")
        events += [
            ev.RoundStarted(round=number),
            ev.GuidanceGiven(round=number, guidance=Guidance("refine", text, text)),
            prompt,
            ev.AnswerGiven(round=number, text=f"```python\n{text}\n{number}\n```"),
            ev.CodeFound(round=number, code=own),
            ev.CodeJudged(round=number, judgement=judged),
            ev.AnswerChecked(round=number, verdict=verdict, source=text, attempts=1),
            ev.AnswerVerified(round=number, task="unknown", verdict=verdict),
        ]
    app = CodesteerApp(settings, recording=Recording(Path("hostile.jsonl"), events, []))
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        await pilot.press("2", "p", "y")
        await pilot.pause()
        assert app.clipboard == text
        await pilot.press(
            "slash", "x", "enter", "escape", "escape", "4", "down", "down", "down", "down", "enter"
        )
        await pilot.pause()
        assert isinstance(app.screen, EvidenceScreen)
        await pilot.press("escape", "d")
        await pilot.pause()
        assert isinstance(app.screen, DifferenceScreen)
        await pilot.press("n", "escape", "ctrl+f", "1", "enter", "n")
        await pilot.pause()
        assert pane(app, "task").is_on_screen

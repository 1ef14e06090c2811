"""Run the app in this terminal while 2,000 pieces of text a second stream into the answer pane.

Usage: `python streaming.py SECONDS RESULT_FILE`. Writes, as JSON, the CPU time that each tenth of the text took and
whether the text is whole, and goes on showing it until it is ended.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from codesteer_tui import events as ev
from codesteer_tui import sessions
from codesteer_tui.config import Config
from codesteer_tui.problem import pose
from codesteer_tui.settings import load_settings
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.values import Guidance
from tests.recordings.build import BOX, DEMO, RULES
from tests.tui.conftest import FakeSession

RATE = 2_000
"""Pieces of text a second."""

TICK_S = 0.02
TENTHS = 10
CORES = 2

LINES = (
    "Here is one more thought about the numbers, with a *mark* and a [link] in it.\n",
    "```python\n",
    "def attempt(numbers: list[int], depth: int = 0) -> int:\n",
    "    return sum(number * 2 for number in numbers if number % 3)  # so far\n",
    "```\n",
)
"""What is streamed: prose and code by turns."""


def pieces(count: int) -> list[str]:
    """The text in pieces of a few characters, as tokens come."""
    text = "".join(LINES)
    cut = [text[at : at + 4] for at in range(0, len(text), 4)]
    return [cut[n % len(cut)] for n in range(count)]


class Streaming:
    """One run that streams an answer, and measures itself."""

    def __init__(self, seconds: float, result: Path) -> None:
        self.pieces = pieces(round(seconds * RATE))
        self.result = result
        self.cpu: list[float] = []
        self.app: CodesteerApp | None = None

    async def events(self) -> AsyncIterator[ev.Event]:
        """A round whose answer comes at the rate."""
        roles = {"steerer": RULES, "task_llm": DEMO, "checker": DEMO}
        yield ev.SessionStarted(session="s", problem=pose("q"), max_rounds=1, sandbox=BOX, roles=roles)
        yield ev.RoundStarted(round=0)
        yield ev.GuidanceGiven(round=0, guidance=Guidance("code", "Use code."))
        await asyncio.sleep(1)
        count, sent, began = len(self.pieces), 0, time.monotonic()
        before = time.process_time()
        while sent < count:
            due = min(count, int((time.monotonic() - began) * RATE) + 1)
            for piece in self.pieces[sent:due]:
                yield ev.AnswerDelta(round=0, text=piece)
            sent = max(sent, due)
            while len(self.cpu) < sent * TENTHS // count:
                now = time.process_time()
                self.cpu.append(now - before)
                before = now
            await asyncio.sleep(TICK_S)
        took = time.monotonic() - began
        text = "".join(self.pieces)
        yield ev.AnswerGiven(round=0, text=text)
        await asyncio.sleep(2)
        self.write(took, text)
        await asyncio.Event().wait()

    def write(self, took: float, text: str) -> None:
        """Write what was measured."""
        assert self.app is not None
        desk = self.app.live.desk
        assert desk is not None
        this = desk.pane.this
        whole = this is not None and this.answer_text == text
        found = {"seconds": took, "cpu": self.cpu, "whole": whole, "chars": len(text)}
        new = self.result.with_suffix(".new")
        new.write_text(json.dumps(found))
        new.replace(self.result)


def main() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    run = Streaming(float(sys.argv[1]), Path(sys.argv[2]))

    @asynccontextmanager
    async def open_session(
        config: Config, problem: object, *, ask: object, config_file: object = None, **start: object
    ) -> AsyncIterator[FakeSession]:
        session = FakeSession([])
        session.events = run.events()
        yield session

    sessions.open_session = open_session  # type: ignore[assignment]
    run.app = CodesteerApp(load_settings({}, env={}), problem=pose("stream"))
    run.app.is_alone = True  # as in the command itself
    run.app.run()


if __name__ == "__main__":
    main()

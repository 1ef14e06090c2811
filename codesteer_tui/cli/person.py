"""Questions that only a person can answer, put to them on the terminal that the command runs in."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING

from codesteer_tui.cli.answering import Policy
from codesteer_tui.cli.speaking import say
from codesteer_tui.errors import ConfigError

if TYPE_CHECKING:
    from codesteer_tui.config import Config
    from codesteer_tui.values import Question, Reply, SteeringMode

MOST_LINE_BYTES = 1 << 20
"""Longest line that is read; a terminal gives 4,096 bytes at most."""


def someone_is_there() -> bool:
    """Whether questions can be put to a person: what is typed and what is said both go to a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def need_a_person(mode: SteeringMode, config: Config) -> bool:
    """Whether the run waits for a person by its mode or for its programs.

    Raises:
        ConfigError: the mode needs a person, and there is nobody who could be asked.
    """
    from codesteer_tui.steering.stepping import WITH_A_PERSON

    if mode in WITH_A_PERSON and not someone_is_there():
        raise ConfigError(
            f'The steering mode "{mode}" waits for a person, and this is no terminal where one could be asked.',
            "Run it in a terminal, or add: --steer auto",
        )
    return (mode in WITH_A_PERSON or config.sandbox.approve_code) and someone_is_there()


class Person(Policy):
    """Asks the person at the terminal about guidance and programs; all else is answered by policy."""

    def __init__(
        self, on_broken: str | None = None, over_limit: str = "stop", *, quiet: bool = False
    ) -> None:
        super().__init__(on_broken, over_limit)
        self._quiet = quiet
        self._typed = _Lines()

    async def answer(self, question: Question) -> Reply:
        """Choose by the kind of the question, or have the person choose."""
        if question.kind not in ("approve_guidance", "write_guidance", "approve_code"):
            return await super().answer(question)
        from codesteer_tui.steering.stepping import EDIT, VETO, WRITTEN
        from codesteer_tui.values import Reply

        self._show(question)
        choice = await self._choose(question)
        text = ""
        if choice in WRITTEN:
            text = await self._write(question.draft if choice == EDIT else "")
        elif choice == VETO:
            say("Why? It is told to the steerer; Enter alone gives no reason.")
            text = await self._typed.next() or ""
        return Reply(choice, text=text)

    def _show(self, question: Question) -> None:
        if self._quiet:
            say(question.text)
        for line in question.detail.split("\n") if question.detail else ():
            say(f"    {line}")
        for line in question.draft.strip("\n").split("\n") if question.draft else ():
            say(f"  | {line}")

    async def _choose(self, question: Question) -> str:
        """One of the options, which are numbered; the first one, the safe one, stands last."""
        options = (*question.options[1:], question.options[0])
        for number, option in enumerate(options, 1):
            self._offer(number, option)
        while True:
            say(f"1-{len(options)}?")
            typed = await self._typed.next()
            if typed is None:
                return question.options[0]
            if typed.strip().isdecimal() and 1 <= int(typed) <= len(options):
                return options[int(typed) - 1]

    def _offer(self, number: int, option: str) -> None:
        """Say an option and its number."""
        say(f"  {number}  {option}")

    async def _write(self, draft: str) -> str:
        """What the person writes: in their editor where they have one, else here, up to an empty line."""
        if os.environ.get("VISUAL") or os.environ.get("EDITOR"):
            import click

            written = await asyncio.to_thread(click.edit, draft, extension=".txt", require_save=False)
            return (written or "").strip()
        say("Write it here; an empty line ends it.")
        lines: list[str] = []
        while line := await self._typed.next():
            lines.append(line)
        return "\n".join(lines)


class _Lines:
    """Lines as they are typed; waiting for one can be cancelled."""

    def __init__(self) -> None:
        self._buffer = b""

    async def next(self) -> str | None:
        """The next line without its end; None where the input is closed."""
        while b"\n" not in self._buffer and len(self._buffer) < MOST_LINE_BYTES:
            if not (piece := await _typed()):
                return None
            self._buffer += piece
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.decode("utf-8", "replace").rstrip("\r")


async def _typed() -> bytes:
    fd, loop = sys.stdin.fileno(), asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    try:
        loop.add_reader(fd, _arrived, ready)
    except NotImplementedError:  # Windows
        return await asyncio.to_thread(os.read, fd, 4096)
    try:
        await ready
    finally:
        loop.remove_reader(fd)
    return os.read(fd, 4096)


def _arrived(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)

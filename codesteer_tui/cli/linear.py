"""The linear mode: the app as a conversation of lines, for screen readers, dumb terminals and narrow windows.

Nothing is drawn over anything: what happens is said once, in the order in which it happens, and what has to be decided
is asked in words with numbered answers.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import aclosing, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from codesteer_tui.cli.options import settings_of
from codesteer_tui.cli.person import Person
from codesteer_tui.cli.running import Stopped, run_async
from codesteer_tui.cli.speaking import put
from codesteer_tui.errors import CodesteerError, ConfigError

if TYPE_CHECKING:
    from codesteer_tui.events import Event
    from codesteer_tui.problem import Problem
    from codesteer_tui.sessions.forking import Fork
    from codesteer_tui.sessions.store import Recording
    from codesteer_tui.transcript import Transcript
    from codesteer_tui.values import Question, Reply

STILL_S = 15.0
"""Seconds without anything new after which it is said that it goes on."""

ROLES = {"/task": "roles.task_llm", "/steerer": "roles.steerer", "/checker": "roles.checker"}

COMMANDS = (
    ("/task NAME", "have another model answer; /steerer and /checker likewise"),
    ("/mode MODE", "how you step in: auto, approve, manual or off"),
    ("/sessions", "list the recorded sessions"),
    ("/read ID", "read a recorded session from its beginning; without an ID the last run"),
    ("/resume ID", "go on with a session that was stopped or broke off; without an ID the last one"),
    ("/fork N ID", "do round N of a session again, in one of its own; /fork after N keeps the round"),
    ("/find WORDS", "the lines in which words stand, of the last run or of the session that was read"),
    ("/copy WHAT", "copy its code, answer, output, guidance, check, problem, round or session"),
    ("/export FILE", "write it into a file: .md, .html, .txt or .jsonl"),
    ("/help", "say this again"),
    ("/quit", "leave; Ctrl+D does as well"),
)


class LinearPerson(Person):
    """Puts every question to the person, also those that a policy answers elsewhere."""

    async def answer(self, question: Question) -> Reply:
        """Have the person choose."""
        from codesteer_tui.values import Reply

        if question.kind in ("approve_guidance", "write_guidance", "approve_code"):
            return await super().answer(question)
        put(question.text)
        self._show(question)
        return Reply(await self._choose(question))

    def _show(self, question: Question) -> None:
        """Say what it is about, without margins and bars; what is proposed was just said as an event."""
        if question.kind == "approve_guidance":
            return
        for text in (question.detail, question.draft.strip("\n")):
            for line in text.split("\n") if text else ():
                put(line)

    def _offer(self, number: int, option: str) -> None:
        put(f"{number}: {option}.")


class Linear:
    """The conversation: reads a line, does what it says, and reads the next one. `why` is said first: what it is that
    keeps the screen away."""

    def __init__(self, ctx: click.Context, read: Callable[[str], str] = input, *, why: str = "") -> None:
        self._ctx, self._read, self._why = ctx, read, why
        self._chosen: dict[str, str] = {}
        self._last: Transcript | None = None
        self._events: list[Event] = []
        self._settings = settings_of(ctx)

    def talk(self) -> int:
        """Go on until the person leaves; gives the exit code.

        Raises:
            Stopped: a signal other than Ctrl+C asked the process to end.
        """
        self._recall()
        if self._why:
            put(self._why)
        put("codesteer, linear mode. Type a problem, or /help. Ctrl+C stops a run, Ctrl+D leaves.")
        config = self._settings.config
        put(
            f"TaskLLM: {config.roles.task_llm}. Steerer: {config.roles.steerer}. Checker: {config.roles.checker}."
        )
        while True:
            try:
                typed = self._read("problem> ").strip()
            except EOFError:
                put("")
                return 0
            except KeyboardInterrupt:
                put("\nNothing is running. Ctrl+D or /quit leaves.")
                continue
            if typed == "/quit":
                return 0
            if typed:
                self._keep(typed)
                try:
                    self._obey(typed) if typed.startswith("/") else self._solve(typed)
                except CodesteerError as error:
                    put(f"{error.message}\n{error.remedy}")

    def _recall(self) -> None:
        """What was typed before comes back with Up, where lines can be edited at all."""
        from codesteer_tui.tui import past

        with suppress(ImportError):
            import readline

            for sent in past.read():
                if "\n" not in sent.text:
                    readline.add_history(sent.text)

    def _keep(self, typed: str) -> None:
        from codesteer_tui.tui import past

        past.append(past.Sent(typed))

    def _obey(self, typed: str) -> None:
        word, _, rest = typed.partition(" ")
        rest = rest.strip()
        if word in ROLES or word == "/mode":
            self._choose(ROLES.get(word, "steering.mode"), rest)
        elif word == "/sessions":
            self._list()
        elif word == "/read":
            self._reread(rest)
        elif word in ("/resume", "/fork"):
            self._go_on(word, rest)
        elif word == "/find":
            self._find(rest)
        elif word == "/copy":
            from codesteer_tui.cli.linear_taking import copied

            put(copied(self._last, rest, self._settings.config))
        elif word == "/export":
            self._export(rest)
        else:
            if word != "/help":
                put(f"There is no command {word}.")
            for command, does in COMMANDS:
                put(f"{command}: {does}.")
            put("@game24 seed=7 poses a task of SymBench; @notes.txt in a problem puts a file into it.")

    def _choose(self, key: str, value: str) -> None:
        """Set something for the problems from now on, or say what it is.

        Raises:
            ConfigError: it cannot be that.
        """
        if value:
            chosen = {**self._chosen, key: value}
            try:
                self._settings, self._chosen = settings_of(self._ctx, chosen), chosen
            except ConfigError as error:
                _, sign, wrong = error.message.partition(f"{key} ")
                raise ConfigError(f"{key} {wrong}" if sign else error.message, error.remedy) from error
        table, _, name = key.partition(".")
        put(f"{name} is {getattr(getattr(self._settings.config, table), name)}.")

    def _list(self) -> None:
        from codesteer_tui.sessions.store import Store, sessions_folder

        store = Store(sessions_folder(self._settings.config))
        for one in store.list(20):
            put(f"{one.id}: {one.title}")
        count = len(store.paths())
        put(f"{count} sessions." if count else "There are no sessions yet.")

    def _reread(self, name: str) -> None:
        """Say a session again; it is then the one in which is found, and of which is copied.

        Raises:
            SessionError: there is none of that name, or it cannot be read.
        """
        if name:
            whole = self._recording(name).whole
            from codesteer_tui.transcript import Transcript

            self._events, self._last = list(whole), Transcript.of(whole)
        elif not self._events:
            put("Nothing was run yet. /sessions lists those that there are.")
        for event in self._events:
            self._say(event)

    def _recording(self, name: str) -> Recording:
        """A recorded session.

        Raises:
            SessionError: there is none of that name, or it cannot be read.
        """
        from codesteer_tui.sessions.store import Store, read_recording, sessions_folder

        return read_recording(Store(sessions_folder(self._settings.config)).find(name))

    def _go_on(self, word: str, rest: str) -> None:
        """Go on with a session in its own record, or in a fork of it; what was before is not said again.

        Raises:
            CodesteerError: there is none of that name, it has no such round, or it cannot be gone on with.
            Stopped: a signal other than Ctrl+C asked the process to end.
        """
        from codesteer_tui.cli.linear_going_on import forked, parted, resumed

        place, name = parted(rest) if word == "/fork" else (None, rest)
        if not name and not (self._last and self._last.session):
            put("Nothing was run yet. /sessions lists those that there are.")
            return
        recording = self._recording(name or (self._last.session if self._last else ""))
        begun = forked(recording, place) if place else resumed(recording)
        put(begun.words)
        self._begin(begun.problem, begun.source)

    def _find(self, words: str) -> None:
        """Say the lines of the last run, or of the session that was read, in which words stand."""
        from codesteer_tui.cli.linear_taking import found

        if not words or not self._events:
            put("Find what? Words follow /find." if self._events else "Nothing was run or read yet.")
            return
        for line in found(((event, spoken(event)) for event in self._events), words):
            put(line)

    def _export(self, name: str) -> None:
        from codesteer_tui.sessions.export import as_text
        from codesteer_tui.sessions.markdown import session_markdown
        from codesteer_tui.sessions.page import session_page
        from codesteer_tui.tui.copying import to_file

        if self._last is None:
            put("Nothing was run yet.")
            return
        record = partial(self._record, self._last.session)
        path = Path(name or f"codesteer-{self._last.session}.md").expanduser().absolute()
        made = {
            ".md": partial(session_markdown, self._last),
            ".html": partial(session_page, self._last),
            ".txt": partial(as_text, self._events),
            ".jsonl": record,
        }.get(path.suffix)
        if made is None:
            put("The name ends in .md, .html, .txt or .jsonl, which is the record itself.")
            return
        text = made()
        copied = to_file(text, path, new=True)
        put(f"Written {copied.words}." if copied.ok else f"Not written: {copied.words}.")

    def _record(self, session: str) -> str:
        """The record of a session as it lies in its file.

        Raises:
            SessionError: it has none.
        """
        return self._recording(session).path.read_text(encoding="utf-8")

    def _solve(self, typed: str) -> None:
        """Solve a problem, and say what happens.

        Raises:
            CodesteerError: it cannot be posed, or no session can be opened.
            Stopped: a signal other than Ctrl+C asked the process to end.
        """
        self._begin(_posed(typed))

    def _begin(self, problem: Problem, going_on: Recording | Fork | None = None) -> None:
        """Run it, and say what it came to.

        Raises:
            CodesteerError: no session can be opened.
            Stopped: a signal other than Ctrl+C asked the process to end.
        """
        from codesteer_tui.sessions.export import demo_advice, usage_lines
        from codesteer_tui.transcript import Transcript

        self._last, self._events = Transcript(), []
        try:
            run_async(self._run(problem, self._last, going_on))
        except Stopped as stopped:
            if stopped.exit_code != 128 + signal.SIGINT:
                raise
            put("Stopped. What came is kept.")
        for line in usage_lines(self._last):
            put(line)
        if advice := demo_advice(self._last):
            put(" ".join(advice))
        if self._last.session:
            put(f"Kept as {self._last.session}.")

    async def _run(self, problem: Problem, transcript: Transcript, going_on: Recording | Fork | None) -> None:
        from codesteer_tui.sessions import open_session

        self._heard = time.monotonic()
        still = asyncio.create_task(self._still())
        settings, session = self._settings, None
        try:
            ask, file = LinearPerson().answer, settings.asked.user_file
            opened = open_session(settings.config, problem, ask=ask, config_file=file, continue_from=going_on)
            async with opened as session, aclosing(session.events) as events:
                for event in session.before:
                    transcript.apply(event)
                    self._events.append(event)
                async for event in events:
                    self._take(event, transcript)
        finally:
            still.cancel()
            if session and transcript.ending is None:
                for event in session.afterwards:
                    self._take(event, transcript)

    def _take(self, event: Event, transcript: Transcript) -> None:
        transcript.apply(event)
        self._events.append(event)
        if self._say(event):
            self._heard = time.monotonic()

    def _say(self, event: Event) -> bool:
        """Say an event; whether there was anything to say."""
        lines = list(spoken(event))
        for line in lines:
            put(line)
        return bool(lines)

    async def _still(self) -> None:
        """Say now and then that it goes on, so that silence is not taken for an end."""
        began = time.monotonic()
        while True:
            await asyncio.sleep(1)
            now = time.monotonic()
            if now - self._heard >= STILL_S:
                self._heard = now
                put(f"Still working, {now - began:.0f} seconds.")


def spoken(event: Event) -> Iterator[str]:
    """An event in lines to be read aloud: without times, rules and margins, and each program once."""
    from codesteer_tui.events import ExecutionStarted
    from codesteer_tui.sessions.export import lines_of

    margin = len(f"{event.at:8.2f}s  ")
    for number, line in enumerate(lines_of(event, full=not isinstance(event, ExecutionStarted))):
        text = line[margin:].rstrip().removeprefix("── ")
        if text:
            yield text if number else text[:1].upper() + text[1:]


def reread(path: Path, *, why: str = "") -> int:
    """Say a recorded session, and first `why` it is said in lines; gives the exit code.

    Raises:
        SessionError: it cannot be read.
    """
    from codesteer_tui.sessions.store import read_recording

    if why:
        put(why)
    for event in read_recording(path).whole:
        for line in spoken(event):
            put(line)
    return 0


def _posed(typed: str) -> Problem:
    """The problem, with the task or the files that `@` names in it.

    Raises:
        ProblemError: it cannot be posed.
    """
    from codesteer_tui.problem import pose
    from codesteer_tui.tui.browsing import make
    from codesteer_tui.tui.references import task_named, text_meant

    if choice := task_named(typed):
        return make(choice)
    return pose(text_meant(typed, (), Path.cwd()))

"""Programs that the person runs themselves: the round's again, or an edited copy; and taking what they printed.

They run in the sandbox and are recorded as the person's. What they print counts only where the person says so.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from codesteer_tui.errors import CodesteerError
from codesteer_tui.events import Event, ExecutionFinished, ExecutionStarted, Finished
from codesteer_tui.steering.taking import own_answer
from codesteer_tui.text import plain
from codesteer_tui.tui import background
from codesteer_tui.tui.drawing.stepping import OWN
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.keys import pressed
from codesteer_tui.tui.screens.confirm import ConfirmScreen
from codesteer_tui.tui.screens.writing import Written
from codesteer_tui.tui.widgets.sheet import BlockView
from codesteer_tui.tui.words import cut
from codesteer_tui.values import Program

if TYPE_CHECKING:
    from codesteer_tui.transcript import Round, Transcript
    from codesteer_tui.tui.screens.live import LiveScreen
    from codesteer_tui.tui.stepping import SteppingIn

GROUP = "stepping"
"""The group of the workers that run them."""


class OwnPrograms:
    """What the first screen does with programs of the person's own."""

    def __init__(self, stepping: SteppingIn, screen: LiveScreen) -> None:
        self._stepping, self._screen = stepping, screen
        self._drafts: dict[str, str] = {}
        self.demo_programs: set[str] = set()
        """Sources that the live demo's own answers ran here; only they are still the demo's when they run again."""

    def run_again(self) -> None:
        """Show the program of the round, to be run as it is or changed."""
        desk = self._screen.desk
        this = desk.pane.this if desk else None
        source = source_of(this, checks=desk is not None and desk.pane_number == 4)
        if desk is None or this is None or not source:
            self._stepping.tell("The round has no program.", "Nothing to run")
            return
        number, key = this.number, f"program {this.number} {source}"

        def take(written: Written) -> None:
            self._drafts[key] = "" if written.sent else written.text
            if written.sent and written.text.strip():
                self._run(number, self._program(written.text, source))

        about = "It runs in the sandbox as yours, and never counts as the model's answer."
        self._stepping.write(
            f"Run the program of R{number} again",
            about,
            self._drafts.get(key) or source,
            take,
            code=True,
        )

    def _program(self, text: str, source: str) -> Program:
        if text.rstrip() not in (source.rstrip(), plain(source).rstrip()):
            return Program(text, "user")
        return Program(source, "demo" if source in self.demo_programs else "model")

    def _run(self, number: int, program: Program) -> None:
        session = self._screen.session
        if session is not None:
            try:
                session.run_program(number, program)
            except CodesteerError as error:
                self._stepping.tell(error.remedy, error.message)
            return
        background.begin(
            self._screen, partial(self._run_afterwards, number, program), group=GROUP, exit_on_error=False
        )

    async def happened(self, event: Event) -> None:
        """Take note of an event: a program of the person's own comes into view when it begins and when it ends."""
        if isinstance(event, ExecutionStarted) and event.program.origin == "demo":
            self.demo_programs.add(event.program.source)
        desk = self._screen.desk
        own = isinstance(event, ExecutionStarted | ExecutionFinished) and event.purpose == "own"
        if not own or desk is None or desk.number != event.round:  # type: ignore[union-attr]
            return
        if desk.pane_number != 3 and self._screen.is_in_pane:
            desk.choose_pane(3)
        pane = desk.panes[2]
        await pane.redraw()
        if views := [view for view in pane.query(BlockView) if view.shown.text.startswith(f"{OWN.sign} ")]:
            pane.call_after_refresh(pane.scroller.scroll_to_widget, views[-1], top=True, animate=False)

    async def _run_afterwards(self, number: int, program: Program) -> None:
        """Run a program of the person's own in a session that is over, and add it to its record."""
        with importing:
            from codesteer_tui.sessions.beside import run_afterwards
        desk = self._screen.desk
        if desk is None:
            return
        config, path = self._screen.settings.config, self._screen.path
        recording = await self._screen.record()
        if recording is None:
            self._stepping.tell("The session has no record.", "Nothing to add a run to")
            return
        transcript, ask = recording.transcript, self._screen.ask_person
        try:
            async with run_afterwards(config, path, transcript, number, program, ask=ask) as events:
                async for event in events:
                    if self._screen.path != path or self._screen.running:
                        return  # another session is on the screen
                    await desk.show(event)
                    await self.happened(event)
                    self._screen.draw_lines()
        except CodesteerError as error:
            self._stepping.tell(error.remedy, error.message)

    def take_answer(self) -> None:
        """Take what the last run of the person's own in this round printed as the answer, after asking."""
        desk = self._screen.desk
        this = desk.pane.this if desk else None
        runs = [run for run in this.executions.values() if run.purpose == "own"] if this else []
        answers = (
            [(run.id, own_answer(desk.transcript, this.number, run.id)) for run in runs]
            if this and desk
            else []
        )
        found = [(id, answer.text) for id, answer in answers if answer.found]
        if this is None or not found:
            self._stepping.tell(
                f"{pressed(self._screen.app, 'run_again')} runs a program of yours; what it prints can be taken.",
                "No answer of yours in this round",
            )
            return
        number, (id, text) = this.number, found[-1]
        if desk and is_taken(desk.transcript, id):
            self._stepping.tell("It counts when the run ends, or does already.", "It is taken")
            return

        def take(yes: int | None) -> None:
            if yes:
                background.begin(
                    self._screen, partial(self._take, number, id), group=GROUP, exit_on_error=False
                )

        question = f"Take the answer that your own run printed: {cut(plain(text), 200)}?"
        detail = "It becomes the answer of the session, and stays marked as yours."
        self._screen.app.push_screen(ConfirmScreen(question, detail, no="Leave it", yes="Take it"), take)

    async def _take(self, number: int, execution: str) -> None:
        session, desk = self._screen.session, self._screen.desk
        if session is not None:
            try:
                session.take_own_answer(number, execution)
            except CodesteerError as error:
                self._stepping.tell(error.remedy, error.message)
                return
            self._stepping.tell("It counts when the run ends.", "Your answer is taken")
            return
        with importing:
            from codesteer_tui.sessions.beside import take_afterwards
        recording = await self._screen.record()
        if recording is None or desk is None:
            self._stepping.tell("The session has no record.", "It cannot be taken")
            return
        config, transcript = self._screen.settings.config, recording.transcript
        try:
            events = take_afterwards(config, recording.path, transcript, number, execution)
        except CodesteerError as error:
            self._stepping.tell(error.remedy, error.message)
            return
        for event in events:
            await desk.show(event)
        self._screen.show_ending()


def is_taken(transcript: Transcript, execution: str) -> bool:
    """Whether the answer of this run is taken: it counts in the end, or did."""
    taken, ending = transcript.taken, transcript.ending
    if taken is None or taken.execution != execution:
        return False
    return ending is None or (isinstance(ending, Finished) and ending.own_run == execution)


def source_of(this: Round | None, *, checks: bool) -> str:
    """The program of a round: the answer's, or the one that tests it."""
    if this is None:
        return ""
    if checks:
        return this.check.source if this.check else ""
    return this.code.source if this.code else ""

"""The first screen: a prompt, what is ready, and, once a problem is posed, the four panes of its run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message
from textual.widget import Widget
from textual.worker import Worker, WorkerState

from codesteer_tui.errors import CodesteerError, ModelError
from codesteer_tui.events import (
    Answered,
    Ending,
    Event,
    ExecutionFinished,
    ExecutionStarted,
    Retried,
    RoleChanged,
    is_delta,
)
from codesteer_tui.problem import Problem, pose
from codesteer_tui.transcript import Transcript
from codesteer_tui.tui import upcoming
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.journal import APP, note
from codesteer_tui.tui.keys import pressed
from codesteer_tui.tui.screens.posing import PosingScreen
from codesteer_tui.tui.stopping import Caution
from codesteer_tui.tui.widgets.ending import EndingPanel
from codesteer_tui.tui.widgets.offers import OfferList
from codesteer_tui.tui.widgets.presence import is_there
from codesteer_tui.tui.widgets.prompt import Prompt
from codesteer_tui.tui.widgets.status import BottomLine, KeyLine, TopLine
from codesteer_tui.tui.widgets.welcome import Welcome
from codesteer_tui.values import Question, Reply, Role

if TYPE_CHECKING:
    from codesteer_tui.sessions import Recording, Session
    from codesteer_tui.tui.app import CodesteerApp
    from codesteer_tui.tui.going_on import Start
    from codesteer_tui.tui.stepping import SteppingIn
    from codesteer_tui.tui.widgets.decision import DecisionPanel
    from codesteer_tui.tui.widgets.desk import Desk

TICK_S = 0.5


class LiveScreen(PosingScreen):
    """Poses problems and shows their runs."""

    class Over(Message):
        """A run is over, or could not begin. `path` is its record, None where there is none."""

        def __init__(self, path: Path | None, ending: Ending | None) -> None:
            super().__init__()
            self.path, self.ending = path, ending

    def __init__(self, problem: Problem | None = None, *, look_around: bool = True) -> None:
        super().__init__(id="live")
        self.session: Session | None = None
        """The run that goes on, once it is open."""
        self.path: Path | None = None
        """The record of the run that is shown."""
        self._retry_at = 0.0
        self._stepping: SteppingIn | None = None
        self._typed = Prompt.Sent("")
        self._problem = problem
        self._may_look_at_once = look_around
        self._may_look = False
        self._began = 0.0
        self._turn: Worker[None] | None = None
        self._weights_stay = False
        self._caution = Caution(self)

    @property
    def stepping(self) -> SteppingIn:
        """What the person does who steps in. Its modules are imported when it is first needed."""
        if self._stepping is None:
            with importing:
                from codesteer_tui.tui.stepping import SteppingIn

            self._stepping = SteppingIn(self)
        return self._stepping

    @property
    def pending(self) -> dict[Role, tuple[str, str]]:
        desk = self.desk
        if desk is None:
            return {}
        if self.running:
            return upcoming.in_run(self.session, desk.transcript) if self.session else {}
        app: CodesteerApp = self.app  # type: ignore[assignment]
        return upcoming.in_next(app.chosen, desk.transcript)

    @property
    def retry_in(self) -> float | None:
        """Seconds until a failed call is tried again, None where none is waiting."""
        left = self._retry_at - time.monotonic()
        return left if self.running and left > 0 else None

    def compose(self) -> ComposeResult:
        yield TopLine(markup=False)
        with Container(id="body"):
            yield Welcome()
        yield EndingPanel()
        yield OfferList()
        yield Prompt(blink=not self.settings.config.screen.reduced_motion, offers_at=self._offers_at)
        yield BottomLine(markup=False)
        yield KeyLine(markup=False)

    def on_mount(self) -> None:
        self.query_one(Prompt).focus()
        self.set_interval(TICK_S, self._tick)
        self.call_after_refresh(self._after_first_paint)

    def _after_first_paint(self) -> None:
        if self._problem:
            self.begin(self._problem)
        self._may_look = self._may_look or self._may_look_at_once
        self._look_around()
        self.import_commands()

    def on_screen_suspend(self) -> None:
        """Once a replay is left, it is time to look around; a replay itself touches nothing."""
        self._may_look = True

    def on_screen_resume(self) -> None:
        if self.running:
            self._caution.uncovered()
        self._look_around()

    def _look_around(self) -> None:
        for welcome in self.query(Welcome):
            if self._may_look and self.is_current:
                welcome.look_around(self.settings)

    @property
    def home(self) -> Widget | None:
        return (self._stepping.home if self._stepping else None) or self.query_one(Prompt)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began if self.running else super().seconds

    def places(self) -> list[str]:
        if isinstance(self.focused, Prompt):
            return ["prompt", "desk", "anywhere"] if self.desk else ["prompt", "anywhere"]
        if self.focused is not None and self.focused.id == "decision-options":
            return ["decision", "desk", "anywhere"]
        return super().places()

    def _tick(self) -> None:
        if self.running:
            self.draw_lines()

    def on_settings(self) -> None:
        """Somebody was chosen for a role, or a key was stored: show it, and drop what was said to be missing."""
        self.query_one(EndingPanel).clear_advice()
        self._look_around()
        self.draw_lines()

    @on(Welcome.Chosen)
    def _example_chosen(self, event: Welcome.Chosen) -> None:
        self.begin(pose(event.question))

    def begin(
        self, problem: Problem, start: Start | None = None, *, typed: Prompt.Sent | None = None
    ) -> bool:
        """Start solving; false where a problem is being solved already.

        `start` is what it begins with, `typed` what it was made of, if anything.
        """
        if self.running:
            self.notify(
                f"{pressed(self.app, 'back')} stops it; then send yours. Ctrl+N empties the prompt.",
                title="Still solving a problem",
                markup=False,
            )
            return False
        self.running = True
        prompt = self.query_one(Prompt)
        self.query_one(EndingPanel).clear()
        self._typed = typed or Prompt.Sent(problem.question)
        if typed or start is None:  # what goes on, or is run again, was sent before
            prompt.remember(self._typed.text, self._typed.quoted)
        prompt.say("")
        self._began = time.monotonic()
        self._turn = self.run_worker(
            partial(self._solve, problem, start or {}), name="solve", group="solve", exit_on_error=False
        )
        return True

    def on_desk_stood(self) -> None:
        """The panes were laid out in another way: what is to be decided about comes into sight again."""
        if self._stepping:
            self._stepping.show_again()

    def stop(self) -> bool:
        """Stop the turn and keep what came; False if nothing is running."""
        if not self.running or self._turn is None:
            return False
        self._turn.cancel()
        return True

    async def start_anew(self) -> None:
        """Make ready for a new problem: an empty prompt and the examples. A running one goes on being shown."""
        prompt = self.query_one(Prompt)
        prompt.put_away()
        self.set_focus(prompt)
        if self.running:
            self.notify(
                f"It goes on; {pressed(self.app, 'back')} stops it. Then a new one can be sent.",
                title="Still solving a problem",
                markup=False,
            )
            return
        self.query_one(EndingPanel).clear()
        if not self.query(Welcome):
            self.watermark = ""
            await self.query("Desk").remove()
            await self.query_one("#body").mount(Welcome())
            self._look_around()
        self.draw_lines()

    async def _solve(self, problem: Problem, start: Start) -> None:
        prompt, panel = self.query_one(Prompt), self.query_one(EndingPanel)
        desk = await self._clear_desk()
        self.path = None
        app: CodesteerApp = self.app  # type: ignore[assignment]
        try:
            try:
                await self._run(problem, desk, start)
            except ModelError as error:
                if self.session is not None or not await app.choosing.got_key(error):
                    raise
                await self._run(problem, desk, start)
        except CodesteerError as error:
            if not prompt.text:
                prompt.put(self._typed.text, self._typed.quoted)
            panel.explain(error.message, error.remedy)
        finally:
            session, self.running, self.session = self.session, False, None
            self._tell_roles()
            await self._over(desk, session.afterwards if session else ())
            self.post_message(self.Over(self.path, desk.transcript.ending))

    async def _run(self, problem: Problem, desk: Desk, start: Start) -> None:
        """Open a session and show what happens in it.

        Raises:
            CodesteerError: it could not be opened.
        """
        # The modules of providers and sandboxes are slow to import; the screen stays alive meanwhile.
        sessions = await asyncio.to_thread(_import_sessions)
        if not self._weights_stay:  # so that the next problem need not load them again
            self._weights_stay = True
            app: CodesteerApp = self.app  # type: ignore[assignment]
            await app.until_quit.enter_async_context(sessions.workers_stay())
        config, file = self.settings.config, self.settings.asked.user_file
        opened = sessions.open_session(config, problem, ask=self.ask_person, config_file=file, **start)
        async with opened as session:
            self.session, self.path = session, session.path
            if self._stepping:
                self._stepping.begun()
            if session.before:
                await desk.draw(await asyncio.to_thread(_folded, session.before))
                self._began = time.monotonic() - desk.transcript.seconds
            async for event in session.events:
                self._retry_at = time.monotonic() + event.after_s if isinstance(event, Retried) else 0.0
                note(event)
                await desk.show(event)
                if isinstance(event, RoleChanged):
                    self._tell_roles()
                if isinstance(event, ExecutionStarted | ExecutionFinished):
                    await self.stepping.own.happened(event)
                if isinstance(event, Answered) and event.reply.note:
                    self.notify(event.reply.note, markup=False)
                if not is_delta(event):
                    self.draw_lines()

    async def record(self) -> Recording | None:
        """What was recorded of the run that is shown.

        Raises:
            SessionError: its file cannot be read.
        """
        if self.path is None or self.desk is None:
            return None
        sessions = await asyncio.to_thread(_import_sessions)
        recording: Recording = await asyncio.to_thread(sessions.read_recording, self.path)
        return recording

    def _tell_roles(self) -> None:
        """Somebody else plays, or nobody any more: where the roles are shown, show that."""
        app: CodesteerApp = self.app  # type: ignore[assignment]
        app.show_roles()

    async def _over(self, desk: Desk, afterwards: Sequence[Event]) -> None:
        if not is_there(desk):
            return
        for event in () if desk.transcript.ending else afterwards:
            note(event)
            await desk.show(event)
        if desk.transcript.ending:
            self.query_one(EndingPanel).show(desk.transcript)
        self.draw_lines()

    async def _clear_desk(self) -> Desk:
        """An empty desk in place of the welcome, or of the run before."""
        await self.query(Welcome).remove()
        desk = self.desk
        if desk is None:
            with importing:
                from codesteer_tui.tui.widgets.desk import Desk

            desk = Desk()
            self.watermark = "REC"
            await self.query_one("#body").mount(desk)
        await desk.draw(Transcript())
        self.draw_lines()
        return desk

    def action_next_pane(self, by: int) -> None:
        """Go round; from the prompt to what waits for a decision, if anything does."""
        if isinstance(self.focused, Prompt) and self.home is not self.focused:
            self.set_focus(self.home)
        else:
            super().action_next_pane(by)

    async def ask_person(self, question: Question) -> Reply:
        """Ask what a run wants to know; cancelled where the run does not wait any more."""
        return await self.stepping.ask(question)

    def on_decision_panel_typed_on(self, event: DecisionPanel.TypedOn) -> None:
        """What was typed when a question came is the prompt's."""
        self.stepping.typed_on(event.text)

    def on_decision_panel_chosen(self, event: DecisionPanel.Chosen) -> None:
        """An option was chosen in the panel."""
        self.stepping.decide(event.choice)

    def action_run_again(self) -> None:
        self.stepping.own.run_again()

    def action_take_answer(self) -> None:
        self.stepping.own.take_answer()

    def show_ending(self) -> None:
        """Say how the run ended, anew."""
        if self.desk:
            self.query_one(EndingPanel).show(self.desk.transcript)
            self.draw_lines()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A bug in a run is shown, not hidden, and does not take the screen down."""
        if event.worker is not self._turn or event.state is not WorkerState.ERROR:
            return
        error = event.worker.error
        APP.error("a run broke off", exc_info=error)
        self.query_one(EndingPanel).explain(
            f"This is a bug in codesteer: {type(error).__name__}: {error}",
            "Everything up to here is recorded. Please report it with the session file.",
        )

    async def action_back(self) -> None:
        """One thing at a time: what lies over the panes goes first, and a run is not stopped by mistake."""
        prompt = self.query_one(Prompt)
        typing = prompt.has_focus
        if self.desk and await self.desk.put_away():
            self.set_focus(prompt if typing else self.focused)
            self._caution.was_meant()
            self.draw_lines()
            return
        if self.running and self._caution.is_due():
            return
        if self.stop():
            return
        if typing:
            prompt.put_away()
        else:
            await super().action_back()


def _import_sessions():  # type: ignore[no-untyped-def]
    with importing:
        from codesteer_tui import sessions

    return sessions


def _folded(events: Sequence[Event]) -> Transcript:
    """The state after what a record held, however long it is."""
    with importing:
        from codesteer_tui.sessions.folding import folded

    return folded(events)

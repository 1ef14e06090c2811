"""The first screen: a prompt, what is ready, and, once a problem is posed, the four panes of its run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.widget import Widget
from textual.worker import Worker, WorkerState

from codesteer_tui.errors import CodesteerError, ModelError
from codesteer_tui.events import Answered, Event, Retried, RoleChanged, is_delta
from codesteer_tui.problem import Problem, pose
from codesteer_tui.transcript import Transcript
from codesteer_tui.tui.commands import ELSE_A_PROBLEM, Typed, read_command
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.screens.desk_screen import DeskScreen
from codesteer_tui.tui.widgets.ending import EndingPanel
from codesteer_tui.tui.widgets.presence import is_there
from codesteer_tui.tui.widgets.prompt import Prompt
from codesteer_tui.tui.widgets.status import BottomLine, KeyLine, TopLine
from codesteer_tui.tui.widgets.welcome import Welcome
from codesteer_tui.tui.words import who
from codesteer_tui.values import Question, Reply, Role

if TYPE_CHECKING:
    from codesteer_tui.sessions import Session
    from codesteer_tui.settings import Settings
    from codesteer_tui.tui.app import CodesteerApp
    from codesteer_tui.tui.widgets.desk import Desk

TICK_S = 0.5


class LiveScreen(DeskScreen):
    """Poses problems and shows their runs."""

    def __init__(self, problem: Problem | None = None, *, look_around: bool = True) -> None:
        super().__init__(id="live")
        self.session: Session | None = None
        """The run that goes on, once it is open."""
        self._retry_at = 0.0
        self._problem = problem
        self._may_look_at_once = look_around
        self._may_look = False
        self._began = 0.0
        self._turn: Worker[None] | None = None
        self._weights_stay = False

    @property
    def settings(self) -> Settings:
        """The app's, with whoever was chosen in it."""
        settings: Settings = self.app.settings  # type: ignore[attr-defined]
        return settings

    @property
    def pending(self) -> dict[Role, tuple[str, str]]:
        desk = self.desk
        if desk is None:
            return {}
        if self.running:
            soon = self.session.pending if self.session else {}
            return {
                role: (who(i), f"at R{self.session.next_round}") for role, i in soon.items() if self.session
            }
        now = {role: who(info) for role, info in desk.transcript.roles.items()}
        chosen: dict[Role, str] = self.app.chosen  # type: ignore[attr-defined]
        return {role: (name, "next") for role, name in chosen.items() if now.get(role, name) != name}

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
        yield Prompt(blink=not self.settings.config.screen.reduced_motion)
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
        self.on_screen_resume()

    def on_screen_suspend(self) -> None:
        """Once a replay is left, it is time to look around; a replay itself touches nothing."""
        self._may_look = True

    def on_screen_resume(self) -> None:
        for welcome in self.query(Welcome):
            if self._may_look and self.is_current:
                welcome.look_around(self.settings)

    @property
    def home(self) -> Widget | None:
        return self.query_one(Prompt)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began if self.running else super().seconds

    def places(self) -> list[str]:
        if isinstance(self.focused, Prompt):
            return ["prompt", "desk", "anywhere"] if self.desk else ["prompt", "anywhere"]
        return super().places()

    def _tick(self) -> None:
        if self.running:
            self.draw_lines()

    @on(Prompt.Sent)
    def _sent(self, event: Prompt.Sent) -> None:
        prompt = self.query_one(Prompt)
        if not event.text.strip():
            prompt.say("type a problem first")
            return
        if typed := read_command(event.text):
            self._obey(typed, event.text)
            return
        try:
            problem = pose(event.text)
        except CodesteerError as error:
            remedy = f"{error.remedy} Ctrl+N empties the prompt."
            self.query_one(EndingPanel).explain(error.message, remedy)
            prompt.give_back(event.text)
            return
        if not self.begin(problem):
            prompt.give_back(event.text)

    def _obey(self, typed: Typed, text: str) -> None:
        """Do what a command says, or say which ones there are."""
        command, prompt = typed.command, self.query_one(Prompt)
        if command is None:
            self.query_one(EndingPanel).explain(typed.hint, ELSE_A_PROBLEM)
            prompt.give_back(text)
            return
        prompt.remember(text)
        self.query_one(EndingPanel).clear()
        app: CodesteerApp = self.app  # type: ignore[assignment]
        if command.word == "/help":
            app.action_help()
        elif command.role and typed.rest:
            app.choose(command.role, typed.rest)
        else:
            app.open_models(command.role or "task_llm")

    def on_settings(self) -> None:
        """Somebody was chosen for a role, or a key was stored: show it, and drop what was said to be missing."""
        self.query_one(EndingPanel).clear_advice()
        self.on_screen_resume()
        self.draw_lines()

    def say_choice(self, words: str, *, on_the_way: bool = False) -> None:
        """What comes of a choice that was typed: what is being tried at the prompt, the result as a notice."""
        self.query_one(Prompt).say(words if on_the_way else "")
        if not on_the_way:
            self.notify(words, markup=False)
        self.draw_lines()

    def explain(self, message: str, remedy: str) -> None:
        """What went wrong, above the prompt."""
        self.query_one(Prompt).say("")
        self.query_one(EndingPanel).explain(message, remedy)

    @on(Welcome.Chosen)
    def _example_chosen(self, event: Welcome.Chosen) -> None:
        self.begin(pose(event.question))

    def begin(self, problem: Problem) -> bool:
        """Start solving; false where a problem is being solved already."""
        if self.running:
            self.notify(
                "Esc stops it; then send yours. Ctrl+N empties the prompt.",
                title="Still solving a problem",
                markup=False,
            )
            return False
        self.running = True
        prompt = self.query_one(Prompt)
        self.query_one(EndingPanel).clear()
        prompt.remember(problem.question)
        prompt.say("")
        self._began = time.monotonic()
        self._turn = self.run_worker(
            partial(self._solve, problem), name="solve", group="solve", exit_on_error=False
        )
        return True

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
                "It goes on; Esc stops it. Then a new one can be sent.",
                title="Still solving a problem",
                markup=False,
            )
            return
        self.query_one(EndingPanel).clear()
        if not self.query(Welcome):
            self.watermark = ""
            await self.query("Desk").remove()
            await self.query_one("#body").mount(Welcome())
            self.on_screen_resume()
        self.draw_lines()

    async def _solve(self, problem: Problem) -> None:
        prompt, panel = self.query_one(Prompt), self.query_one(EndingPanel)
        desk = await self._clear_desk()
        app: CodesteerApp = self.app  # type: ignore[assignment]
        try:
            try:
                await self._run(problem, desk)
            except ModelError as error:
                if self.session is not None or not await app.choosing.got_key(error):
                    raise
                await self._run(problem, desk)
        except CodesteerError as error:
            if not prompt.text:
                prompt.put(problem.question)
            panel.explain(error.message, error.remedy)
        finally:
            session, self.running, self.session = self.session, False, None
            self._tell_roles()
            await self._over(desk, session.afterwards if session else ())

    async def _run(self, problem: Problem, desk: Desk) -> None:
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
        async with sessions.open_session(config, problem, ask=self.ask_person, config_file=file) as session:
            self.session = session
            async for event in session.events:
                self._retry_at = time.monotonic() + event.after_s if isinstance(event, Retried) else 0.0
                await desk.show(event)
                if isinstance(event, RoleChanged):
                    self._tell_roles()
                if isinstance(event, Answered) and event.reply.note:
                    self.notify(event.reply.note, markup=False)
                if not is_delta(event):
                    self.draw_lines()

    def _tell_roles(self) -> None:
        """Somebody else plays, or nobody any more: where the roles are shown, show that."""
        app: CodesteerApp = self.app  # type: ignore[assignment]
        app.show_roles()

    async def _over(self, desk: Desk, afterwards: Sequence[Event]) -> None:
        if not is_there(desk):
            return
        for event in () if desk.transcript.ending else afterwards:
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

    async def ask_person(self, question: Question) -> Reply:
        """Ask in a dialog; the first option is the safe one, and what Esc chooses."""
        with importing:
            from codesteer_tui.tui.screens.choice import ChoiceScreen

        answered: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()

        def take(index: int | None) -> None:
            if not answered.done():
                answered.set_result(Reply(question.options[index or 0]))

        screen = ChoiceScreen(question.text, question.options, question.detail)
        self.app.push_screen(screen, take)
        try:
            return await answered
        finally:
            if not answered.done() or answered.cancelled():
                screen.dismiss(None)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A bug in a run is shown, not hidden, and does not take the screen down."""
        if event.worker is not self._turn or event.state is not WorkerState.ERROR:
            return
        error = event.worker.error
        self.query_one(EndingPanel).explain(
            f"This is a bug in codesteer: {type(error).__name__}: {error}",
            "Everything up to here is recorded. Please report it with the session file.",
        )

    async def action_back(self) -> None:
        if self.stop():
            return
        prompt = self.query_one(Prompt)
        if prompt.has_focus and not (self.desk and self.desk.has_class("-zoomed")):
            prompt.put_away()
            return
        await super().action_back()


def _import_sessions():  # type: ignore[no-untyped-def]
    with importing:
        from codesteer_tui import sessions

    return sessions

"""Going on from a record: resuming it, forking it, running the baselines of its problem, comparing it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypedDict

from codesteer_tui.errors import CodesteerError
from codesteer_tui.events import Ending, Event, Finished, RoundStarted
from codesteer_tui.problem import Problem
from codesteer_tui.sessions.forking import Fork, fork_after, fork_before, fork_here, problem_of, refuse_ended
from codesteer_tui.sessions.store import SUFFIX, Recording, read_recording, sessions_folder
from codesteer_tui.steering.baselines import BASELINES, Baseline
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.keys import pressed
from codesteer_tui.tui.players import label
from codesteer_tui.tui.screens.pick import PickScreen
from codesteer_tui.tui.widgets.prompt import Prompt
from codesteer_tui.values import Role

if TYPE_CHECKING:
    from codesteer_tui.tui.app import CodesteerApp
    from codesteer_tui.tui.screens.desk_screen import DeskScreen


class Start(TypedDict, total=False):
    """What a run begins with, where it is not the problem alone; as `open_session` takes it."""

    continue_from: Recording | Fork
    baseline: Baseline


class Option(NamedTuple):
    """One way to fork: what is said of it, and the fork."""

    words: str
    fork: Fork


def begin(app: CodesteerApp, problem: Problem, start: Start) -> bool:
    """Go to the first screen and start a run there; false where one goes on already."""
    if app.live.running:
        app.notify(
            f"{pressed(app, 'back')} on its screen stops it.", title="Still solving a problem", markup=False
        )
        return False
    while len(app.screen_stack) > 1:
        app.pop_screen()
    begun = app.live.begin(problem, start)
    if begun:
        app.live.set_focus(app.live.query_one(Prompt))  # from there a question takes it, as where one is sent
    return begun


async def resume(screen: DeskScreen) -> None:
    """Go on with the session that a screen shows."""
    if recording := await _record(screen, "go on with"):
        resume_recording(screen.app, recording)  # type: ignore[arg-type]


def resume_recording(app: CodesteerApp, recording: Recording) -> None:
    """Go on with a session where it was stopped or broke off, or say why that cannot be."""
    try:
        if recording.path.is_file():  # it may have gone on since it was read
            recording = read_recording(recording.path)
        problem = refuse_ended(recording)
    except CodesteerError as error:
        forks = f"In a pane, {pressed(app, 'fork')} forks it from any round."
        remedy = forks if "end" in error.message else error.remedy
        app.notify(f"{error.message}\n{remedy}", severity="warning", timeout=10, markup=False)
        return
    begin(app, problem, {"continue_from": recording})


async def fork(screen: DeskScreen) -> None:
    """Ask from where to fork the session that a screen shows, and begin the new one."""
    recording = await _record(screen, "fork")
    desk = screen.desk
    if recording is None or desk is None:
        return
    app: CodesteerApp = screen.app  # type: ignore[assignment]
    steering = app.settings.config.steering
    most = None if steering.mode == "manual" else steering.max_rounds
    ways = ways_to_fork(recording.events, desk.number, screen.position, most)
    if not ways:
        app.notify("No round of it has begun.", title="Nothing to fork", markup=False)
        return

    def take(index: int | None) -> None:
        if index is not None:
            begin(app, problem_of(recording), {"continue_from": ways[index].fork})

    others = f"{pressed(app, 'models')} chooses other models before."
    why = why_not_behind(recording.events, desk.number, most)
    detail = "\n".join(
        [*([why] if why else []), players(app), f"What you fork from stays as it is. {others}"]
    )
    app.push_screen(
        PickScreen("Fork", "Go on in a session of its own:", [way.words for way in ways], detail), take
    )


def ways_to_fork(
    events: Sequence[Event], number: int | None, position: int | None = None, most: int | None = None
) -> list[Option]:
    """The forks that make sense at a round: again, behind it, and from the place that is shown, if that is another.

    Behind the round with the number `most` there is no other.
    """
    begun = [event.round for event in events if isinstance(event, RoundStarted)]
    if number not in begun or number is None:
        return []
    again, kept = fork_before(events, number), fork_after(events, number)
    ways = [Option(f"Do R{number} again", again)]
    this = kept.transcript.current
    ends = this and this.guidance and this.guidance.decision in ("return_answer", "terminate")
    if this and this.finished and not ends and (most is None or number < most):
        ways.append(Option(f"Keep R{number} and go on with R{number + 1}", kept))
    here = fork_here(events, len(events) if position is None else position)
    if len(here.events) not in {len(way.fork.events) for way in ways} and here.round == number:
        ways.append(Option(f"Go on in the middle of R{number}, {_behind(here)}", here))
    return ways


def why_not_behind(events: Sequence[Event], number: int | None, most: int | None = None) -> str:
    """Why a session cannot go on behind this round; empty where it can."""
    this = fork_after(events, number).transcript.current if number is not None else None
    if this is None or number is None:
        return ""
    if not this.finished:
        return f"R{number} is not complete; nothing can be put behind it."
    if this.guidance and this.guidance.decision in ("return_answer", "terminate"):
        return f"R{number} is where the steering ended; nothing was asked behind it."
    if most is not None and number >= most:
        return f"The settings allow no round behind R{number} ([steering] max_rounds = {most})."
    return ""


def _behind(fork: Fork) -> str:
    """The step that a fork goes on behind, in words."""
    this = fork.transcript.current
    if this is None or this.guidance is None:
        return "before its guidance"
    if this.answer is None:
        return "behind its guidance"
    return "behind its answer" if this.check is None else "behind its checks"


def players(app: CodesteerApp) -> str:
    """Who plays from now on, in one line."""
    config = app.settings.config
    roles: tuple[tuple[Role, str], ...] = (("task_llm", "TASK"), ("steerer", "STEER"), ("checker", "CHECK"))
    return "It is played by " + ", ".join(f"{word} {label(config, role)}" for role, word in roles) + "."


async def baselines(screen: DeskScreen) -> None:
    """Ask which baselines to run of the problem that a screen shows, and run them."""
    recording = await _record(screen, "compare with")
    if recording is None:
        return
    app: CodesteerApp = screen.app  # type: ignore[assignment]
    every = list(BASELINES)
    options = [f"{about.name.capitalize()}: {about.does}" for about in BASELINES.values()]
    options = ["All three, then see them side by side", *options]

    def take(index: int | None) -> None:
        if index is not None:
            todo = every if index == 0 else [every[index - 1]]
            series = Series(app, problem_of(recording), recording.path, todo)
            app.series = series if series.begin() else app.series

    question = "Solve the same problem without a steerer:"
    app.push_screen(PickScreen("Baselines", question, options, players(app)), take)


class Series:
    """Baselines of one problem, run one after the other, and then shown beside the run they are compared with."""

    def __init__(self, app: CodesteerApp, problem: Problem, path: Path, todo: Sequence[Baseline]) -> None:
        self._app, self._problem = app, problem
        self.todo = list(todo)
        self.paths = [path]
        """The records to compare: the run that there was, and those of the baselines that are done."""

    def begin(self) -> bool:
        """Go to the first screen and begin with the first one; false where something else is being solved."""
        return begin(self._app, self._problem, self._next())

    def over(self, path: Path | None, ending: Ending | None) -> bool:
        """Take in that a run is over; true where no other follows. One that was stopped or failed ends them all."""
        if not isinstance(ending, Finished):
            self.todo = []
        elif path is not None:
            self.paths.append(path)
        return not (self.todo and self._app.live.begin(self._problem, self._next()))

    async def show(self) -> None:
        """Show what came of them side by side, where there is more than one to compare."""
        live = self._app.live
        if live.desk and isinstance(live.focused, Prompt) and not live.focused.text:
            live.desk.choose_first()  # where the key for baselines is, and no key begins a problem
        if len(self.paths) > 1:
            await show_compared(self._app, self.paths)

    def _next(self) -> Start:
        baseline, self.todo = self.todo[0], self.todo[1:]
        left = f"; {len(self.todo)} more to come" if self.todo else ""
        self._app.notify(f"{BASELINES[baseline].name.capitalize()}{left}", title="Baseline", markup=False)
        return {"baseline": baseline}


async def compare(screen: DeskScreen) -> None:
    """Show the session of a screen beside the one that it was forked from; else have the person choose another."""
    recording = await _record(screen, "compare")
    if recording is None:
        return
    app: CodesteerApp = screen.app  # type: ignore[assignment]
    origin = recording.transcript.forked_from
    if origin and (path := _beside(app, recording, origin)):
        await show_compared(app, [path, recording.path])
        return
    app.open_sessions(recording.path)


def _beside(app: CodesteerApp, recording: Recording, origin: str) -> Path | None:
    """The file of the session that another was forked from: in the same folder, or where sessions are kept."""
    for folder in (recording.path.parent, sessions_folder(app.settings.config)):
        if (path := folder / f"{origin}{SUFFIX}").is_file():
            return path
    return None


async def show_compared(app: CodesteerApp, paths: Sequence[Path]) -> None:
    """Show these sessions side by side."""
    with importing:
        from codesteer_tui.tui.screens.comparing import CompareScreen

    try:
        recordings = [await asyncio.to_thread(read_recording, path) for path in paths]
    except CodesteerError as error:
        app.notify(f"{error.message}\n{error.remedy}", severity="error", markup=False)
        return
    app.push_screen(CompareScreen(recordings))


async def _record(screen: DeskScreen, to: str) -> Recording | None:
    """The record of what a screen shows; None, and said, where there is none or the run goes on."""
    if screen.running:
        screen.notify(f"{pressed(screen.app, 'back')} stops it.", title="The run still goes on", markup=False)
        return None
    try:
        recording = await screen.record()
    except CodesteerError as error:
        screen.notify(f"{error.message}\n{error.remedy}", severity="error", markup=False)
        return None
    if recording is None:
        screen.notify(f"There is no session to {to} yet.", markup=False)
    return recording

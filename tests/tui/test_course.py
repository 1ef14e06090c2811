"""Not yet, never and not asked for look different: while a round goes on, after it was cut short, and at its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from codesteer_tui import events as ev
from codesteer_tui import sessions
from codesteer_tui.problem import Problem
from codesteer_tui.sandbox import Program
from codesteer_tui.settings import Settings
from codesteer_tui.steering.execution import Executor
from codesteer_tui.transcript import Transcript
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.blocks import PANE, text_of
from codesteer_tui.tui.drawing import flags, guidance, run, task
from codesteer_tui.tui.screens.choice import ChoiceScreen
from codesteer_tui.tui.widgets.status import activity
from codesteer_tui.tui.widgets.strip import chip_parts
from codesteer_tui.values import Limits, Question, Reply, SandboxInfo
from tests.recordings.build import BOX, game24, hard
from tests.tui.conftest import FakeSession, opener, pane, text_on, until
from tests.tui.test_live_screen import type_in

DRAWINGS = (guidance, task, run, flags)
STOPPED = ev.Cancelled()
CRASHED = ev.Cancelled(by=ev.CRASH)
FAILED = ev.Failed(kind="auth", message="openai: the key is not accepted (401).")


def up_to(events: list[ev.Event], kind: type[ev.Base], *, and_it: bool = True) -> list[ev.Event]:
    """The events before, or up to, the first of this kind."""
    at = next(i for i, event in enumerate(events) if isinstance(event, kind))
    return events[: at + and_it]


def pane_text(drawing: object, transcript: Transcript) -> str:
    return text_of(drawing.blocks(transcript, transcript.current, PANE))  # type: ignore[attr-defined]


def chip(transcript: Transcript, *, short: bool = False) -> str:
    assert transcript.current
    parts = chip_parts(transcript, transcript.current, short=short, chosen=True)
    return "".join(part if isinstance(part, str) else part[0] for part in parts)


def known_task() -> list[ev.Event]:
    """A round of a known task in which the code passed, the self-check passed, and ground truth too."""
    start = next(e for e in hard() if isinstance(e, ev.SessionStarted))
    second = [e for e in game24() if getattr(e, "round", None) == 1]
    truth = ev.AnswerVerified(round=1, task="n_queens", verdict=second[-2].verdict)  # type: ignore[attr-defined]
    return [start, *second[:-1], truth, second[-1]]


def test_all_passed_is_said_only_once_every_flag_passed() -> None:
    transcript, told = Transcript(), {}
    for event in known_task():
        transcript.apply(event)
        this = transcript.current
        told[type(event).__name__] = (flags.title(transcript, this), flags.sign(transcript, this))
    assert told["AnswerGiven"] == ("checking ...", "~")
    assert told["CodeJudged"] == ("1 passed, checking ...", "~")
    assert told["AnswerChecked"] == ("2 passed, checking ...", "~")
    assert told["AnswerVerified"] == told["RoundFinished"] == ("all passed", "+")


def test_what_could_not_be_checked_is_not_counted_as_passed() -> None:
    transcript = Transcript.of(game24())
    this = transcript.rounds[1]
    assert flags.title(transcript, this) == "2 passed"
    assert "no verifier for a free question" in text_of(flags.blocks(transcript, this, PANE))
    unsure = Transcript.of([e for e in hard() if getattr(e, "round", 1) == 1])
    assert flags.title(unsure, unsure.rounds[0]) == "1 unchecked, 1 passed"
    assert flags.sign(unsure, unsure.rounds[0]) == "?"


def test_ground_truth_of_a_known_task_is_not_judged_yet_and_then_judged_or_not() -> None:
    going = Transcript.of(up_to(hard(), ev.AnswerGiven))
    assert "not judged yet" in pane_text(flags, going)
    going.apply(STOPPED)
    assert "not judged: run stopped first" in pane_text(flags, going)
    over = Transcript.of([*up_to(hard(), ev.AnswerChecked), ev.RoundFinished(round=0)])
    assert "not judged in this round" in pane_text(flags, over)


BUSY = ("...", "deciding", "waiting", "checking", "running", "writing")


@pytest.mark.parametrize(
    ("ending", "word"),
    [(STOPPED, "stopped"), (CRASHED, "broken off"), (FAILED, "failed")],
    ids=["stopped", "crashed", "failed"],
)
@pytest.mark.parametrize("make", [game24, hard])
def test_nothing_looks_busy_once_the_run_was_cut_short(
    make: Callable[[], list[ev.Event]], ending: ev.Event, word: str
) -> None:
    events = [event for event in make() if not isinstance(event, ev.Finished | ev.Failed)]
    for until_here in range(1, len(events)):
        transcript = Transcript.of([*events[:until_here], ending])
        this = transcript.current
        if this is None or this.finished:
            continue
        whole = "\n".join(
            line
            for drawing in DRAWINGS
            for b in drawing.blocks(transcript, this, PANE)
            if b.kind in ("dim", "row", "heading", "unsure", "flag", "columns")
            for line in [b.text]
        )
        told = f"{whole}\n{chip(transcript)}\n{chip(transcript, short=True)}"
        told += f"\n{flags.title(transcript, this)}\n{run.title(transcript, this)}"
        assert not [word for word in BUSY if word in told.replace("reasoning", "")], told
        assert chip(transcript).count(word) == 1
        assert "no code to judge" not in told or (this.code and not this.code.source)


def test_where_nothing_came_nothing_is_said_to_be_kept() -> None:
    nothing = Transcript.of([*up_to(hard(), ev.GuidanceGiven), FAILED])
    assert pane_text(task, nothing) == "No answer came: the run failed first."
    some = Transcript.of([*up_to(hard(), ev.AnswerDelta), STOPPED])
    assert "stopped here; what came is kept" in pane_text(task, some)


class AskingBox:
    """A sandbox that asks."""

    info = SandboxInfo(**{f: getattr(BOX, f) for f in BOX.__struct_fields__})

    def admits(self, program: Program) -> str:
        return "ask"


async def test_the_question_says_what_one_agrees_to_why_and_what_would_be_better() -> None:
    asked: list[Question] = []

    async def decline(question: Question) -> Reply:
        asked.append(question)
        return Reply(question.options[0])

    executor = Executor(AskingBox(), Limits(), decline)  # type: ignore[arg-type]
    steps = [step async for step in executor.run(0, "answer", Program("print(1)", "model"))]
    assert isinstance(steps[0], ev.Asked)
    said = f"{asked[0].text} {asked[0].detail}"
    for fact in ("written by the model", "on this machine", "namespaces", "no network", "your files",
                 "limits on time", "share the kernel", "no memory cgroup",
                 BOX.detail, BOX.remedy, "docs/sandbox.md"):  # fmt: skip
        assert fact in said


QUESTION = Question("run_with_reduced_isolation", "May they run?", ("No", "Yes"), "detail\n" * 8)


async def test_while_a_decision_is_waited_for_every_place_says_so(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [*up_to(game24(), ev.CodeFound), ev.Asked(id="q", question=QUESTION)]
    transcript = Transcript.of(events)
    assert activity(transcript, running=True)[0] == "R0 waiting for you"
    assert "waits for your decision" in pane_text(run, transcript)
    assert "waits for your decision" in pane_text(flags, transcript)
    transcript.apply(ev.Answered(id="q", reply=Reply("No")))
    assert "waiting for you" not in activity(transcript, running=True)[0]
    assert "decision" not in pane_text(run, transcript)

    monkeypatch.setattr(sessions, "open_session", opener(FakeSession(events, asyncio.Event())))
    app = CodesteerApp(settings)
    async with app.run_test(size=(160, 45)) as pilot:
        await type_in(pilot, "q")
        await until(pilot, lambda: app.screen.desk is not None and app.screen.desk.transcript.questions)
        live = app.screen
        asked = asyncio.create_task(live.ask_person(QUESTION))
        await until(pilot, lambda: isinstance(app.screen, ChoiceScreen))
        sheet = live.query_one("#pane-run Sheet")
        await until(pilot, lambda: any("waits for your decision" in b.text for b in sheet.blocks))
        await pilot.press("enter")
        assert await asked == Reply("No")
        assert "waiting for you" in text_on(app)
        assert "waits for your decision" in pane(app, "run").text


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (40, 10)])
async def test_the_options_of_a_question_are_in_sight_at_every_size(
    settings: Settings, size: tuple[int, int]
) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        asked = asyncio.create_task(app.screen.ask_person(QUESTION))
        await until(pilot, lambda: isinstance(app.screen, ChoiceScreen))
        await pilot.pause(0.1)
        assert "Yes" in text_on(app)
        await pilot.press("escape")
        assert await asked == Reply("No")


def test_a_free_question_never_waits_for_ground_truth() -> None:
    transcript = Transcript.of(up_to(game24(), ev.AnswerGiven))
    assert transcript.problem == Problem(transcript.problem.question)  # type: ignore[union-attr]
    assert "no verifier for a free question" in pane_text(flags, transcript)

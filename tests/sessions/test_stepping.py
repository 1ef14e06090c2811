"""Stepping in through the public door: recorded, known again when the session goes on, never taken for the model's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from codesteer_tui import events as ev
from codesteer_tui.config import Config, SandboxSettings
from codesteer_tui.errors import SessionError
from codesteer_tui.sessions import Ask, Recording, Session, open_session, read_recording
from codesteer_tui.sessions.beside import run_afterwards
from codesteer_tui.sessions.export import as_text
from codesteer_tui.steering.execution import ALL, ONCE
from codesteer_tui.steering.stepping import CODE, EDIT, END, SEND
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import ExecutionResult, Limits, NotRun, Program, Question, Reply, SteeringMode
from tests.sessions.test_opening import GAME, configured, decline, of


def with_mode(config: Config, mode: SteeringMode) -> Config:
    return msgspec.structs.replace(config, steering=msgspec.structs.replace(config.steering, mode=mode))


def approving(config: Config) -> Config:
    sandbox = msgspec.structs.replace(config.sandbox, approve_code=True)
    return msgspec.structs.replace(config, sandbox=sandbox)


async def play(
    config: Config,
    ask: Ask = decline,
    react: Callable[[Session, ev.Event], None] = lambda session, event: None,
    continue_from: Recording | None = None,
    mode: SteeringMode | None = None,
) -> list[ev.Event]:
    events = []
    async with open_session(config, GAME, ask=ask, continue_from=continue_from, mode=mode) as session:
        async for event in session.events:
            events.append(event)
            react(session, event)
    return events


def choosing(*choices: str | tuple[str, str]) -> Ask:
    left = list(choices)

    async def ask(question: Question) -> Reply:
        choice = left.pop(0)
        return Reply(choice) if isinstance(choice, str) else Reply(choice[0], text=choice[1])

    return ask


async def test_the_record_knows_the_mode_and_a_session_that_goes_on_has_it_again(tmp_path: Path) -> None:
    config = configured(tmp_path, checker="off")
    await play(with_mode(config, "manual"), choosing(CODE, END))
    (path,) = tmp_path.glob("*.jsonl")
    recording = read_recording(path)
    assert recording.transcript.mode == "manual"
    asked: list[Question] = []

    async def ask(question: Question) -> Reply:
        asked.append(question)
        return Reply(END)

    def write(session: Session, event: ev.Event) -> None:
        if isinstance(event, ev.SessionResumed):
            assert session.mode == "manual"

    events = await play(config, ask, write, recording)
    assert of(ev.SessionResumed, events)[0].mode == "manual"
    assert asked == [], "it had been ended by the person"


async def test_a_session_goes_on_in_another_mode_where_that_is_wanted(tmp_path: Path) -> None:
    config = configured(tmp_path, checker="off", max_rounds=0)
    await play(with_mode(config, "off"))
    (path,) = tmp_path.glob("*.jsonl")
    events = await play(config, continue_from=read_recording(path), mode="auto")
    assert Transcript.of(events).mode == "auto"


async def test_what_the_person_wrote_is_labelled_as_theirs_in_the_text_of_a_session(tmp_path: Path) -> None:
    config = with_mode(configured(tmp_path, checker="off"), "approve")
    events = await play(config, choosing((EDIT, "Search all orders."), END))
    text = as_text(events)
    assert "steering mode: approve" in text
    assert "proposed by the steerer: code" in text
    assert "guidance by the steerer, edited by the person: code" in text
    assert "guidance by the person: return answer" in text


async def test_a_hint_and_a_change_of_the_mode_stand_in_the_text_of_a_session(tmp_path: Path) -> None:
    config = configured(tmp_path, checker="off", max_rounds=1)

    def react(session: Session, event: ev.Event) -> None:
        if isinstance(event, ev.AnswerGiven) and event.round == 0:
            session.hint("Use every number once.")
            session.step_in("approve", approve_code=True)

    events = await play(config, choosing(ALL, SEND), react)
    text = as_text(events)
    assert "the person's hint for the next guidance" in text
    assert "Use every number once." in text
    assert "steering mode: auto -> approve; each program waits for the person" in text
    assert "each program waits for the person no longer" in text
    (path,) = tmp_path.glob("*.jsonl")
    assert read_recording(path).events == events


async def test_what_was_decided_just_before_the_stop_is_in_the_record(tmp_path: Path) -> None:
    config = configured(tmp_path)
    async with open_session(config, GAME, ask=decline) as session:
        async for event in session.events:
            if isinstance(event, ev.AnswerDelta):
                session.step_in("manual")
                session.hint("Later.")
                break
    transcript = read_recording(session.path).transcript  # type: ignore[arg-type]
    assert isinstance(transcript.ending, ev.Cancelled)
    assert transcript.mode == "manual"
    assert transcript.hint
    assert transcript.hint.text == "Later."


async def test_a_session_stopped_at_a_question_asks_it_again_when_it_goes_on(tmp_path: Path) -> None:
    config = with_mode(configured(tmp_path, checker="off", max_rounds=0), "approve")

    async def never(question: Question) -> Reply:
        await asyncio.Event().wait()
        raise AssertionError

    async with open_session(config, GAME, ask=never) as session:
        async for event in session.events:
            if isinstance(event, ev.Asked):
                break
    recording = read_recording(session.path)  # type: ignore[arg-type]
    assert recording.transcript.waiting == {}
    events = await play(config, choosing(SEND), continue_from=recording)
    asked = of(ev.Asked, events)
    assert len(asked) == 1
    assert asked[0].id not in recording.transcript.questions
    assert of(ev.Finished, events)


async def test_each_program_waits_for_a_yes_where_that_is_wanted(tmp_path: Path) -> None:
    config = approving(configured(tmp_path, max_rounds=0))
    events = await play(config, choosing(ONCE, ALL))
    questions = [e.question for e in of(ev.Asked, events)]
    assert [q.kind for q in questions] == ["approve_code", "approve_code"]
    assert [q.draft for q in questions] == [e.program.source for e in of(ev.ExecutionStarted, events)]
    assert not [e for e in of(ev.ExecutionFinished, events) if isinstance(e.result, NotRun)]


@pytest.mark.parametrize("configured_so", [False, True])
async def test_whether_programs_wait_when_a_session_goes_on_is_what_the_configuration_says(
    tmp_path: Path, configured_so: bool
) -> None:
    """What was switched on in the session before is not kept, and the record says that it is so no longer."""
    config = configured(tmp_path, checker="off", max_rounds=0)
    async with open_session(config, GAME, ask=decline) as session:
        async for event in session.events:
            if isinstance(event, ev.AnswerDelta):
                session.step_in("auto", approve_code=True)
                break
    recording = read_recording(session.path)  # type: ignore[arg-type]
    assert recording.transcript.approve_code
    again = approving(config) if configured_so else config
    events = await play(again, choosing(*[ONCE] * configured_so), continue_from=recording)
    assert [e.question.kind for e in of(ev.Asked, events)] == ["approve_code"] * configured_so
    assert [e.approve_code for e in of(ev.ModeChanged, events)] == [False] * (not configured_so)
    assert read_recording(session.path).transcript.approve_code is configured_so  # type: ignore[arg-type]


async def test_a_program_that_was_not_allowed_is_shown_and_not_run(tmp_path: Path) -> None:
    events = await play(approving(configured(tmp_path, checker="off", max_rounds=0)))
    (finished,) = of(ev.ExecutionFinished, events)
    assert isinstance(finished.result, NotRun)
    assert "not allowed to run by the person" in finished.result.reason


async def test_a_program_of_the_person_s_own_runs_beside_and_never_counts_as_the_answer(
    tmp_path: Path,
) -> None:
    config = with_mode(configured(tmp_path, checker="off"), "approve")
    going: list[Session] = []
    tried = asyncio.Event()
    seen: list[ev.Event] = []

    async def ask(question: Question) -> Reply:
        """Tries a program while the question waits, and decides when that has ended."""
        if len(going) == 1 and "round 1" in question.text:
            going[0].run_program(0, Program("print('<<<99>>>')", "demo"))
            await tried.wait()
            return Reply(END)
        return Reply(SEND)

    def react(session: Session, event: ev.Event) -> None:
        seen.append(event)
        if not going:
            going.append(session)
        if isinstance(event, ev.ExecutionFinished) and event.purpose == "own":
            tried.set()

    events = await play(config, ask, react)
    own = [e for e in of(ev.ExecutionFinished, events) if e.purpose == "own"]
    assert len(own) == 1
    transcript = Transcript.of(events)
    assert transcript.rounds[0].executions[own[0].id].output[0] == "<<<99>>>\n"
    ending = transcript.ending
    assert isinstance(ending, ev.Finished)
    assert ending.answer != "99"
    assert "the person ran a program of their own" in as_text(events)
    (path,) = tmp_path.glob("*.jsonl")
    assert read_recording(path).events == events


async def test_the_answer_of_ones_own_run_is_recorded_as_soon_as_it_is_taken_and_once(tmp_path: Path) -> None:
    config = with_mode(configured(tmp_path, checker="off"), "approve")
    going: list[Session] = []
    ran: list[str] = []
    tried, known = asyncio.Event(), asyncio.Event()

    async def ask(question: Question) -> Reply:
        """Tries a program while the question waits, takes its answer twice, and decides when that is recorded."""
        if "round 1" in question.text:
            going[0].run_program(0, Program("print('<<<99>>>')", "demo"))
            await tried.wait()
            with pytest.raises(SessionError):
                going[0].take_own_answer(0, "x1")
            going[0].take_own_answer(0, ran[0])
            going[0].take_own_answer(0, ran[0])
            await asyncio.wait_for(known.wait(), 10)
            return Reply(END)
        return Reply(SEND)

    def react(session: Session, event: ev.Event) -> None:
        going[:] = [session]
        if isinstance(event, ev.ExecutionFinished) and event.purpose == "own":
            ran.append(event.id)
            tried.set()
        if isinstance(event, ev.OwnAnswerTaken):
            known.set()

    events = await play(config, ask, react)
    (fact,) = of(ev.OwnAnswerTaken, events)
    assert events.index(fact) < max(events.index(e) for e in of(ev.Answered, events))
    ending = events[-1]
    assert isinstance(ending, ev.Finished)
    assert (ending.answer, ending.own_run) == ("99", ran[0])
    assert "not self-checked" in ending.reason
    (path,) = tmp_path.glob("*.jsonl")
    assert read_recording(path).events == events


async def test_the_ending_stays_last_and_waits_for_the_persons_program(tmp_path: Path) -> None:
    config = configured(tmp_path, checker="off", max_rounds=0)

    def react(session: Session, event: ev.Event) -> None:
        if isinstance(event, ev.CodeJudged):
            session.run_program(0, Program("import time; time.sleep(0.5); print(1)", "demo"))

    events = await play(config, react=react)
    assert isinstance(events[-1], ev.Finished)
    (own,) = [e for e in of(ev.ExecutionFinished, events) if e.purpose == "own"]
    assert not isinstance(own.result, NotRun)
    assert own.result.ok


async def test_stopping_the_session_stops_the_persons_program_too(tmp_path: Path) -> None:
    config = with_mode(configured(tmp_path, checker="off"), "manual")
    async with open_session(config, GAME, ask=_never) as session:
        async for event in session.events:
            if isinstance(event, ev.Asked):
                session.run_program(0, Program("while True: pass", "demo"))
            if isinstance(event, ev.ExecutionStarted):
                break
    assert isinstance(session.ending, ev.Cancelled)
    with pytest.raises(SessionError):
        session.run_program(0, Program("print(1)", "demo"))


async def test_a_program_can_be_run_after_the_end_and_is_added_to_the_record(tmp_path: Path) -> None:
    config = configured(tmp_path, checker="off", max_rounds=0)
    await play(config)
    (path,) = tmp_path.glob("*.jsonl")
    before = read_recording(path).transcript
    async with run_afterwards(config, path, before, 0, Program("print(7)", "demo"), ask=decline) as events:
        own = [event async for event in events]
    recording = read_recording(path)
    assert recording.whole == recording.events
    assert recording.events[-len(own) :] == own
    transcript = recording.transcript
    assert isinstance(transcript.ending, ev.Finished)
    assert [run.purpose for run in transcript.rounds[0].executions.values()] == ["answer", "own"]
    assert len({run.id for run in transcript.rounds[0].executions.values()}) == 2


async def test_an_own_run_that_is_left_is_recorded_as_stopped(tmp_path: Path) -> None:
    config = configured(tmp_path, checker="off", max_rounds=0)
    before = Transcript.of(await play(config))
    (path,) = tmp_path.glob("*.jsonl")
    endless = Program("print(7, flush=True)\nwhile True: pass", "demo")
    async with run_afterwards(config, path, before, 0, endless, ask=decline) as events:
        async for event in events:
            if isinstance(event, ev.OutputDelta):
                break
    (run,) = [r for r in read_recording(path).transcript.rounds[0].executions.values() if r.purpose == "own"]
    assert isinstance(run.result, ExecutionResult)
    assert (run.result.status, run.result.stdout) == ("cancelled", "7\n")


async def test_an_own_run_that_was_cut_off_is_not_shown_as_going_on(tmp_path: Path) -> None:
    """The process was killed: nothing could be recorded. Whoever looks is told."""
    config = configured(tmp_path, checker="off", max_rounds=0)
    events = await play(config)
    (path,) = tmp_path.glob("*.jsonl")
    begun = ev.ExecutionStarted(
        round=0, id="x9", purpose="own", program=Program("1", "demo"), limits=Limits(), at=events[-1].at
    )
    printed = ev.OutputDelta(round=0, id="x9", stream="stdout", text="7\n", at=events[-1].at + 1)
    with path.open("ab") as file:
        file.write(b"".join(ev.encode(event) + b"\n" for event in (begun, printed)))
    recording = read_recording(path)
    run = Transcript.of(recording.whole).rounds[0].executions["x9"]
    assert isinstance(run.result, ExecutionResult)
    assert (run.result.status, run.result.stdout, run.result.wall_ms) == ("killed_by_host", "7\n", 1000.0)


async def test_a_bug_in_the_run_reaches_whoever_reads_the_events(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("codesteer_tui.steering.loop.judge", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await play(configured(tmp_path, checker="off"))
    (path,) = tmp_path.glob("*.jsonl")
    assert isinstance(read_recording(path).events[-1], ev.Failed)


async def _never(question: Question) -> Reply:
    await asyncio.Event().wait()
    raise AssertionError


def test_the_default_is_that_nobody_is_asked() -> None:
    config = Config()
    assert config.steering.mode == "auto"
    assert config.sandbox == SandboxSettings(approve_code=False)

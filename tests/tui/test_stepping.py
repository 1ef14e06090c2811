"""Stepping in on the screen: what waits is shown where it belongs, and what the person decides is theirs."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest
from textual.pilot import Pilot

from codesteer_tui import events as ev
from codesteer_tui import sessions
from codesteer_tui.config import Config, Provider, Roles, SandboxSettings, Screen, Sessions, Steering
from codesteer_tui.problem import pose
from codesteer_tui.sessions.store import read_recording
from codesteer_tui.settings import Settings
from codesteer_tui.steering import taking
from codesteer_tui.steering.execution import NO, ONCE
from codesteer_tui.steering.stepping import EDIT, END, REPLACE, SEND, VETO
from codesteer_tui.text import plain
from codesteer_tui.transcript import Transcript
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.blocks import PANE, text_of
from codesteer_tui.tui.drawing import guidance as guidance_pane
from codesteer_tui.tui.drawing import run as run_pane
from codesteer_tui.tui.drawing.verdicts import flags_of
from codesteer_tui.tui.screens.confirm import ConfirmScreen
from codesteer_tui.tui.screens.mode import ModeScreen
from codesteer_tui.tui.screens.writing import WritingScreen
from codesteer_tui.tui.widgets.decision import DecisionPanel
from codesteer_tui.tui.widgets.prompt import Prompt
from codesteer_tui.tui.widgets.status import bottom_items
from codesteer_tui.tui.widgets.strip import chip_parts
from codesteer_tui.values import (
    ExecutionResult,
    Guidance,
    Limits,
    Origin,
    Program,
    Purpose,
    Question,
    Reply,
    SteeringMode,
)
from tests.recordings.build import HERE, game24
from tests.tui.conftest import FakeSession, opener, pane, text_on, until, words_on
from tests.tui.test_live_screen import is_idle, type_in, until_answer

PROBLEM = "Use 4 7 8 8 to make 24"


def configured(tmp_path: Path, mode: SteeringMode = "auto", *, engine: str = "off") -> Settings:
    demo = Provider(kind="demo", model="demo", delay_s=0.0)
    config = Config(
        roles=Roles(task_llm="demo", checker="off"),
        steering=Steering(mode=mode, max_rounds=1),
        sandbox=SandboxSettings(engine=engine),  # type: ignore[arg-type]
        screen=Screen(reduced_motion=True),
        sessions=Sessions(dir=str(tmp_path / "sessions")),
    )
    return Settings(msgspec.structs.replace(config, providers=config.providers | {"demo": demo}))


@pytest.fixture(autouse=True)
def nobody_was_typing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests press keys as soon as a question is there."""
    monkeypatch.setattr("codesteer_tui.tui.widgets.decision.GRACE_S", 0.0)


def asks(app: CodesteerApp, words: str = "") -> bool:
    panels = app.live.query(DecisionPanel)
    question = panels.first(DecisionPanel).question if panels else None
    return question is not None and words in question.text


def listed(app: CodesteerApp) -> list[str]:
    return list(app.live.query_one(DecisionPanel).options)


def guidances(app: CodesteerApp) -> list[Guidance]:
    desk = app.live.desk
    return [r.guidance for r in desk.transcript.rounds if r.guidance] if desk else []


async def write(pilot: Pilot[None], text: str, done: str = "enter") -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, WritingScreen))
    await pilot.pause()
    await pilot.press("ctrl+u", *text.replace(" ", "~").replace("~", " "))
    await pilot.press(done)


async def test_guidance_waits_below_the_panes_and_is_sent_with_enter(tmp_path: Path) -> None:
    app = CodesteerApp(configured(tmp_path, "approve"))
    async with app.run_test(size=(120, 40)) as pilot:
        await type_in(pilot, PROBLEM)
        await until(pilot, lambda: asks(app, "round 0"))
        await until(pilot, lambda: "R0 proposed" in pane(app, "guidance").text)
        await until(pilot, lambda: "waits for you" in text_on(app) and "R0 waiting for you" in text_on(app))
        await until(pilot, lambda: "you approve" in words_on(app))
        assert listed(app)[0] == SEND
        await pilot.press("enter")
        await until(pilot, lambda: bool(guidances(app)))
        assert guidances(app)[0].by == "steerer"


async def test_edited_guidance_is_sent_and_labelled_as_edited(tmp_path: Path) -> None:
    app = CodesteerApp(configured(tmp_path, "approve"))
    async with app.run_test(size=(120, 40)) as pilot:
        await type_in(pilot, PROBLEM)
        await until(pilot, lambda: asks(app))
        await pilot.press("e")
        await write(pilot, " Use sets.")
        await until(pilot, lambda: bool(guidances(app)))
        first = guidances(app)[0]
        assert (first.decision, first.by) == ("code", "edited")
        assert "Use sets." in first.text
        app.live.desk.choose_pane(1)  # type: ignore[union-attr]
        await app.live.desk.choose(0)  # type: ignore[union-attr]
        await until(pilot, lambda: "edited by you" in pane(app, "guidance").text)
        assert "the steerer had proposed" in pane(app, "guidance").text


async def test_ctrl_g_edits_what_waits_and_escape_keeps_what_was_written(tmp_path: Path) -> None:
    app = CodesteerApp(configured(tmp_path, "manual"))
    async with app.run_test(size=(120, 40)) as pilot:
        await type_in(pilot, PROBLEM)
        await until(pilot, lambda: asks(app, "You steer round 0"))
        await pilot.press("ctrl+g")
        await write(pilot, "Search all", "escape")
        await until(pilot, lambda: app.screen is app.live)
        assert asks(app)
        await pilot.press("ctrl+g")
        await until(pilot, lambda: "Search all" in text_on(app))
        await pilot.press("ctrl+g")
        await until(pilot, lambda: bool(guidances(app)))
        assert guidances(app)[0] == Guidance("refine", "Search all", by="person")


async def test_ctrl_g_writes_guidance_where_the_steerer_would_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = Question("approve_guidance", "Return the answer. Do that?", (END, REPLACE, VETO))
    monkeypatch.setattr(sessions, "open_session", opener(FakeSession([*game24()[:8]], asyncio.Event())))
    app = CodesteerApp(configured(tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        await type_in(pilot, PROBLEM)
        await until(pilot, lambda: app.live.desk is not None and app.live.desk.transcript.rounds)
        asking = asyncio.create_task(app.live.ask_person(question))
        await until(pilot, lambda: asks(app))
        await pilot.press("ctrl+g")
        await until(pilot, lambda: "Write the guidance" in text_on(app))
        await write(pilot, "Use fractions.")
        assert await asking == Reply(REPLACE, text="Use fractions.")


async def test_a_veto_goes_with_its_reason_and_the_next_proposal_is_shown(tmp_path: Path) -> None:
    app = CodesteerApp(configured(tmp_path, "approve"))
    async with app.run_test(size=(120, 40)) as pilot:
        await type_in(pilot, PROBLEM)
        await until(pilot, lambda: asks(app, "code"))
        await pilot.press("v")
        await write(pilot, "No code.")
        await until(pilot, lambda: asks(app, "text"))
        await until(pilot, lambda: "vetoed by you" in pane(app, "guidance").text)
        assert "No code." in pane(app, "guidance").text


async def test_escape_stops_where_something_waits_and_the_prompt_is_there_again(tmp_path: Path) -> None:
    app = CodesteerApp(configured(tmp_path, "approve"))
    async with app.run_test(size=(80, 24)) as pilot:
        await type_in(pilot, PROBLEM)
        await until(pilot, lambda: asks(app))
        await until(pilot, lambda: not app.live.query_one(Prompt).display)
        await pilot.press("escape")
        await until(pilot, lambda: is_idle(app))
        await until(pilot, lambda: app.live.query_one(Prompt).has_focus)
        assert not asks(app)
        await until(pilot, lambda: "STOPPED" in text_on(app) and "Ctrl+R goes on" in words_on(app))
        await pilot.press("ctrl+r")
        await until(pilot, lambda: asks(app))
        await pilot.press("enter")
        await until(pilot, lambda: bool(guidances(app)))


async def test_a_question_takes_no_key_from_somebody_who_is_typing(tmp_path: Path) -> None:
    app = CodesteerApp(configured(tmp_path, "approve"))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*"wow")
        app.live.begin(pose(PROBLEM))
        await until(pilot, lambda: asks(app))
        await pilot.press(*"ev")
        prompt = app.live.query_one(Prompt)
        assert prompt.text == "wowev"
        assert asks(app)
        await pilot.press("tab")
        assert app.live.focused is not None
        assert app.live.focused.id == "decision-options"


async def test_what_is_typed_just_as_a_question_comes_goes_on_in_the_prompt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("codesteer_tui.tui.widgets.decision.GRACE_S", 1000.0)
    app = CodesteerApp(configured(tmp_path, "approve"))
    async with app.run_test(size=(120, 40)) as pilot:
        await type_in(pilot, PROBLEM)
        await until(
            pilot, lambda: asks(app) and app.live.focused and app.live.focused.id == "decision-options"
        )
        await pilot.press(*"ev")
        prompt = app.live.query_one(Prompt)
        await until(pilot, lambda: prompt.text == "ev")
        assert prompt.has_focus
        assert prompt.display
        assert asks(app)


async def test_the_mode_is_chosen_in_mid_run_and_what_waits_is_withdrawn(tmp_path: Path) -> None:
    app = CodesteerApp(configured(tmp_path, "approve"))
    async with app.run_test(size=(120, 40)) as pilot:
        await type_in(pilot, PROBLEM)
        await until(pilot, lambda: asks(app))
        await pilot.press("ctrl+t")
        await until(pilot, lambda: isinstance(app.screen, ModeScreen))
        await pilot.press("up", "enter")
        await until(pilot, lambda: is_idle(app))
        assert not asks(app)
        assert app.settings.config.steering.mode == "auto"
        assert app.settings.origins["steering.mode"].where == "chosen in the app"
        transcript = app.live.desk.transcript  # type: ignore[union-attr]
        assert [(c.before, c.after) for c in transcript.mode_changes] == [("approve", "auto")]
        assert guidances(app)[0].by == "steerer"


async def test_space_has_programs_wait_and_escape_keeps_the_mode(tmp_path: Path) -> None:
    app = CodesteerApp(configured(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+t")
        await until(pilot, lambda: isinstance(app.screen, ModeScreen))
        await pilot.press("space")
        assert "[x] Each program" in text_on(app)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.live)
        assert app.settings.config.sandbox.approve_code
        assert app.settings.config.steering.mode == "auto"


async def test_a_program_that_waits_is_shown_in_the_run_pane_and_not_run_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = Question("approve_code", "May the program of the answer run?", (NO, ONCE), draft="print(42)\n")
    events = [*game24()[:8]]
    session = FakeSession(events, asyncio.Event())
    monkeypatch.setattr(sessions, "open_session", opener(session))
    app = CodesteerApp(configured(tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        await type_in(pilot, PROBLEM)
        await until(pilot, lambda: app.live.desk is not None and app.live.desk.transcript.rounds)
        asking = asyncio.create_task(app.live.ask_person(question))
        await app.live.desk.show(ev.Asked(id="q", question=question))  # type: ignore[union-attr]
        await until(pilot, lambda: "print(42)" in pane(app, "run").text)
        await until(pilot, lambda: asks(app))
        await pilot.press("enter")
        assert (await asking).choice == NO


async def test_a_hint_and_guidance_ahead_go_to_the_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = FakeSession(until_answer(), asyncio.Event())
    monkeypatch.setattr(sessions, "open_session", opener(session))
    app = CodesteerApp(configured(tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        await type_in(pilot, PROBLEM)
        await until(pilot, lambda: app.live.session is not None and app.live.desk.transcript.rounds)  # type: ignore[union-attr]
        await pilot.press("ctrl+g")
        await write(pilot, "Be exact.")
        await until(pilot, lambda: session.hints == [("Be exact.", False)])
        await pilot.press("ctrl+g")
        await until(pilot, lambda: isinstance(app.screen, WritingScreen))
        await pilot.press("tab", *"Now!", "enter")
        await until(pilot, lambda: session.hints[1:] == [("Now!", True)])


async def test_where_steering_is_off_there_is_nothing_to_guide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = FakeSession(until_answer(), asyncio.Event())
    session.mode = "off"
    monkeypatch.setattr(sessions, "open_session", opener(session))
    app = CodesteerApp(configured(tmp_path, "off"))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("ctrl+g")
        await until(pilot, lambda: "There is no run to guide" in text_on(app))
        await type_in(pilot, PROBLEM)
        await until(pilot, lambda: app.live.session is not None and app.live.desk.transcript.rounds)  # type: ignore[union-attr]
        await pilot.press("ctrl+g")
        await until(pilot, lambda: "Steering is off" in text_on(app))


async def test_guidance_written_after_the_end_makes_another_round(tmp_path: Path) -> None:
    app = CodesteerApp(configured(tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        await type_in(pilot, PROBLEM)
        await until(
            pilot, lambda: app.live.desk is not None and app.live.desk.transcript.ending and is_idle(app)
        )
        before = len(guidances(app))
        await pilot.press("ctrl+g")
        await write(pilot, "Once more.")
        await until(pilot, lambda: len(guidances(app)) > before and is_idle(app))
        assert [g.by for g in guidances(app)][before:][0] == "person"
        (path,) = (tmp_path / "sessions").glob("*.jsonl")
        assert read_recording(path).transcript.rounds[before].guidance == Guidance(
            "refine", "Once more.", by="person"
        )


async def test_a_hint_is_typed_as_a_command_while_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = FakeSession(until_answer(), asyncio.Event())
    monkeypatch.setattr(sessions, "open_session", opener(session))
    app = CodesteerApp(configured(tmp_path))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press(*"/hint", "enter")
        await until(pilot, lambda: "There is no run to guide" in text_on(app))
        await pilot.press("ctrl+n", *"/hint Too early", "enter")
        await until(pilot, lambda: "/hint Too early" in app.live.prompt.text and "no run" in text_on(app))
        await pilot.press("ctrl+n")
        await type_in(pilot, PROBLEM)
        await until(pilot, lambda: app.live.session is not None and app.live.desk.transcript.rounds)  # type: ignore[union-attr]
        await pilot.press(*"/hi", "tab", *"Be exact.", "enter")
        await until(pilot, lambda: session.hints == [("Be exact.", False)])
        assert app.live.prompt.text == ""
        await pilot.press(*"/hint", "enter")
        await until(pilot, lambda: isinstance(app.screen, WritingScreen))


async def test_a_hint_after_the_end_makes_another_round(tmp_path: Path) -> None:
    app = CodesteerApp(configured(tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        await type_in(pilot, PROBLEM)
        await until(
            pilot, lambda: app.live.desk is not None and app.live.desk.transcript.ending and is_idle(app)
        )
        before = len(guidances(app))
        await pilot.press(*"/hint Once more.", "enter")
        await until(pilot, lambda: len(guidances(app)) > before and is_idle(app))
        assert guidances(app)[before] == Guidance("refine", "Once more.", by="person")


@pytest.mark.parametrize(("typed", "origin"), [("", "model"), ("# mine", "user")])
async def test_x_runs_the_program_again_or_an_edited_copy_as_the_persons_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, origin: str
) -> None:
    events = [e for e in game24() if not isinstance(e, ev.Finished)]
    session = FakeSession(events, asyncio.Event())
    monkeypatch.setattr(sessions, "open_session", opener(session))
    app = CodesteerApp(configured(tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        await type_in(pilot, PROBLEM)
        await until(pilot, lambda: app.live.session and len(app.live.desk.transcript.rounds) > 1)  # type: ignore[union-attr]
        desk = app.live.desk
        assert desk
        await desk.choose(0)
        app.live.stepping.own.demo_programs.clear()
        desk.choose_pane(3)
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, WritingScreen))
        await pilot.press(*typed, *(["enter"] if typed else []), "ctrl+g")
        await until(pilot, lambda: bool(session.own))
        ((number, program),) = session.own
        source = desk.transcript.rounds[0].code.source  # type: ignore[union-attr]
        assert (number, program.origin) == (0, origin)
        assert program.source == (f"{typed}\n{source}" if typed else source)


async def test_a_record_that_is_watched_sends_and_runs_nothing(tmp_path: Path) -> None:
    recording = read_recording(HERE / "demo_game24.jsonl")
    app = CodesteerApp(configured(tmp_path), recording=recording)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.pause()
        await pilot.press("ctrl+g")
        await until(pilot, lambda: "It sends nothing" in text_on(app))
        await pilot.press("x")
        await until(pilot, lambda: "It runs nothing" in text_on(app))
        await pilot.press("ctrl+t")
        await until(pilot, lambda: isinstance(app.screen, ModeScreen))


def of_round_0(*events: ev.Event) -> Transcript:
    return Transcript.of([game24()[0], ev.RoundStarted(round=0), *events])


def test_whose_guidance_it_is_stands_in_title_pane_and_strip() -> None:
    mine = of_round_0(ev.GuidanceGiven(round=0, guidance=Guidance("refine", "Search.", by="person")))
    this = mine.rounds[0]
    assert guidance_pane.title(mine, this) == "by you"
    assert "by you" in text_of(guidance_pane.blocks(mine, this, PANE))
    chip = "".join(
        p if isinstance(p, str) else p[0] for p in chip_parts(mine, this, short=False, chosen=False)
    )
    assert "refine*" in chip
    nobodys = of_round_0(ev.GuidanceGiven(round=0, guidance=Guidance("text", "", by="nobody")))
    shown = text_of(guidance_pane.blocks(nobodys, nobodys.rounds[0], PANE))
    assert "NO STEERING" in shown
    assert "nothing is said to the TaskLLM but the question" in shown


def test_a_change_of_the_mode_stands_in_its_round() -> None:
    changed = of_round_0(ev.ModeChanged(before="auto", after="approve", approve_code=True, round=0))
    shown = text_of(guidance_pane.blocks(changed, changed.rounds[0], PANE))
    assert "steering mode: auto -> approve; each program waits for your yes" in shown


async def test_hostile_text_is_shown_harmless_and_sent_as_it_is_where_it_is_not_edited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = "[bold]red[/] \x1b[31mx\x1b[0m \u202eabc [/nope] \x00 end"
    question = Question("approve_guidance", f"Send {hostile}?", (END, SEND, EDIT), hostile, hostile)
    session = FakeSession(game24()[:3], asyncio.Event())
    monkeypatch.setattr(sessions, "open_session", opener(session))
    app = CodesteerApp(configured(tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        await type_in(pilot, PROBLEM)
        await until(pilot, lambda: app.live.desk is not None and app.live.desk.transcript.rounds)
        asking = asyncio.create_task(app.live.ask_person(question))
        await until(pilot, lambda: asks(app))
        await until(pilot, lambda: "Send [bold]red[/] x abc" in text_on(app))
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, WritingScreen))
        await until(pilot, lambda: "[/nope]" in text_on(app))
        assert "\x1b" not in text_on(app)
        await pilot.press("ctrl+g")
        assert (await asking).text == plain(hostile)


def test_an_own_run_without_an_end_was_cut_off_where_the_session_went_on() -> None:
    events = game24()
    program, at = Program("print(1)", "model"), events[-1].at
    begun = ev.ExecutionStarted(round=0, id="x9", purpose="own", program=program, limits=Limits(), at=at + 1)
    still = Transcript.of([*events, begun])
    assert "~ running" in text_of(run_pane.blocks(still, still.rounds[0], PANE))
    assert still.sandbox
    resumed = ev.SessionResumed(roles=still.roles, sandbox=still.sandbox, at=at + 2)
    over = Transcript.of([*events, begun, resumed])
    shown = text_of(run_pane.blocks(over, over.rounds[0], PANE))
    assert "broken off   the run ended before the program did" in shown
    assert "~ running" not in shown


def test_a_hint_is_shown_while_it_waits_and_where_it_was_said() -> None:
    waits = of_round_0(ev.HintGiven(text="Use sets.", round=0))
    left, _ = bottom_items(waits, running=True, seconds=1.0)
    assert left[-1].texts == ("* your hint is still to be said", "* your hint waits")
    assert "to be said behind the next guidance" in text_of(
        guidance_pane.blocks(waits, waits.rounds[0], PANE)
    )
    said = of_round_0(ev.GuidanceGiven(round=0, guidance=Guidance("code", "Write.", hint="Use sets.")))
    shown = text_of(guidance_pane.blocks(said, said.rounds[0], PANE))
    assert "said behind it, your hint" in shown
    assert "Use sets." in shown


def test_the_persons_own_run_stands_apart_and_says_that_it_does_not_count() -> None:
    def ran(id: str, purpose: Purpose, origin: Origin, out: str) -> list[ev.Event]:
        program = Program("print(1)", origin)
        result = ExecutionResult("exited", exit=0, stdout=out)
        return [
            ev.ExecutionStarted(
                round=0,
                id=id,
                purpose=purpose,
                program=program,
                limits=Limits(),
            ),
            ev.ExecutionFinished(round=0, id=id, purpose=purpose, result=result),
        ]

    transcript = of_round_0(*ran("x1", "answer", "model", "<<<1>>>\n"), *ran("x2", "own", "user", "mine\n"))
    this = transcript.rounds[0]
    shown = text_of(run_pane.blocks(transcript, this, PANE))
    assert shown.index("<<<1>>>") < shown.index("your run of an edited copy   it does not count")
    assert shown.index("it does not count") < shown.index("mine")
    assert this.result
    assert this.result.stdout == "<<<1>>>\n"


def test_what_the_person_took_is_never_said_to_be_the_models() -> None:
    answer = ev.AnswerGiven(round=0, text="<<<9.11>>>")
    program = Program("print('<<<9.9>>>')", "user")
    result = ExecutionResult("exited", exit=0, stdout="<<<9.9>>>\n")
    events: list[ev.Event] = [
        answer,
        ev.ExecutionStarted(round=0, id="x2", purpose="own", program=program, limits=Limits()),
        ev.ExecutionFinished(round=0, id="x2", purpose="own", result=result),
        ev.OwnAnswerTaken(round=0, execution="x2", answer="9.9"),
    ]
    going = of_round_0(*events)
    assert "taken, counts at the end" in text_of(run_pane.blocks(going, going.rounds[0], PANE))
    own = next(flag for flag in flags_of(going, going.rounds[0]) if flag.source == "own")
    assert (own.name, own.words) == ("your run", "9.9, taken; counts at the end")
    over = of_round_0(*events, ev.Finished(answer="9.9", answer_round=0, reason=taking.REASON, own_run="x2"))
    flags = {flag.source: flag for flag in flags_of(over, over.rounds[0])}
    assert flags["model"].words == "9.11"
    assert flags["own"].words == "9.9, taken"
    assert "no self-check" in flags["own"].reason
    assert "you took its answer" in text_of(run_pane.blocks(over, over.rounds[0], PANE))


async def test_the_answer_of_ones_own_run_is_taken_only_after_asking_and_stays_marked(tmp_path: Path) -> None:
    app = CodesteerApp(configured(tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        await type_in(pilot, PROBLEM)
        await until(
            pilot, lambda: app.live.desk is not None and app.live.desk.transcript.ending and is_idle(app)
        )
        (path,) = (tmp_path / "sessions").glob("*.jsonl")
        result = ExecutionResult("exited", exit=0, stdout="<<<4*(7-8/8)>>>\n")
        own: list[ev.Event] = [
            ev.ExecutionStarted(
                round=0, id="x9", purpose="own", program=Program("print(1)", "user"), limits=Limits()
            ),
            ev.ExecutionFinished(round=0, id="x9", purpose="own", result=result),
        ]
        with path.open("ab") as file:
            for event in own:
                file.write(ev.encode(event) + b"\n")
                await app.live.desk.show(event)  # type: ignore[union-attr]
        await app.live.desk.choose(0)  # type: ignore[union-attr]
        app.live.desk.choose_pane(3)  # type: ignore[union-attr]
        await pilot.press("X")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("y")
        await until(pilot, lambda: "of your own run" in words_on(app))
        await until(pilot, lambda: "you took its answer" in pane(app, "run").text)
        assert "you took its answer" in text_on(app)
        await pilot.press("X")
        await until(pilot, lambda: any(said.title == "It is taken" for said in app._notifications))
        assert app.screen is app.live
        recording = read_recording(path)
        ending = recording.transcript.ending
        assert isinstance(ending, ev.Finished)
        assert (ending.answer, ending.own_run, ending.answer_round) == ("4*(7-8/8)", "x9", 0)
        assert ending.verdicts.ground_truth == "pass"


async def test_the_question_of_a_session_that_goes_on_has_the_focus_and_no_pane_says_a_model_is_awaited(
    tmp_path: Path,
) -> None:
    app = CodesteerApp(configured(tmp_path, "approve"))
    async with app.run_test(size=(120, 40)) as pilot:
        await type_in(pilot, PROBLEM)
        await until(pilot, lambda: asks(app, "The steerer's guidance"))
        await until(pilot, lambda: "waits for your decision" in pane(app, "task").text)
        assert "waiting for the answer" not in pane(app, "task").text
        await pilot.press("escape")
        await until(pilot, lambda: is_idle(app))
        app.live.desk.choose_pane(2)  # type: ignore[union-attr]
        await pilot.press("ctrl+r")
        await until(pilot, lambda: asks(app, "The steerer's guidance"))
        await until(pilot, lambda: app.live.query_one(DecisionPanel).has_focus_within)
        await pilot.press("escape")
        await until(pilot, lambda: is_idle(app))


async def test_a_mode_that_is_chosen_while_a_run_is_stopped_holds_when_it_goes_on(tmp_path: Path) -> None:
    app = CodesteerApp(configured(tmp_path, "approve"))
    async with app.run_test(size=(120, 40)) as pilot:
        await type_in(pilot, PROBLEM)
        await until(pilot, lambda: asks(app, "The steerer's guidance"))
        await pilot.press("escape")
        await until(pilot, lambda: is_idle(app))
        await pilot.press("ctrl+t")
        await until(pilot, lambda: isinstance(app.screen, ModeScreen))
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: app.screen is app.live)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: is_idle(app) and bool(guidances(app)))
        transcript = app.live.desk.transcript  # type: ignore[union-attr]
        assert transcript.mode == "off"
        assert guidances(app)[-1].by == "nobody"

"""The exact prompt of every role, one key away."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from codesteer_tui import events as ev
from codesteer_tui.config import AnswerChecker, Config, Roles, SandboxSettings, Sessions, Steering
from codesteer_tui.problem import pose
from codesteer_tui.sessions import open_session, read_recording
from codesteer_tui.settings import Settings
from codesteer_tui.transcript import Transcript
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.blocks import text_of
from codesteer_tui.tui.drawing.prompts import as_json, sections
from codesteer_tui.tui.screens.inspector import InspectorScreen
from codesteer_tui.tui.widgets.sheet import Sheet
from codesteer_tui.values import Guidance, GuidedBy, Message, Role, RoleInfo
from tests.fake_servers import Scripted, openai_body
from tests.recordings.build import HERE
from tests.served import Served
from tests.sessions.test_opening import decline
from tests.tui.conftest import text_on, words_on

GAME = read_recording(HERE / "demo_game24.jsonl")


async def test_what_is_shown_is_what_went_over_the_wire_for_every_role(tmp_path: Path) -> None:
    steerer, checker = Served("m"), Served("m", reply=Scripted([openai_body("I cannot test that.")]))
    async with steerer, checker, Served("m", reply=Scripted([openai_body("It is <<<4>>>.")])) as task:
        config = Config(
            roles=Roles(steerer="guide", task_llm="answer", checker="test"),
            providers={"guide": steerer.provider(), "answer": task.provider(), "test": checker.provider()},
            sandbox=SandboxSettings(engine="off"),
            steering=Steering(max_rounds=1),
            answer_checker=AnswerChecker(attempts=1),
            sessions=Sessions(dir=str(tmp_path)),
        )
        async with open_session(
            config, pose("What is 2 + 2?\n\n[bold]exactly[/]  \t"), ask=decline
        ) as session:
            async for _ in session.events:
                pass
    sent: dict[Role, list[object]] = {
        "steerer": [body["messages"] for body in steerer.prompts],
        "task_llm": [body["messages"] for body in task.prompts],
        "checker": [body["messages"] for body in checker.prompts],
    }
    (path,) = tmp_path.glob("*.jsonl")
    recorded = read_recording(path).transcript
    for role, bodies in sent.items():
        kept = [call.messages for this in recorded.rounds for call in this.calls if call.role == role]
        assert bodies
        assert [list(msgspec.to_builtins(messages)) for messages in kept] == bodies
        copied = [
            s.copy for this in recorded.rounds for s in sections(recorded, this) if s.key.startswith(role)
        ]
        for body in bodies:
            assert [m["content"] for m in body if m["content"] not in copied] == []  # type: ignore[attr-defined]
    this = recorded.rounds[0]
    assert msgspec.json.decode(as_json(this, "task_llm", 1)) == sent["task_llm"][0]


def test_every_call_of_a_round_is_kept_also_those_that_were_repeated() -> None:
    first, second = (Message("user", "one"),), (Message("user", "one"), Message("assistant", "x"))
    transcript = Transcript.of(
        [
            ev.RoundStarted(round=0),
            ev.PromptSent(round=0, role="checker", messages=first),
            ev.PromptSent(round=0, role="checker", messages=second),
        ]
    )
    this = transcript.rounds[0]
    assert [call.messages for call in this.calls] == [first, second]
    heads = [text_of(s.above) for s in sections(transcript, this) if s.above]
    assert [h for h in heads if "CHECKER" in h] == ["CHECKER   call 1 of 2", "CHECKER   call 2 of 2"]
    keys = [section.key for section in sections(transcript, this)]
    assert len(keys) == len(set(keys))


def test_rules_are_given_no_prompt_and_it_says_what_they_looked_at() -> None:
    transcript = GAME.transcript
    (steerer, *_) = sections(transcript, transcript.rounds[1], "steerer")
    shown = text_of(steerer.body)
    assert "No model steers here" in shown
    assert (
        "the answer of R0: code, program: exit 0, symbolic checker: fail, score 0, self-check: fail" in shown
    )


@pytest.mark.parametrize(
    ("by", "words"),
    [
        ("person", "You guided this round yourself"),
        ("nobody", "Steering is off"),
        ("steerer", "built-in rules"),
    ],
)
def test_it_says_who_else_guided(by: GuidedBy, words: str) -> None:
    transcript = Transcript.of(GAME.events)
    this = transcript.rounds[1]
    this.guidance = Guidance("refine", "Try again.", by=by)
    assert words in text_of(sections(transcript, this, "steerer")[0].body)


def test_a_reply_is_shown_as_it_came() -> None:
    raw = "Think.\n<<<Code>>>"
    transcript = Transcript.of(
        [
            ev.SessionStarted(
                session="s",
                problem=pose("q"),
                roles={"steerer": RoleInfo("p", "openai", "m", "p m", host="api.example")},
                sandbox=GAME.transcript.sandbox,  # type: ignore[arg-type]
                max_rounds=5,
            ),
            ev.RoundStarted(round=0),
            ev.PromptSent(round=0, role="steerer", messages=(Message("user", "\x1b[31mhi"),)),
            ev.GuidanceGiven(round=0, guidance=Guidance("code", "Write code.", raw=raw)),
        ]
    )
    prompt, reply, *_ = sections(transcript, transcript.rounds[0], "steerer")
    assert text_of(prompt.above) == "STEERER   p m at api.example"
    assert text_of(prompt.body) == "hi"
    assert prompt.copy == "\x1b[31mhi"
    assert reply.copy == raw


def is_open(app: CodesteerApp) -> bool:
    return isinstance(app.screen, InspectorScreen)


@pytest.fixture
def app(settings: Settings) -> CodesteerApp:
    return CodesteerApp(settings, recording=GAME)


async def test_p_opens_the_prompts_of_the_pane_s_role_and_esc_closes_them(app: CodesteerApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("left_square_bracket", "2", "p")
        assert isinstance(app.screen, InspectorScreen)
        assert app.screen.number == 1
        assert "Prompts of R1" in text_on(app)
        assert "Your program ended with exit 0." in words_on(app)
        await pilot.press("escape")
        assert not is_open(app)
        await pilot.press("4", "p")
        shown = text_of(app.screen.query_one(Sheet).blocks)
        assert "<answer>" in shown.split("CHECKER")[1]
        assert "stands between" not in shown.split("CHECKER")[0]


async def test_messages_fold_and_are_copied_one_by_one_or_as_a_whole(app: CodesteerApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("left_square_bracket", "2", "p")
        screen = app.screen
        assert isinstance(screen, InspectorScreen)
        (call,) = [c for c in screen.this.calls if c.role == "task_llm"]  # type: ignore[union-attr]
        await pilot.press("y")
        assert app.clipboard == call.messages[-1].content
        await pilot.press("Y")
        assert msgspec.json.decode(app.clipboard) == list(msgspec.to_builtins(call.messages))
        before = len(screen.query_one(Sheet).blocks)
        await pilot.press("enter")
        assert len(screen.query_one(Sheet).blocks) < before
        await pilot.press("shift+tab", "space", "y")
        assert app.clipboard == call.messages[-2].content
        await pilot.press("a")
        assert "[+]" not in text_on(app)
        await pilot.press("a")
        assert "[-]" not in text_on(app)


async def test_the_round_changes_in_the_dialog(app: CodesteerApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("left_square_bracket", "2", "p", "left_square_bracket")
        assert "Prompts of R0" in text_on(app)
        await pilot.press("right_square_bracket")
        assert "Prompts of R1" in text_on(app)


async def test_words_are_found_in_folded_messages_too(app: CodesteerApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("left_square_bracket", "1", "p", "slash", *"verdict:")
        await pilot.pause()
        assert "1 of 4" in text_on(app)
        await pilot.press("enter", "n")
        assert "2 of 4" in text_on(app)
        marks = [mark for block in app.screen.query_one(Sheet).blocks for mark in block.marks]
        assert len(marks) == 4
        await pilot.press("escape")
        assert is_open(app)
        assert not [block for block in app.screen.query_one(Sheet).blocks if block.marks]
        await pilot.press("escape")
        assert not is_open(app)

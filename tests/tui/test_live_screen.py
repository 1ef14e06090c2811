"""Posing a problem: what a person sees before, while and after it is solved."""

from __future__ import annotations

import asyncio
from itertools import takewhile

import pytest
from textual.pilot import Pilot
from textual.widgets._toast import Toast

from codesteer_tui import events as ev
from codesteer_tui import sessions
from codesteer_tui.errors import ModelError
from codesteer_tui.settings import Settings
from codesteer_tui.steering.interrupted import KIND, STOPPED
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.screens.choice import ChoiceScreen
from codesteer_tui.tui.screens.live import LiveScreen
from codesteer_tui.tui.widgets.ending import EndingPanel
from codesteer_tui.tui.widgets.prompt import Prompt
from codesteer_tui.tui.widgets.welcome import EXAMPLES, Welcome
from codesteer_tui.values import Question, Reply, Usage
from tests.recordings.build import game24
from tests.tui.conftest import FakeSession, opener, pane, text_on, until, words_on


@pytest.fixture
def app(settings: Settings) -> CodesteerApp:
    return CodesteerApp(settings)


async def type_in(pilot: Pilot[None], text: str) -> None:
    pilot.app.screen.query_one(Prompt).insert(text)
    await pilot.press("enter")


def until_answer() -> list[ev.Event]:
    """The recorded events before the first answer is whole."""
    return list(takewhile(lambda event: not isinstance(event, ev.AnswerGiven), game24()))


def is_idle(app: CodesteerApp) -> bool:
    assert isinstance(app.screen, LiveScreen)
    return not app.screen.running


async def test_the_first_screen_offers_examples_and_says_what_is_ready(app: CodesteerApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "Sandbox" in text_on(app))
        shown = text_on(app)
        assert "Use 4 7 8 8 to make 24" in shown
        assert "+ TaskLLM" in shown
        assert "no language model" in shown
        assert "- Sandbox" in shown
        assert "start Docker" in shown


async def test_a_typed_problem_is_solved_in_the_four_panes(
    app: CodesteerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = FakeSession(game24())
    monkeypatch.setattr(sessions, "open_session", opener(session))
    async with app.run_test(size=(160, 45)) as pilot:
        await type_in(pilot, "Use 4 7 8 8 to make 24")
        await until(pilot, lambda: is_idle(app))
        await pilot.pause(0.3)
        assert session.problem.question == "Use 4 7 8 8 to make 24"
        shown = text_on(app)
        assert "ANSWER (R1)" in shown
        assert "REC" in shown
        assert "from itertools import permutations" in pane(app, "task").text
        assert app.screen.query_one(Prompt).text == ""
        await pilot.press("up")
        assert app.screen.query_one(Prompt).text == "Use 4 7 8 8 to make 24"


async def test_an_example_is_solved_by_choosing_it(
    app: CodesteerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = FakeSession(game24())
    monkeypatch.setattr(sessions, "open_session", opener(session))
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        await pilot.press("tab", "down", "enter")
        await until(pilot, lambda: hasattr(session, "problem") and is_idle(app))
        assert "9.11" in session.problem.question


async def test_text_appears_while_it_streams(app: CodesteerApp, monkeypatch: pytest.MonkeyPatch) -> None:
    events = until_answer()
    monkeypatch.setattr(sessions, "open_session", opener(FakeSession(events, asyncio.Event())))
    async with app.run_test(size=(160, 45)) as pilot:
        await type_in(pilot, "q")
        await until(pilot, lambda: "This one is easy" in text_on(app))
        assert "TaskLLM answers" in text_on(app)
        assert "Esc stop" in text_on(app)


async def test_escape_stops_the_turn_and_keeps_what_came(
    app: CodesteerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = until_answer()
    session = FakeSession(events, asyncio.Event())
    monkeypatch.setattr(sessions, "open_session", opener(session, ending=ev.Cancelled(at=0.6)))
    async with app.run_test(size=(160, 45)) as pilot:
        await type_in(pilot, "q")
        await until(pilot, lambda: "This one is" in text_on(app))
        await pilot.press("escape")
        await until(pilot, lambda: is_idle(app))
        await until(pilot, lambda: "STOPPED" in text_on(app))
        assert session.closed
        await until(pilot, lambda: "stopped here; what came is kept" in pane(app, "task").text)
        assert "This one is" in pane(app, "task").text


@pytest.mark.parametrize("size", [(160, 45), (80, 24), (70, 15)])
async def test_a_run_that_fails_late_names_the_answer_that_it_had(
    app: CodesteerApp, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    events = list(takewhile(lambda event: getattr(event, "round", 0) < 2, game24()))
    events.append(ev.RoundStarted(round=2))
    message = "The conversation has 885 tokens; the context of the local model holds 512. " * 3
    events.append(ev.Failed(kind="context_too_long", message=message, remedy="Use fewer rounds. " * 9))
    monkeypatch.setattr(sessions, "open_session", opener(FakeSession(events)))
    async with app.run_test(size=size) as pilot:
        await type_in(pilot, "q")
        await until(pilot, lambda: "BEST SO FAR (R1)" in text_on(app))
        shown = words_on(app)
        assert "((7 - (8 / 8)) * 4)" in shown
        assert "The conversation has 885 tokens" in shown
        assert ("Use fewer rounds" in shown) == (size[1] > 16)


async def test_no_pane_waits_beside_a_line_that_says_the_run_is_over(
    app: CodesteerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = FakeSession([e for e in until_answer() if not isinstance(e, ev.AnswerDelta)], asyncio.Event())
    monkeypatch.setattr(sessions, "open_session", opener(session, ending=ev.Cancelled(at=0.6)))
    async with app.run_test(size=(160, 45)) as pilot:
        await type_in(pilot, "q")
        await until(pilot, lambda: "waiting for the answer" in pane(app, "task").text)
        for each in app.screen.desk.panes:
            each._rest_s = 1000.0  # as where drawing is slow, or the machine is busy
        await pilot.press("escape")
        await until(pilot, lambda: "STOPPED" in text_on(app))
        assert "run stopped first" in pane(app, "task").text
        assert "waiting" not in pane(app, "task").text


async def test_escape_puts_away_what_lies_over_the_panes_before_it_stops_a_run(
    app: CodesteerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = FakeSession(until_answer(), asyncio.Event())
    monkeypatch.setattr(sessions, "open_session", opener(session, ending=ev.Cancelled(at=0.6)))
    async with app.run_test(size=(160, 45)) as pilot:
        await type_in(pilot, "q")
        await until(pilot, lambda: "This one is" in text_on(app))
        desk = app.screen.desk
        await pilot.press("ctrl+f", *"one", "enter", "f5")
        await until(pilot, lambda: "Esc back" in text_on(app))
        await pilot.press("escape")
        await pilot.pause()
        assert desk.seeking.sought is None
        assert desk.has_class("-zoomed")
        await pilot.press("escape")
        await pilot.pause()
        assert not desk.has_class("-zoomed")
        assert not is_idle(app)
        assert "Esc stop" in text_on(app)
        await pilot.press("escape")
        await until(pilot, lambda: is_idle(app))
        await pilot.press("2", "ctrl+f", *"one", "enter")
        await until(pilot, lambda: app.screen.focused is desk.pane)
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen.focused is desk.pane
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen.focused, Prompt)


async def test_what_a_stopped_call_came_to_stands_in_the_bottom_line(
    app: CodesteerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = ev.CallFailed(
        round=0,
        role="task_llm",
        kind=KIND,
        message=STOPPED,
        text="This one is",
        usage=Usage(1000, 234, estimated=True, usd=0.0123),
    )
    session = FakeSession(until_answer(), asyncio.Event())
    monkeypatch.setattr(sessions, "open_session", opener(session, ending=ev.Cancelled(at=0.6), lost=lost))
    async with app.run_test(size=(160, 45)) as pilot:
        await type_in(pilot, "q")
        await until(pilot, lambda: "This one is" in text_on(app))
        before = app.screen.desk.transcript.total_usage.tokens
        await pilot.press("escape")
        await until(pilot, lambda: "STOPPED" in text_on(app))
        await until(pilot, lambda: "~$0.0123" in text_on(app))
        assert app.screen.desk.transcript.total_usage.tokens == before + 1234
        assert "stopped here; what came is kept" in pane(app, "task").text
        assert STOPPED not in pane(app, "task").text


async def test_ctrl_c_stops_the_turn_and_else_says_how_to_quit(
    app: CodesteerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = FakeSession(game24()[:5], asyncio.Event())
    monkeypatch.setattr(sessions, "open_session", opener(session, ending=ev.Cancelled()))
    async with app.run_test(size=(120, 35), notifications=True) as pilot:
        await type_in(pilot, "q")
        await until(pilot, lambda: app.screen.desk is not None and app.screen.desk.transcript.rounds)
        await pilot.press("ctrl+c")
        await until(pilot, lambda: is_idle(app))
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert "Ctrl+Q quits" in text_on(app)
        assert app.is_running


async def test_a_second_problem_has_to_wait_and_is_kept(
    app: CodesteerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = FakeSession(game24()[:5], asyncio.Event())
    monkeypatch.setattr(sessions, "open_session", opener(session))
    async with app.run_test(size=(120, 35), notifications=True) as pilot:
        await type_in(pilot, "first")
        await until(pilot, lambda: app.screen.desk is not None)
        await type_in(pilot, "second")
        await pilot.pause()
        assert "Esc stops it" in text_on(app)
        prompt = app.screen.query_one(Prompt)
        assert prompt.text == "second"
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert prompt.text == ""
        assert "It goes on" in text_on(app)
        assert app.screen.running
        await pilot.press("up")
        assert prompt.text == "second"


async def test_ctrl_n_empties_the_prompt_and_shows_the_examples_again(
    app: CodesteerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "open_session", opener(FakeSession(game24())))
    async with app.run_test(size=(120, 35)) as pilot:
        await type_in(pilot, "first")
        await until(pilot, lambda: app.screen.desk is not None and is_idle(app))
        prompt = app.screen.query_one(Prompt)
        prompt.insert("half a problem")
        app.screen.desk.choose_pane(4)
        await pilot.press("ctrl+n")
        await until(pilot, lambda: "Sandbox" in text_on(app))
        assert app.screen.desk is None
        assert prompt.text == ""
        shown = text_on(app)
        assert EXAMPLES[0][0] in shown
        assert "ANSWER" not in shown
        assert "REC" not in shown.splitlines()[0]
        await pilot.press("up")
        assert prompt.text == "half a problem"
        await pilot.press("ctrl+j", "ctrl+n")
        monkeypatch.setattr(sessions, "open_session", opener(FakeSession(game24())))
        await type_in(pilot, "second")
        await until(pilot, lambda: "ANSWER (R1)" in text_on(app))
        assert not app.screen.query(Welcome)


async def test_escape_empties_the_prompt_and_up_brings_the_text_back(app: CodesteerApp) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        prompt = app.screen.query_one(Prompt)
        prompt.insert("x" * 200_001)
        await pilot.press("enter")
        await until(pilot, lambda: "Ctrl+N empties the prompt" in words_on(app))
        await pilot.press("escape")
        await pilot.pause()
        assert prompt.text == ""
        assert "Up brings it back" in text_on(app)
        await pilot.press("up")
        assert len(prompt.text) == 200_001
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert prompt.text == ""
        assert "at most" not in text_on(app)


async def test_an_expected_failure_is_explained_and_the_question_kept(
    app: CodesteerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise ModelError("missing_key", "No key for [openai].", "Set OPENAI_API_KEY.")

    monkeypatch.setattr(sessions, "open_session", refuse)
    async with app.run_test(size=(100, 30)) as pilot:
        await type_in(pilot, "my question")
        await until(pilot, lambda: "No key for [openai]." in text_on(app))
        assert "Set OPENAI_API_KEY." in text_on(app)
        assert app.screen.query_one(Prompt).text == "my question"


async def test_a_bug_is_shown_and_does_not_take_the_screen_down(
    app: CodesteerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError("oh [bold]no")

    monkeypatch.setattr(sessions, "open_session", break_down)
    async with app.run_test(size=(100, 30)) as pilot:
        await type_in(pilot, "q")
        await until(pilot, lambda: "ZeroDivisionError: oh [bold]no" in text_on(app))
        assert app.is_running


@pytest.mark.parametrize("typed", ["", "   "])
async def test_enter_without_a_problem_is_answered_gently_once_and_until_something_is_typed(
    app: CodesteerApp, typed: str
) -> None:
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await type_in(pilot, typed)
        await pilot.press("enter")
        await pilot.pause()
        assert text_on(app).count("type a problem first") == 1
        assert not app.screen.query_one(EndingPanel).display
        assert app.screen.query_one(Prompt).text == ""
        await pilot.press("a")
        await pilot.pause()
        assert "type a problem first" not in text_on(app)


async def test_ctrl_j_starts_a_new_line_and_letters_are_just_typed(app: CodesteerApp) -> None:
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.pause()
        await pilot.press("a", "1", "z", "ctrl+j", "left_square_bracket")
        assert app.screen.query_one(Prompt).text == "a1z\n["


QUESTION = Question("run_with_reduced_isolation", "Run [it] here?", ("Show only", "Run once"), "why")


@pytest.mark.parametrize(
    ("keys", "choice"), [(["escape"], "Show only"), (["enter"], "Show only"), (["down", "enter"], "Run once")]
)
async def test_a_question_offers_the_safe_choice_first(
    app: CodesteerApp, keys: list[str], choice: str
) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        asked = asyncio.create_task(app.screen.ask_person(QUESTION))
        await until(pilot, lambda: isinstance(app.screen, ChoiceScreen))
        await pilot.pause()
        assert "Run [it] here?" in text_on(app)
        await pilot.press(*keys)
        assert await asked == Reply(choice)


async def test_a_question_goes_away_when_the_turn_is_stopped(app: CodesteerApp) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        asked = asyncio.create_task(app.screen.ask_person(QUESTION))
        await until(pilot, lambda: isinstance(app.screen, ChoiceScreen))
        asked.cancel()
        await until(pilot, lambda: isinstance(app.screen, LiveScreen))


async def test_help_lists_every_key_of_the_table(app: CodesteerApp) -> None:
    from codesteer_tui.tui.keys import KEYS, name
    from codesteer_tui.tui.widgets.sheet import Sheet

    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("f1")
        await pilot.pause()
        shown = "\n".join(b.text for b in app.screen.query_one(Sheet).blocks)
        assert all(name(key) in shown and key.does in shown for key in KEYS)
        await pilot.press("escape")
        assert isinstance(app.screen, LiveScreen)


async def test_an_unknown_theme_is_named_and_the_app_goes_on(settings: Settings) -> None:
    import msgspec

    screen = msgspec.structs.replace(settings.config.screen, theme="no-such-theme")
    config = msgspec.structs.replace(settings.config, screen=screen)
    app = CodesteerApp(Settings(config))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.pause()
        shown = text_on(app)
        assert "'no-such-theme'" in shown
        assert "Ctrl+P, then Theme" in shown.replace("\n", " ")


async def test_a_notice_has_two_lines_at_most_and_leaves_the_prompt_free(app: CodesteerApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.pause()
        app.notify("many words " * 60, title="A title", markup=False)
        app.notify(f"one line {'x' * 300}\nanother\nthird", markup=False)
        await pilot.pause(0.3)
        toasts = list(app.screen.query(Toast))
        assert [toast.region.height for toast in toasts] == [5, 4]
        prompt = app.screen.query_one(Prompt)
        assert not any(toast.region.overlaps(prompt.region) for toast in toasts)
        assert "third" not in text_on(app)


async def test_a_notice_that_is_shown_is_not_shown_a_second_time(app: CodesteerApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.pause()
        for _ in range(3):
            app.notify("There is only one pane on the screen.", markup=False)
        app.notify("It is another one.", markup=False)
        app.notify("There is only one pane on the screen.", title="With a title", markup=False)
        await until(pilot, lambda: "With a title" in text_on(app))
        assert text_on(app).count("There is only one pane") == 2
        assert len(app.screen.query(Toast)) == 3


async def test_a_crash_prints_no_local_variables(
    app: CodesteerApp, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def with_a_bug(self: CodesteerApp) -> None:
        api_key = "sk-" + "secret" * 3
        raise ZeroDivisionError(f"a bug met by {len(api_key)}")

    monkeypatch.setattr(CodesteerApp, "action_help", with_a_bug)
    with pytest.raises(ZeroDivisionError):
        async with app.run_test(size=(100, 30)) as pilot:
            await pilot.press("f1")
    printed = "".join(str(capsys.readouterr()))
    assert "a bug met by 21" in printed
    assert "secretsecret" not in printed

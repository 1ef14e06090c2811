"""A recorded session in the app: four linked panes, and a transport that moves through it."""

from __future__ import annotations

from pathlib import Path

import pytest

from codesteer_tui import events as ev
from codesteer_tui.sessions.store import Recording, read_recording
from codesteer_tui.settings import Settings
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.screens.evidence import EvidenceScreen
from codesteer_tui.tui.screens.replay import ReplayScreen
from codesteer_tui.tui.widgets.desk import Desk
from codesteer_tui.tui.widgets.pane import Pane
from codesteer_tui.tui.widgets.sheet import Sheet
from codesteer_tui.tui.widgets.strip import RoundStrip
from tests.recordings.build import HERE, RECORDINGS, SEARCH
from tests.tui.conftest import pane, text_on, until


@pytest.fixture
def app(settings: Settings, request: pytest.FixtureRequest) -> CodesteerApp:
    name = getattr(request, "param", "game24")
    recording = Recording(Path(f"{name}.jsonl"), RECORDINGS[name](), [])
    return CodesteerApp(settings, recording=recording)


hard = pytest.mark.parametrize("app", ["hard"], indirect=True)


async def test_it_opens_at_the_end_with_the_answer_its_verdicts_and_what_led_to_it(app: CodesteerApp) -> None:
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        shown = text_on(app)
        assert "ANSWER (R1)" in shown
        assert "((7 - (8 / 8)) * 4)" in shown
        assert "self-check + pass" in shown
        assert "ground truth ? could not check" in shown
        assert "REFINE" in pane(app, "guidance").text
        assert "from itertools import permutations" in pane(app, "task").text
        assert "exit 0" in pane(app, "run").text
        assert "score 12.25" in pane(app, "flags").text


@pytest.mark.parametrize("size", [(160, 45), (120, 35), (80, 24)])
async def test_demo_isolation_and_replay_are_always_named(app: CodesteerApp, size: tuple[int, int]) -> None:
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        shown = text_on(app)
        assert "no language model" in shown
        assert "reduced isolation" in shown
        assert "REPLAY" in shown


async def test_choosing_a_round_by_click_moves_all_four_panes(app: CodesteerApp) -> None:
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        await pilot.click(RoundStrip, offset=(2, 0))
        await pilot.pause()
        assert all(p.number == 0 for p in app.screen.query(Pane))
        assert "the problem" in pane(app, "guidance").text
        assert "This one is easy by hand." in pane(app, "task").text
        assert "(7 - 8 / 8) * 4 = 24" in pane(app, "run").text
        assert "hard-coded" in pane(app, "flags").text
        assert "x FAIL" in pane(app, "flags").text


async def test_lazy_code_is_flagged_in_words_in_the_strip(app: CodesteerApp) -> None:
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        assert "R0 code ! lazy code" in text_on(app)


async def test_the_code_on_the_screen_is_the_code_of_the_answer(app: CodesteerApp) -> None:
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        blocks = pane(app, "task").query_one(Sheet).blocks
        assert [b.text for b in blocks if b.kind == "code"] == [SEARCH.rstrip("\n")]
        answer = pane(app, "task").this.answer.text
        assert pane(app, "task").text.startswith(answer)


async def test_the_keys_of_the_transport_move_through_the_recording(app: CodesteerApp) -> None:
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, ReplayScreen)
        await pilot.press("home")
        assert screen.player.position == 0
        assert "No answer yet." in pane(app, "task").text
        await pilot.press("right", "right", "right")
        assert "CODE" in pane(app, "guidance").text
        await pilot.press("left")
        assert "deciding" in pane(app, "guidance").text
        await pilot.press("right_square_bracket", "right_square_bracket")
        assert pane(app, "task").number == 1
        assert "ANSWER" not in text_on(app)
        await pilot.press("end")
        assert "at the end" in text_on(app)


async def test_speed_changes_are_shown(app: CodesteerApp) -> None:
    async with app.run_test(size=(120, 35)) as pilot:
        await pilot.pause()
        await pilot.press("plus", "plus")
        await pilot.pause()
        assert "4x" in text_on(app)
        await pilot.press("minus", "minus", "minus")
        await pilot.pause()
        assert "0.5x" in text_on(app)


async def test_space_plays_from_the_start_through_the_same_panes(app: CodesteerApp) -> None:
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, ReplayScreen)

        async def at_once(seconds: float) -> None:
            return None

        screen.player._sleep = at_once
        await pilot.press("space")
        await until(pilot, lambda: not screen.player.playing)
        await pilot.pause(0.3)
        assert screen.player.at_end
        assert "ANSWER (R1)" in text_on(app)
        assert "from itertools import permutations" in pane(app, "task").text


async def test_a_pause_holds_the_position(app: CodesteerApp) -> None:
    async with app.run_test(size=(120, 35)) as pilot:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, ReplayScreen)
        await pilot.press("minus", "minus", "space")
        await pilot.press("space")
        held = screen.player.position
        assert "paused" in text_on(app)
        await pilot.pause(0.5)
        assert screen.player.position == held < len(screen.player.events)


async def test_enter_opens_the_evidence_and_escape_closes_it(app: CodesteerApp) -> None:
    async with app.run_test(size=(120, 45)) as pilot:
        await pilot.pause()
        await pilot.press("4", "enter")
        await pilot.pause()
        assert isinstance(app.screen, EvidenceScreen)
        shown = text_on(app)
        assert "the check program" in shown
        assert "assert eval(answer) == 24" in shown
        await pilot.press("escape")
        assert isinstance(app.screen, ReplayScreen)


async def test_c_goes_from_one_piece_of_code_to_the_next_and_y_copies_it(settings: Settings) -> None:
    answer = "One:\n```python\na = 1\n```\n" + "words\n" * 60 + "Two:\n```python\nb = 2\n```\n"
    events: list[ev.Event] = [e for e in RECORDINGS["game24"]() if isinstance(e, ev.SessionStarted)]
    events = [*events, ev.RoundStarted(round=0), ev.AnswerGiven(round=0, text=answer)]
    app = CodesteerApp(settings, recording=Recording(Path("two.jsonl"), events, []))
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        await pilot.press("2", "c", "y")
        assert app.clipboard == "a = 1"
        assert "b = 2" not in text_on(app)
        await pilot.press("c", "y")
        await pilot.pause()
        assert app.clipboard == "b = 2"
        assert "b = 2" in text_on(app)
        await pilot.press("c", "y")
        assert app.clipboard == "a = 1"


async def test_zoom_shows_one_pane_and_escape_all_four_again(app: CodesteerApp) -> None:
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        await pilot.press("f5")
        await pilot.pause()
        assert [p.part.name for p in app.screen.query(Pane) if p.is_on_screen] == ["TASK"]
        await pilot.press("escape")
        await pilot.pause()
        assert len([p for p in app.screen.query(Pane) if p.is_on_screen]) == 4


@pytest.mark.parametrize(("width", "panes", "columns"), [(160, 4, 3), (120, 4, 2), (80, 1, 1)])
async def test_the_width_decides_how_many_columns_there_are(
    app: CodesteerApp, width: int, panes: int, columns: int
) -> None:
    async with app.run_test(size=(width, 40)) as pilot:
        await pilot.pause()
        visible = [p for p in app.screen.query(Pane) if p.is_on_screen]
        assert len(visible) == panes
        assert len({p.region.x for p in visible}) == columns


async def test_the_layout_follows_a_resize(app: CodesteerApp) -> None:
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert len([p for p in app.screen.query(Pane) if p.is_on_screen]) == 1
        await pilot.press("3")
        await pilot.pause()
        assert pane(app, "run").is_on_screen
        assert "guide>" in text_on(app)
        await pilot.resize_terminal(140, 45)
        await pilot.pause()
        assert len([p for p in app.screen.query(Pane) if p.is_on_screen]) == 4


async def test_tab_goes_through_the_panes(app: CodesteerApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        seen = []
        for _ in range(4):
            await pilot.press("tab")
            seen.append(app.focused.part.name)
        assert seen == ["RUN", "FLAGS", "GUIDANCE", "TASK"]


async def test_y_copies_the_code(app: CodesteerApp) -> None:
    async with app.run_test(size=(120, 35)) as pilot:
        await pilot.pause()
        await pilot.press("2", "y")
        assert app.clipboard == SEARCH


@hard
async def test_a_program_that_was_not_run_never_looks_like_one_that_failed(app: CodesteerApp) -> None:
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        run = pane(app, "run").text
        assert "? not run" in run
        assert "the Docker engine stopped answering" in run
        assert "Start Docker" in run
        assert "exit" not in run
        assert "cut off" in pane(app, "task").text
        assert "too many requests (429)" in text_on(app)
        assert "Wait a minute" in text_on(app)


@hard
async def test_output_is_shown_as_it_is_but_for_escape_codes(app: CodesteerApp) -> None:
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        await app.screen.query_one(Desk).choose(1)
        await pilot.pause()
        run = pane(app, "run").text
        assert "x timeout" in run
        assert "[bold]x[/bold] red" in run
        assert "lines not shown here" in run
        assert "cut: the program wrote 9.0 MiB" in run
        assert "? could not check" in pane(app, "flags").text


async def test_notes_of_the_recording_are_told(settings: Settings) -> None:
    recording = Recording(Path("cut.jsonl"), RECORDINGS["game24"]()[:20], ["the last line was cut off"])
    app = CodesteerApp(settings, recording=recording)
    async with app.run_test(size=(120, 35), notifications=True) as pilot:
        await until(pilot, lambda: "the last line was cut off" in text_on(app))


async def test_a_record_without_an_end_is_broken_off_and_nothing_in_it_runs(settings: Settings) -> None:
    events = RECORDINGS["game24"]()
    begun = next(i for i, e in enumerate(events) if isinstance(e, ev.ExecutionStarted)) + 1
    app = CodesteerApp(settings, recording=Recording(Path("killed.jsonl"), events[:begun], []))
    async with app.run_test(size=(130, 35)) as pilot:
        await pilot.pause()
        shown = text_on(app)
        assert "BROKEN OFF  Its record has no end.  Ctrl+R goes on." in shown
        assert "- broken off   the run ended before the program did" in shown
        assert "running" not in shown
        await pilot.press("left")
        assert "running, at most" in text_on(app), "at that time it was"
        assert "BROKEN OFF" not in text_on(app)
        await pilot.press("e")
        assert "E the record breaks off here" in text_on(app)


@pytest.mark.parametrize("size", [(160, 45), (80, 24)])
async def test_a_session_that_the_app_recorded_itself_opens_and_shows_its_rounds(
    settings: Settings, size: tuple[int, int]
) -> None:
    recording = read_recording(HERE / "demo_game24.jsonl")
    app = CodesteerApp(settings, recording=recording)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert "ANSWER (R1)" in text_on(app)
        assert "ground truth + pass" in text_on(app)
        await pilot.press("left_square_bracket", "left_square_bracket")
        assert "too simple" in pane(app, "flags").text
        assert "What it prints is written in the code" in pane(app, "flags").text

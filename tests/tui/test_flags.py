"""Flags a person can read: three verdicts side by side, and for each flag what it rests on."""

from __future__ import annotations

import pytest
from textual.selection import SELECT_ALL

from codesteer_tui import events as ev
from codesteer_tui.problem import Problem
from codesteer_tui.sessions import read_recording
from codesteer_tui.sessions.store import Recording
from codesteer_tui.settings import Settings
from codesteer_tui.transcript import Transcript
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.blocks import PANE, text_of
from codesteer_tui.tui.drawing import evidence, flags, task
from codesteer_tui.tui.drawing.sections import Section
from codesteer_tui.tui.drawing.verdicts import first_to_see, flags_of, named_lines
from codesteer_tui.tui.screens.evidence import EvidenceScreen
from codesteer_tui.tui.widgets.columns import Columns
from codesteer_tui.tui.widgets.sheet import Sheet, visual_of
from codesteer_tui.values import Extraction, Finding, Judgement, Verdict
from tests.recordings.build import CHECK, HERE, SEARCH, game24, hard
from tests.tui.conftest import pane, text_on

GAME = read_recording(HERE / "demo_game24.jsonl")


def columns(transcript: Transcript, number: int, width: int = 60) -> list[str]:
    (shown,) = [b for b in flags.blocks(transcript, transcript.rounds[number], PANE) if b.kind == "columns"]
    visual = visual_of(shown)
    assert isinstance(visual, Columns)
    return visual.at(width).plain.split("\n")


def test_three_verdicts_stand_side_by_side_each_with_its_sign_and_word() -> None:
    assert [line.split("  ")[0] for line in columns(GAME.transcript, 0)] == ["model says", "+ answered"]
    assert [line.split() for line in columns(GAME.transcript, 0)] == [
        ["model", "says", "self-check", "ground", "truth"],
        ["+", "answered", "x", "FAIL", "x", "FAIL"],
    ]
    free = " ".join(columns(Transcript.of(game24()), 1)[1].split())
    assert free == "+ answered + pass ? could not check"


def test_what_is_not_known_yet_is_not_a_verdict() -> None:
    before = [e for e in game24() if not isinstance(e, ev.AnswerChecked | ev.Finished)]
    going = Transcript.of(before[: next(i for i, e in enumerate(before) if isinstance(e, ev.CodeJudged)) + 1])
    assert "~ checking ..." in " ".join(columns(going, 0, 80))


def test_every_kind_of_flag_has_a_key_of_its_own_and_its_words() -> None:
    for events in (game24(), hard()):
        transcript = Transcript.of(events)
        for this in transcript.rounds:
            known = flags_of(transcript, this)
            assert len({flag.key for flag in known}) == len(known)
            assert [flag.source for flag in known][:4] == ["model", "check", "truth", "symbolic"]
            assert all(flag.mark.sign and flag.mark.word for flag in known)


def test_a_program_that_was_not_run_and_code_that_was_cut_off_are_flags_too() -> None:
    transcript = Transcript.of(hard())
    words = {flag.source: f"{flag.mark} {flag.words}" for flag in flags_of(transcript, transcript.rounds[2])}
    assert words["run"] == "? not run the Docker engine stopped answering"
    assert words["code"] == "! unclosed the last block is not closed"


def test_what_is_wrong_is_to_be_seen_first_else_what_was_checked() -> None:
    lazy, searched = (flags_of(GAME.transcript, this) for this in GAME.transcript.rounds[:2])
    assert first_to_see(lazy) == "check 0"
    assert first_to_see(searched) == "check 0"
    unsure = Transcript.of(game24())
    assert first_to_see(flags_of(unsure, unsure.rounds[0])) == "symbolic 0"
    assert first_to_see([]) == ""


def test_lines_are_named_as_people_write_them() -> None:
    assert [named_lines(lines) for lines in [(), (3,), (1, 2), tuple(range(9))]] == [
        "",
        "line 3",
        "lines 1, 2",
        "lines 0, 1, 2, 3, 4, 5 ...",
    ]


def section(transcript: Transcript, number: int, key: str) -> Section:
    (found,) = [s for s in evidence.sections(transcript, transcript.rounds[number], key) if s.key == key]
    return found


def test_a_finding_shows_the_lines_of_the_code_that_it_means() -> None:
    transcript = Transcript.of(game24())
    (listing,) = [b for b in section(transcript, 1, "finding 0").body if b.kind == "listing"]
    assert listing.lines == (19, 24)
    assert listing.text.split("\n")[19 - listing.first] == SEARCH.split("\n")[18]
    (whole,) = [b for b in section(transcript, 1, "symbolic 0").body if b.kind == "listing"]
    assert whole.text == SEARCH.rstrip("\n")
    assert whole.lines == (8, 10, 12, 19, 24)


def test_the_self_check_shows_its_program_and_what_that_printed() -> None:
    found = section(Transcript.of(game24()), 0, "check 0")
    shown = text_of(found.body)
    assert CHECK.rstrip("\n") in shown
    assert "AssertionError: uses [1, 4], not 4 7 8 8" in shown
    assert found.copy == CHECK
    assert not found.folded


def test_ground_truth_names_the_rule_that_was_violated_and_shows_what_it_read() -> None:
    problem = Problem("q", task="game24", gold="4*(7-(8/8))", seed=7)
    transcript = Transcript.of(
        [
            ev.SessionStarted(
                session="s", problem=problem, roles={}, sandbox=GAME.transcript.sandbox, max_rounds=1  # type: ignore[arg-type]
            ),
            ev.RoundStarted(round=0),
            ev.AnswerVerified(round=0, task="game24", verdict=Verdict("fail", "1 is not in 4 7 8 8", "(1+2)*8")),
        ]
    )  # fmt: skip
    shown = text_of(section(transcript, 0, "truth 0").body)
    for words in (
        "The rule that the verifier found violated:",
        "1 is not in 4 7 8 8",
        "(1+2)*8",
        "4*(7-(8/8))",
    ):
        assert words in shown
    free = Transcript.of(game24())
    assert "no verifier for a free question" in text_of(section(free, 1, "truth 0").body)


def test_lines_are_marked_in_the_answer_where_the_program_stands_in_it() -> None:
    blocks = task.answer_blocks(
        "Two parts.\n```python\na = 1\n```\nand\n```python\nb = 2\nprint(b)\n```", PANE
    )
    shown = task.with_marked_lines(blocks, "a = 1\nb = 2\nprint(b)\n", (3,))
    assert [(b.first, b.lines, b.text) for b in shown if b.kind == "listing"] == [
        (1, (3,), "a = 1"),
        (2, (3,), "b = 2\nprint(b)"),
    ]
    assert [b for b in task.with_marked_lines(blocks, "other", (1,)) if b.kind == "listing"] == []


@pytest.fixture
def app(settings: Settings) -> CodesteerApp:
    return CodesteerApp(settings, recording=GAME)


def chosen(app: CodesteerApp) -> list[str]:
    blocks = pane(app, "flags").query_one(Sheet).blocks
    return [b.text.removeprefix(flags.HERE) for b in blocks if b.text.startswith(flags.HERE)]


async def test_up_and_down_go_from_flag_to_flag_and_mark_the_lines_in_the_answer(app: CodesteerApp) -> None:
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        await pilot.press("left_square_bracket", "4")
        await pilot.pause()
        assert [text.split()[0] for text in chosen(app)] == ["self-check"]
        await pilot.press("down", "down", "down")
        await pilot.pause()
        assert "It goes through 8 loops" in chosen(app)[0]
        (listing,) = [b for b in pane(app, "task").query_one(Sheet).blocks if b.kind == "listing"]
        assert listing.lines[:3] == (11, 12, 23)
        assert "> 11      for size in range" in text_on(app)
        await pilot.press("up", "up", "up", "up", "up", "up")
        assert "model says" in chosen(app)[0]
        assert not [b for b in pane(app, "task").query_one(Sheet).blocks if b.kind == "listing"]
        await pilot.press("2")
        await pilot.pause()
        assert chosen(app) == []


async def test_a_click_goes_to_a_flag_and_a_second_one_opens_it(app: CodesteerApp) -> None:
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        await pilot.press("left_square_bracket")
        await pilot.pause()
        views = pane(app, "flags").query_one(Sheet).views
        (loops,) = [view for view in views if "It goes through 8 loops" in view.shown.text]
        await pilot.click(loops)
        await pilot.pause()
        assert "It goes through 8 loops" in chosen(app)[0]
        assert pane(app, "task").lines[:2] == (11, 12)
        await pilot.click(loops)
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, EvidenceScreen)
        assert "> 11  " in text_on(app)
        (head,) = [v for v in screen.query_one(Sheet).views if "> [-]" in v.shown.text]
        await pilot.click(head)
        await pilot.pause()
        assert "> 11  " not in text_on(app)


async def test_marks_go_with_the_round(app: CodesteerApp) -> None:
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        await pilot.press("left_square_bracket", "4", "down", "down", "down")
        await pilot.pause()
        assert pane(app, "task").lines
        await pilot.press("left_square_bracket")
        await pilot.pause()
        assert pane(app, "task").lines == ()


async def test_enter_opens_the_flag_that_was_gone_to_with_its_lines_in_sight(app: CodesteerApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("left_square_bracket", "4", "down", "down", "down", "enter")
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, EvidenceScreen)
        assert "> [-]   + searches" in text_on(app)
        assert "> 11  " in text_on(app)
        await pilot.press("left_square_bracket")
        await pilot.pause()
        assert "Flags of R0" in text_on(app)
        assert "> [-] self-check    x FAIL" in text_on(app)


ON_A_LINE = ", ".join(f"{n} {n}" for n in range(8))


async def test_the_drawing_of_a_puzzle_is_part_of_the_evidence(settings: Settings) -> None:
    from codesteer_tui.symbench import generate

    problem = generate("eight_queens", 7)
    events: list[ev.Event] = [
        ev.SessionStarted(
            session="s", problem=problem, roles={}, sandbox=GAME.transcript.sandbox, max_rounds=1  # type: ignore[arg-type]
        ),
        ev.RoundStarted(round=0),
        ev.CodeFound(round=0, code=Extraction("none")),
        ev.CodeJudged(round=0, judgement=Judgement("default", 1.0, True, (Finding("error", "x"),))),
        ev.AnswerVerified(
            round=0, task="eight_queens", verdict=Verdict("fail", "The given queen at 5 6 is missing.", ON_A_LINE)
        ),
    ]  # fmt: skip
    app = CodesteerApp(settings, recording=Recording(HERE / "queens.jsonl", events, []))
    async with app.run_test(size=(120, 60)) as pilot:
        await pilot.pause()
        await pilot.press("4", "enter")
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, EvidenceScreen)
        await pilot.press("a")
        assert screen._seen
        drawn = [block for blocks in screen._seen.values() for block in blocks]
        shown = text_of(drawn)
        assert "[q] .  .  .  X" in shown
        assert "x The given queen at 7 1 is missing." in shown
        assert all(block in screen.query_one(Sheet).blocks for block in drawn)


async def test_text_of_flags_can_be_selected(app: CodesteerApp) -> None:
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        views = pane(app, "flags").query_one(Sheet).views

        told = [view.get_selection(SELECT_ALL) for view in views]
        assert all(told)
        assert "model says" in told[0][0]  # type: ignore[index]

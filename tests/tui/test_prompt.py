"""The prompt: commands, completion behind `/` and `@`, what was sent before, and the person's own editor."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import Key, Paste
from textual.pilot import Pilot

from codesteer_tui.problem import MAX_QUESTION_CHARS
from codesteer_tui.settings import Settings
from codesteer_tui.symbench.registry import MODULES
from codesteer_tui.tui import editor, obeying, past
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.browsing import listed
from codesteer_tui.tui.completing import Known, offers_at
from codesteer_tui.tui.screens.help import HelpScreen
from codesteer_tui.tui.widgets.ending import EndingPanel
from codesteer_tui.tui.widgets.offers import OfferList
from codesteer_tui.tui.widgets.prompt import Prompt
from tests.tui.conftest import FakeSession, text_on, until, words_on

SIZE = (100, 30)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of files to choose from."""
    at = tmp_path / "files"
    (at / "data").mkdir(parents=True)
    (at / "notes.txt").write_text("one\n```\ntwo\n", encoding="utf-8")
    (at / "my numbers.csv").write_text("3,4", encoding="utf-8")
    (at / "picture.png").write_bytes(b"\x89PNG\xff")
    monkeypatch.setattr(obeying, "folder", lambda: at)
    return at


def prompt(app: CodesteerApp) -> Prompt:
    return app.live.query_one(Prompt)


def offered(app: CodesteerApp) -> list[str]:
    """The rows that are offered above the prompt."""
    rows = app.live.query_one(OfferList)
    return str(rows.visual).splitlines() if rows.display else []


async def typed(pilot: Pilot[None], text: str) -> None:
    await pilot.press(*("space" if c == " " else c for c in text))
    await pilot.pause()


async def posed(pilot: Pilot[None], session: FakeSession) -> object:
    await until(pilot, lambda: session.problem is not None)  # type: ignore[attr-defined]
    return session.problem  # type: ignore[attr-defined]


async def test_a_slash_lists_the_commands_and_tab_puts_one_in(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=SIZE) as pilot:
        await typed(pilot, "/")
        assert "/task" in offered(app)[0]
        await typed(pilot, "he")
        assert [row.split()[1] for row in offered(app)] == ["/help"]
        await pilot.press("tab")
        assert prompt(app).text == "/help"
        assert prompt(app).has_focus


async def test_an_inner_word_finds_a_task_and_a_word_without_a_match_says_so(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=SIZE) as pilot:
        await typed(pilot, "@sud")
        assert [row.split()[1] for row in offered(app)] == ["@standard_sudoku"]
        await typed(pilot, "x")
        assert offered(app) == []
        assert prompt(app).border_subtitle == "no match"
        await pilot.press("tab")
        assert prompt(app).has_focus
        await pilot.press("backspace")
        await pilot.pause()
        assert prompt(app).border_subtitle == ""
        assert offered(app)
        for unmatched in ("/frob", "/mode auto_", "please read @nofile"):
            prompt(app).put(unmatched)
            await pilot.pause()
            assert prompt(app).border_subtitle == "no match", unmatched
            await pilot.press("tab")
            assert prompt(app).has_focus, unmatched
        for free in ("/task my:model", "/help", "@game24 seed=7", "a plain problem"):
            prompt(app).put(free)
            await pilot.pause()
            assert prompt(app).border_subtitle == "", free
        await pilot.press("tab")
        assert not prompt(app).has_focus


async def test_enter_runs_the_command_that_is_chosen(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=SIZE) as pilot:
        await typed(pilot, "/hel")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        assert prompt(app).text == ""


async def test_up_and_down_choose_among_the_offers_and_esc_takes_them_away(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=SIZE) as pilot:
        await typed(pilot, "/s")
        first = offered(app)[0].split()[1]
        await pilot.press("down")
        await pilot.pause()
        assert offered(app)[1].startswith(">")
        await pilot.press("escape")
        await pilot.pause()
        assert offered(app) == []
        assert prompt(app).text == "/s"
        assert first == "/steerer"


async def test_players_and_modes_are_offered_behind_their_commands(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=SIZE) as pilot:
        await typed(pilot, "/steerer ru")
        assert [row.split()[1] for row in offered(app)] == ["rules"]
        await pilot.press("escape", "ctrl+u")
        await typed(pilot, "/mode man")
        await pilot.press("tab")
        assert prompt(app).text == "/mode manual"
        await pilot.press("enter")
        await until(pilot, lambda: app.settings.config.steering.mode == "manual")


async def test_a_command_that_there_is_not_says_so_and_is_given_back(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=SIZE) as pilot:
        await typed(pilot, "/frobnicate")
        await pilot.press("enter")
        await until(pilot, lambda: prompt(app).text == "/frobnicate")
        assert "There is no command /frobnicate" in str(app.live.query_one(EndingPanel).visual)


async def test_a_task_behind_at_is_posed_with_its_knobs_and_ground_truth(
    settings: Settings, session: FakeSession
) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=SIZE) as pilot:
        await typed(pilot, "@game2")
        await pilot.press("tab")
        assert prompt(app).text == "@game24 "
        await typed(pilot, "se")
        await pilot.press("tab")
        await typed(pilot, "7 numbers=5")
        assert prompt(app).text == "@game24 seed=7 numbers=5"
        await pilot.press("enter")
        problem = await posed(pilot, session)
        assert (problem.task, problem.seed) == ("game24", 7)  # type: ignore[attr-defined]
        assert len(problem.parameters["numbers"]) == 5  # type: ignore[attr-defined]
        await pilot.press("up")
        assert prompt(app).text == "@game24 seed=7 numbers=5"


async def test_a_knob_that_cannot_be_set_is_explained_and_the_text_given_back(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=SIZE) as pilot:
        await typed(pilot, "@game24 numbers=900")
        await pilot.press("enter")
        await until(pilot, lambda: prompt(app).text == "@game24 numbers=900")
        assert "numbers" in str(app.live.query_one(EndingPanel).visual)


async def test_a_file_behind_at_goes_into_the_problem_with_its_text(
    settings: Settings, session: FakeSession
) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=SIZE) as pilot:
        await typed(pilot, "sum of @no")
        assert "notes.txt" in offered(app)[0]
        await pilot.press("tab", "enter")
        problem = await posed(pilot, session)
        assert problem.question == "sum of notes.txt \n\nnotes.txt:\n````\none\n```\ntwo\n````"  # type: ignore[attr-defined]


async def test_a_name_with_blanks_is_put_in_between_quotes(settings: Settings, session: FakeSession) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=SIZE) as pilot:
        await typed(pilot, "add @my")
        await pilot.press("tab")
        assert prompt(app).text == 'add @"my numbers.csv" '
        await pilot.press("enter")
        problem = await posed(pilot, session)
        assert problem.question.endswith("my numbers.csv:\n```\n3,4\n```")  # type: ignore[attr-defined]


async def test_a_file_that_is_no_text_is_refused(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=SIZE) as pilot:
        await typed(pilot, "what is in @picture.png")
        await pilot.press("enter")
        await until(pilot, lambda: prompt(app).text == "what is in @picture.png")
        assert "no text" in str(app.live.query_one(EndingPanel).visual)


async def test_a_name_that_was_pasted_sends_no_file(settings: Settings, session: FakeSession) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=SIZE) as pilot:
        app.post_message(Paste("look at @notes.txt please"))
        await pilot.pause()
        await pilot.press("enter")
        problem = await posed(pilot, session)
        assert problem.question == "look at @notes.txt please"  # type: ignore[attr-defined]


async def test_a_name_that_there_is_not_is_refused_at_the_beginning(
    settings: Settings, session: FakeSession
) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=SIZE) as pilot:
        for wrong, near in (
            ("@sudoku", "@standard_sudoku"),
            ("@gmae24 seed=1", "@game24"),
            ("@note.txt what is it", "@notes.txt"),
            ("@number.csv", '@"my numbers.csv"'),
            ("@data/nothing.txt", ""),
        ):
            prompt(app).put(wrong)
            await pilot.press("enter")
            await until(pilot, lambda wrong=wrong: prompt(app).text == wrong)
            said = str(app.live.query_one(EndingPanel).visual)
            assert "there is no such task or file" in said
            assert near in said if near else "mean" not in said
            assert not app.live.running
        prompt(app).put("\\@game24 is a name")
        await pilot.press("enter")
        problem = await posed(pilot, session)
        assert problem.question == "@game24 is a name"  # type: ignore[attr-defined]
        assert not problem.task  # type: ignore[attr-defined]


async def test_a_pasted_problem_may_begin_with_any_name(settings: Settings, session: FakeSession) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=SIZE) as pilot:
        app.post_message(Paste("@somebody asked"))
        await pilot.pause()
        await pilot.press("enter")
        problem = await posed(pilot, session)
        assert problem.question == "@somebody asked"  # type: ignore[attr-defined]


async def test_what_was_sent_is_there_again_at_the_next_start(
    settings: Settings, session: FakeSession
) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=SIZE) as pilot:
        for text in ("first", "second", "first"):
            await typed(pilot, text)
            await pilot.press("enter")
            await until(pilot, lambda: not app.live.running)
    assert past.past_file().stat().st_mode & 0o077 == 0
    again = CodesteerApp(settings)
    async with again.run_test(size=SIZE) as pilot:
        await typed(pilot, "half")
        await pilot.press("up")
        assert prompt(again).text == "first"
        await pilot.press("up")
        assert prompt(again).text == "second"
        await pilot.press("down", "down")
        assert prompt(again).text == "half"


def test_a_damaged_history_loses_only_what_is_damaged() -> None:
    past.append(past.Sent("a\ud800b"))
    with past.past_file().open("ab") as file:
        file.write(b'{"text": \xff\n[]\n')
    past.append(past.Sent("c"))
    assert [sent.text for sent in past.read()] == ["a?b", "c"]


def test_the_history_file_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "KEPT", 5)
    for number in range(23):
        past.append(past.Sent(f"problem {number}"))
    assert [sent.text for sent in past.read()] == [f"problem {n}" for n in range(18, 23)]
    assert past.past_file().read_bytes().count(b"\n") <= 10


async def test_the_editor_brings_back_what_was_written(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def write(app: object, wanted: list[str]) -> int:
        file = Path(wanted[-1])
        assert file.read_text(encoding="utf-8") == "half a problem"
        file.write_text("a whole problem\nin two lines\n", encoding="utf-8")
        return 0

    monkeypatch.setenv("VISUAL", "my-editor --wait")
    monkeypatch.setattr(editor, "_run", write)
    app = CodesteerApp(settings)
    async with app.run_test(size=SIZE) as pilot:
        await typed(pilot, "half a problem")
        await pilot.press("f9")
        await until(pilot, lambda: prompt(app).text == "a whole problem\nin two lines")
        assert prompt(app).has_focus


async def test_an_editor_that_fails_leaves_the_text_as_it_was(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(app: object, wanted: list[str]) -> int:
        return 3

    monkeypatch.setenv("VISUAL", "my-editor")
    monkeypatch.setattr(editor, "_run", fail)
    app = CodesteerApp(settings)
    async with app.run_test(size=SIZE) as pilot:
        await typed(pilot, "kept")
        await pilot.press("f9")
        await until(pilot, lambda: "ended with code 3" in words_on(app))
        assert prompt(app).text == "kept"


def test_the_editor_is_the_one_that_the_environment_names() -> None:
    assert editor.command({"EDITOR": "ed", "VISUAL": "code -w"}, "f") == ["code", "-w", "f"]
    assert editor.command({"EDITOR": "ed"}, "f") == ["ed", "f"]


async def test_offers_leave_the_prompt_in_sight_on_a_small_screen(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(60, 14)) as pilot:
        await typed(pilot, "/")
        assert len(offered(app)) == 2
        assert text_on(app).count("/task") == 1
        assert prompt(app).region.bottom <= 14


async def test_what_is_pasted_is_cleaned_and_refused_where_it_is_too_long(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=SIZE) as pilot:
        app.post_message(Paste("one \u202etwo\x1b[31m\x07\r\nthree "))
        await pilot.pause()
        assert prompt(app).text == "one two\nthree "
        app.post_message(Paste("x" * (MAX_QUESTION_CHARS - 10)))
        await pilot.pause()
        assert prompt(app).text == "one two\nthree "
        assert any("It has 199,990 characters" in notice.message for notice in app._notifications)
        app.post_message(Paste("four"))
        await pilot.pause()
        assert prompt(app).text == "one two\nthree four"


async def test_lines_that_are_added_are_seen_on_a_small_screen(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "one")
        assert prompt(app).content_size.height == 1
        await pilot.press("ctrl+j", *"two", "ctrl+j", *"three")
        await pilot.pause()
        assert prompt(app).content_size.height == 3
        assert {"one", "two", "three"} <= set(words_on(app).split())


async def test_what_is_typed_quickly_behind_the_key_for_a_new_problem_is_kept(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=SIZE) as pilot:
        await typed(pilot, "old")
        app.post_message(Key("ctrl+n", "\x0e"))
        for character in "new one":
            app.post_message(Key("space" if character == " " else character, character))
        await until(pilot, lambda: prompt(app).text == "new one")
        await pilot.pause()
        assert prompt(app).text == "new one"


def offered_for(text: str) -> list[str]:
    """What is put in, in order, where tasks are called as they are."""
    called = {one.id: one.title for one in listed()}
    known = Known(lambda _: [], (), (), Path("/nowhere"), called)
    found = offers_at(text, len(text), known)
    return [offer.text.strip() for offer in found.offers] if found else []


def test_commands_are_found_by_words_in_their_name_and_in_what_they_do_exact_beginnings_first() -> None:
    assert offered_for("/s")[:3] == ["/steerer", "/sessions", "/settings"]
    assert offered_for("/colours") == ["/theme"]
    assert offered_for("/rounds") == ["/find"]
    assert offered_for("/ess") == ["/sessions"]
    assert offered_for("/zzz") == []


def test_a_command_that_was_not_begun_is_put_in_by_enter_and_not_obeyed_yet() -> None:
    found = offers_at("/leave", 6, Known(lambda _: [], (), (), Path("/nowhere")))
    assert found
    assert [(offer.text, offer.whole) for offer in found.offers] == [("/quit", False)]
    begun = offers_at("/qu", 3, Known(lambda _: [], (), (), Path("/nowhere")))
    assert begun
    assert begun.offers[0].whole


def test_tasks_are_found_by_their_titles_behind_those_that_are_found_by_their_names() -> None:
    assert offered_for("@game2") == ["@game24"]
    assert offered_for("@sudoku") == ["@standard_sudoku"]
    assert offered_for("@boxes") == ["@BoxLift", "@BoxNet1"]
    assert offered_for("@board_queens") == ["@eight_queens"]
    found = offered_for("@str")
    assert found[0].startswith("@string_")
    assert offered_for("@zzz") == []


async def test_titles_of_tasks_are_read_while_the_prompt_lives(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("at")
        await until(pilot, lambda: len(obeying.titles()) == len(MODULES))
        await pilot.press(*"crops")
        await until(pilot, lambda: "SymBench task: Exchanging crops" in words_on(app))
        await pilot.press("tab")
        assert prompt(app).text == "@synthesis_decomposition "


def test_an_earlier_text_that_was_changed_stays_so_until_something_is_sent() -> None:
    kept = past.Past()
    for text in ("one", "two"):
        kept.add(past.Sent(text), keep=False)
    assert kept.step(-1, past.Sent("draft")) == past.Sent("two")
    assert kept.step(-1, past.Sent("two, changed")) == past.Sent("one")
    assert kept.step(1, past.Sent("one")) == past.Sent("two, changed")
    assert kept.step(1, past.Sent("two, changed")) == past.Sent("draft")
    kept.add(past.Sent("three"), keep=False)
    assert [kept.step(-1, past.Sent("")), kept.step(-1, past.Sent("three"))] == [
        past.Sent("three"),
        past.Sent("two"),
    ]

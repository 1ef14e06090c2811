"""Choosing who plays: typing in the models screen, choices that meet, names that are none, keys that are missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input, OptionList

from codesteer_tui.config import Provider, Roles
from codesteer_tui.settings import load_settings
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.keys import sentence
from codesteer_tui.tui.screens.confirm import ConfirmScreen
from codesteer_tui.tui.screens.key_entry import KeyScreen
from codesteer_tui.tui.screens.live import LiveScreen
from codesteer_tui.tui.screens.models import HINTS, ModelsScreen
from codesteer_tui.tui.widgets.ending import EndingPanel
from codesteer_tui.tui.widgets.prompt import Prompt
from tests.served import Served, listing
from tests.tui.conftest import text_on, until, words_on
from tests.tui.test_live_screen import is_idle, type_in
from tests.tui.test_models_screen import (
    KEY,
    ROOMY,
    Make,
    choose,
    home,
    make,
    open_models,
    server,
    task_llm,
)

__all__ = ["home", "make", "server"]


def burst(app: CodesteerApp, typed: str) -> None:
    """What a terminal sends in one go, all of it before anything is handled."""
    named = {
        "\r": "enter",
        "\x13": "ctrl+s",
        "\x15": "ctrl+u",
        "\x0f": "ctrl+o",
        "\x0b": "ctrl+k",
        "\t": "tab",
    }
    for character in typed:
        key = named.get(character, character)
        app.post_message(events.Key(key, character))


def searched(app: CodesteerApp) -> str:
    return app.screen.query_one("#typed", Input).value


async def test_every_letter_in_the_list_searches_and_none_acts(
    make: Make, server: Served, home: Path
) -> None:
    app = make(served=server.provider(), mistral=server.provider(model="k"))
    async with app.run_test(size=ROOMY) as pilot:
        screen = await open_models(app, pilot)
        burst(app, "mistral")
        await until(pilot, lambda: searched(app) == "mistral")
        assert screen.rows[0].player == "mistral:k"
        await pilot.press("ctrl+u")
        letters = "skr123/"
        burst(app, letters)
        await until(pilot, lambda: searched(app) == letters)
        assert app.screen is screen
        assert not (home / "user.toml").exists()


async def test_what_is_typed_before_the_list_stands_is_searched_for_and_chosen(
    make: Make, server: Served
) -> None:
    app = make(served=server.provider(), other=server.provider(model="other"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        burst(app, "\x0f/served:other\rsecond")
        # After a choice the next search begins anew, whichever of the two is done first.
        await until(pilot, lambda: task_llm(app) == "served:other" and searched(app) == "second")


async def test_a_search_goes_on_after_a_key_that_acts_on_its_row(make: Make, server: Served) -> None:
    app = make(Roles(task_llm="served"), served=server.provider(), lacking=server.provider(key="env:NOT_SET"))
    async with app.run_test(size=(80, 24)) as pilot:
        await open_models(app, pilot)
        burst(app, "lack\x0b")
        await until(pilot, lambda: isinstance(app.screen, KeyScreen))
        assert app.screen.provider == "lacking"  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", [(160, 45), (130, 30), (80, 24), (60, 16)])
async def test_the_hint_fits_and_names_keys_that_do_it(make: Make, size: tuple[int, int]) -> None:
    app = make()
    async with app.run_test(size=size) as pilot:
        await open_models(app, pilot)
        await pilot.pause(0.2)
        hints = [sentence(app, words).replace("Ctrl+", "^") for words in HINTS]
        (shown,) = [words for words in hints if words in text_on(app)][:1]
        assert "^S save" in shown
        assert "Esc close" in shown


async def test_saving_asks_before_it_replaces_another_player(make: Make, server: Served, home: Path) -> None:
    file = home / "user.toml"
    before = '[roles]\ntask_llm = "groq:mine"  # the good one\n[providers.served]\nkind = "openai"\n'
    file.write_text(before)
    app = make(served=server.provider())
    async with app.run_test(size=ROOMY) as pilot:
        choose(await open_models(app, pilot), "served:m")
        await pilot.press("enter")
        await until(pilot, lambda: task_llm(app) == "served:m")
        burst(app, "\x13\x13")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen) and "Leave it" in text_on(app))
        assert 'in place of "groq:mine"' in words_on(app)
        await pilot.press("enter")
        await until(pilot, lambda: "Not saved" in words_on(app))
        assert isinstance(app.screen, ModelsScreen)  # there was one dialog for the two
        assert "groq:mine" in file.read_text()
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("y")
        await until(pilot, lambda: "Saved in" in words_on(app))
        assert 'in place of "groq:mine"' in words_on(app)
        assert file.read_text() == before.replace("groq:mine", "served:m")


async def test_saving_waits_for_the_choice_before_it(make: Make, home: Path) -> None:
    file = home / "user.toml"
    file.write_text('[providers.served]\nkind = "openai"\n')
    async with Slow("m", "other") as server:
        app = make(served=server.provider())
        async with app.run_test(size=(80, 24)) as pilot:
            await open_models(app, pilot)
            burst(app, "served:other\r\x13")
            await until(pilot, lambda: "Saved in" in words_on(app))
            assert load_settings().config.roles.task_llm == "served:other"


async def test_two_commands_one_after_the_other_are_both_obeyed(make: Make) -> None:
    async with Slow("m", "other") as server:
        app = make(served=server.provider())
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            burst(app, "/task served\r/steerer served:other\r")
            await until(pilot, lambda: app.settings.config.roles.steerer == "served:other")
            assert task_llm(app) == "served"
            assert app.chosen == {"task_llm": "served:m", "steerer": "served:other"}
            past = app.screen.query_one(Prompt).past.texts
            assert [sent.text for sent in past] == ["/task served", "/steerer served:other"]


async def test_a_choice_that_another_one_replaces_is_said_to_be_given_up(make: Make) -> None:
    async with Slow("m", "other") as server:
        app = make(served=server.provider())
        async with app.run_test(size=(130, 30), notifications=True) as pilot:
            await pilot.pause()
            burst(app, "/task served\r/task served:other\r")
            await until(pilot, lambda: "TASK: served is given up for served:other." in words_on(app))
            await until(pilot, lambda: task_llm(app) == "served:other")
            assert "TASK: served:m" not in words_on(app)


class Slow(Served):
    """Takes a moment to list its models."""

    def __init__(self, *models: str) -> None:
        super().__init__(*models)
        self._listing.pause_s = 0.4


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/task served:", "'served:' names no model of served."),
        ("/task empty", "'empty' names no model of empty."),
        ("/task served:other extra", "'served:other extra' is not one name"),
    ],
)
async def test_a_name_that_is_none_is_refused_with_what_to_write(
    make: Make, server: Served, typed: str, said: str
) -> None:
    app = make(served=server.provider(), empty=server.provider(model=""))
    async with app.run_test(size=(80, 24)) as pilot:
        await type_in(pilot, typed)
        await until(pilot, lambda: said in words_on(app))
        assert "-> Write" in words_on(app)
        assert task_llm(app) == "demo"


async def test_who_plays_already_is_said_to(make: Make, server: Served) -> None:
    app = make(Roles(task_llm="served:other"), served=server.provider())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await type_in(pilot, "/task served:other")
        await until(pilot, lambda: "TASK: served:other plays already." in words_on(app))


async def test_choosing_who_plays_in_the_run_changes_nothing_in_it(make: Make, server: Served) -> None:
    slow = Provider(kind="demo", model="demo", delay_s=2.0)
    app = make(Roles(task_llm="slow", checker="off"), slow=slow, served=server.provider())
    async with app.run_test(size=ROOMY, notifications=True) as pilot:
        await type_in(pilot, "Use 4 7 8 8 to make 24")
        await until(pilot, lambda: app.screen.desk and app.screen.desk.transcript.rounds)
        burst(app, "/task served\r")
        await until(pilot, lambda: "TASK demo -> served:m at R" in text_on(app))
        burst(app, "/task slow\r")
        await until(pilot, lambda: "TASK: slow plays already." in words_on(app))
        assert app.screen.pending == {}
        await pilot.press("escape", "escape")  # the first one is the notice's
        await until(pilot, lambda: is_idle(app))


async def test_a_pending_change_keeps_the_columns_in_line(make: Make, server: Served) -> None:
    app = make(Roles(task_llm="served"), served=server.provider())
    async with app.run_test(size=ROOMY) as pilot:
        screen = await open_models(app, pilot)
        screen.renew(app.settings, {**screen.playing, "task_llm": ("served:m", "served:other at R1")})
        await pilot.pause()
        lines = [
            line
            for line in text_on(app).splitlines()
            if "the" in line and ("TASK" in line or "STEER" in line)
        ]
        assert lines[0].index("answers the problem") == lines[1].index("guides the TaskLLM")


async def test_a_model_that_is_not_listed_is_not_said_to_be_there_and_details_are_its_own(make: Make) -> None:
    async with Served("slow", "text") as server:
        server._listing = listing("slow", "text", context=32_768)
        app = make(mine=server.provider(model="slow"))
        async with app.run_test(size=ROOMY) as pilot:
            screen = await open_models(app, pilot)
            await until(pilot, lambda: any(r.reached for r in screen.players))
            await pilot.press(*"mine:t")
            await pilot.pause()
            half = next(row for row in screen.rows if row.player == "mine:t")
            assert half.state.word == "model not listed"
            await pilot.press(*"ext")
            await pilot.pause()
            assert screen.highlighted is not None
            assert screen.highlighted.player == "mine:text"
            assert "answers and lists text" in words_on(app)
            assert "context 32,768 tokens" in words_on(app)


async def test_a_problem_whose_provider_lacks_its_key_asks_for_it_and_goes_on(
    server: Served, home: Path
) -> None:
    (home / "user.toml").write_text(
        f'[roles]\ntask_llm = "served"\nchecker = "off"\n[providers.served]\nkind = "openai"\nmodel = "m"\n'
        f'base_url = "{server.url}/v1"\nkey = "env:NOT_SET_AT_ALL"\n[screen]\nreduced_motion = true\n'
        f'[sandbox]\nengine = "off"\n[steering]\nmax_rounds = 1\n[sessions]\ndir = "{home}/sessions"\n'
    )
    app = CodesteerApp(load_settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await type_in(pilot, "Use 4 7 8 8 to make 24")
        await until(pilot, lambda: isinstance(app.screen, KeyScreen))
        await pilot.press("escape")
        await until(pilot, lambda: is_idle(app) and "needs an API key" in words_on(app))
        assert app.screen.query_one(Prompt).text == "Use 4 7 8 8 to make 24"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, KeyScreen) and "read" in text_on(app))
        app.post_message(events.Paste(KEY))
        await pilot.press("enter")
        await until(pilot, lambda: bool(server.prompts))
        assert "needs an API key" not in words_on(app)
        await pilot.press("escape", "escape")  # the first one may be the dialog's
        await until(pilot, lambda: is_idle(app))
    assert server.asked[-1].headers["authorization"] == f"Bearer {KEY}"


async def test_a_stored_key_takes_away_what_was_said_to_be_missing(make: Make, server: Served) -> None:
    app = make(Roles(task_llm="served"), served=server.provider(key="env:NOT_SET_AT_ALL"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert isinstance(app.screen, LiveScreen)
        app.screen.explain("The provider 'served' needs an API key.", "")
        screen = app.screen
        await open_models(app, pilot)
        burst(app, "served\x0b")
        await until(pilot, lambda: isinstance(app.screen, KeyScreen) and "read" in text_on(app))
        app.post_message(events.Paste(KEY))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ModelsScreen))
        await until(pilot, lambda: not screen.query_one(EndingPanel).has_class("-bad"))


async def test_a_key_that_is_pasted_before_the_dialog_stands_is_entered(make: Make) -> None:
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        dialog = KeyScreen("served", "example.org")
        app.push_screen(dialog)
        app.post_message(events.Paste(KEY))
        await until(pilot, lambda: "•" * 8 in text_on(app))
        assert dialog.query_one(Input).value == KEY


async def test_text_behind_a_key_that_deletes_is_kept(make: Make) -> None:
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        burst(app, "old\x15new")
        await until(pilot, lambda: app.screen.query_one(Prompt).text == "new")
        await pilot.press("escape", "ctrl+o")
        await until(pilot, lambda: isinstance(app.screen, ModelsScreen))
        burst(app, "old\x15new")
        await until(pilot, lambda: searched(app) == "new")


async def test_a_click_on_a_row_chooses_and_the_search_keeps_the_keys(make: Make, server: Served) -> None:
    app = make(served=server.provider())
    async with app.run_test(size=ROOMY) as pilot:
        screen = await open_models(app, pilot)
        at = [row.player for row in screen.rows].index("served:m")
        await pilot.click("#players", offset=(4, at + 1))
        await until(pilot, lambda: task_llm(app) == "served:m")
        await pilot.click("#roles", offset=(4, 1))
        await until(pilot, lambda: screen.role == "steerer")
        await pilot.press(*"ser")
        assert searched(app) == "ser"
        assert not isinstance(screen.focused, OptionList)

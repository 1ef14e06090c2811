"""The settings in the app: where each comes from, no secret among them, and changing one."""

from __future__ import annotations

import tomllib

import pytest
from textual.pilot import Pilot

from codesteer_tui.settings import Settings
from codesteer_tui.settings.schema import schema
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.blocks import text_of
from codesteer_tui.tui.changing import with_setting
from codesteer_tui.tui.chosen import overridden
from codesteer_tui.tui.screens.setting import SettingScreen
from codesteer_tui.tui.screens.settings import SettingsScreen
from codesteer_tui.tui.setting_rows import (
    Folded,
    Row,
    about,
    all_rows,
    choices_of,
    complaint,
    lines,
    toml_line,
)
from tests.settings_desk import Desk
from tests.settings_desk import desk as desk
from tests.tui.conftest import notices, until, words_on
from tests.tui.test_choosing import burst


def shown(settings: Settings) -> str:
    every = [row.key for row in all_rows(settings)]
    return "\n".join([repr(lines(settings)), *(text_of(about(settings, key)) for key in every)])


async def test_headers_and_commands_are_not_shown_and_a_key_that_stays_behind_says_why(desk: Desk) -> None:
    desk.user.write_text(
        "[providers.openai]\nheaders = { X-A = 'very-secret' }\nkey = 'cmd:echo very-secret'\n"
        "[providers.groq]\nbase_url = 'https://gateway.example/v1'\n[screen]\nreduced_motion = true\n"
    )
    settings = desk.load()
    app = CodesteerApp(settings)
    async with app.run_test(size=(150, 110)) as pilot:
        await pilot.press("f2")
        await pilot.pause()
        words = words_on(app)
    everything = words + shown(settings)
    assert "very-secret" not in everything
    assert "very-secret" not in toml_line(settings, "providers.openai.headers")
    assert '{X-A = "(set)"}' in words
    assert "cmd:echo …" in words
    assert "gateway.example" in words
    assert "[providers.anthropic]" in words
    assert "built in, with nothing set" in words
    assert "gpu_layers" not in words
    assert "leads to gateway.example, so it is not sent" in everything


def test_every_setting_has_a_row_and_its_meaning(settings: Settings) -> None:
    keys = {row.key for row in all_rows(settings)}
    for section, names in schema().items():
        table = "providers.groq" if section == "providers" else section
        assert {f"{table}.{name}" for name in names} <= keys
    assert "Most rounds of guidance" in text_of(about(settings, "steering.max_rounds"))


def test_a_search_finds_names_values_and_meanings_also_in_folded_tables(desk: Desk) -> None:
    settings = desk.load()

    def found(typed: str) -> list[str]:
        return [line.key for line in lines(settings, typed) if isinstance(line, Row)]

    assert "providers.groq" in [line.table for line in lines(settings) if isinstance(line, Folded)]
    assert "providers.groq.base_url" in found("groq address")
    assert found("nucleus groq") == ["providers.groq.top_p"]
    assert found("same-as-task")[0] == "roles.steerer"
    assert found("no-such-word") == []


def test_what_is_typed_is_judged_by_the_rules_of_the_files(desk: Desk) -> None:
    settings = desk.load()
    assert complaint(settings, "steering.max_rounds", "4") == ""
    assert "whole number" in complaint(settings, "steering.max_rounds", "many")
    assert complaint(settings, "providers.openai.temperature", "none") == ""
    assert complaint(settings, "providers.openai.gpu_layers", "auto") == ""
    assert "env:NAME" in complaint(settings, "providers.openai.key", "sk-0123456789abcdef")
    assert choices_of("sandbox.approve_code") == ["true", "false"]
    assert choices_of("steering.mode") == ["auto", "approve", "manual", "off"]


def test_a_saved_setting_is_taken_over_and_what_was_chosen_in_the_app_stays(desk: Desk) -> None:
    desk.user.write_text("[providers.groq]\nmodel = 'a'\n")
    before = overridden(desk.load(), "task_llm", "groq:b")
    desk.user.write_text(
        "[providers.groq]\nmodel = 'c'\n[steering]\nmax_rounds = 2\n[roles]\ntask_llm='demo'\n"
    )
    after = with_setting(before, desk.load(), "providers.groq.model")
    assert (after.config.providers["groq"].model, after.config.steering.max_rounds) == ("c", 5)
    after = with_setting(after, desk.load(), "steering.max_rounds")
    assert (after.config.steering.max_rounds, after.config.roles.task_llm) == (2, "groq:b")
    assert after.origins["steering.max_rounds"].layer == "user file"
    assert list(after.origins) == list(before.origins)
    assert with_setting(after, desk.load(), "roles.task_llm").config.roles.task_llm == "demo"


async def search(pilot: Pilot[None], words: str) -> SettingsScreen:
    await pilot.press("f2", "slash", *("space" if c == " " else c for c in words), "enter")
    await pilot.pause()
    assert isinstance(pilot.app.screen, SettingsScreen)
    return pilot.app.screen


async def test_what_is_typed_quickly_behind_keys_that_edit_the_search_is_kept(desk: Desk) -> None:
    app = CodesteerApp(desk.load())
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("f2", "slash", *"zzz")
        burst(app, "\x15max_rounds\r\r")
        await until(pilot, lambda: isinstance(app.screen, SettingScreen))
        await until(pilot, lambda: "max_rounds" in words_on(app))


async def test_a_setting_is_found_changed_saved_and_taken_out_again(desk: Desk) -> None:
    desk.user.write_text("# mine\n[steering]\n# short\nmax_rounds = 3\n")
    app = CodesteerApp(desk.load())
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await search(pilot, "rounds guidance")
        assert screen.row
        assert screen.row.key == "steering.max_rounds"
        await pilot.press("enter", "backspace", "minus", "1")
        await pilot.pause()
        assert "x it must be a whole number of at least 0" in words_on(app)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, SettingScreen)  # what is not allowed is not saved
        assert "max_rounds = 3" in desk.user.read_text()
        await pilot.press("backspace", "backspace", "7", "enter")
        await until(pilot, lambda: app.settings.config.steering.max_rounds == 7)
        assert desk.user.read_text() == "# mine\n[steering]\n# short\nmax_rounds = 7\n"
        await until(pilot, lambda: "is now 7, from the next problem on" in notices(app))
        assert app.screen_stack[-1] == screen
        assert screen.row
        assert (screen.row.value, screen.row.layer) == ("7", "user file")
        await pilot.press("d")
        await until(pilot, lambda: app.settings.config.steering.max_rounds == 5)
        assert tomllib.loads(desk.user.read_text()).get("steering", {}) == {}
        await until(pilot, lambda: "is now 5 (default)" in notices(app))


async def test_a_role_that_nobody_is_called_is_refused_while_it_is_typed_with_the_names_there_are(
    desk: Desk,
) -> None:
    settings = desk.load()
    for fine in ("demo", "openai", "groq:any-model", "auto"):
        assert complaint(settings, "roles.task_llm", fine) == ""
    assert complaint(settings, "roles.steerer", "same-as-task") == ""
    assert "known: auto, demo" in complaint(settings, "roles.task_llm", "same-as-task")
    app = CodesteerApp(settings)
    async with app.run_test(size=(100, 30)) as pilot:
        await search(pilot, "roles.task_llm")
        await pilot.press("enter", "ctrl+u", *"gorq:fast")
        await until(pilot, lambda: "x did you mean 'groq'? known: auto, demo" in words_on(app))
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, SettingScreen)
        assert desk.user.read_text() == ""
        await pilot.press("ctrl+u", *"demo", "enter")
        await until(pilot, lambda: app.settings.config.roles.task_llm == "demo")


async def test_a_theme_is_chosen_of_those_there_are_and_worn_at_once(desk: Desk) -> None:
    app = CodesteerApp(desk.load())
    async with app.run_test(size=(100, 40)) as pilot:
        await search(pilot, "screen.theme")
        await pilot.press("enter", "down", "enter")
        await until(pilot, lambda: app.theme == "textual-light")
        assert tomllib.loads(desk.user.read_text()) == {"screen": {"theme": "textual-light"}}


async def test_what_another_layer_decides_is_saved_and_said(desk: Desk) -> None:
    desk.env["CODESTEER_SANDBOX__WALL_S"] = "4"
    app = CodesteerApp(desk.load())
    async with app.run_test(size=(100, 30)) as pilot:
        await search(pilot, "wall_s")
        await pilot.press("enter", "backspace", "backspace", "backspace", "8", "enter")
        await until(pilot, lambda: "environment (CODESTEER_SANDBOX__WALL_S) is stronger" in notices(app))
        assert tomllib.loads(desk.user.read_text()) == {"sandbox": {"wall_s": 8.0}}
        assert app.settings.config.sandbox.wall_s == 4.0


async def test_what_cannot_be_saved_is_said_in_the_dialog(desk: Desk) -> None:
    app = CodesteerApp(desk.load())
    async with app.run_test(size=(100, 30)) as pilot:
        await search(pilot, "roles.checker")
        desk.user.write_text("[roles\n")
        await pilot.press("enter", *["backspace"] * 12, "o", "f", "f", "enter")
        await until(pilot, lambda: "was not saved: the file is no TOML" in words_on(app))
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, SettingsScreen)
        assert desk.user.read_text() == "[roles\n"


async def test_a_value_that_is_not_shown_can_only_be_replaced(desk: Desk) -> None:
    desk.user.write_text("[providers.openai]\nheaders = { X-A = 'very-secret' }\n")
    app = CodesteerApp(desk.load())
    async with app.run_test(size=(100, 30)) as pilot:
        await search(pilot, "openai.headers")
        await pilot.press("enter")
        await until(pilot, lambda: "What you type replaces it" in words_on(app))
        assert "very-secret" not in words_on(app)


@pytest.mark.parametrize("size", [(80, 24), (60, 14), (160, 45)])
async def test_esc_leaves_the_search_then_the_settings(desk: Desk, size: tuple[int, int]) -> None:
    app = CodesteerApp(desk.load())
    async with app.run_test(size=size) as pilot:
        screen = await search(pilot, "max_rounds")
        assert "1 found" in words_on(app)
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen_stack == [app.live, screen]
        assert "1 found" not in words_on(app)
        await pilot.press("s")
        await pilot.pause()
        assert "nothing is set" in words_on(app)
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen_stack == [app.live]


async def test_a_folded_table_is_unfolded_by_enter(desk: Desk) -> None:
    app = CodesteerApp(desk.load())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f2", "end")
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, SettingsScreen)
        folded = screen.highlighted
        assert isinstance(folded, Folded)
        await pilot.press("enter")
        await pilot.pause()
        assert screen.row
        assert screen.row.table == folded.table

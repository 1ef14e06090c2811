"""The settings as the app shows them: where each comes from, and no secret among them."""

from __future__ import annotations

from codesteer_tui.settings import Settings
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.screens.settings import SettingsScreen
from tests.settings_desk import Desk
from tests.settings_desk import desk as desk
from tests.tui.conftest import words_on


def shown(settings: Settings) -> str:
    return "\n".join(repr(block) for block in SettingsScreen(settings).blocks())


async def test_headers_and_commands_are_not_shown_and_a_key_that_stays_behind_says_why(desk: Desk) -> None:
    desk.user.write_text(
        "[providers.openai]\nheaders = { X-A = 'very-secret' }\nkey = 'cmd:echo very-secret'\n"
        "[providers.groq]\nbase_url = 'https://gateway.example/v1'\n[screen]\nreduced_motion = true\n"
    )
    settings = desk.load()
    app = CodesteerApp(settings)
    async with app.run_test(size=(150, 220)) as pilot:
        await pilot.press("f2")
        await pilot.pause()
        words = words_on(app)
    assert "very-secret" not in words + shown(settings)
    assert "(set)" in words
    assert "cmd:echo …" in words
    assert "gateway.example" in words
    assert "Built in as well, with nothing set: anthropic" in words
    assert "gpu_layers" not in words


def test_settings_without_origins_are_all_shown(settings: Settings) -> None:
    for words in ("providers.groq", "[sandbox]", "max_rounds"):
        assert words in shown(settings)

"""Themes: high contrast is high, the terminal's own colours are its own, and NO_COLOR leaves none."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.theme import Theme

from codesteer_tui.sessions.store import Recording
from codesteer_tui.settings import Settings
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.themes import HIGH_CONTRAST, HIGH_CONTRAST_LIGHT, own_themes, terminal_theme
from tests.recordings.build import hard
from tests.tui.conftest import pane, text_on, until

ENHANCED = 7.0
"""The contrast of text that WCAG 2.2 calls enhanced (1.4.6)."""

LINES = 3.0
"""The contrast of lines that tell something (1.4.11)."""

TEXTS = ("text", "primary", "secondary", "accent", "success", "warning", "error", "muted", "disabled")


def luminance(color: Color) -> float:
    def linear(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b)


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(Color.parse(one)), luminance(Color.parse(other))))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [HIGH_CONTRAST, HIGH_CONTRAST_LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("ground", ["background", "surface", "panel"])
def test_every_text_of_high_contrast_has_it_on_every_ground(theme: Theme, ground: str) -> None:
    colors = theme.to_color_system().generate()
    for name in TEXTS:
        text = colors["text"] if name == "text" else colors[f"text-{name}"]
        assert contrast(text, colors[ground]) >= ENHANCED, f"{name} on {ground}"
    assert contrast(colors["border"], colors[ground]) >= LINES
    cursor = contrast(colors["block-cursor-foreground"], colors["block-cursor-background"])
    assert cursor >= ENHANCED


ENOUGH = 4.5
"""The contrast that text needs (1.4.3)."""


def painted(text: str, ground: Color) -> Color:
    """A colour of text as it comes out on a ground: "auto 60%" is black or white by what contrasts, thinned."""
    said, _, share = text.partition(" ")
    alpha = int(share.rstrip("%")) / 100 if share else 1.0
    if said == "auto":
        return ground + ground.get_contrast_text(alpha)
    return ground + Color.parse(said).with_alpha(alpha)


@pytest.mark.parametrize("theme", [theme for theme in own_themes({}) if not theme.ansi], ids=lambda t: t.name)
async def test_dimmed_text_is_legible_on_the_ground_of_the_panes(settings: Settings, theme: Theme) -> None:
    app = app_with(settings, theme.name)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.theme == theme.name)
        ground = Color.parse(app.theme_variables["background"])
        text = painted(app.theme_variables["foreground"], ground)
        words = [Segment("words", Style(color=text.rich_color, bgcolor=ground.rich_color, dim=True))]
        for one in app.get_line_filters():
            words = one.apply(words, ground)
        style = words[0].style
        assert style is not None
        assert style.color is not None
        dimmed = Color.from_rich_color(style.color)
        assert dimmed != text
        enough = ENHANCED if theme.name.startswith("high") else ENOUGH
        assert contrast(dimmed.hex, ground.hex) >= enough


@pytest.mark.parametrize("name", [theme.name for theme in own_themes({}) if not theme.ansi])
async def test_every_text_is_legible_wherever_it_stands(settings: Settings, name: str) -> None:
    app = app_with(settings, name)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.theme == name)
        colors = app.theme_variables
    background = Color.parse(colors["background"])
    grounds = {ground: Color.parse(colors[ground]) for ground in ("background", "surface", "panel")}
    grounds["a highlighted row"] = background + Color.parse(colors["primary"]).with_alpha(0.16)
    texts = {text: colors[f"text-{text}"] for text in TEXTS if text not in ("text", "disabled")}
    texts["text"], texts["$foreground 70%"] = colors["text"], f"{colors['foreground']} 70%"
    poor = {
        f"{text} on {where}": round(found, 2)
        for text, color in texts.items()
        for where, ground in grounds.items()
        if (found := contrast(painted(color, ground).hex, ground.hex)) < ENOUGH
    }
    assert poor == {}


@pytest.mark.parametrize(
    ("environment", "dark"),
    [
        ({}, True),
        ({"COLORFGBG": "15;0"}, True),
        ({"COLORFGBG": "0;15"}, False),
        ({"COLORFGBG": "0;default;7"}, False),
    ],
)
def test_the_terminals_theme_is_as_light_as_the_terminal(environment: dict[str, str], dark: bool) -> None:
    theme = terminal_theme(environment)
    assert theme.dark is dark
    assert theme.ansi
    assert theme.background == "ansi_default"


def app_with(settings: Settings, theme: str) -> CodesteerApp:
    screen = msgspec.structs.replace(settings.config.screen, theme=theme)
    wanted = Settings(msgspec.structs.replace(settings.config, screen=screen))
    return CodesteerApp(wanted, recording=Recording(Path("hard.jsonl"), hard(), []))


@pytest.mark.parametrize(
    ("named", "theme"),
    [
        ("dark", "textual-dark"),
        ("light", "textual-light"),
        ("terminal", "terminal"),
        ("high-contrast", "high-contrast"),
        ("textual-ansi", "terminal"),
    ],
)
async def test_themes_have_names_that_say_what_they_are(settings: Settings, named: str, theme: str) -> None:
    app = app_with(settings, named)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.theme == theme)


def colors_on(app: CodesteerApp) -> set[str]:
    """Every colour that is painted."""
    found: set[str] = set()
    for strip in app.screen._compositor.render_strips(app.screen.size):
        for segment in strip:
            if segment.style:
                for color in (segment.style.color, segment.style.bgcolor):
                    found.add(color.name if color else "default")
    return found


async def test_no_color_paints_none_and_still_shows_where_one_is(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = app_with(settings, "high-contrast")
    async with app.run_test(size=(130, 32)) as pilot:
        await until(pilot, lambda: app.screen.desk is not None and app.screen.desk.pane.this is not None)
        await pilot.press("4")
        await pilot.pause()
        assert colors_on(app) == {"default"}
        assert pane(app, "flags").styles.border_top[0] == "heavy"
        assert pane(app, "task").styles.border_top[0] == "round"
        assert "x WRONG" in text_on(app)
        assert "[R2" in text_on(app)


async def test_an_empty_no_color_changes_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    app = app_with(settings, "dark")
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.theme == "textual-dark")
        assert len(colors_on(app)) > 5


async def test_the_terminals_theme_paints_only_the_terminals_own_colours(settings: Settings) -> None:
    app = app_with(settings, "terminal")
    async with app.run_test(size=(130, 32)) as pilot:
        await until(pilot, lambda: app.screen.desk is not None and app.screen.desk.pane.this is not None)
        assert colors_on(app) <= {"default", *(f"color({number})" for number in range(16))}

"""The themes besides Textual's own: high contrast, the colours of the terminal, and dark and light made legible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from textual.app import App
from textual.theme import BUILTIN_THEMES, Theme

ALIASES = {"dark": "textual-dark", "light": "textual-light", "textual-ansi": "terminal"}
"""Other names under which a theme can be asked for."""

CONTRAST_CLASS = "-contrast"
"""What the app carries while a theme of high contrast is shown; lines are strong then."""


def _with_texts(name: str, texts: Mapping[str, str]) -> Theme:
    """One of Textual's own themes, with some of the colours of text in it replaced."""
    theme = BUILTIN_THEMES[name]
    return replace(theme, variables={**theme.variables, **texts})


DARK = _with_texts("textual-dark", {"text-secondary": "#7aa8c8"})
LIGHT = _with_texts(
    "textual-light", {"text-accent": "#6e4208", "text-warning": "#6e4208", "text-success": "#1a5530"}
)
"""As Textual has them, but for the texts that have a contrast of less than 4.5 to 1 there."""

HIGH_CONTRAST = Theme(
    name="high-contrast",
    primary="#7fd4ff",
    secondary="#ffb3ff",
    accent="#ffff00",
    success="#5cff5c",
    warning="#ffd24d",
    error="#ff9c9c",
    foreground="#ffffff",
    background="#000000",
    surface="#1a1a1a",
    panel="#262626",
    dark=True,
    text_alpha=1.0,
    variables={
        "text": "#ffffff",
        "text-primary": "#7fd4ff",
        "text-secondary": "#ffb3ff",
        "text-accent": "#ffff00",
        "text-success": "#5cff5c",
        "text-warning": "#ffd24d",
        "text-error": "#ff9c9c",
        "text-muted": "#d8d8d8",
        "text-disabled": "#b8b8b8",
        "foreground-muted": "#d8d8d8",
        "block-cursor-foreground": "#000000",
        "block-cursor-background": "#ffff00",
        "block-cursor-text-style": "bold",
        "input-selection-background": "#005f87",
        "screen-selection-background": "#005f87",
        "border": "#ffff00",
        "border-blurred": "#ffffff",
    },
)

HIGH_CONTRAST_LIGHT = Theme(
    name="high-contrast-light",
    primary="#003a8c",
    secondary="#6b0080",
    accent="#0000b3",
    success="#004d00",
    warning="#663d00",
    error="#8b0000",
    foreground="#000000",
    background="#ffffff",
    surface="#f0f0f0",
    panel="#e6e6e6",
    dark=False,
    text_alpha=1.0,
    variables={
        "text": "#000000",
        "text-primary": "#003a8c",
        "text-secondary": "#6b0080",
        "text-accent": "#0000b3",
        "text-success": "#004d00",
        "text-warning": "#663d00",
        "text-error": "#8b0000",
        "text-muted": "#303030",
        "text-disabled": "#404040",
        "foreground-muted": "#303030",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-background": "#0000b3",
        "block-cursor-text-style": "bold",
        "input-selection-background": "#b3d7ff",
        "screen-selection-background": "#b3d7ff",
        "border": "#0000b3",
        "border-blurred": "#000000",
    },
)


def terminal_theme(environment: Mapping[str, str]) -> Theme:
    """The terminal's own sixteen colours, on its own background; light where the terminal says that it is."""
    ground = environment.get("COLORFGBG", "").rpartition(";")[2]
    light = ground in ("7", "15")
    return replace(BUILTIN_THEMES["ansi-light" if light else "ansi-dark"], name="terminal")


def own_themes(environment: Mapping[str, str]) -> list[Theme]:
    """All of them; those of the name of one of Textual's take its place."""
    return [DARK, LIGHT, HIGH_CONTRAST, HIGH_CONTRAST_LIGHT, terminal_theme(environment)]


def make_known(app: App[None], environment: Mapping[str, str]) -> None:
    """Have the app know all of them, and wear the one that it begins with as it is here."""
    for theme in own_themes(environment):
        app.register_theme(theme)
    app.stylesheet.set_variables(app.get_css_variables())


def is_contrast(name: str) -> bool:
    """Whether a theme is one of high contrast."""
    return name in (HIGH_CONTRAST.name, HIGH_CONTRAST_LIGHT.name)

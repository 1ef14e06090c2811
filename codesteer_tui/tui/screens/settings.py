"""The settings, read-only: every key, its value, and the layer that it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from codesteer_tui.tui.blocks import Block, block
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.screens.dialog import BlocksDialog

if TYPE_CHECKING:
    from codesteer_tui.settings import Settings


class SettingsScreen(BlocksDialog):
    """Shows the settings in use."""

    title_text = "Settings (read-only; change them in a file: codesteer config path)"

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings

    def blocks(self) -> Sequence[Block]:
        with importing:
            from codesteer_tui.settings.showing import shown_config, shown_tables
            from codesteer_tui.settings.toml_text import written

        settings = self._settings
        worth = shown_tables(settings)
        shown: list[Block] = []
        section, others = "", []
        for (head, last), value in flat(shown_config(settings.config)).items():
            if settings.origins and f"{head}.{last}" not in worth.get(head, ()):
                others += [] if head in worth else [head.removeprefix("providers.")]
                continue
            if head != section:
                section = head
                shown.append(block("heading", (f"[{head}]", "bold $text-primary")))
            origin = settings.origins.get(f"{head}.{last}")
            layer = origin.layer if origin else "default"
            look = "dim" if layer == "default" else "bold $text-accent"
            said = str(value) if not isinstance(value, dict) else written(value)
            said = said if value not in ("", None, {}) else "(none)"
            shown.append(block("quote", f"{last:<24}", (f"{said:<28}", "bold"), (f" {layer}", look)))
            if origin and origin.note:
                shown.append(block("quote", f"{'':<24}", (origin.note, "$text-warning")))
        if others:
            named = ", ".join(dict.fromkeys(others))
            shown.append(block("quote", (f"Built in as well, with nothing set: {named}", "dim")))
        return shown


def flat(config: dict[str, dict[str, Any]]) -> dict[tuple[str, str], Any]:
    """Table and key of every setting, with its value; the tables in [providers] are tables of their own."""
    found: dict[tuple[str, str], Any] = {}
    for section, table in config.items():
        for name, value in table.items():
            if section == "providers":
                found |= {(f"{section}.{name}", key): inner for key, inner in value.items()}
            else:
                found[section, name] = value
    return found

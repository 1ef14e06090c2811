"""The settings, read-only: every key, its value, and the layer that it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from codesteer_tui.tui.blocks import Block, block
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
        shown: list[Block] = []
        section = ""
        for key, value in flat(msgspec.to_builtins(self._settings.config)).items():
            head, _, last = key.rpartition(".")
            if head != section:
                section = head
                shown.append(block("heading", (f"[{head}]", "bold $text-primary")))
            origin = self._settings.origins.get(key)
            layer = origin.layer if origin else "default"
            look = "dim" if layer == "default" else "bold $text-accent"
            written = str(value) if value not in ("", None) else "(none)"
            shown.append(block("quote", f"{last:<24}", (f"{written:<28}", "bold"), (f" {layer}", look)))
        return shown


def flat(value: object, prefix: str = "") -> dict[str, object]:
    """Nested settings as dotted keys."""
    if not isinstance(value, dict):
        return {prefix: value}
    found: dict[str, object] = {}
    for key, inner in value.items():
        found |= flat(inner, f"{prefix}.{key}" if prefix else str(key))
    return found

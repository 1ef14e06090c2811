"""``codesteer doctor``: what is there, what is missing, and the one thing that would mend it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from codesteer_tui.cli.options import config_option, readable_settings_of
from codesteer_tui.cli.running import run_async
from codesteer_tui.cli.speaking import put, put_json

if TYPE_CHECKING:
    from codesteer_tui.settings import Settings
    from codesteer_tui.survey import Item

NEEDED = ("config", "task_llm", "steerer", "checker", "prompts", "sessions", "prices")
"""The items without which no problem can be solved; the rest makes it better."""


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@config_option
@click.pass_context
def command(ctx: click.Context, as_json: bool, config_file: Path | None) -> None:
    """Look for models, the sandbox, the session folder and the terminal, and say what is missing.

    A setting that is wrong is named, and the rest is looked at without it. Nothing leaves this machine. The
    exit code is 0 where a problem can be solved, else 1.
    """
    import msgspec

    settings, mistakes = readable_settings_of(ctx, config_file)
    from codesteer_tui.survey import configuration, survey

    items = [*configuration(settings, mistakes), *keys_of(settings), *run_async(survey(settings))]
    ready = all(item.ok for item in items if item.id in NEEDED)
    if as_json:
        put_json({"ready": ready, "items": [msgspec.to_builtins(item) for item in items]})
    else:
        width = max(len(item.title) for item in items)
        for item in items:
            put(f"[{'ok' if item.ok else '--'}] {item.title:<{width}}  {item.detail}")
            if item.remedy:
                put(f"     {'':<{width}}  → {item.remedy}")
        put("")
        put("A problem can be solved." if ready else "No problem can be solved yet.")
    ctx.exit(0 if ready else 1)


def keys_of(settings: Settings) -> list[Item]:
    """The keys of one's own, and for each that cannot be what is in its way; nothing where there are none."""
    wanted = settings.config.keys
    if not wanted:
        return []
    from codesteer_tui.survey import Item
    from codesteer_tui.tui.remapping import remapped

    result = remapped(wanted)
    fine = ", ".join(f"{id_} = {keys}" for id_, keys in result.keymap.items())
    used = [Item("keys", "Keys", True, fine)] if fine else []
    return used + [
        Item(
            "keys",
            "Keys",
            False,
            f"{id_} = {wanted[id_]!r}: {why}",
            f"change keys.{id_} in the settings of the app",
        )
        for id_, why in result.refused
    ]

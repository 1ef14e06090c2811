"""The prompt packs in the command palette: another wording from the next problem on.

As with the roles nothing is written to a file; the notice says which line would keep the choice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from textual.app import SystemCommand

from codesteer_tui.providers.waiting import in_thread
from codesteer_tui.sessions.wording import mismatch_of
from codesteer_tui.settings import Settings
from codesteer_tui.steering.pack_list import Listed, list_packs
from codesteer_tui.steering.packs_there import packs_folder
from codesteer_tui.text import escaped, plain
from codesteer_tui.tui.words import cut

if TYPE_CHECKING:
    from codesteer_tui.tui.app import CodesteerApp


def with_pack(settings: Settings, name: str) -> Settings:
    """The settings with another prompt pack."""
    steering = msgspec.structs.replace(settings.config.steering, prompt_pack=name)
    return replace(settings, config=msgspec.structs.replace(settings.config, steering=steering))


def pack_commands(app: CodesteerApp) -> Iterator[SystemCommand]:
    """A command for each pack that there is. One that cannot be used says why instead."""
    in_use = app.settings.config.steering.prompt_pack
    for listed in list_packs(packs_folder(app.settings.asked.user_file), in_use):
        said = listed.pack.about if listed.pack else f"cannot be used: {listed.problem}"
        mark = " (in use)" if listed.name == in_use else ""
        yield SystemCommand(
            f"Prompt pack: {cut(escaped(listed.name), 60)}{mark}",
            " ".join(plain(said).split()) or "the wording that the roles are given",
            partial(app.use_pack, listed),
        )


async def use(app: CodesteerApp, listed: Listed) -> None:
    """Go on with this pack, and say from when; or say why it cannot be used."""
    if listed.pack is None:
        stays = app.settings.config.steering.prompt_pack
        app.live.explain(f"The prompt pack stays {plain(stays)}: {plain(listed.problem)}", "")
        return
    app.pack = listed.name
    app.use(app.settings)
    app.notify(
        f'From the next problem on. To keep it: [steering] prompt_pack = "{listed.name}"',
        title=f"Prompt pack: {cut(escaped(listed.name), 40)}",
        markup=False,
    )
    await point_out(app)


async def point_out(app: CodesteerApp) -> None:
    """Say, where the pack and the steerer's weights do not go together, that they do not."""
    said, _ = await in_thread(partial(mismatch_of, app.settings))
    if said:
        app.notify(said, title="Mind", severity="warning", timeout=15, markup=False)

"""What becomes of the running app when a setting was saved."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from codesteer_tui.errors import CodesteerError
from codesteer_tui.providers.waiting import in_thread
from codesteer_tui.settings import Settings
from codesteer_tui.settings.layers import path_of
from codesteer_tui.settings.loading import read_all
from codesteer_tui.settings.showing import shown_value
from codesteer_tui.tui.keys import one_name
from codesteer_tui.tui.screens.settings import SettingsScreen
from codesteer_tui.tui.screens.weights import WeightsScreen
from codesteer_tui.tui.setting_rows import AT_ONCE, KEYS_TABLE, holds, in_words, value_of

if TYPE_CHECKING:
    from codesteer_tui.tui.app import CodesteerApp


def with_setting(settings: Settings, read: Settings, key: str) -> Settings:
    """The settings with one of those that were read anew; what was chosen in the app besides stays.

    Of a provider its whole table is taken: what its other keys are may hang on that one.
    """
    section, *rest = path_of(key)
    if section == "providers":
        changed = f"providers.{rest[0]}."
        providers = {k: v for k, v in settings.config.providers.items() if k != rest[0]}
        if rest[0] in read.config.providers:
            providers[rest[0]] = read.config.providers[rest[0]]
        config = msgspec.structs.replace(settings.config, providers=providers)
    elif section == KEYS_TABLE:
        changed = key
        config = msgspec.structs.replace(settings.config, keys=read.config.keys)
    else:
        changed = key
        table = getattr(settings.config, section)
        table = msgspec.structs.replace(table, **{rest[0]: getattr(getattr(read.config, section), rest[0])})
        config = msgspec.structs.replace(settings.config, **{section: table})

    def is_meant(known: str) -> bool:
        return known.startswith(changed) if section == "providers" else known == changed

    origins = {k: v for k, v in settings.origins.items() if not is_meant(k)}
    history = {k: v for k, v in settings.history.items() if not is_meant(k)}
    origins |= {k: v for k, v in read.origins.items() if is_meant(k)}
    history |= {k: v for k, v in read.history.items() if is_meant(k)}
    origins = {k: origins[k] for k in (*read.origins, *origins) if k in origins}
    return replace(settings, config=config, origins=origins, history=history, files=read.files)


async def take_over(app: CodesteerApp, event: SettingsScreen.Changed) -> None:
    """Go on with the setting as the files have it now, and say from when it holds."""
    try:
        read, _ = await in_thread(partial(read_all, app.settings.asked))
    except CodesteerError as error:
        app.notify(f"{error.message}\n{error.remedy}", severity="error", timeout=12, markup=False)
        return
    key = event.key
    if key.startswith("roles."):
        app.chosen.pop(key.removeprefix("roles."), None)  # type: ignore[call-overload]
    if key == "steering.prompt_pack":
        app.pack = ""
    app.use(with_setting(app.settings, read, key))
    section = path_of(key)[0]
    if section == "screen":
        app.dress()
        _blink(app)
    elif section == KEYS_TABLE:
        app.use_keys()
    for screen in app.screen_stack:
        if isinstance(screen, SettingsScreen):
            screen.renew(app.settings)
        elif isinstance(screen, WeightsScreen) and section == "weights":
            screen.renew(app.settings.config)
    _tell(app, event)


def _blink(app: CodesteerApp) -> None:
    """Have the cursors blink, or not, that stand in the fields of the screens below."""
    for screen in app.screen_stack:
        field = screen.focused
        if field is not None and hasattr(field, "cursor_blink"):
            field.cursor_blink = not app.settings.config.screen.reduced_motion


def _tell(app: CodesteerApp, event: SettingsScreen.Changed) -> None:
    key, saved = event.key, event.saved
    value = in_words(shown_value(key, value_of(app.settings.config, key)))
    if key.startswith(f"{KEYS_TABLE}."):
        value = " or ".join(map(one_name, value.split(",")))
    if saved.warning:
        app.notify(saved.warning, title=f"Saved in {saved}", severity="warning", timeout=12, markup=False)
        return
    when = "" if holds(key) == AT_ONCE else f", {holds(key)}"
    layer = f" ({app.settings.origins[key].layer})" if event.unset and key in app.settings.origins else ""
    title = f"Taken out of {saved}" if event.unset else f"Saved in {saved}"
    app.notify(f"{key} is now {value}{layer}{when}.", title=title, markup=False)

"""How the settings are found: layers of files, variables and flags, merged key by key into one `Config`.

Layers, strongest first: command line flag, environment (``CODESTEER_SECTION__KEY``; for a provider
``CODESTEER_PROVIDERS__NAME__KEY``), the profile that ``--profile`` or ``CODESTEER_PROFILE`` names, project file
(``codesteer.toml`` in the working directory or the nearest parent that has one, up to the home folder), user file
(or the one that ``--config`` or ``CODESTEER_CONFIG`` names), default. A provider's defaults are those of its
preset. What a project file may not set is in `codesteer_tui.settings.rules`, and where a key may go in
`codesteer_tui.settings.binding`.

A layer that is wrong stops whatever asks a model or runs a program. What only reads (sessions, a replay, the
doctor) takes `load_readable_settings`, which leaves out what is wrong and says so.
"""

from __future__ import annotations

from codesteer_tui.settings.loading import (
    Asked,
    Origin,
    Settings,
    load_readable_settings,
    load_settings,
    user_file,
)
from codesteer_tui.settings.profiles import Profile

__all__ = [
    "Asked",
    "Origin",
    "Profile",
    "Settings",
    "load_readable_settings",
    "load_settings",
    "user_file",
]

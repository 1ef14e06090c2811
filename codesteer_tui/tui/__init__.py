"""The screen. Nothing here knows how a run is made: it shows events, live or recorded, and asks the person."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codesteer_tui.sessions.store import Recording
    from codesteer_tui.settings import Settings
    from codesteer_tui.tui.app import CodesteerApp


def app_alone(
    settings: Settings, *, recording: Recording | None = None, play: bool = False, speed: float = 1.0
) -> CodesteerApp:
    """The app in a process that is there for it: empty, or showing a recording.

    Until what lasts is there, a second after its start, Python collects no garbage: nearly all is kept.
    """
    gc.disable()
    from codesteer_tui.tui.app import CodesteerApp

    app = CodesteerApp(settings, recording=recording, play=play, speed=speed)
    app.is_alone = True
    return app


def run_app(
    settings: Settings, *, recording: Recording | None = None, play: bool = False, speed: float = 1.0
) -> int:
    """Run the app alone, as `app_alone` makes it, until the person quits; gives the exit code."""
    try:
        app = app_alone(settings, recording=recording, play=play, speed=speed)
        app.run()
    finally:
        gc.enable()
    return app.return_code or 0

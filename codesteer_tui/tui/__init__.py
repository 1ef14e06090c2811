"""The screen. Nothing here knows how a run is made: it shows events, live or recorded, and asks the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codesteer_tui.sessions.store import Recording
    from codesteer_tui.settings import Settings


def run_app(
    settings: Settings,
    *,
    recording: Recording | None = None,
    play: bool = False,
    speed: float = 1.0,
) -> int:
    """Run the app, in a process that is there for it, until the person quits; gives the exit code.

    It begins empty, or shows a recording.
    """
    from codesteer_tui.tui.app import CodesteerApp

    app = CodesteerApp(settings, recording=recording, play=play, speed=speed)
    app.is_alone = True
    app.run()
    return app.return_code or 0

"""The screen. Nothing here knows how a run is made: it shows events, live or recorded, and asks the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codesteer_tui.problem import Problem
    from codesteer_tui.sessions.store import Recording
    from codesteer_tui.settings import Settings


def run_app(
    settings: Settings,
    *,
    problem: Problem | None = None,
    recording: Recording | None = None,
    play: bool = False,
    speed: float = 1.0,
) -> int:
    """Run the app until the person quits: empty, solving a problem at once, or showing a recording.

    Gives the exit code.
    """
    from codesteer_tui.tui.app import CodesteerApp

    app = CodesteerApp(settings, problem=problem, recording=recording, play=play, speed=speed)
    app.is_alone = True
    app.run()
    return app.return_code or 0

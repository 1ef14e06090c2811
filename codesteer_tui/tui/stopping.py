"""Esc while a run goes on: one that may have been meant for something else stops nothing, and says what does."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from codesteer_tui.tui.keys import pressed

if TYPE_CHECKING:
    from codesteer_tui.tui.screens.live import LiveScreen

JUST_S = 1.5
"""Seconds after something that lay over the screen went, by itself or not, in which Esc may have been meant for it."""

AGAIN_S = 3.0
"""Seconds in which another Esc stops the run, once that was said."""


class Caution:
    """Knows whether Esc was meant for the run."""

    def __init__(self, screen: LiveScreen) -> None:
        self._screen = screen
        self._uncovered_at = self._said_at = -math.inf

    def uncovered(self) -> None:
        """What lay over the screen has gone."""
        self._uncovered_at = time.monotonic()

    def was_meant(self) -> None:
        """An Esc did something here: those that follow it are meant for here, too."""
        self._uncovered_at = -math.inf

    def is_due(self) -> bool:
        """Whether an Esc of now shall not stop the run yet; what does is said, and notices go."""
        now, app = time.monotonic(), self._screen.app
        if now - self._said_at < AGAIN_S:
            return False
        if now - self._uncovered_at > JUST_S and not self._screen.query("Toast"):
            return False
        self._said_at = now
        app.clear_notifications()
        self._screen.notify(f"{pressed(app, 'back')} again stops the run.", timeout=AGAIN_S, markup=False)
        return True

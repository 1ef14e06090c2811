"""Short notices over the screen: they are in the log as well, and hide little."""

from __future__ import annotations

import logging

from textual.app import App
from textual.notifications import Notify, SeverityLevel

from codesteer_tui.tui.journal import APP
from codesteer_tui.tui.words import two_lines

NOTICE_WIDTH = 56
"""Columns for the text of a notice, as wide as `styles/app.tcss` makes it."""


class NoticesApp(App[None]):
    """Shows notices, none of them twice at a time."""

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Show a short notice: two lines at most, so that it hides little. What is longer ends in a mark."""
        bad = {"error": logging.ERROR, "warning": logging.WARNING}.get(severity, logging.INFO)
        APP.log(bad, "%s", f"{title}: {message}" if title else message)
        if not markup:
            message = two_lines(message, NOTICE_WIDTH)
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def on_notify(self, event: Notify) -> None:
        """A notice that is shown already begins anew, in the place of itself."""
        new = event.notification
        for shown in list(self._notifications):
            if (shown.title, shown.message) == (new.title, new.message):
                self._unnotify(shown, refresh=False)

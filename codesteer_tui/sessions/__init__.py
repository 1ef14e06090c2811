"""Sessions: one run and its record. `open_session` starts or goes on with one; `Store` reads them back."""

from __future__ import annotations

from codesteer_tui.providers.llama.sharing import workers_stay
from codesteer_tui.sessions.opening import Session, open_session
from codesteer_tui.sessions.store import Recording, Store, Summary, read_recording, sessions_folder
from codesteer_tui.steering.execution import Ask

__all__ = [
    "Ask",
    "Recording",
    "Session",
    "Store",
    "Summary",
    "open_session",
    "read_recording",
    "sessions_folder",
    "workers_stay",
]

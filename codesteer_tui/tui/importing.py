"""One import at a time: some modules are slow to import, and are imported in a thread while the screen lives.

Python locks every module by itself. Where one thread imports a package that imports its own modules, and another
thread one of those modules, each waits for the other; Python then lets one of them through to a half-made module,
and that is an ImportError. So whatever is imported late, in a thread or not, is imported under this lock.
"""

from __future__ import annotations

import threading

importing = threading.RLock()
"""Held around every import that is not at the top of a module of `codesteer_tui.tui`."""

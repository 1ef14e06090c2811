"""Who is writing a session: an advisory lock on its file, held while it is recorded.

The system drops the lock with the process that holds it, however that ends. Where there are no such locks
(Windows, some network folders) nothing is locked, and nothing is found to be.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

if sys.platform != "win32":
    import fcntl

_TRIES = 5
_PAUSE_S = 0.01


def take(fd: int) -> bool:
    """Lock a file that is open for writing until it is closed; false where somebody else holds it.

    Whoever only looks (`is_held`) stands in the way for a moment, so it is tried for some hundredths of a second.
    """
    for attempt in range(_TRIES):
        if _try(fd, shared=False):
            return True
        if attempt < _TRIES - 1:
            time.sleep(_PAUSE_S)
    return False


def is_held(path: Path) -> bool:
    """Whether somebody is recording into this file now."""
    try:
        fd = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not _try(fd, shared=True)
    finally:
        os.close(fd)


def _try(fd: int, *, shared: bool) -> bool:
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(fd, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # this folder knows no locks
        return True
    return True

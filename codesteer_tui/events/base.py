"""What every event has, and the version of the format that they are written in."""

from __future__ import annotations

import re

from msgspec import Struct

FORMAT = 1
"""Version of the session format, as in `SessionStarted`. Raised only where old readers would be misled."""


def tag(name: str) -> str:
    """The `type` of the events of a class: its name in snake case."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class Base(Struct, frozen=True, kw_only=True, tag_field="type", tag=tag):
    """What every event has: `at`, seconds since the session began."""

    at: float = 0.0

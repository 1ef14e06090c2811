"""What the screen remembers from one start to the next: a small file, and no harm where it is gone or damaged."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from codesteer_tui.tui.arrangement import EVEN, Arrangement, is_valid


class Remembered(Struct, frozen=True):
    """All of it. Fields are only ever added; what a newer version wrote besides is passed over."""

    panes: Arrangement = EVEN


def state_file() -> Path:
    """Where it is kept, in the user's folder for the state of programs."""
    import platformdirs

    return Path(platformdirs.user_state_dir("codesteer", appauthor=False)) / "screen.json"


def recall() -> Remembered:
    """What was remembered; the defaults where there is no file, or none that can be used."""
    try:
        kept = msgspec.json.decode(state_file().read_bytes(), type=Remembered)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return Remembered()
    return kept if is_valid(kept.panes) else Remembered()


def remember(kept: Remembered) -> str:
    """Keep it; returns why it could not be kept, empty where it was."""
    path = state_file()
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new.write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=2) + b"\n")
        new.replace(path)
    except OSError as error:
        with suppress(OSError):
            new.unlink()
        return f"{path} cannot be written: {error.strerror or error}"
    return ""

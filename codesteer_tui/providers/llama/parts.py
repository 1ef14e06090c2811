"""The names of a GGUF that is split into several files, as `NAME-00001-of-00003.gguf`."""

from __future__ import annotations

import re
from pathlib import Path

_SPLIT = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})(?P<end>\.gguf)", re.IGNORECASE)


def parts_of(path: Path) -> list[Path]:
    """All the files that a split GGUF should have, whether they are there or not; of any other the one itself."""
    if not (split := _split(path.name)):
        return [path]
    stem, count, end = split["stem"], split["count"], split["end"]
    return [path.with_name(f"{stem}-{number:05}-of-{count}{end}") for number in range(1, int(count) + 1)]


def parts_there(path: Path) -> list[Path]:
    """The files of a split GGUF that are there; of any other the one itself, there or not."""
    parts = parts_of(path)
    return [part for part in parts if part.exists()] if len(parts) > 1 else parts


def is_later_part(name: str) -> bool:
    """Whether a file is a part of a split GGUF other than the first."""
    split = _split(name)
    return bool(split and int(split["number"]) > 1)


def stem_of(path: Path) -> str:
    """The name without its ending, nor which part it is."""
    split = _split(path.name)
    return split["stem"] if split else path.stem


def _split(name: str) -> re.Match[str] | None:
    """The parts of the name of a split GGUF; none of a name that counts beyond its own end."""
    found = _SPLIT.fullmatch(name)
    return found if found and 1 <= int(found["number"]) <= int(found["count"]) else None

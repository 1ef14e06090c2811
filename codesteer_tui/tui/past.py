"""What was sent from the prompt, also in earlier runs of the app: one JSON line a text, in the user's state folder.

The file is private to the user, keys are taken out of it, and it does no harm where it is gone or damaged.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from codesteer_tui.text import storable
from codesteer_tui.tui import remembered
from codesteer_tui.tui.importing import importing

KEPT = 500
"""Texts kept for Up and Down."""

LONGEST = 20_000
"""Characters of the longest text that is kept from one start to the next."""

PRIVATE = 0o600


class Sent(Struct, frozen=True):
    """A text that was sent. `quoted` are the names behind `@` in it that mean no files."""

    text: str
    quoted: tuple[str, ...] = ()


def past_file() -> Path:
    """Where it is kept."""
    return remembered.state_file().with_name("prompts.jsonl")


class Past:
    """What Up and Down go through, oldest first. The file is read when Up is pressed first."""

    def __init__(self) -> None:
        self._texts: list[Sent] | None = None
        self._at = 0
        self._draft: Sent | None = None
        self._edited: dict[int, Sent] = {}
        """Earlier texts as they were changed, until something is sent."""

    @property
    def texts(self) -> list[Sent]:
        """All that is kept, each text once, oldest first."""
        if self._texts is None:
            self._texts = read()
            self._at = len(self._texts)
        return self._texts

    @property
    def is_back(self) -> bool:
        """Whether an earlier text is shown, so that Down leads forward."""
        return self._texts is not None and self._at < len(self._texts)

    def step(self, by: int, now: Sent) -> Sent | None:
        """The text before or behind the one that is shown.

        `now`, what is typed, comes again: behind the last one, or in place of the earlier text that was changed.
        """
        texts = self.texts
        if self._at == len(texts):
            self._draft = now
        elif now.text != texts[self._at].text:
            self._edited[self._at] = now
        at = max(0, min(self._at + by, len(texts)))
        if at == self._at:
            return None
        self._at = at
        return self._edited.get(at, texts[at]) if at < len(texts) else self._draft or Sent("")

    def add(self, sent: Sent, *, keep: bool = True) -> str:
        """Take in what was sent; with `keep` for the next start as well. Says what hindered it, if anything."""
        self._texts = [*(one for one in self.texts if one.text != sent.text), sent][-KEPT:]
        self._at, self._draft = len(self._texts), None
        self._edited.clear()
        return append(sent) if keep and len(sent.text) <= LONGEST else ""


def read() -> list[Sent]:
    """What the file holds, each text once, oldest first; lines that cannot be read are passed over."""
    found: dict[str, Sent] = {}
    with suppress(OSError):
        for line in past_file().read_bytes().splitlines():
            with suppress(msgspec.DecodeError, UnicodeDecodeError):
                sent = msgspec.json.decode(line, type=Sent)
                found.pop(sent.text, None)
                found[sent.text] = sent
    return list(found.values())[-KEPT:]


def append(sent: Sent) -> str:
    """Write a text behind the others, and drop the oldest where there are many. Says what went wrong, if anything."""
    with importing:
        from codesteer_tui.providers.keys.hiding import hide_keys

    path = past_file()
    line = (
        msgspec.json.encode(Sent(hide_keys(storable(sent.text)), tuple(map(storable, sent.quoted)))) + b"\n"
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, line, os.O_APPEND)
        if path.stat().st_size > KEPT * 2_000 or _lines(path) > 2 * KEPT:
            new = path.with_name(f"{path.name}.{os.getpid()}.new")
            _write(new, b"".join(msgspec.json.encode(one) + b"\n" for one in read()), os.O_TRUNC)
            new.replace(path)
    except OSError as error:
        return f"not kept for later: {error.strerror or error}"
    return ""


def _write(path: Path, content: bytes, how: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | how, PRIVATE), "wb") as file:
        file.write(content)


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n")

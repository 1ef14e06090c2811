"""What `@` in a problem means when it is sent: a task of SymBench with its knobs, or the text of a file."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from codesteer_tui.errors import ProblemError
from codesteer_tui.symbench.registry import MODULES
from codesteer_tui.text import escaped
from codesteer_tui.tui.browsing import Choice
from codesteer_tui.tui.words import cut, size

MOST_BYTES = 150_000
"""Largest file that is put into a problem."""

_REFERENCE = re.compile(r'(?:^|(?<=\s))@("[^"\n]+"|[^\s"]+)')
_TASK = re.compile(r"@(\S+)((?:\s+\S+)*)\s*\Z")


def task_named(text: str) -> Choice | None:
    """The task, seed and knobs that a line like `@game24 seed=7 numbers=5` names; None where it names no task.

    Raises:
        ProblemError: something other than `name=value` follows.
    """
    found = _TASK.match(text.strip())
    if not found or found[1] not in MODULES:
        return None
    choice = Choice(found[1])
    knobs: dict[str, str] = {}
    for word in found[2].split():
        name, equals, value = word.partition("=")
        if not equals or not value:
            raise ProblemError(
                f"Behind @{found[1]} stands {cut(escaped(word), 30)!r}.",
                "Only knobs can: seed=7, or what Tab offers behind a blank.",
            )
        knobs[name] = value
    seed = knobs.pop("seed", "1")
    if not re.fullmatch(r"-?[0-9]{1,18}", seed):
        raise ProblemError(f"The seed is {cut(escaped(seed), 30)!r}.", "It is a whole number.")
    return Choice(choice.task, int(seed), knobs)


def files_in(text: str) -> list[str]:
    """What `@` stands before, in the order of the text, each once; whether it is a file or not."""
    return list(dict.fromkeys(found.strip('"') for found in _REFERENCE.findall(text)))


def with_files(text: str, meant: Collection[str], folder: Path) -> str:
    """The problem with the texts of the files behind it that the person meant; others stay as they are typed.

    Raises:
        ProblemError: a file cannot be read, is too large, or is no text.
    """
    named = [name for name in files_in(text) if name in meant]
    if not named:
        return text
    parts = [_REFERENCE.sub(lambda m: m[1].strip('"') if m[1].strip('"') in named else m[0], text)]
    for name in named:
        content = _read(name, folder)
        fence = "`" * max(3, 1 + max(map(len, re.findall(r"`+", content)), default=0))
        parts.append(f"{name}:\n{fence}\n{content.rstrip(chr(10))}\n{fence}")
    return "\n\n".join(parts)


def _read(name: str, folder: Path) -> str:
    path = folder / Path(name).expanduser()
    shown = cut(escaped(name), 60)
    try:
        if not path.is_file():
            raise ProblemError(
                f"@{shown} is no file.", "A blank before the name takes it out of the problem."
            )
        if (many := path.stat().st_size) > MOST_BYTES:
            raise ProblemError(
                f"@{shown} has {size(many)}; at most {size(MOST_BYTES)} can go into a problem.",
                "Cut out what matters, or ask for a program that reads such data.",
            )
        content = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise ProblemError(
            f"@{shown} cannot be read: {error.strerror or error}.", "Choose another file."
        ) from error
    except UnicodeDecodeError as error:
        raise ProblemError(f"@{shown} is no text.", "Only text in UTF-8 can go into a problem.") from error
    if "\0" in content:
        raise ProblemError(f"@{shown} is no text.", "Only text in UTF-8 can go into a problem.")
    return content

"""What `@` in a problem means when it is sent: a task of SymBench with its knobs, or the text of a file."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from difflib import get_close_matches
from itertools import islice
from pathlib import Path

from codesteer_tui.errors import ProblemError
from codesteer_tui.symbench.registry import MODULES
from codesteer_tui.text import escaped
from codesteer_tui.tui.browsing import Choice
from codesteer_tui.tui.words import cut, size

MOST_BYTES = 150_000
"""Largest file that is put into a problem."""

LITERAL = "\\@"
"""With this at its beginning a problem is sent that begins with `@` and names nothing."""

LOOKED_AT = 3_000
"""Most entries of a folder that are looked at for a name that is near."""

LEAST_WORD = 3
"""Characters from which on a part of a name is near to it."""

MOST_NEAR = 3
"""Names that are proposed at most."""

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


def text_meant(text: str, quoted: Collection[str], folder: Path) -> str:
    """The problem that was typed, with the texts of the files that it names; `quoted` names were pasted and name none.

    Raises:
        ProblemError: it begins with a name that is no task and no file, or a file cannot be put in.
    """
    meant = [name for name in files_in(text) if name not in quoted and _is_file(folder, name)]
    if (found := _REFERENCE.match(text.strip())) and (name := found[1].strip('"')) not in {*meant, *quoted}:
        near = _near(name, folder)
        raise ProblemError(
            f"@{cut(escaped(name), 60)}: there is no such task or file.",
            f"{f'Did you mean {near}? ' if near else ''}\\@ at the beginning sends the sign itself.",
        )
    whole = with_files(text, meant, folder)
    return whole.replace(LITERAL, "@", 1) if text.lstrip().startswith(LITERAL) else whole


def _is_file(at: Path, name: str) -> bool:
    try:
        return (at / Path(name).expanduser()).is_file()
    except (OSError, RuntimeError, ValueError):
        return False


def _near(name: str, folder: Path) -> str:
    """The tasks and files whose names are near to one that was typed, as they are typed; empty where none is."""
    try:
        with os.scandir(folder) as entries:
            files = [e.name for e in islice(entries, LOOKED_AT) if e.is_file() and escaped(e.name) == e.name]
    except OSError:
        files = []
    by_lower = {known.lower(): known for known in (*files, *MODULES)}
    asked = name.lower()
    holding = [known for known in by_lower if len(asked) >= LEAST_WORD and asked in known]
    near = dict.fromkeys([*holding, *get_close_matches(asked, by_lower, cutoff=0.7)])
    shown = [by_lower[known] for known in near][:MOST_NEAR]
    return " or ".join(f'@"{known}"' if " " in known else f"@{known}" for known in shown)


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

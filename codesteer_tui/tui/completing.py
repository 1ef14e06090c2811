"""What can be put in at the cursor of the prompt: commands behind `/`, tasks, knobs and files behind `@`.

Pure but for looking into folders: given the text and where the cursor is, gives what to offer.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from codesteer_tui.errors import ProblemError
from codesteer_tui.symbench.fields import fields_of
from codesteer_tui.symbench.registry import MODULES
from codesteer_tui.text import escaped
from codesteer_tui.tui.browsing import SEED, task_of
from codesteer_tui.tui.commands import COMMANDS, command_of
from codesteer_tui.tui.words import size

LOOKED_AT = 3_000
"""Most entries of a folder that are looked at: a key must never wait for a disk."""

OFFERED = 200
"""Most offers at once."""

LEAST_WORD = 3
"""Characters from which on a word is looked for anywhere; a shorter one would be found everywhere."""


class Offer(NamedTuple):
    """Something that can be put in: `text` in the place of what is typed, and what it is.

    `whole`: nothing has to follow it, so that what is typed can be sent as it then is; `takes` names what does.
    """

    text: str
    about: str = ""
    whole: bool = False
    takes: str = ""


class Offers(NamedTuple):
    """What can be put in, and in the place of which part of the text: from and up to these characters."""

    start: int
    end: int
    offers: tuple[Offer, ...]


class Known(NamedTuple):
    """What there is to choose from in the app.

    Players by role, modes and what can be copied with what they are, the folder of files, and what tasks are called, as
    far as that is known.
    """

    players: Callable[[str], Iterable[str]]
    modes: Sequence[tuple[str, str]]
    things: Sequence[tuple[str, str]]
    folder: Path
    titles: Mapping[str, str] = MappingProxyType({})


def offers_at(text: str, cursor: int, known: Known) -> Offers | None:
    """What can be put in at the cursor, given as a number of characters; None where there is nothing to offer.

    Without any offers it is a word that begins nothing.
    """
    if text.startswith("/") and "\n" not in text:
        found = _of_command(text, cursor, known)
    elif (words := _task_words(text[:cursor])) and "\n" not in text:
        found = _of_knobs(text, cursor, words)
        found = found if found and found.offers else None
    else:
        found = _of_reference(text, cursor, known)
    if found is None:
        return None
    typed = text[found.start : found.end]
    return None if [offer.text for offer in found.offers] == [typed] else found


def _of_command(text: str, cursor: int, known: Known) -> Offers | None:
    word, blank, rest = text.partition(" ")
    if not blank:
        rows = _commands(word.lower())
        return None if command_of(word) and len(rows) == 1 else Offers(0, len(text), rows)
    command = command_of(word)
    if command is None or cursor <= len(word):
        return None
    if command.word == "/mode":
        values = [Offer(mode, about, True) for mode, about in known.modes]
    elif command.word == "/copy":
        values = [Offer(thing, about, True) for thing, about in known.things]
    elif command.role:
        values = [Offer(player, "", True) for player in known.players(command.role)]
    else:
        return None
    typed = rest.strip().lower()
    shown = _best(typed, values)
    return Offers(len(word) + 1, len(text), shown) if shown or not command.role else None


def _commands(typed: str) -> tuple[Offer, ...]:
    """The commands that begin with what is typed, then those that have its words in their name or in what they do.

    Enter sends only one that was begun: what is meant by a word in what it does is put in, to be seen first.
    """
    offers = [Offer(f"{c.word} " if c.takes else c.word, c.does, not c.takes, c.takes) for c in COMMANDS]
    begin = [offer for offer in offers if offer.text.startswith(typed)]
    if len(typed) <= LEAST_WORD or command_of(typed):
        return tuple(begin)
    others = [offer._replace(whole=False) for offer in offers if offer not in begin]
    return (*begin, *_best(typed[1:], others, lambda offer: offer.about))


def _best(
    typed: str, values: Iterable[Offer], told: Callable[[Offer], str] | None = None
) -> tuple[Offer, ...]:
    """Those that begin with what is typed, then those that hold it, those that hold its words, and those of which all
    that is told has words that begin so; each in their order."""
    words = [word for word in _BETWEEN.split(typed) if word] if told else typed.split()

    def rank(offer: Offer) -> int | None:
        text = offer.text.lower()
        if text.startswith(typed):
            return 0
        if typed in text:
            return 1
        if not words or min(map(len, words)) < LEAST_WORD:
            return None
        if all(word in text for word in words):
            return 2
        if told is None:
            return None
        known = _BETWEEN.split(f"{text} {told(offer).lower()}")
        return 3 if all(any(one.startswith(word) for one in known) for word in words) else None

    ranked = [(found, offer) for offer in values if (found := rank(offer)) is not None]
    return tuple(offer for _, offer in sorted(ranked, key=lambda row: row[0]))[:OFFERED]


_BETWEEN = re.compile(r"[\W_]+")


_WORD = re.compile(r'(?:^|(?<=\s))@("[^"\n]*"?|[^\s"]*)\Z')


def _of_reference(text: str, cursor: int, known: Known) -> Offers | None:
    """Files, and at the beginning tasks as well."""
    found = _WORD.search(text[:cursor])
    if not found or (cursor < len(text) and not text[cursor].isspace()):
        return None
    typed = found[1].strip('"')
    tasks: tuple[Offer, ...] = ()
    if not text[: found.start()].strip() and not text[cursor:].strip():
        tasks = _tasks(typed.lower(), known.titles)
    return Offers(found.start(), cursor, (*tasks, *_files(typed, known.folder))[:OFFERED])


def _tasks(typed: str, titles: Mapping[str, str]) -> tuple[Offer, ...]:
    """The tasks whose names begin with what is typed or hold it, then those that are called so, with their titles."""
    named = [Offer(f"@{task} ", "SymBench task; knobs can follow", True) for task in MODULES]
    named.sort(key=lambda offer: offer.text.lower())
    begin = [offer for offer in named if offer.text[1:].lower().startswith(typed)]
    by_name = [*begin, *(offer for offer in _best(typed, named) if offer not in begin)]
    called = [
        offer._replace(about=f"SymBench task: {titles[offer.text[1:-1]]}; knobs can follow")
        for offer in named
        if offer not in by_name and offer.text[1:-1] in titles
    ]
    return (*by_name, *_best(typed, called, lambda offer: offer.about.partition(":")[2].partition(";")[0]))


def _files(typed: str, folder: Path) -> list[Offer]:
    """Files and folders that what is typed can become: folders first. Those that begin with a dot only when asked."""
    place, _, begun = typed.replace(os.sep, "/").rpartition("/")
    if typed.startswith("/") and not place:
        place = "/"
    try:
        at = folder / Path(place).expanduser() if place else folder
        with os.scandir(at) as entries:
            found = [entry for entry in islice(entries, LOOKED_AT) if _fits(entry.name, begun)]
        rows = [(not entry.is_dir(), entry.name.lower(), entry) for entry in found]
        rows.sort(key=lambda row: row[:2])
        return [_file(typed[: len(typed) - len(begun)], entry) for _, _, entry in rows]
    except (OSError, RuntimeError, ValueError):
        return []


def _fits(name: str, begun: str) -> bool:
    if escaped(name) != name or '"' in name or (name.startswith(".") and not begun.startswith(".")):
        return False
    return name.lower().startswith(begun.lower())


def _file(before: str, entry: os.DirEntry[str]) -> Offer:
    is_dir = entry.is_dir()
    path = f"{before}{entry.name}"
    quote = '"' if " " in path else ""
    if is_dir:
        return Offer(f"@{quote}{path}/", "folder")
    return Offer(f"@{quote}{path}{quote} ", size(entry.stat().st_size), True)


def _task_words(text: str) -> list[str] | None:
    """The words of a line that names a task and is past it; None where it does not."""
    words = text.split()
    past = text.lstrip().startswith("@") and text[-1:].isspace() | (len(words) > 1)
    return words if past and words[0][1:] in MODULES else None


def _of_knobs(text: str, cursor: int, words: list[str]) -> Offers | None:
    """The knobs of the task, without those that are set; behind `knob=` its values."""
    begun = "" if text[:cursor][-1:].isspace() else words[-1]
    start = cursor - len(begun)
    try:
        fields = (SEED, *fields_of(task_of(words[0][1:]).Difficulty))
    except ProblemError:
        return None
    name, equals, value = begun.partition("=")
    if equals:
        field = next((f for f in fields if f.name == name), None)
        chosen = _best(value.lower(), [Offer(v) for v in field.choices]) if field else ()
        return Offers(start + len(name) + 1, cursor, chosen)
    given = {word.partition("=")[0] for word in words[1:]} - {begun}
    rows = [Offer(f"{f.name}=", f"{f.range}; without it {f.default}") for f in fields if f.name not in given]
    return Offers(start, cursor, tuple(row for row in rows if row.text.startswith(begun)))

"""The keys that docs/screen.md names are keys that there are, where it says that they act."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from codesteer_tui.tui.keys import KEYS, NAMES

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "screen.md").read_text()

PLACES = {
    "The four panes": {"pane", "desk", "anywhere", "flags"},
    "Sessions and replay": {"replay", "pane", "desk"},
    "Settings": {"settings"},
    "The SymBench browser": {"tasks", "knobs", "anywhere"},
}
"""Section → where its table of keys acts, in the words of the key table."""

OF_TERMINALS = {
    "Ctrl+J",
    "Ctrl+H",
    "Ctrl+I",
    "Ctrl+M",
    "Ctrl+A",
    "Ctrl+B",
    "Ctrl+C",
    "Ctrl+D",
    "Ctrl+Z",
    "Ctrl+Q",
    "Ctrl+P",
}
"""Of the text fields, of the linear mode, or named as keys that are not to be used."""


def written(key: str) -> str:
    """A key of the table as the docs write it."""
    *held, last = key.strip().split("+") if len(key) > 1 else [key]
    shown = NAMES.get(last, last if len(last) == 1 else last.capitalize())
    return "+".join(
        [*(part.capitalize() for part in held), shown.upper() if held and len(shown) == 1 else shown]
    )


def keys_at(places: set[str]) -> set[str]:
    return {written(key) for row in KEYS if row.where in places for key in row.keys.split(",")}


def tables() -> list[tuple[str, str]]:
    """Section and first column of each row of a table of keys."""
    found = []
    for section in re.split(r"(?m)^##+ ", TEXT)[1:]:
        title = section.splitlines()[0]
        _, start, table = section.partition("| key | |\n|---|---|\n")
        if start:
            rows = table.split("\n\n", 1)[0].splitlines()
            found += [(title, row.split(" | ")[0].removeprefix("| ")) for row in rows]
    return found


def named(cell: str) -> list[str]:
    """The keys that a cell names; "1-4" are the first and the last of them."""
    bare = cell.replace("`", " ").replace(" or ", " ").replace(", ", " ")
    keys = bare.split()
    return [key for word in keys for key in (word.split("-") if re.fullmatch(r"\d-\d", word) else [word])]


@pytest.mark.parametrize(("section", "cell"), tables())
def test_a_key_of_a_table_acts_in_its_place(section: str, cell: str) -> None:
    there = keys_at(PLACES[section])
    assert named(cell)
    assert [key for key in named(cell) if key not in there] == []


def test_each_section_with_keys_has_been_read() -> None:
    assert {section for section, _ in tables()} == set(PLACES)


def test_every_control_and_function_key_that_the_text_names_is_one() -> None:
    there = {written(key) for row in KEYS for key in row.keys.split(",")} | OF_TERMINALS
    assert set(re.findall(r"Ctrl\+[A-Z]\b|\bF\d{1,2}\b", TEXT)) - there == set()

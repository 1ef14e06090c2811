"""What is pasted comes as one text, however the reads cut it, and presses no key."""

from __future__ import annotations

import pytest
from textual.events import Key, Paste

from codesteer_tui.tui.pasting import BEGIN, END, SILENCE_S, PastingParser

HOSTILE = "x \x1b]0;title\x07 y\x11\x07 \x1b[31mred\x1b[0m\x1bz \u202e\x00\x7f\r\nline\rlast"
CLEAN = "x  y red \nline\nlast"


def read(*pieces: str, parser: PastingParser | None = None) -> list[str]:
    """What comes out: keys by their name, pasted texts in brackets."""
    parser = parser or PastingParser()
    out: list[str] = []
    for piece in pieces:
        for message in parser.feed(piece):
            assert isinstance(message, Key | Paste), message
            out.append(f"[{message.text}]" if isinstance(message, Paste) else message.key)
    return out


@pytest.mark.parametrize("between", range(len(BEGIN + HOSTILE + END) + 3))
def test_a_paste_is_one_clean_text_wherever_it_is_cut(between: int) -> None:
    data = f"a{BEGIN}{HOSTILE}{END}b"
    assert read(*(piece for piece in (data[:between], data[between:]) if piece)) == ["a", f"[{CLEAN}]", "b"]


def test_a_paste_comes_character_by_character_as_well() -> None:
    assert read(*f"a{BEGIN}{HOSTILE}{END}b{BEGIN}c{END}") == ["a", f"[{CLEAN}]", "b", "[c]"]


def test_keys_before_and_behind_keep_their_order() -> None:
    assert read(f"\x1b[A\x1b{BEGIN}one{END}\x1b[B{BEGIN}{BEGIN}two{END}\x11") == [
        "up",
        "escape",
        "[one]",
        "down",
        "[two]",
        "ctrl+q",
    ]


def test_nothing_pasted_is_an_empty_text_and_the_end_alone_is_nothing() -> None:
    assert read(f"{BEGIN}{END}a", f"{END}b") == ["[]", "a", "b"]


def test_a_paste_without_an_end_ends_when_nothing_comes_for_a_while() -> None:
    now = 100.0
    parser = PastingParser(clock=lambda: now)
    assert read(f"{BEGIN}left", parser=parser) == []
    now += SILENCE_S - 0.1
    assert list(parser.tick()) == []
    assert read(" open\x1b[20", parser=parser) == []
    now += SILENCE_S
    (paste,) = parser.tick()
    assert isinstance(paste, Paste)
    assert paste.text == "left open"
    assert list(parser.tick()) == []
    assert read("q", f"{END}w", parser=parser) == ["q", "w"]


def late(parser: PastingParser, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys that come because nothing follows an ESC in time."""
    monkeypatch.setattr("textual._parser.get_time", lambda: 1e12)
    keys = [message.key for message in parser.tick() if isinstance(message, Key)]
    monkeypatch.undo()
    return keys


def test_a_begin_that_is_cut_for_long_still_begins_a_paste(monkeypatch: pytest.MonkeyPatch) -> None:
    parser = PastingParser()
    assert read("\x1b", parser=parser) == []
    assert late(parser, monkeypatch) == ["escape"]
    assert read(f"{BEGIN[1:]}\x11{END}a", parser=parser) == ["[]", "a"]


def test_escape_and_the_same_signs_by_hand_are_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    parser = PastingParser()
    assert read("\x1b", parser=parser) == []
    assert late(parser, monkeypatch) == ["escape"]
    keys = read(*BEGIN[1:], parser=parser)
    assert keys == ["left_square_bracket", "2", "0", "0", "tilde"]

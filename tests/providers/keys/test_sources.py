"""Keys and headers are read where the configuration says, and what is wrong with them is said without them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from codesteer_tui.errors import CodesteerError, ConfigError, ModelError
from codesteer_tui.providers.keys.hiding import hide_keys
from codesteer_tui.providers.keys.sources import (
    look,
    read_headers,
    read_key,
    source_in_words,
)
from tests.providers.keys.making import KEY, OPENAI, posix, private, provider


@pytest.mark.parametrize("source", ["", "none"])
def test_no_key_is_needed(source: str) -> None:
    assert read_key("x", provider(source), {}) is None


def test_a_variable_is_read_without_the_blanks_around_it() -> None:
    assert read_key("x", provider("env:MINE"), {"MINE": f"  {KEY}\n"}) == KEY


@pytest.mark.parametrize("env", [{}, {"MINE": ""}, {"MINE": "  \n"}])
def test_a_variable_that_is_not_set_is_named_with_three_ways_out(env: dict[str, str]) -> None:
    with pytest.raises(ModelError, match="MINE is not set") as caught:
        read_key("mine", provider("env:MINE"), env)
    assert caught.value.kind == "missing_key"
    assert caught.value.provider == "mine"
    for way in ("Set MINE", "codesteer keys set mine", "--task-llm demo", "--steerer rules"):
        assert way in caught.value.remedy


@pytest.mark.parametrize("key", [f"{KEY} x", f"{KEY}\nx", f"{KEY}é", f"{KEY}\x00"])
def test_a_key_that_cannot_be_sent_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(ModelError, match="characters that no key has") as caught:
        read_key("x", provider("env:MINE"), {"MINE": key})
    assert KEY not in str(caught.value)


def test_a_pasted_key_is_no_source_and_not_repeated() -> None:
    with pytest.raises(ConfigError, match="no known form") as caught:
        read_key("x", provider(KEY), {})
    assert KEY not in str(caught.value)


def test_a_key_does_not_show_in_whatever_holds_it() -> None:
    key = read_key("x", provider("env:MINE"), {"MINE": KEY})
    assert key == KEY
    assert KEY not in repr([key, {"Authorization": key}])


def test_a_file_is_read_through_links_and_home(home: Path) -> None:
    private(home / "real")
    (home / "link").symlink_to(home / "real")
    assert read_key("x", provider("file:~/link"), {}) == KEY


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o666])
def test_a_file_that_others_can_read_or_change_is_refused(home: Path, mode: int) -> None:
    path = private(home / "key", mode=mode)
    (home / "link").symlink_to(path)
    for name in ("key", "link"):
        with pytest.raises(ConfigError, match="by others") as caught:
            read_key("x", provider(f"file:{home / name}"), {})
        assert f"chmod 600 {home / name}" in caught.value.remedy
        assert KEY not in str(caught.value)


@posix
def test_a_file_of_somebody_else_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = private(home / "key")
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(ConfigError, match="somebody else"):
        read_key("x", provider(f"file:{path}"), {})


@posix
def test_what_is_no_file_with_text_is_refused_and_never_waited_for(home: Path) -> None:
    (home / "folder").mkdir(mode=0o700)
    os.mkfifo(home / "pipe", 0o600)
    private(home / "bytes", KEY.encode() + b"\xff")
    private(home / "long", KEY * 5000)
    for name in ("folder", "pipe", "bytes", "long"):
        with pytest.raises(CodesteerError) as caught:
            read_key("x", provider(f"file:{home / name}"), {})
        assert name in caught.value.message
        assert caught.value.remedy
        assert KEY not in str(caught.value)


@pytest.mark.parametrize("text", [None, "", " \n"])
def test_a_missing_or_empty_file_is_a_missing_key(home: Path, text: str | None) -> None:
    if text is not None:
        private(home / "key", text)
    with pytest.raises(ModelError) as caught:
        read_key("x", provider(f"file:{home / 'key'}"), {})
    assert caught.value.kind == "missing_key"
    assert "codesteer keys set x" in caught.value.remedy


def test_headers_are_read_from_every_source_and_literals_stay(home: Path) -> None:
    file = private(home / "token", "from-a-file\n")
    headers = {
        "X-Title": "codesteer",
        "X-Auth": "env:MINE",
        "X-File": f"file:{file}",
        "X-Cmd": "cmd:echo hi  you",
    }
    found = read_headers("x", provider("none", headers=headers), {"MINE": f"Bearer {KEY}"})
    assert found == {
        "X-Title": "codesteer",
        "X-Auth": f"Bearer {KEY}",
        "X-File": "from-a-file",
        "X-Cmd": "hi you",
    }
    assert KEY not in repr(found)
    assert KEY not in hide_keys(f"the header was Bearer {KEY}")


def test_a_header_whose_variable_is_missing_is_named() -> None:
    with pytest.raises(ModelError, match="header X-Auth of provider 'x' needs the environment variable MINE"):
        read_headers("x", provider("none", headers={"X-Auth": "env:MINE"}), {})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X Auth", "v"),
        ("", "v"),
        ("X:Y", "v"),
        ("X-Auth\r\nY", "v"),
        ("X-Auth", "v\r\nInjected: 1"),
        ("X-Auth", "é"),
    ],
)
def test_a_header_that_cannot_be_sent_is_refused_without_its_value(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match="no header can have") as caught:
        read_headers("x", provider("none", headers={name: f"{value}{KEY}"}), {})
    assert KEY not in str(caught.value)


def test_what_is_known_of_a_key_is_told_without_it_and_without_running_commands(home: Path) -> None:
    mark = home / "ran"
    assert look("x", provider("env:MINE"), {"MINE": KEY}).found is True
    missing = look("x", provider("env:MINE"), {})
    assert (missing.found, missing.needed, missing.host) == (False, True, OPENAI)
    assert "MINE" in missing.detail
    asked = look("x", provider(f"cmd:touch {mark}"), {})
    assert asked.found is None
    assert not mark.exists()
    assert look("x", provider("none"), {}).needed is False


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("env:A", "variable A"),
        ("file:~/k", "file ~/k"),
        ("keyring:openai", "keyring"),
        ("keyring:A/b", "keyring entry A/b"),
        (f"cmd:op read {KEY}", "command op"),
        (f"cmd:'{KEY}", "command "),
        ("none", "none needed"),
        (KEY, "in no known form"),
    ],
)
def test_sources_in_words(source: str, words: str) -> None:
    assert source_in_words(source) == words

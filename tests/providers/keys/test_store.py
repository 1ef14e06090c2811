"""Keys are kept where nobody else reads them, each for its provider and host."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from codesteer_tui.errors import ConfigError, ModelError
from codesteer_tui.providers.keys import keyrings
from codesteer_tui.providers.keys.sources import (
    can_store_in_keyring,
    forget_all_keys,
    forget_key,
    host_of,
    key_file,
    read_key,
    store_key,
)
from tests import keyrings as backends
from tests.providers.keys.making import KEY, OPENAI, posix, provider, use


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("", OPENAI),
        ("https://api.openai.com/v1", OPENAI),
        ("https://API.OpenAI.com:443/v1/", OPENAI),
        ("https://api.openai.com./v1", OPENAI),
        ("http://api.openai.com/v1", f"{OPENAI}:80"),
        ("https://api.openai.com:8443/v1", f"{OPENAI}:8443"),
        ("http://127.0.0.1:1234/v1", "127.0.0.1:1234"),
        ("http://[::1]:80/v1", "[::1]:80"),
        ("https://user:secret@evil.example/v1", "evil.example"),
        ("https://api.openai.com@evil.example/v1", "evil.example"),
        ("not an address", ""),
        ("http://host:port/", ""),
    ],
)
def test_the_host_of_a_key(base_url: str, host: str) -> None:
    assert host_of(provider("none", base_url)) == host


def test_a_service_where_everybody_has_an_own_address_has_no_host_until_it_is_set() -> None:
    assert host_of(provider("none", preset="azure")) == ""
    with pytest.raises(ConfigError, match="no address"):
        store_key("azure", "", KEY, "file")


@pytest.mark.parametrize("where", ["keyring", "file"])
def test_a_stored_key_is_found_for_its_host_and_for_no_other(where: str) -> None:
    source = store_key("openai", OPENAI, KEY, where)  # type: ignore[arg-type]
    assert KEY not in source
    assert read_key("openai", provider(source), {}) == KEY
    for other in ("http://api.openai.com/v1", "https://evil.example/v1", "https://api.openai.com:8443/v1"):
        with pytest.raises(ModelError) as caught:
            read_key("openai", provider(source, other), {})
        assert caught.value.kind == "missing_key"
        assert f"is for {OPENAI}" in caught.value.message
        assert "base_url" in caught.value.remedy
        assert KEY not in str(caught.value)
    store_key("openai", "evil.example", "another-key-of-mine", where)  # type: ignore[arg-type]
    assert read_key("openai", provider(source), {}) == KEY


@pytest.mark.parametrize("where", ["keyring", "file"])
def test_a_key_is_replaced_and_forgotten(where: str) -> None:
    store_key("openai", OPENAI, "an-older-key", where)  # type: ignore[arg-type]
    source = store_key("openai", OPENAI, KEY, where)  # type: ignore[arg-type]
    store_key("openai", "other.example", KEY, where)  # type: ignore[arg-type]
    assert read_key("openai", provider(source), {}) == KEY
    assert len(forget_key("openai", OPENAI)) == 1
    with pytest.raises(ModelError, match=r"is for other\.example"):
        read_key("openai", provider("keyring:openai" if where == "keyring" else source), {})
    assert len(forget_all_keys("openai")) == 1
    assert forget_all_keys("openai") == []
    with pytest.raises(ModelError, match=r"is not (in the keyring|there)"):
        read_key("openai", provider(source), {})


@posix
def test_the_key_file_is_never_readable_by_others(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modes: list[int] = []
    real = os.fdopen

    def watched(handle: int, *args: object, **kwargs: object) -> object:
        modes.append(os.fstat(handle).st_mode & 0o777)
        return real(handle, *args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "fdopen", watched)
    before = os.umask(0)
    try:
        store_key("openai", OPENAI, KEY, "file")
    finally:
        os.umask(before)
    path = key_file("openai", OPENAI)
    assert modes == [0o600]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [p.name for p in path.parent.iterdir()] == [f"openai@{OPENAI}"]


def test_a_name_full_of_slashes_stays_in_the_folder() -> None:
    for name in ("../../evil", "a/b", ".."):
        for where in ("file", "keyring"):
            source = store_key(name, "127.0.0.1:80", KEY, where)  # type: ignore[arg-type]
            assert read_key(name, provider(source, "http://127.0.0.1"), {}) == KEY
        assert key_file(name, "127.0.0.1:80").parent == key_file("x", "y").parent


@pytest.mark.parametrize("key", ["", "  ", f"{KEY} {KEY}", f"{KEY}\n{KEY}", f"{KEY}\x1b[0m", f"{KEY}é"])
@pytest.mark.parametrize("where", ["keyring", "file"])
def test_what_is_no_key_is_not_stored_and_not_repeated(key: str, where: str) -> None:
    with pytest.raises(ConfigError, match="nothing was stored") as caught:
        store_key("openai", OPENAI, key, where)  # type: ignore[arg-type]
    assert KEY not in str(caught.value)
    assert forget_all_keys("openai") == []


def test_an_entry_that_another_program_made_is_read() -> None:
    backends.FileKeyring().set_password("My App", "me@example", KEY)
    assert read_key("x", provider("keyring:My App/me@example"), {}) == KEY
    with pytest.raises(ModelError, match="no entry 'you' of service 'My App'"):
        read_key("x", provider("keyring:My App/you"), {})


def test_a_keyring_that_is_missing_off_or_locked_is_told_with_the_file_as_the_way_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from keyring.backends import fail, null

    for backend in (fail.Keyring(), null.Keyring(), backends.LockedKeyring()):
        use(monkeypatch, backend)
        for call in (
            lambda: read_key("openai", provider("keyring:openai"), {}),
            lambda: store_key("openai", OPENAI, KEY, "keyring"),
        ):
            with pytest.raises(ConfigError, match="keyring") as caught:
                call()
            assert "codesteer keys set openai --store file" in caught.value.remedy
            assert KEY not in str(caught.value)
            assert caught.value.__context__ is None
    use(monkeypatch, fail.Keyring())
    assert forget_all_keys("openai") == []


def test_a_keyring_without_protection_keeps_nothing_unless_it_was_chosen(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    use(monkeypatch, backends.PlainKeyring())
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    assert "does not protect" in str(can_store_in_keyring())
    with pytest.raises(ConfigError, match="does not protect"):
        store_key("openai", OPENAI, KEY, "keyring")
    assert not (home / "keyring.json").exists()
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.keyrings.PlainKeyring")
    assert can_store_in_keyring() is None


def test_a_keyring_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, backends.SilentKeyring())
    monkeypatch.setattr(keyrings, "LIMIT_S", 0.1)
    with pytest.raises(ConfigError, match=r"no answer within 0\.1 s"):
        read_key("openai", provider("keyring:openai"), {})

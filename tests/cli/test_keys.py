"""``codesteer keys``: a key goes in, is found by what needs it, comes out again, and is never shown."""

from __future__ import annotations

import os

import pytest

from tests.cli.conftest import COMMAND, Desk
from tests.e2e.terminal import Terminal
from tests.keyrings import FILE

KEY = "sk-planted-0123456789-Zq9"


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.env["XDG_CONFIG_HOME"] = str(desk.folder / "config")
    desk.env["PYTHON_KEYRING_BACKEND"] = "tests.keyrings.FileKeyring"
    desk.env[FILE] = str(desk.folder / "keyring.json")
    return desk


def state(desk: Desk, provider: str) -> dict[str, object]:
    """What ``keys list --json`` says of one provider."""
    done = desk.codesteer("keys", "list", "--json")
    assert done.code == 0, done.err
    (found,) = [s for s in done.data if s["provider"] == provider]
    return found


def test_every_provider_is_listed_with_its_source_its_host_and_whether_it_was_found(desk: Desk) -> None:
    desk.env["OPENAI_API_KEY"] = KEY
    assert state(desk, "openai") == {
        "provider": "openai",
        "source": "variable OPENAI_API_KEY",
        "host": "api.openai.com",
        "needed": True,
        "found": True,
        "detail": "",
        "remedy": "",
    }
    missing = state(desk, "groq")
    assert missing["found"] is False
    assert "codesteer keys set groq" in str(missing["remedy"])
    assert state(desk, "ollama")["needed"] is False
    shown = desk.codesteer("keys", "list")
    assert shown.code == 0
    assert any(line.split()[:2] == ["openai", "found"] for line in shown.out.splitlines())
    assert KEY[:8] not in shown.out + shown.err


@pytest.mark.parametrize("store", ["keyring", "file"])
def test_a_key_is_stored_named_in_the_user_file_found_and_removed(desk: Desk, store: str) -> None:
    text = "# mine\n[providers.groq]  # fast\nmodel = 'x'\n"
    desk.configure(text)
    done = desk.codesteer("keys", "set", "groq", "--store", store, "--stdin", stdin=f"{KEY}\n")
    assert done.code == 0, done.err
    assert KEY not in done.out + done.err
    written = desk.config.read_text()
    assert written.startswith(text)
    assert KEY not in written
    for said in (str(desk.config), "api.groq.com", "keyring" if store == "keyring" else "keys/groq@"):
        assert said in done.err
    found = state(desk, "groq")
    assert (found["found"], found["host"]) == (True, "api.groq.com")
    gone = desk.codesteer("keys", "rm", "groq")
    assert gone.code == 0, gone.err
    assert desk.config.read_text() == text
    assert state(desk, "groq")["source"] == "variable GROQ_API_KEY"
    kept = [p for p in desk.folder.rglob("*") if p.is_file() and KEY in p.read_text(errors="replace")]
    assert kept == []
    again = desk.codesteer("keys", "rm", "groq")
    assert again.code == 2
    assert "No key of the provider 'groq' is stored" in again.err


def test_the_keyring_is_taken_where_there_is_one_else_a_file_and_it_is_said(desk: Desk) -> None:
    assert "in the keyring" in desk.codesteer("keys", "set", "xai", "--stdin", stdin=KEY).err
    desk.env["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    done = desk.codesteer("keys", "set", "groq", "--stdin", stdin=KEY)
    assert "no keyring on this machine" in done.err
    assert (desk.folder / "config/codesteer/keys/groq@api.groq.com").is_file()
    refused = desk.codesteer("keys", "set", "groq", "--store", "keyring", "--stdin", stdin=KEY)
    assert refused.code == 2
    assert "--store file" in refused.err


@pytest.mark.parametrize("store", ["keyring", "file"])
def test_the_token_for_the_hub_is_kept_like_a_key(desk: Desk, store: str) -> None:
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_ENDPOINT"):
        desk.env.pop(name, None)
    desk.env["HF_HOME"] = str(desk.folder / "hf")
    assert (state(desk, "hub")["needed"], state(desk, "hub")["host"]) == (False, "huggingface.co")
    desk.configure("# mine\n")
    done = desk.codesteer("keys", "set", "hub", "--store", store, "--stdin", stdin=f"{KEY}\n")
    assert done.code == 0, done.err
    assert "huggingface.co" in done.err
    assert "[weights] token = " in done.err
    assert desk.config.read_text().startswith("# mine\n")
    assert KEY not in desk.config.read_text() + done.out + done.err
    assert (state(desk, "hub")["found"], state(desk, "hub")["needed"]) == (True, True)
    desk.env["HF_TOKEN"] = "hf_other"
    again = desk.codesteer("keys", "set", "hub", "--store", store, "--stdin", stdin=KEY)
    assert "variable HF_TOKEN is there, and comes first" in again.err
    del desk.env["HF_TOKEN"]
    gone = desk.codesteer("keys", "rm", "hub")
    assert gone.code == 0, gone.err
    assert "no token for huggingface.co" in gone.err
    assert desk.config.read_text() == "# mine\n"
    kept = [p for p in desk.folder.rglob("*") if p.is_file() and KEY in p.read_text(errors="replace")]
    assert kept == []
    assert desk.codesteer("keys", "rm", "hub").code == 2


def test_no_token_is_stored_for_a_hub_without_encryption(desk: Desk) -> None:
    desk.env["HF_ENDPOINT"] = "http://mirror.example"
    done = desk.codesteer("keys", "set", "hub", "--store", "file", "--stdin", stdin=KEY)
    assert done.code == 2
    assert "plain http" in done.err


@pytest.mark.parametrize("typed", ["", "\n", f"{KEY} {KEY}\n", f"{KEY}\x07\n", "\xff\n"])
def test_what_is_no_key_is_refused_and_nothing_is_written(desk: Desk, typed: str) -> None:
    done = desk.codesteer("keys", "set", "groq", "--store", "file", "--stdin", stdin=typed.encode("latin-1"))
    assert done.code == 2
    assert "nothing was stored" in done.err
    assert KEY not in done.err
    assert desk.config.read_text() == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("grog",), "did you mean 'groq'"),
        (("demo",), "needs no key"),
        (("azure", "--stdin"), "providers.azure.base_url"),
        (("groq",), "--stdin"),
        (("groq", KEY), "shell's history"),
        ((KEY,), "There is no provider '[key]'"),
    ],
)
def test_what_cannot_be_stored_is_told_with_the_way_out(
    desk: Desk, arguments: tuple[str, ...], said: str
) -> None:
    done = desk.codesteer("keys", "set", *arguments, stdin=KEY)
    assert done.code == 2
    assert said in done.err
    assert KEY not in done.out + done.err


def test_what_a_stored_key_replaces_is_said_and_what_is_left_when_it_is_gone(desk: Desk) -> None:
    text = "[providers.mine]\nkind = 'openai'\nbase_url = 'http://127.0.0.1:1/v1'\n"
    desk.configure(text + "key = 'env:MY_KEY'\n")
    done = desk.codesteer("keys", "set", "mine", "--store", "file", "--stdin", stdin=KEY)
    assert 'replaces "env:MY_KEY"' in done.err
    again = desk.codesteer("keys", "set", "mine", "--store", "file", "--stdin", stdin=KEY)
    assert "replaces" not in again.err
    gone = desk.codesteer("keys", "rm", "mine")
    assert desk.config.read_text() == text
    assert "mine has no key now" in gone.err
    assert "providers.mine.key" in gone.err


def test_a_removed_key_leaves_no_table_behind_and_says_what_is_in_force(desk: Desk) -> None:
    desk.configure("[roles]\nsteerer = 'rules'\n")
    desk.codesteer("keys", "set", "groq", "--store", "file", "--stdin", stdin=KEY)
    desk.env["GROQ_API_KEY"] = KEY
    gone = desk.codesteer("keys", "rm", "groq")
    assert desk.config.read_text() == "[roles]\nsteerer = 'rules'\n"
    assert "now comes from: variable GROQ_API_KEY (found)" in gone.err


def test_no_key_is_stored_for_another_host_than_the_person_said(desk: Desk) -> None:
    desk.env["CODESTEER_PROVIDERS__GROQ__BASE_URL"] = "gateway.example/v1"
    done = desk.codesteer("keys", "set", "groq", "--store", "file", "--stdin", stdin=KEY)
    assert done.code == 2
    assert "CODESTEER_PROVIDERS__GROQ__BASE_URL" in done.err
    assert not (desk.folder / "config/codesteer/keys").exists()


def test_a_stronger_layer_is_named(desk: Desk) -> None:
    desk.env["CODESTEER_PROVIDERS__GROQ__KEY"] = "env:MINE"
    done = desk.codesteer("keys", "set", "groq", "--store", "file", "--stdin", stdin=KEY)
    assert "(CODESTEER_PROVIDERS__GROQ__KEY) is stronger" in done.err


def test_a_key_that_would_cross_a_network_unencrypted_is_warned_of(desk: Desk) -> None:
    desk.configure("[providers.far]\nkind = 'openai'\nbase_url = 'http://far.example/v1'\n")
    done = desk.codesteer("keys", "set", "far", "--store", "file", "--stdin", stdin=KEY)
    assert done.code == 0, done.err
    assert "far.example:80" in done.err
    assert "unencrypted" in done.err


@pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal")
def test_a_key_is_typed_without_being_shown(desk: Desk) -> None:
    terminal = Terminal(
        [*COMMAND, "keys", "set", "groq", "--store", "file"], desk.folder, desk.env, columns=300
    )
    try:
        terminal.wait_for("not shown")
        terminal.type(f"{KEY}\r")
        assert terminal.wait_for_end() == 0
    finally:
        terminal.close()
    assert KEY.encode() not in terminal.raw
    assert (desk.folder / "config/codesteer/keys/groq@api.groq.com").read_text() == f"{KEY}\n"

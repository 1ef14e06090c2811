"""Keys are found where the configuration says, kept where nobody else reads them, and never shown."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from codesteer_tui.config import Provider
from codesteer_tui.errors import CodesteerError, ConfigError, ModelError
from codesteer_tui.providers.keys import commands, keyrings
from codesteer_tui.providers.keys.hiding import hide_keys, hide_shapes, secret
from codesteer_tui.providers.keys.sources import (
    can_store_in_keyring,
    forget_all_keys,
    forget_key,
    host_of,
    key_file,
    look,
    read_headers,
    read_key,
    read_secret,
    source_in_words,
    store_key,
)
from codesteer_tui.providers.waiting import in_thread
from tests import keyrings as backends

KEY = "sk-planted-0123456789-Zq9"
OPENAI = "api.openai.com"
posix = pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv(backends.FILE, str(tmp_path / "keyring.json"))
    use(monkeypatch, backends.FileKeyring())
    commands.forget_answers()
    return tmp_path


def use(monkeypatch: pytest.MonkeyPatch, backend: backends.KeyringBackend) -> None:
    monkeypatch.setattr("keyring.core._keyring_backend", backend)


def provider(key: str, base_url: str = "", **more: object) -> Provider:
    return Provider(kind="openai", model="m", key=key, base_url=base_url, **more)  # type: ignore[arg-type]


def private(path: Path, text: str | bytes = f"{KEY}\n", mode: int = 0o600) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


def printing(*lines: str, code: int = 0, err: str = "") -> str:
    program = f"import sys; print({chr(10).join(lines)!r}); sys.stderr.write({err!r}); sys.exit({code})"
    return f'cmd:{sys.executable} -c "{program}"'


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
    for way in ("Set MINE", "codesteer keys set mine", "--task-llm demo"):
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


# Files


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


# Hosts


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


# Keyrings


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


# Commands


def test_a_command_gives_its_first_line_and_is_asked_once(home: Path) -> None:
    count = home / "count"
    program = f"open({str(count)!r}, 'a').write('x'); print({KEY!r}); print('url: …')"
    source = f'cmd:{sys.executable} -c "{program}"'
    assert read_key("x", provider(source), {}) == KEY
    assert read_key("y", provider(source), {}) == KEY
    assert count.read_text() == "x"


def test_a_command_runs_without_a_shell_and_without_input(home: Path) -> None:
    assert read_secret("cmd:echo $HOME;", name="x") == "$HOME;"
    program = "import sys; print(repr(sys.stdin.read()), sys.stdin.isatty())"
    assert read_secret(f'cmd:{sys.executable} -c "{program}"', name="x") == "'' False"


def test_a_command_that_fails_is_quoted_without_keys() -> None:
    secret("plantedplanted")
    source = printing(KEY, code=3, err=f"no vault {KEY} sk-another-one-of-mine plantedplanted")
    with pytest.raises(ModelError, match="exit code 3: no vault") as caught:
        read_key("x", provider(source), {})
    assert caught.value.kind == "missing_key"
    for hidden in (KEY, "sk-another", "plantedplanted"):
        assert hidden not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("cmd:no-such-program-here --key sk-in-an-argument", "cannot be started"),
        ("cmd:'unclosed", "cannot be read"),
        (printing(""), "printed nothing"),
        (printing("", KEY), "printed nothing"),
    ],
)
def test_a_command_that_gives_no_key_says_why(source: str, what: str) -> None:
    with pytest.raises(CodesteerError, match=what) as caught:
        read_key("x", provider(source), {})
    assert caught.value.remedy
    assert "sk-in-an-argument" not in str(caught.value)


def test_a_command_that_does_not_end_is_ended_with_its_children(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setattr(commands, "LIMIT_S", 3.0)
    mark = home / "pid"
    child = f"open({str(mark)!r}, 'w').write(str(os.getpid()))"
    program = f"import os, time; {child} if os.fork() == 0 else 0; time.sleep(600)"
    started = time.monotonic()
    with pytest.raises(ModelError, match=r"did not end within 3 s"):
        read_key("x", provider(f'cmd:{sys.executable} -c "{program}"'), {})
    assert time.monotonic() - started < 60
    for _ in range(200):
        if not _alive(int(mark.read_text())):
            return
        time.sleep(0.05)
    raise AssertionError("its child still runs")


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_command_that_prints_without_end_is_not_kept() -> None:
    program = "import sys; sys.stdout.write('x' * 10_000_000)"
    value = read_secret(f'cmd:{sys.executable} -c "{program}"', name="x")
    assert value is not None
    assert len(value) == commands.MOST_BYTES


# Headers


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


# What is said of keys


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


def test_every_form_of_a_key_is_hidden() -> None:
    key = 'pl+ant/ed="k\\ey"?'
    secret(key)
    for text in (
        key,
        'pl+ant/ed=\\"k\\\\ey\\"?',
        "pl%2Bant%2Fed%3D%22k%5Cey%22%3F",
        "cGwrYW50L2VkPSJrXGV5Ij8=",
    ):
        assert hide_keys(f"a{text}b") == "a[key]b"
    assert hide_shapes("key sk-0123456789abc") == "key [key]"


def test_a_short_key_is_not_taken_out_of_texts() -> None:
    secret("none")
    assert hide_keys("none of these") == "none of these"


# Waiting


async def test_waiting_holds_up_neither_the_loop_nor_a_cancel() -> None:
    ticks = 0
    waiting = asyncio.create_task(in_thread(lambda: time.sleep(0.5) or "done"))
    while not waiting.done():
        await asyncio.sleep(0.01)
        ticks += 1
    assert await waiting == "done"
    assert ticks > 5
    forever = asyncio.create_task(in_thread(lambda: time.sleep(3600)))
    await asyncio.sleep(0)
    forever.cancel()
    with pytest.raises(asyncio.CancelledError):
        await forever


async def test_what_is_raised_in_the_thread_is_raised_where_it_is_awaited() -> None:
    def fail() -> None:
        raise ModelError("missing_key", "no key")

    with pytest.raises(ModelError, match="no key"):
        await in_thread(fail)


GUARDED = """
import logging, sys, threading
from codesteer_tui.providers.keys.hiding import secret
logging.basicConfig(level=logging.DEBUG)
key = secret(sys.stdin.read())
log = logging.getLogger("openai")
log.debug("headers: %s", {"x": str(key)})
try:
    raise ValueError(f"bad {key}")
except ValueError as error:
    log.exception("failed with %s", key)
    cause = error
thread = threading.Thread(target=lambda: 1 / len("") if not key else int(key))
thread.start(); thread.join()
raise RuntimeError(str(key)) from cause
"""


def test_logs_and_tracebacks_of_any_library_do_not_show_a_secret() -> None:
    done = subprocess.run(
        [sys.executable, "-c", GUARDED], input=KEY, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    for told in ("DEBUG:openai:headers", "failed with [key]", "ValueError: bad [key]", "RuntimeError: [key]"):
        assert told in done.stderr
    assert "invalid literal for int() with base 10: '[key]'" in done.stderr
    assert KEY not in done.stdout + done.stderr

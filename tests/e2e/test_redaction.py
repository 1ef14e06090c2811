"""Keys are planted, real commands talk to a server that repeats them everywhere, and everything written is searched."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import quote, quote_plus

import pytest

from tests.cli.conftest import Desk, Done
from tests.e2e.terminal import CTRL_Q, Terminal
from tests.echoing import EchoServer, echoing
from tests.keyrings import FILE

KEY = "Pl4nted/k3y+0123456789=Zq9xW"
"""Of no service's shape, so that only knowing it hides it, and with characters that addresses escape."""

TOKEN = "h34der/t0ken+abcdefgh=Yv8uT"
SECRETS = (KEY, TOKEN)
LOUD = {
    "CODESTEER_DEBUG": "1",
    "PYTHONASYNCIODEBUG": "1",
    "PYTHONDEVMODE": "1",
    "OPENAI_LOG": "debug",
    "ANTHROPIC_LOG": "debug",
}
PROBLEM = "Use 4 7 8 8 to make 24"
MODES = (
    "echo",
    "page",
    "html401",
    "event",
    "list",
    "cut",
    "redirect",
    "e400",
    "e401",
    "e403",
    "e429",
    "e500",
)
FEW = ("echo", "event", "e401")
KINDS = {"chat": ("openai", "chat"), "responses": ("openai", "responses"), "messages": ("anthropic", "chat")}

SHOWING = (
    ("sessions", "list", "--json"),
    ("sessions", "show", "last", "--json"),
    ("sessions", "show", "last"),
    ("replay", "--text", "last"),
    ("replay", "--json", "last"),
    ("replay", "--events", "last"),
    ("config", "show"),
    ("config", "show", "--json"),
    ("config", "explain", "providers.mine"),
    ("config", "explain", "providers.mine", "--json"),
    ("config", "explain", "roles"),
    ("--task-llm", "mine:echo", "doctor", "--json"),
    ("--task-llm", "mine:echo", "doctor"),
    ("providers", "list", "--all"),
    ("providers", "list", "--json", "--ping"),
    ("providers", "models", "mine"),
    ("providers", "models", "mine", "--json"),
    ("providers", "test", "mine"),
    ("keys", "list"),
    ("keys", "list", "--json"),
)
"""Every command that shows something of a run, the settings or a provider."""

ASKING = (
    ("config", "show", "--json"),
    ("config", "explain", "providers.mine.key", "--json"),
    ("--task-llm", "mine:echo", "doctor", "--json"),
    ("keys", "list", "--json"),
)
"""The commands that look where a key is, or say so."""

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")


class Planted:
    """A desk whose provider `mine` leads to a server that repeats keys, and whose keys are planted somewhere."""

    def __init__(self, desk: Desk, server: EchoServer, kind: str = "chat") -> None:
        self.desk, self.server = desk, server
        desk.env |= {
            "XDG_CONFIG_HOME": str(desk.folder / "config"),
            "XDG_CACHE_HOME": str(desk.folder / "cache"),
            "XDG_STATE_HOME": str(desk.folder / "state"),
            "TMPDIR": str(desk.folder / "tmp"),
            "PYTHON_KEYRING_BACKEND": "tests.keyrings.FileKeyring",
            FILE: str(desk.folder / "planted-keyring"),
            "MY_TOKEN": TOKEN,
            "NO_PROXY": "127.0.0.1",
        }
        (desk.folder / "tmp").mkdir()
        self.kind, self.api = KINDS[kind]
        self.plant("env")

    def plant(self, where: str) -> None:
        """Put the key into a variable, a file, the keyring or behind a command, and configure that."""
        desk = self.desk
        desk.env.pop("MY_KEY", None)
        file = desk.folder / "planted-file"
        file.unlink(missing_ok=True)
        if where in ("file", "cmd"):
            file.write_text(f"{KEY}\n")
            file.chmod(0o600)
        source = {"env": "env:MY_KEY", "file": f"file:{file}", "cmd": f"cmd:cat {file}", "keyring": ""}[where]
        if where == "env":
            desk.env["MY_KEY"] = KEY
        path = "" if self.kind == "anthropic" else "/v1"
        desk.configure(
            f"[providers.mine]\nkind = '{self.kind}'\napi = '{self.api}'\nmodel = 'echo'\nretries = 1\n"
            f"base_url = '{self.server.url}{path}'\n"
            "headers = { X-Auth = 'env:MY_TOKEN' }\n" + (f"key = '{source}'\n" if source else "")
        )
        if where == "keyring":
            stored = self.run("keys", "set", "mine", "--store", "keyring", "--stdin", stdin=f"{KEY}\n")
            assert stored.code == 0, stored.err

    def run(self, *arguments: str, stdin: str = "") -> Done:
        """Run a command; what it says is searched."""
        done = self.desk.codesteer(*arguments, stdin=stdin)
        assert_clean(done.out, f"stdout of {arguments}")
        assert_clean(done.err, f"stderr of {arguments}")
        return done

    def solve(self, mode: str = "echo", *more: str) -> Done:
        """Solve a problem with all three roles at the server, in this mode of it."""
        roles = [f"--{role}=mine:{mode}" for role in ("task-llm", "steerer", "checker")]
        return self.run("solve", PROBLEM, *roles, "--sandbox=off", "--max-rounds=1", *more)

    def assert_sent(self) -> None:
        """The key and the header did reach the server, so there was something to hide."""
        told = [value for headers in self.server.heard for value in headers.values()]
        assert any(KEY in value for value in told), "the key was not sent"
        assert TOKEN in told, "the header was not sent"

    def assert_files_clean(self) -> None:
        """No file below the desk holds a secret, other than where it was planted."""
        searched = 0
        for path in self.desk.folder.rglob("*"):
            if path.is_file() and not path.name.startswith("planted-"):
                assert_clean(path.read_bytes().decode("utf-8", "replace"), str(path))
                assert_clean(path.name, "a file's name")
                searched += 1
        assert searched, "nothing was written, so nothing was searched"


@pytest.fixture
def server() -> Iterator[EchoServer]:
    with echoing() as listening:
        yield listening


@pytest.fixture
def planted(desk: Desk, server: EchoServer) -> Planted:
    return Planted(desk, server)


def assert_clean(text: str, where: str) -> None:
    """Neither a secret nor half of one, in any of its forms, is in the text."""
    for secret in SECRETS:
        half = len(secret) // 2
        for form in (
            secret,
            secret[:half],
            secret[half:],
            quote(secret, safe=""),
            quote(secret),
            quote_plus(secret),
            json.dumps(secret)[1:-1],
            *_base64(secret),
        ):
            at = text.find(form)
            assert at < 0, f"{where} shows {form!r}: …{text[max(0, at - 300) : at + 100]}…"


def _base64(secret: str) -> Sequence[str]:
    """The middle of the secret's base64, wherever in the encoded bytes it begins."""
    found = []
    for shift in range(3):
        encoded = base64.b64encode(b"x" * shift + secret.encode()).decode()
        found.append(encoded[4 if shift else 0 : -4])
    return [*found, *(form.replace("+", "-").replace("/", "_") for form in found)]


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        *(("chat", mode) for mode in MODES),
        *((kind, mode) for kind in ("responses", "messages") for mode in FEW),
    ],
)
def test_no_run_writes_a_key_whatever_the_server_does_with_it(
    desk: Desk, server: EchoServer, kind: str, mode: str
) -> None:
    planted = Planted(desk, server, kind)
    done = planted.solve(mode, "--json")
    assert done.code in (0, 1, 3), done.err
    planted.assert_sent()
    if mode == "echo":
        assert "[key]" in desk.codesteer("replay", "--events", "last").out, "the echo did not arrive"
    planted.assert_files_clean()


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("chat", "echo"),
        ("chat", "cut"),
        ("chat", "page"),
        ("responses", "e401"),
        ("messages", "echo"),
        ("messages", "e401"),
    ],
)
def test_not_even_a_loud_run(desk: Desk, server: EchoServer, kind: str, mode: str) -> None:
    planted = Planted(desk, server, kind)
    desk.env |= LOUD
    done = planted.solve(mode, "--events")
    assert done.code in (0, 1, 3), done.err
    assert "- DEBUG]" in done.err, "the SDK logged nothing, so there was nothing to hide"
    planted.assert_sent()
    assert planted.run("providers", "test", f"mine:{mode}", "--json").err
    planted.run("providers", "models", "mine")
    planted.assert_files_clean()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("where", ["env", "file", "keyring", "cmd"])
def test_no_command_shows_a_key_wherever_it_comes_from(planted: Planted, where: str) -> None:
    planted.plant(where)
    assert planted.solve("echo").code in (0, 1)
    planted.assert_sent()
    planted.desk.env |= LOUD
    for arguments in SHOWING if where == "env" else ASKING:
        done = planted.run(*arguments)
        assert done.code in (0, 1, 3), (arguments, done.err)
        assert done.out or done.err
    planted.assert_files_clean()


@pytest.mark.timeout(120)
def test_literal_headers_fields_named_like_keys_and_proxies_are_not_shown(planted: Planted) -> None:
    desk = planted.desk
    with desk.config.open("a") as file:
        file.write(f"body = {{ user_api_key = '{TOKEN}', top_k = 4, nested = {{ secret = '{KEY}' }} }}\n")
        file.write(f"proxy = 'http://me:{quote(KEY, safe='')}@127.0.0.1:9'\n")
    desk.config.write_text(desk.config.read_text().replace("env:MY_TOKEN", TOKEN))
    for arguments in (
        ("config", "show"),
        ("config", "show", "--json"),
        ("config", "explain", "providers.mine"),
        ("config", "explain", "providers.mine", "--json"),
        ("providers", "list", "--json"),
        ("--task-llm", "mine", "doctor", "--json"),
        ("keys", "list", "--json"),
    ):
        done = planted.run(*arguments)
        assert done.code in (0, 1), done.err
    desk.env |= LOUD | {"NO_PROXY": ""}
    assert planted.solve("echo").code == 3
    desk.config.write_text("# planted here on purpose, searched no more\n")
    planted.assert_files_clean()


@pytest.mark.timeout(120)
def test_a_pasted_key_is_refused_without_being_repeated(planted: Planted) -> None:
    planted.desk.configure(f"[providers.mine]\nkind = 'openai'\nmodel = 'echo'\nkey = '{KEY}'\n")
    for arguments in (
        ("config", "show"),
        ("doctor",),
        ("solve", PROBLEM, "--task-llm", "mine"),
        ("keys", "list"),
    ):
        planted.run(*arguments)
    planted.desk.configure("")
    planted.desk.env["CODESTEER_PROVIDERS__OPENAI__KEY"] = KEY
    assert planted.run("config", "show").code == 2


@pytest.mark.timeout(120)
def test_a_crash_prints_no_key(planted: Planted) -> None:
    """A bug in the middle of a run, with the key in its message, in the locals and in what it was caused by."""
    desk = planted.desk
    (desk.folder / "sitecustomize.py").write_text(
        "import codesteer_tui.providers.remote.model as remote\n"
        "async def broken(self, *a, **k):\n"
        "    key = self._place.key\n"
        "    try:\n"
        "        raise ValueError(key)\n"
        "    except ValueError as error:\n"
        "        raise LookupError(f'lost {key} and {self._headers}') from error\n"
        "remote.RemoteModel._open = broken\n"
    )
    desk.env["PYTHONPATH"] += os.pathsep + str(desk.folder)
    done = planted.solve("echo")
    assert done.code == 70
    assert "LookupError: lost [key]" in done.err
    desk.env |= LOUD
    done = planted.solve("echo")
    assert "Traceback" in done.err
    assert "ValueError: [key]" in done.err
    planted.assert_files_clean()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("mode", ["echo", "e401"])
def test_the_app_shows_no_key(planted: Planted, mode: str, open_terminal: Callable[..., Terminal]) -> None:
    planted.desk.env |= LOUD
    terminal = open_terminal(
        *(f"--{role}=mine:{mode}" for role in ("task-llm", "steerer", "checker")),
        "--sandbox=off",
        "--max-rounds=1",
    )
    terminal.wait_for("Type a problem")
    terminal.type(f"{PROBLEM}\r")
    terminal.wait_for(r"you sent|HTTP 401")
    terminal.wait_for(r"\[key\]")
    assert_clean(terminal.text, "the screen")
    terminal.type("\x1bOQ")
    terminal.wait_for("Settings")
    for _ in range(12):
        assert_clean(terminal.text, "the settings")
        terminal.type("\x1b[6~")
        terminal.settle()
    terminal.type("\x1b")
    terminal.type(CTRL_Q)
    terminal.wait_for_end()
    assert_clean(terminal.raw.decode("utf-8", "replace"), "what was ever sent to the terminal")
    planted.assert_sent()
    planted.assert_files_clean()


def test_the_search_finds_what_it_should() -> None:
    for text in (
        KEY,
        f"a{TOKEN}b",
        KEY[:14],
        quote(KEY, safe=""),
        base64.b64encode(f"me:{KEY}".encode()).decode(),
        base64.urlsafe_b64encode(f"a{TOKEN}".encode()).decode(),
    ):
        with pytest.raises(AssertionError):
            assert_clean(text, "a text")
    assert_clean("nothing of it", "a text")

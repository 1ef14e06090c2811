"""Whatever goes wrong is named together with its remedy, and nobody is shown a traceback."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

PROBLEM = "What is 2 + 2?"
MIB = 1 << 20


def closed_port() -> int:
    """A loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _Refuses(BaseHTTPRequestHandler):
    """A server to which every key is wrong, answering as the real ones do."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b'{"error": {"message": "Incorrect API key provided.", "code": "invalid_api_key"}}'
        self.send_response(401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def refusing_server() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), _Refuses)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def assert_explained(done, code: int, *named: str) -> None:
    """The exit code, the names in the message, a remedy, and no traceback."""
    assert done.code == code, done.err
    assert "Traceback" not in done.out + done.err
    for name in named:
        assert name in done.err
    assert "→" in done.err or "Usage:" in done.err or "Error:" in done.err


CONFIGS = {
    "an unknown key": (
        "[roles]\ntask_lm = 'demo'\n",
        ("user.toml:2", "roles.task_lm", "did you mean 'task_llm'"),
    ),
    "an unknown section": ("[rolls]\nx = 1\n", ("user.toml", "[rolls]", "did you mean 'roles'")),
    "a wrong type": ("[steering]\nmax_rounds = 'many'\n", ("user.toml:2", "'many'", "a whole number")),
    "broken TOML": ("[steering\n", ("user.toml", "line 1")),
    "an unknown provider": ("[roles]\ntask_llm = 'nobody'\n", ("user.toml:2", "'nobody'", "auto, demo")),
    "a key in the open": ("[providers.openai]\nkey = 'sk-oops'\n", ("providers.openai.key", "env:NAME")),
}


@pytest.mark.parametrize("case", CONFIGS)
def test_a_bad_configuration_names_file_line_and_what_is_allowed(desk, case: str) -> None:
    text, named = CONFIGS[case]
    desk.configure(text)
    done = desk.codesteer("solve", PROBLEM)
    assert_explained(done, 2, *named)
    assert "sk-oops" not in done.err


BROKEN = "[sandbox]\nwall_s = -1\n"


def test_a_bad_configuration_stops_nothing_that_hardly_needs_it(desk) -> None:
    assert desk.codesteer("solve", "What is 12 * 34?", "-q").code == 0
    desk.configure(BROKEN)
    (desk.folder / "sum.py").write_text("print(sum(n * n for n in range(9) if n % 2))\n")
    for arguments in (
        ["config", "path"],
        ["sessions", "list"],
        ["sessions", "show", "last"],
        ["replay", "--text", "last"],
        ["check", "sum.py"],
        ["sessions", "rm", "-y", "last"],
    ):
        done = desk.codesteer(*arguments)
        assert done.code == 0, (arguments, done.err)
        assert "user.toml:2: sandbox.wall_s = -1 is not allowed" in done.err
        assert "Traceback" not in done.err
    assert list(desk.sessions.glob("*.jsonl")) == []
    assert desk.codesteer("config", "path").out.strip() == str(desk.config)
    for arguments in (["config", "show"], ["solve", PROBLEM]):
        assert_explained(desk.codesteer(*arguments), 2, "sandbox.wall_s = -1")


def test_a_replay_in_the_app_with_a_bad_configuration_asks_no_model_and_runs_nothing(
    desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    import click

    from codesteer_tui.cli.app import settings_to_watch

    monkeypatch.setenv("OPENAI_API_KEY", "sk-there")
    monkeypatch.setenv("CODESTEER_CONFIG", str(desk.config))
    desk.configure(f"{BROKEN}[screen]\ntheme = 'nord'\n[roles]\nchecker = 'openai'\n")
    config = settings_to_watch(click.Context(click.Command("replay")), None).config
    assert list(config.providers) == ["demo"]  # no key goes where half of the settings lead
    assert (config.roles.task_llm, config.roles.checker) == ("demo", "same-as-task")
    assert (config.sandbox.engine, config.screen.theme) == ("off", "nord")
    desk.configure("[roles]\nchecker = 'openai'\n")
    assert settings_to_watch(click.Context(click.Command("replay")), None).config.roles.checker == "openai"


def test_doctor_names_a_bad_configuration_and_shows_the_rest(desk) -> None:
    desk.configure(BROKEN)
    done = desk.codesteer("doctor", "--json")
    items = {item["id"]: item for item in done.data["items"]}
    assert (done.code, done.data["ready"]) == (1, False)
    assert not items["config"]["ok"]
    assert "sandbox.wall_s = -1" in items["config"]["detail"]
    assert "above 0" in items["config"]["remedy"]
    assert items["task_llm"]["ok"]
    desk.configure("")
    items = {item["id"]: item for item in desk.codesteer("doctor", "--json").data["items"]}
    assert (items["config"]["ok"], items["config"]["detail"]) == (True, str(desk.config))


@pytest.mark.parametrize("role", ["steerer", "checker"])
def test_doctor_does_not_promise_a_run_that_a_role_cannot_play(desk, role: str) -> None:
    (desk.folder / "x.gguf").write_text("a note")
    desk.configure(
        f"[roles]\n{role} = 'local'\n[providers.local]\nkind = 'llama_cpp'\nmodel = '{desk.folder}/x.gguf'\n"
    )
    done = desk.codesteer("doctor")
    assert done.code == 1, done.out
    assert "No problem can be solved yet." in done.out


ARGUMENTS = {
    "an unknown provider": (
        ["solve", PROBLEM, "--task-llm", "nobody"],
        2,
        ("--task-llm", "'nobody'", "demo"),
    ),
    "the demo as the steerer": (
        ["solve", PROBLEM, "--steerer", "demo"],
        2,
        ("steerer = 'demo'", "cannot steer", "--steerer rules"),
    ),
    "the demo steering itself": (
        ["solve", PROBLEM, "--steerer", "same-as-task", "--task-llm", "demo"],
        2,
        ("'same-as-task'", "cannot steer", "--steerer rules"),
    ),
    "a wrong number": (
        ["solve", PROBLEM, "--max-rounds", "few"],
        2,
        ("--max-rounds", "'few'", "a whole number"),
    ),
    "an unknown engine": (
        ["solve", PROBLEM, "--sandbox", "podman"],
        2,
        ("--sandbox", "'podman'", '"docker"'),
    ),
    "an empty problem": (["solve", "  "], 2, ("The problem is empty",)),
    "no problem": (["solve"], 2, ("PROBLEM", "--task")),
    "two problems": (["solve", PROBLEM, "--task", "game24"], 2, ("--task",)),
    "an unknown task": (["solve", "--task", "game42"], 2, ("game42", "game24")),
    "a seed without a task": (["solve", PROBLEM, "--seed", "3"], 2, ("--seed",)),
    "a key that is not set": (
        ["solve", PROBLEM, "--task-llm", "openai"],
        3,
        ("OPENAI_API_KEY", "--task-llm demo"),
    ),
    "a missing user file": (
        ["--config", "none.toml", "solve", PROBLEM],
        2,
        ("--config", "none.toml", "config init"),
    ),
    "an unknown session": (["replay", "--text", "nonesuch"], 2, ("nonesuch", "sessions list")),
    "a missing session file": (["replay", "--text", "gone.jsonl"], 2, ("gone.jsonl", "sessions list")),
    "a session to remove": (["sessions", "rm", "--yes", "nonesuch"], 2, ("nonesuch", "sessions list")),
    "a missing program": (["check", "gone.py"], 2, ("gone.py",)),
    "an unknown setting": (["config", "explain", "role.task_llm"], 2, ("role.task_llm", "roles.task_llm")),
}


@pytest.mark.parametrize("case", ARGUMENTS)
def test_bad_arguments_are_named_with_the_remedy(desk, case: str) -> None:
    arguments, code, named = ARGUMENTS[case]
    assert_explained(desk.codesteer(*arguments), code, *named)


def test_a_problem_of_a_megabyte_is_refused_by_its_size(desk) -> None:
    done = desk.codesteer("solve", "-", stdin="x" * MIB)
    assert_explained(done, 2, f"{MIB:,} characters", "Shorten")


def test_a_problem_that_is_no_text_is_refused(desk) -> None:
    assert_explained(desk.codesteer("solve", "-", stdin=b"\xff\xfe make 24"), 2, "UTF-8")


NOT_SESSIONS = {
    "text": b"hello\n",
    "json": b'{"a": 1}\n',
    "another event first": b'{"type": "round_started", "round": 0}\n',
    "nothing": b"",
    "bytes": bytes(range(256)),
}


@pytest.mark.parametrize("case", NOT_SESSIONS)
@pytest.mark.parametrize("arguments", [["replay", "--text"], ["sessions", "show"]], ids=" ".join)
def test_a_file_that_is_no_session_is_named_as_such(desk, case: str, arguments: list[str]) -> None:
    file = desk.folder / "notes.jsonl"
    file.write_bytes(NOT_SESSIONS[case])
    assert_explained(
        desk.codesteer(*arguments, str(file)), 2, str(file), "not a session file", "sessions list"
    )


def test_only_sessions_can_be_removed(desk) -> None:
    file = desk.folder / "precious.txt"
    file.write_text("precious")
    assert_explained(desk.codesteer("sessions", "rm", "--yes", str(file)), 2, "not a session file")
    assert file.read_text() == "precious"


def test_a_missing_gguf_file_is_named(desk) -> None:
    desk.configure("[providers.local]\nkind = 'llama_cpp'\nmodel = 'nowhere/tiny.gguf'\n")
    assert_explained(desk.codesteer("solve", PROBLEM, "--task-llm", "local"), 3, "nowhere/tiny.gguf")


def test_a_file_that_is_no_gguf_is_named(desk) -> None:
    path: Path = desk.folder / "fake.gguf"
    path.write_bytes(b"not weights at all")
    desk.configure(f"[providers.local]\nkind = 'llama_cpp'\nmodel = '{path}'\n")
    assert_explained(desk.codesteer("solve", PROBLEM, "--task-llm", "local"), 3, str(path))


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
def test_a_refused_connection_names_the_address(desk, kind: str) -> None:
    port = closed_port()
    desk.configure(
        f"[providers.mine]\nkind = '{kind}'\nmodel = 'm'\nbase_url = 'http://127.0.0.1:{port}'\nkey = 'none'\n"
    )
    done = desk.codesteer("solve", PROBLEM, "--task-llm", "mine", "--json")
    assert_explained(done, 3, f"127.0.0.1:{port}")
    assert done.data["ended"] == "failed"
    assert done.data["error"]["kind"] == "unreachable"


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
def test_a_wrong_key_is_said_to_be_wrong_and_is_not_shown(desk, kind: str) -> None:
    desk.env["MY_KEY"] = "sk-wrong-and-secret"
    with refusing_server() as port:
        desk.configure(
            f"[providers.mine]\nkind = '{kind}'\nmodel = 'm'\nbase_url = 'http://127.0.0.1:{port}'\n"
            "key = 'env:MY_KEY'\n"
        )
        done = desk.codesteer("solve", PROBLEM, "--task-llm", "mine", "--json")
    assert_explained(done, 3, "mine")
    assert done.data["error"]["kind"] == "auth"
    recorded = "".join(path.read_text() for path in desk.sessions.glob("*.jsonl"))
    assert "sk-wrong-and-secret" not in done.out + done.err + recorded


def test_a_sessions_folder_that_cannot_be_made_is_named(desk) -> None:
    desk.env["CODESTEER_SESSIONS__DIR"] = "/dev/null/sessions"
    assert_explained(desk.codesteer("solve", PROBLEM), 2, "/dev/null/sessions")


def test_a_bug_is_called_a_bug_and_its_traceback_is_for_who_asks(
    desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from codesteer_tui import cli, settings

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the sky fell")

    monkeypatch.setattr(settings, "load_settings", broken)
    monkeypatch.delenv("CODESTEER_DEBUG", raising=False)
    assert cli.run(["config", "show"]) == 70
    said = capsys.readouterr().err
    assert "the sky fell" in said
    assert "CODESTEER_DEBUG=1" in said
    monkeypatch.setenv("CODESTEER_DEBUG", "1")
    with pytest.raises(RuntimeError, match="the sky fell"):
        cli.run(["config", "show"])

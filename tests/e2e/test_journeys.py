"""What people do with the app, each way from its start to its end: those that no other module here takes."""

from __future__ import annotations

import asyncio
import base64
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from codesteer_tui import events as ev
from codesteer_tui.sessions.store import read_recording
from codesteer_tui.values import NotRun
from tests.boxes import missing
from tests.cli.conftest import COMMAND, Desk
from tests.e2e.terminal import CTRL_Q
from tests.e2e.test_app import PROBLEM, Open
from tests.fake_servers import Scripted, openai_body
from tests.recordings.build import HERE
from tests.served import SAID, Served

CTRL_S, DOWN, HOME, END = "\x13", "\x1b[B", "\x1b[H", "\x1b[F"


def kept(desk: Desk, name: str) -> Path:
    """One of the recorded sessions, put where the command keeps its own."""
    desk.sessions.mkdir(exist_ok=True)
    recorded = HERE / f"{name}.jsonl"
    return Path(shutil.copy(recorded, desk.sessions / f"{read_recording(recorded).transcript.session}.jsonl"))


@pytest.mark.timeout(120)
async def test_a_problem_is_solved_with_a_server_of_ones_own(desk: Desk, open_terminal: Open) -> None:
    reply = Scripted([openai_body(*SAID.splitlines(keepends=True), usage=(120, 40))])
    async with Served("mine", reply=reply) as server:
        desk.configure(
            f"[providers.own]\nkind = 'openai'\nmodel = 'mine'\nkey = 'none'\nbase_url = '{server.url}/v1'\n"
            "[roles]\ntask_llm = 'own'\nchecker = 'off'\n[sandbox]\nengine = 'off'\n[steering]\nmax_rounds = 1\n"
        )
        await asyncio.to_thread(_solve_with_the_server, open_terminal)
        (body, *_) = server.prompts
    assert body["model"] == "mine"
    assert PROBLEM in str(body["messages"])

    (file,) = desk.sessions.glob("*.jsonl")
    events = read_recording(file).events
    assert isinstance(events[-1], ev.Finished)
    assert "".join(e.text for e in events if isinstance(e, ev.AnswerDelta) and e.round == 0) == SAID
    results = [e.result for e in events if isinstance(e, ev.ExecutionFinished)]
    assert results
    assert all(isinstance(result, NotRun) for result in results), "without a sandbox nothing is run"


def _solve_with_the_server(open_terminal: Open) -> None:
    terminal = open_terminal()
    terminal.wait_for("Type a problem")
    terminal.wait_for("own:mine")
    terminal.type(f"{PROBLEM}\r")
    terminal.wait_for("for a in range")
    terminal.wait_for(r"ANSWER|NO ANSWER")
    terminal.wait_for("not run")
    terminal.type(CTRL_Q)
    assert terminal.wait_for_end() == 0
    assert b"Traceback" not in terminal.raw


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("columns", "rows"), [(160, 45), (80, 24)])
def test_a_session_is_found_in_the_list_and_stepped_through(
    desk: Desk, open_terminal: Open, columns: int, rows: int
) -> None:
    files = [kept(desk, "demo_game24"), kept(desk, "declined")]
    terminal = open_terminal(columns=columns, rows=rows)
    terminal.wait_for("Type a problem")
    terminal.type(CTRL_S)
    terminal.wait_for("Why is the sky blue")  # the newest, on which the highlight is
    terminal.type(f"{DOWN}\r")
    terminal.wait_for(r"REPLAY")
    last = int(terminal.wait_for(r"event (\d+) of \1")[1])
    terminal.type(HOME)
    terminal.wait_for(rf"event 0 of {last}")
    terminal.type("!")
    terminal.wait_for("symbolic +x FAIL")
    terminal.type("]]")
    terminal.wait_for("paused.* R1")
    terminal.type(END)
    terminal.wait_for("at the end")
    terminal.type(CTRL_Q)
    assert terminal.wait_for_end() == 0
    assert sorted(desk.sessions.glob("*.jsonl")) == sorted(files), "looking records nothing"
    assert b"Traceback" not in terminal.raw


@pytest.mark.timeout(120)
def test_what_is_copied_reaches_the_clipboard_of_the_terminal(desk: Desk, open_terminal: Open) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "TMUX", "STY", "WSL_DISTRO_NAME"):
        desk.env.pop(name, None)
    recording = read_recording(kept(desk, "demo_game24"))
    program = next(e.program for e in recording.events if isinstance(e, ev.ExecutionStarted))
    terminal = open_terminal("replay", "last", "--speed", "16")
    terminal.wait_for("at the end")
    terminal.type("[[")
    terminal.wait_for(r"\[R0 ")
    terminal.type("2")
    terminal.wait_for("2 TASK +R0")
    terminal.type("y")
    terminal.wait_for(r"clipboard \(OSC 52\)")
    found = re.search(rb"\x1b\]52;c;([A-Za-z0-9+/=]+)", terminal.raw)
    assert found
    assert base64.b64decode(found[1]).decode().strip() == program.source.strip()
    terminal.type(CTRL_Q)
    assert terminal.wait_for_end() == 0


@pytest.mark.timeout(120)
def test_the_window_is_made_smaller_and_larger_while_an_answer_comes(desk: Desk, open_terminal: Open) -> None:
    desk.env["CODESTEER_PROVIDERS__DEMO__DELAY_S"] = "0.012"
    terminal = open_terminal(columns=160, rows=45)
    terminal.wait_for("Type a problem")
    terminal.type(f"{PROBLEM}\r")
    terminal.wait_for("1 GUIDANCE.*2 TASK.*3 RUN")
    for columns, rows, shown in SIZES:
        terminal.resize(columns, rows)
        terminal.wait_for(shown)
        assert all(len(line) <= columns for line in terminal.text.splitlines())
    terminal.wait_for(r"ANSWER \(R\d+\)")
    terminal.wait_for("1 GUIDANCE.*2 TASK.*3 RUN")
    terminal.type(CTRL_Q)
    assert terminal.wait_for_end() == 0
    assert b"Traceback" not in terminal.raw


SIZES = [
    (80, 24, "1 Guid.*2 Task.*3 Run"),
    (58, 14, "1 Guide.*2 Task.*3 Run"),
    (110, 30, "1 GUIDANCE.*3 RUN"),
    (160, 45, "1 GUIDANCE.*2 TASK.*3 RUN"),
]
"""Sizes one after the other, with what the screen shows then: tabs, tabs without frames, two columns, three."""


class Tmux:
    """A tmux of its own, with the command in its one window."""

    def __init__(self, desk: Desk, columns: int, rows: int) -> None:
        self._tmux = ["tmux", "-S", str(desk.folder / "tmux"), "-f", "/dev/null"]
        self._env = {k: v for k, v in desk.env.items() if k not in ("TMUX", "STY")} | {"LANG": "C.UTF-8"}
        self._folder = desk.folder
        self.do("new-session", "-d", "-x", str(columns), "-y", str(rows), f"exec {shlex.join(COMMAND)}")

    def do(self, *words: str) -> str:
        """Have tmux do something, and return what it says."""
        done = subprocess.run(
            [*self._tmux, *words], cwd=self._folder, env=self._env, capture_output=True, text=True, timeout=20
        )
        assert done.returncode == 0, (words, done.stderr)
        return done.stdout

    def wait_for(self, pattern: str, timeout: float = 60) -> re.Match[str]:
        """Look until the window shows `pattern`."""
        limit = time.monotonic() + timeout
        while not (found := re.search(pattern, text := self.do("capture-pane", "-p"))):
            assert time.monotonic() < limit, f"no {pattern!r} within {timeout:g} s:\n{text}"
            time.sleep(0.1)
        return found

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names, or type a text."""
        self.do("send-keys", *keys)

    @property
    def is_there(self) -> bool:
        """Whether the command still runs in its window."""
        asked = subprocess.run([*self._tmux, "has-session"], env=self._env, capture_output=True, timeout=20)
        return asked.returncode == 0

    def close(self) -> None:
        """End tmux, and with it what runs there."""
        subprocess.run([*self._tmux, "kill-server"], env=self._env, capture_output=True, timeout=20)


@pytest.fixture
def tmux(desk: Desk) -> Iterator[Tmux]:
    if shutil.which("tmux") is None:
        missing("no tmux here")
    opened = Tmux(desk, 120, 36)
    yield opened
    opened.close()


@pytest.mark.timeout(180)
def test_a_problem_is_posed_solved_browsed_and_copied_in_tmux(desk: Desk, tmux: Tmux) -> None:
    tmux.wait_for("Type a problem")
    tmux.press("F3")
    tmux.wait_for("s solve  t try")
    tmux.press("-l", "/queens")
    tmux.press("Enter")
    tmux.wait_for("Here is a chessboard")
    tmux.press("Escape")
    tmux.wait_for("/ filters")  # the filter is empty again
    tmux.press("Escape")
    tmux.wait_for("Type a problem")
    tmux.press("-l", PROBLEM)
    tmux.press("C-j")
    tmux.press("-l", "with each number once")
    tmux.wait_for("with each number once")
    tmux.press("Enter")
    answer = tmux.wait_for(r"ANSWER \(R\d+\)\s+([-+*/()\d]+)")[1]
    tmux.press("F1")
    tmux.wait_for("What acts where you are")
    tmux.press("Escape")
    tmux.wait_for(r"ANSWER \(R\d+\)")
    tmux.do("resize-window", "-x", "80", "-y", "24")
    tmux.wait_for("1 Guid")
    tmux.press("Tab")
    tmux.wait_for("y copy|1-4 go to")
    tmux.press("2")
    tmux.wait_for("2 TASK +R1")
    tmux.press("y")
    tmux.wait_for("tmux's buffer")
    assert "from fractions import Fraction" in tmux.do("show-buffer")
    tmux.press("C-q")
    limit = time.monotonic() + 20
    while tmux.is_there:
        assert time.monotonic() < limit, "the window did not close"
        time.sleep(0.1)
    (file,) = desk.sessions.glob("*.jsonl")
    ending = read_recording(file).events[-1]
    assert isinstance(ending, ev.Finished)
    assert ending.answer == answer

"""Copying: which way is taken, that it says so, and that what arrives is what was there."""

from __future__ import annotations

import base64
import re
import sys
from pathlib import Path

import pytest
from textual.pilot import Pilot

from codesteer_tui.sessions.markdown import fenced, round_markdown, session_markdown
from codesteer_tui.sessions.store import read_recording
from codesteer_tui.settings import Settings
from codesteer_tui.transcript import Transcript
from codesteer_tui.tui import copying, remembered
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.copying import OSC52_MOST, SCREEN_CHUNK, osc52, system_tool
from tests.recordings.build import game24, write
from tests.tui.conftest import until, words_on


@pytest.fixture
def replay(settings: Settings, tmp_path: Path) -> CodesteerApp:
    return CodesteerApp(settings, recording=read_recording(write(game24(), tmp_path / "game24.jsonl")))


def everywhere(name: str) -> str:
    return f"/bin/{name}"


def decoded(sequence: str) -> str:
    """The text that a terminal reads from an OSC 52."""
    found = re.search(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", sequence)
    assert found
    return base64.b64decode(found[1]).decode()


@pytest.mark.parametrize(
    ("environment", "platform", "tool"),
    [
        ({"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"}, "linux", "wl-copy"),
        ({"DISPLAY": ":0"}, "linux", "xclip"),
        ({}, "linux", ""),
        ({}, "darwin", "pbcopy"),
        ({}, "win32", "clip.exe"),
        ({"WSL_DISTRO_NAME": "Debian"}, "linux", "clip.exe"),
        ({"DISPLAY": ":0", "SSH_CONNECTION": "1 2 3 4"}, "linux", ""),
    ],
)
def test_the_program_is_the_one_of_the_desktop_that_the_person_sits_at(
    environment: dict[str, str], platform: str, tool: str
) -> None:
    command = system_tool(environment, platform, everywhere)
    assert (Path(command[0]).name if command else "") == tool


def test_a_tool_that_is_not_installed_is_passed_over() -> None:
    found = system_tool({"DISPLAY": ":0"}, "linux", lambda name: "/bin/xsel" if name == "xsel" else None)
    assert found == ["/bin/xsel", "--clipboard", "--input"]


def test_the_terminal_gets_the_text_and_not_its_escape_sequences() -> None:
    text = "é\x1b[31m\n漢"
    assert decoded(osc52(text, {})) == text


def test_tmux_and_screen_hand_it_on() -> None:
    text = "x" * 2_000
    through_tmux = osc52(text, {"TMUX": "/tmp/s,1,0"})
    assert through_tmux.startswith("\x1bPtmux;\x1b\x1b]52")
    assert (
        decoded(through_tmux.removeprefix("\x1bPtmux;").removesuffix("\x1b\\").replace("\x1b\x1b", "\x1b"))
        == text
    )
    pieces = osc52(text, {"STY": "1.a"}).split("\x1b\\")
    assert all(len(piece) <= SCREEN_CHUNK + 2 for piece in pieces)
    assert decoded("".join(piece.removeprefix("\x1bP") for piece in pieces)) == text


def test_what_a_terminal_would_ignore_is_not_sent_to_it() -> None:
    assert osc52("x" * OSC52_MOST, {}) == ""
    assert osc52("x", {"TERM": "linux"}) == ""
    assert osc52("x", {"TERM_PROGRAM": "Apple_Terminal"}) == ""


async def test_the_first_way_that_works_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = tmp_path / "clipboard"
    script = "import sys; open(sys.argv[1], 'wb').write(sys.stdin.buffer.read())"
    monkeypatch.setattr(copying, "system_tool", lambda *_: [sys.executable, "-c", script, str(taken)])
    sent: list[str] = []
    copied = await copying.copy("a\ud800b", "auto", sent.append, {})
    assert copied.words == "to the system's clipboard"
    assert taken.read_text() == "a?b"
    assert sent == []


async def test_a_program_that_fails_makes_room_for_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "system_tool", lambda *_: [sys.executable, "-c", "raise SystemExit(1)"])
    sent: list[str] = []
    copied = await copying.copy("text", "auto", sent.append, {})
    assert "OSC 52" in copied.words
    assert decoded(sent[0]) == "text"


async def test_what_is_too_long_goes_to_a_private_file(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "long\r\n" * 40_000
    copied = await copying.copy(text, "auto", lambda _: pytest.fail("it was sent"), {})
    file = remembered.state_file().with_name("copied.txt")
    assert copied.words == f"to copied.txt, in {file.parent}"
    assert file.read_bytes().decode() == text
    assert file.stat().st_mode & 0o077 == 0


async def test_a_way_that_is_asked_for_and_not_there_says_so() -> None:
    copied = await copying.copy("text", "system", None, {})
    assert not copied.ok
    assert "xclip" in copied.words


def test_nothing_is_overwritten_by_an_export(tmp_path: Path) -> None:
    path = tmp_path / "there.md"
    path.write_text("mine")
    assert "is there already" in copying.to_file("x", path, new=True).words
    assert path.read_text() == "mine"


def test_a_fence_cannot_be_closed_by_what_is_in_it() -> None:
    assert fenced("a\n````\nb") == "`````\na\n````\nb\n`````"


def test_markdown_holds_every_text_whole() -> None:
    transcript = Transcript.of(game24())
    whole = session_markdown(transcript)
    for this in transcript.rounds:
        assert round_markdown(transcript, this).strip() in whole
        assert this.answer_text in whole
        assert this.code is None or this.code.source in whole


async def key(pilot: Pilot[None], name: str) -> None:
    await pilot.press(name)
    await pilot.pause()


async def test_a_round_is_copied_by_one_key_and_the_way_is_said(replay: CodesteerApp) -> None:
    async with replay.run_test(size=(130, 35), notifications=True) as pilot:
        await until(
            pilot, lambda: replay.screen.desk is not None and replay.screen.desk.pane.this is not None
        )
        await key(pilot, "R")
        desk = replay.screen.desk
        assert replay.clipboard == round_markdown(desk.transcript, desk.pane.this)
        await until(pilot, lambda: "Copied the round" in words_on(replay))
        assert "OSC 52" in words_on(replay) or "clipboard" in words_on(replay)


async def test_a_session_is_exported_to_a_new_file(
    replay: CodesteerApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with replay.run_test(size=(130, 35), notifications=True) as pilot:
        await until(
            pilot, lambda: replay.screen.desk is not None and replay.screen.desk.pane.this is not None
        )
        for ending in (".md", ".html", ".txt", ".jsonl"):
            replay.screen.begin_export(ending)
            await until(pilot, lambda ending=ending: len(list(tmp_path.glob(f"codesteer-*{ending}"))) == 1)
        recorded = replay.screen.recording.path.read_bytes()
        assert next(tmp_path.glob("*.jsonl")).read_bytes() == recorded
        replay.screen.begin_export(".md")
        await until(pilot, lambda: "already" in words_on(replay))

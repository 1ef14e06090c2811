"""The linear mode: what is typed there, without a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from codesteer_tui.cli.linear import _posed
from codesteer_tui.errors import ProblemError
from codesteer_tui.events import Finished
from codesteer_tui.sessions.store import read_recording
from tests.cli.conftest import Desk


def test_a_name_that_there_is_not_is_refused_at_the_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notes.txt").write_text("four", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ProblemError, match="@sudoku: there is no such task") as refused:
        _posed("@sudoku")
    assert "@standard_sudoku" in refused.value.remedy
    with pytest.raises(ProblemError, match="no such task or file") as refused:
        _posed("@notes.txz what is it")
    assert "@notes.txt" in refused.value.remedy
    assert "four" in _posed("@notes.txt what is it").question
    assert _posed("\\@notes.txt is a name").question == "@notes.txt is a name"
    assert _posed("@game24 seed=2").task == "game24"


@pytest.mark.parametrize("asked", ["flag", "dumb"])
def test_what_is_piped_in_is_said_in_lines(desk: Desk, asked: str) -> None:
    desk.env |= {"CODESTEER_PROVIDERS__DEMO__DELAY_S": "0.001", "CODESTEER_SANDBOX__ENGINE": "off"}
    desk.env["TERM"] = "dumb" if asked == "dumb" else "xterm"
    typed = "/mode bogus\n/task nobody\n/export early.jsonl\n@letters seed=3\n/export out.jsonl\n/export out.pdf\n"
    done = desk.codesteer(*(["--linear"] if asked == "flag" else []), stdin=typed)
    assert done.code == 0, done
    assert "steering.mode = 'bogus' is not allowed" in done.out
    assert "roles.task_llm = 'nobody' names the unknown provider" in done.out
    assert "command line" not in done.out
    assert "--task-llm" not in done.out
    assert "Ground truth (letters): " in done.out
    assert "The name ends in .md, .html, .txt or .jsonl" in done.out
    assert not (desk.folder / "early.jsonl").exists()
    (record,) = desk.sessions.glob("*.jsonl")
    assert (desk.folder / "out.jsonl").read_bytes() == record.read_bytes()


def test_a_session_is_forked_in_lines(desk: Desk) -> None:
    desk.env |= {"CODESTEER_PROVIDERS__DEMO__DELAY_S": "0.001", "CODESTEER_SANDBOX__ENGINE": "off"}
    typed = "/fork 0\nUse 4 7 8 8 to make 24\n/resume\n/fork\n/fork 99\n/fork after 0\n"
    done = desk.codesteer("--linear", stdin=typed)
    assert done.code == 0, done
    assert "Nothing was run yet." in done.out
    (old, new) = sorted(desk.sessions.glob("*.jsonl"), key=lambda path: path.stat().st_mtime_ns)
    assert f"Do a round of it again in a session of its own: /fork 0 {old.stem}" in done.out
    assert "/fork 1 does it again, /fork after 1 keeps it." in done.out
    assert "has no round 99" in done.out
    assert f"Forked from {old.stem}; 1 round taken over." in done.out
    assert f"Kept as {new.stem}." in done.out
    fork = read_recording(new).transcript
    assert fork.forked_from == old.stem
    assert isinstance(fork.ending, Finished)
    assert fork.rounds[0].answer == read_recording(old).transcript.rounds[0].answer
    again = desk.codesteer("--linear", stdin=f"/fork R0 {old.stem}\n")
    assert f"Forked from {old.stem}; 0 rounds taken over." in again.out
    assert len(list(desk.sessions.glob("*.jsonl"))) == 3


def test_without_a_terminal_the_app_says_what_there_is(desk: Desk) -> None:
    desk.env["TERM"] = "xterm"
    done = desk.codesteer(stdin="Use 4 7 8 8 to make 24")
    assert done.code == 2
    assert "codesteer --linear" in done.err

"""Recorded sessions from the command line."""

from __future__ import annotations

import time

import msgspec
import pytest

from codesteer_tui import events as ev
from codesteer_tui.problem import Problem
from codesteer_tui.values import RoleInfo, SandboxInfo, Verdicts
from tests.cli.conftest import Desk

ESCAPES = "\x1b]0;owned\x07\x1b[2J"


def record(
    desk: Desk,
    session: str,
    answer: str = "24",
    *,
    ended: bool = True,
    cut: bool = False,
    verdicts: Verdicts | None = None,
) -> None:
    """Put a small session file on disk."""
    role = RoleInfo("demo", "demo", "demo", "built-in demo")
    events: list[ev.Event] = [
        ev.SessionStarted(
            session=session,
            problem=Problem("Use 4 7 8 8 to make 24"),
            roles={"task_llm": role},
            sandbox=SandboxInfo("off", "not_run", "code is shown"),
            max_rounds=1,
            started="2026-11-20T23:50:15+00:00",
        ),
        ev.RoundStarted(at=0.1, round=0),
        ev.AnswerGiven(at=0.5, round=0, text=f"It is {answer}"),
    ]
    if ended:
        verdicts = verdicts or Verdicts(self_check="pass")
        events.append(ev.Finished(at=1.5, answer=answer, answer_round=0, reason="done", verdicts=verdicts))
    desk.sessions.mkdir(exist_ok=True)
    data = b"".join(ev.encode(event) + b"\n" for event in events)
    (desk.sessions / f"{session}.jsonl").write_bytes(data[:-20] if cut else data)


def test_an_empty_list_says_how_to_begin(desk: Desk) -> None:
    done = desk.codesteer("sessions", "list")
    assert (done.code, done.out) == (0, "")
    assert "codesteer solve" in done.err
    assert desk.codesteer("sessions", "list", "--json").data == []


def test_sessions_are_listed_newest_first_whatever_state_they_are_in(desk: Desk) -> None:
    record(desk, "20260101-old")
    record(desk, "20260102-cut", cut=True)
    (desk.sessions / "20260103-broken.jsonl").write_text("not a session\n")
    listed = desk.codesteer("sessions", "list", "--json").data
    assert [s["id"] for s in listed] == ["20260103-broken", "20260102-cut", "20260101-old"]
    assert [s["ending"] for s in listed[1:]] == ["broken off", "finished"]
    assert listed[2]["answer"] == "24"
    words = desk.codesteer("sessions", "list").out
    assert "20260103-broken  unreadable:" in words
    assert [s["id"] for s in desk.codesteer("sessions", "list", "--json", "-n", "1").data] == [
        "20260103-broken"
    ]


def test_the_list_shows_the_verdicts_in_columns_that_fit_the_terminal(desk: Desk) -> None:
    record(desk, "20260101-good")
    record(desk, "20260102-a-longer-one", verdicts=Verdicts(symbolic="pass", self_check="fail"))
    record(desk, "20260103-x", ended=False)
    rows = desk.codesteer("sessions", "list").out.splitlines()
    assert [row.split()[0] for row in rows[::2]] == ["20260103-x", "20260102-a-longer-one", "20260101-good"]
    assert len({row.index("Use 4 7 8 8") for row in rows[::2]}) == 1
    assert rows[1].split() == ["broken", "off", "1", "round", "0.5", "s"]
    assert "sym pass  self FAIL  truth ?" in rows[3]
    assert "sym ?     self pass  truth ?" in rows[5]
    assert len({row.index("= 24") for row in (rows[3], rows[5])}) == 1
    desk.env["COLUMNS"] = "40"
    narrow = desk.codesteer("sessions", "list").out.splitlines()
    assert max(map(len, narrow)) <= 40
    assert narrow[0] == "20260103-x             Use 4 7 8 8 to m…"
    assert narrow[2].split()[0] == "20260102-a-longer-one"


def test_show_and_replay_find_a_session_by_the_beginning_of_its_id_and_the_last_one(desk: Desk) -> None:
    record(desk, "20260101-old", answer="1")
    record(desk, "20260202-new", answer="2")
    assert desk.codesteer("sessions", "show", "202601", "--json").data["answer"] == "1"
    assert desk.codesteer("replay", "last", "--json").data["answer"] == "2"
    ambiguous = desk.codesteer("sessions", "show", "2026")
    assert ambiguous.code == 2
    assert "20260101-old" in ambiguous.err


def test_a_session_that_was_broken_off_says_so_everywhere(desk: Desk) -> None:
    record(desk, "20260101-x", cut=True)
    assert desk.codesteer("replay", "last", "--json").data["ended"] == "broken off"
    shown = desk.codesteer("sessions", "show", "last")
    assert shown.out.count("broken off: the record has no end") == 1
    assert "cut off" in shown.err
    assert "broken off: the record has no end" in desk.codesteer("replay", "--text", "last").out


def test_replay_prints_the_events_as_they_were_recorded(desk: Desk) -> None:
    record(desk, "20260101-x")
    done = desk.codesteer("replay", "last", "--events")
    assert done.out.encode() == (desk.sessions / "20260101-x.jsonl").read_bytes()


def test_text_of_a_model_cannot_command_the_terminal(desk: Desk) -> None:
    record(desk, "20260101-x", answer=f"{ESCAPES}24")
    for arguments in (["replay", "--text", "last"], ["sessions", "show", "last"], ["sessions", "list"]):
        done = desk.codesteer(*arguments)
        assert "24" in done.out
        assert "\x1b" not in done.out + done.err
        assert "\x07" not in done.out + done.err
    assert desk.codesteer("replay", "--json", "last").data["answer"] == f"{ESCAPES}24"


def test_events_of_a_newer_version_are_skipped_with_a_note(desk: Desk) -> None:
    record(desk, "20260101-x")
    with (desk.sessions / "20260101-x.jsonl").open("ab") as file:
        file.write(msgspec.json.encode({"type": "mind_changed", "at": 2.0}) + b"\n")
    done = desk.codesteer("replay", "--text", "last")
    assert done.code == 0
    assert "mind_changed" in done.err


def test_sessions_are_removed_only_with_a_yes(desk: Desk) -> None:
    for name in ("20260101-a", "20260102-b", "20260103-c"):
        record(desk, name)
    refused = desk.codesteer("sessions", "rm", "20260101-a")
    assert refused.code == 2
    assert "--yes" in refused.err
    assert desk.codesteer("sessions", "rm", "--yes", "20260101-a", "20260102").code == 0
    assert [file.stem for file in desk.sessions.iterdir()] == ["20260103-c"]


def test_a_broken_file_in_the_sessions_folder_can_be_removed(desk: Desk) -> None:
    desk.sessions.mkdir()
    (desk.sessions / "20260101-broken.jsonl").write_text("junk")
    assert desk.codesteer("sessions", "rm", "--yes", "20260101-broken").code == 0
    assert list(desk.sessions.iterdir()) == []


@pytest.mark.parametrize("speed", ["0", "100", "fast"])
def test_a_speed_out_of_range_is_refused(desk: Desk, speed: str) -> None:
    record(desk, "20260101-x")
    done = desk.codesteer("replay", "last", "--speed", speed)
    assert done.code == 2
    assert "--speed" in done.err


def test_a_live_run_is_listed_as_running_kept_and_broken_off_once_it_is_killed(desk: Desk) -> None:
    pytest.importorskip("fcntl")
    desk.env["CODESTEER_PROVIDERS__DEMO__DELAY_S"] = "0.3"
    process = desk.start("solve", "Use 4 7 8 8 to make 24")
    try:
        limit = time.monotonic() + 30
        while not any(file.stat().st_size for file in desk.sessions.glob("*.jsonl")):
            assert time.monotonic() < limit
            time.sleep(0.05)
        assert [s["ending"] for s in desk.codesteer("sessions", "list", "--json").data] == ["running"]
        refused = desk.codesteer("sessions", "rm", "--yes", "last")
        assert (refused.code, len(list(desk.sessions.iterdir()))) == (2, 1)
        assert "is being recorded" in refused.err
        assert "→ Stop that run first" in refused.err
        assert desk.codesteer("replay", "--text", "last").code == 0
    finally:
        process.kill()
        process.communicate()
    assert [s["ending"] for s in desk.codesteer("sessions", "list", "--json").data] == ["broken off"]
    assert desk.codesteer("sessions", "rm", "--yes", "last").code == 0

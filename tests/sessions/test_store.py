"""Sessions on disk: listed, found and read back without ever raising at a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from codesteer_tui import events as ev
from codesteer_tui.errors import SessionError
from codesteer_tui.problem import Problem
from codesteer_tui.sessions import store as store_module
from codesteer_tui.sessions.recorder import SessionFile
from codesteer_tui.sessions.store import Recording, Store, read_recording
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import Limits, Message, Program, SandboxInfo, Usage, Verdicts


def write(folder: Path, name: str, *more: ev.Event) -> Path:
    start = ev.SessionStarted(
        session=name,
        problem=Problem("Use 4 7 8 8 to make 24"),
        roles={},
        sandbox=SandboxInfo("off", "not_run", "off"),
        max_rounds=5,
    )
    path = folder / f"{name}.jsonl"
    path.write_bytes(b"".join(ev.encode(e) + b"\n" for e in (start, *more)))
    return path


def test_the_list_is_newest_first_and_says_how_each_session_ended(tmp_path: Path) -> None:
    done = ev.Finished(at=3.5, answer="8/2", answer_round=1, reason="r", verdicts=Verdicts(self_check="pass"))
    write(tmp_path, "20260101-a", ev.RoundStarted(round=0), done)
    write(tmp_path, "20260102-b", ev.RoundStarted(round=0))
    write(tmp_path, "20260103-c", ev.Failed(kind="auth", message="no"))
    (tmp_path / "20260104-d.jsonl").write_text("not json\n")
    listed = Store(tmp_path).list()
    assert [s.ending for s in listed] == ["unreadable", "failed", "broken off", "finished"]
    assert listed[-1].answer == "8/2"
    assert listed[-1].seconds == 3.5
    assert "d.jsonl" in listed[0].note


def test_a_session_that_is_as_it_was_is_not_read_again_for_the_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = write(tmp_path, "20260101-a"), write(tmp_path, "20260102-b")
    read: list[Path] = []

    def counted(path: Path) -> Recording:
        read.append(path)
        return read_recording(path)

    monkeypatch.setattr(store_module, "read_recording", counted)
    assert [s.id for s in Store(tmp_path).list(1)] == [new.stem]
    assert read == [new]
    assert [s.ending for s in Store(tmp_path).list()] == ["broken off"] * 2
    assert read == [new, old]
    with old.open("ab") as file:
        file.write(ev.encode(ev.Cancelled()) + b"\n")
    assert [s.ending for s in Store(tmp_path).list()] == ["broken off", "cancelled"]
    assert read == [new, old, old]


def test_a_session_is_found_by_path_id_beginning_or_last(tmp_path: Path) -> None:
    old, new = write(tmp_path, "20260101-a"), write(tmp_path, "20260102-b")
    store = Store(tmp_path)
    assert store.find(str(old)) == old
    assert store.find("20260101-a") == old
    assert store.find("20260102") == new
    assert store.find("last") == new


def test_a_session_that_is_not_there_is_named_with_the_nearest_one(tmp_path: Path) -> None:
    write(tmp_path, "20260101-game24")
    with pytest.raises(SessionError) as raised:
        Store(tmp_path).find("20260101-gmae24")
    assert "20260101-gmae24" in raised.value.message
    assert "20260101-game24" in raised.value.remedy


def test_a_beginning_that_fits_two_sessions_names_both(tmp_path: Path) -> None:
    write(tmp_path, "2026-a")
    write(tmp_path, "2026-b")
    with pytest.raises(SessionError, match="2026-b, 2026-a"):
        Store(tmp_path).find("2026")


@pytest.mark.parametrize(
    "content", [b"", b"hello\n", b'{"type":"round_started","round":1}\n', b"\x00\xff\n", b"{}\n", b"[]\n"]
)
def test_a_file_that_is_no_session_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(content)
    with pytest.raises(SessionError, match=r"x\.jsonl is not a session file"):
        read_recording(path)


def test_a_line_that_cannot_be_read_is_skipped_with_its_number(tmp_path: Path) -> None:
    path = write(tmp_path, "s")
    with path.open("ab") as file:
        file.write(
            b'{"type":"from_the_future","at":1}\ngarbage\n' + ev.encode(ev.RoundStarted(round=0)) + b"\n"
        )
    recording = read_recording(path)
    assert recording.events[-1] == ev.RoundStarted(round=0)
    assert "from_the_future" in recording.notes[0]
    assert recording.notes[1].startswith("line 3")


def test_removing_a_session_deletes_its_file(tmp_path: Path) -> None:
    path = write(tmp_path, "s")
    Store(tmp_path).remove("s")
    assert not path.exists()


def test_a_session_that_is_being_recorded_is_running_readable_and_not_removed(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    path = write(tmp_path, "s")
    file, store = SessionFile(path, append=True), Store(tmp_path)
    assert [s.ending for s in store.list()] == ["running"]
    assert len(store.read("s").events) == 1
    with pytest.raises(SessionError, match="s is being recorded") as raised:
        store.remove("s")
    assert "Stop that run first" in raised.value.remedy
    file.close()
    assert [s.ending for s in store.list()] == ["broken off"]
    store.remove("s")
    assert not path.exists()


def test_a_session_without_its_first_line_yet_is_running_and_not_unreadable(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    file = SessionFile(tmp_path / "s.jsonl")
    (summary,) = Store(tmp_path).list()
    assert (summary.ending, summary.note) == ("running", "")
    file.close()


ASKED = ev.PromptSent(at=1.0, round=0, role="task_llm", messages=(Message("user", "x" * 400),))
HALF = ev.AnswerDelta(at=2.0, round=0, text="half of it")
STOPPED = ev.Cancelled(at=3.0)


@pytest.mark.parametrize("ending", [STOPPED, None], ids=["stopped", "killed"])
def test_a_record_that_does_not_say_how_a_call_ended_is_read_as_if_it_did(
    tmp_path: Path, ending: ev.Ending | None
) -> None:
    path = write(tmp_path, "s", ev.RoundStarted(round=0), ASKED, HALF, *([ending] if ending else []))
    recording = read_recording(path)
    lost = recording.whole[4]
    assert isinstance(lost, ev.CallFailed)
    assert (lost.kind, lost.text, lost.usage) == ("interrupted", "half of it", Usage(100, 3, estimated=True))
    assert recording.whole[:4] == recording.events[:4]
    assert recording.whole[5:] == [ending or ev.Cancelled(by=ev.CRASH, at=2.0)]
    bill = Transcript.of(recording.whole).bill
    assert (bill.usage.tokens, bill.unknown) == (103, True)
    # What goes on with the session counts the call itself, at its price.
    assert recording.transcript.bill.usage.tokens == 0
    assert recording.transcript.open_calls


def test_a_call_of_a_session_that_is_being_recorded_is_not_over(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    path = write(tmp_path, "s", ev.RoundStarted(round=0), ASKED, HALF)
    file = SessionFile(path, append=True)
    recording = read_recording(path)
    assert recording.whole == recording.events
    file.close()
    assert len(recording.whole) == len(recording.events) + 2


RUNS = ev.ExecutionStarted(at=2.0, round=0, id="x1", purpose="answer", program=Program("1"), limits=Limits())


def test_a_run_whose_process_was_killed_is_over_for_whoever_reads_it(tmp_path: Path) -> None:
    recording = read_recording(write(tmp_path, "s", ev.RoundStarted(round=0), RUNS))
    assert recording.whole == [*recording.events, ev.Cancelled(by=ev.CRASH, at=2.0)]
    assert recording.transcript.ending is None, "what goes on with it goes on where it was"
    resumed = ev.SessionResumed(at=3.0, roles={}, sandbox=SandboxInfo("off", "not_run", "off"))
    ended = [resumed, ev.RoundStarted(round=0, at=3.0), ev.Finished("8", 0, "r", at=4.0)]
    went_on = read_recording(write(tmp_path, "t", ev.RoundStarted(round=0), RUNS, *ended))
    assert went_on.whole == went_on.events

"""The difficulty that a problem was made with: recorded, named in every export, and not needed to open an old file."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from codesteer_tui import events as ev
from codesteer_tui.cli.outcome import as_object
from codesteer_tui.events import decode, encode
from codesteer_tui.problem import Problem
from codesteer_tui.sessions.export import as_text
from codesteer_tui.sessions.markdown import session_markdown
from codesteer_tui.sessions.page import session_page
from codesteer_tui.sessions.store import read_recording, summarize
from codesteer_tui.symbench import generate, verify
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import SandboxInfo

OLD = sorted((Path(__file__).parents[1] / "recordings").glob("*.jsonl"))
BOX = SandboxInfo("off", "not_run", "off")


def started(problem: Problem) -> ev.SessionStarted:
    return ev.SessionStarted(session="s", problem=problem, roles={}, sandbox=BOX, max_rounds=1)


@pytest.mark.parametrize("path", OLD, ids=lambda path: path.stem)
def test_a_recording_from_before_there_were_knobs_opens_and_is_exported(path: Path) -> None:
    lines = path.read_bytes().splitlines()
    first = msgspec.json.decode(lines[0])
    assert "knobs" not in first["problem"], "it is an older one"
    recording = read_recording(path)
    assert recording.notes == []
    assert recording.transcript.problem is not None
    assert recording.transcript.problem.knobs == {}
    assert summarize(path).knobs == {}
    assert "=" not in recording.transcript.problem.made_of
    for text in (
        as_text(recording.events),
        session_markdown(recording.transcript),
        session_page(recording.transcript),
    ):
        assert "knobs" not in text


def test_an_old_problem_of_a_task_is_judged_as_a_new_one_is() -> None:
    new = generate("game24", 7)
    event = msgspec.json.decode(encode(started(new)))
    del event["problem"]["knobs"]
    old = decode(msgspec.json.encode(event))
    assert isinstance(old, ev.SessionStarted)
    assert old.problem == msgspec.structs.replace(new, knobs={})
    assert old.problem.made_of == "game24, seed 7"
    assert verify(old.problem, f"<<<{new.gold}>>>") == verify(new, f"<<<{new.gold}>>>")


def test_the_knobs_are_in_the_record_and_in_every_export() -> None:
    problem = generate("game24", 7, numbers=5)
    event = started(problem)
    again = decode(encode(event))
    assert isinstance(again, ev.SessionStarted)
    assert again.problem == problem
    transcript = Transcript.of([event])
    assert problem.made_of.startswith("game24, seed 7, numbers=5")
    for text in (as_text([event]), session_markdown(transcript), session_page(transcript)):
        assert f"task: {problem.made_of}" in text
    assert as_object(transcript, None)["task"]["knobs"]["numbers"] == 5
    made_again = generate("game24", 7, **problem.knobs)
    assert made_again == problem

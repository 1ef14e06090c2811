"""The vocabulary survives being written and read, by this version and by older ones."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given

from codesteer_tui import events as ev
from codesteer_tui.events import decode, encode
from codesteer_tui.values import ExecutionResult, NotRun
from tests import strategies


@given(strategies.events)
def test_an_event_that_is_written_and_read_is_the_same_event(event: ev.Event) -> None:
    line = encode(event)
    again = decode(line)
    assert again == event
    assert encode(again) == line  # type: ignore[arg-type]


@given(strategies.events)
def test_an_event_is_one_line_of_json_with_its_type_and_time(event: ev.Event) -> None:
    line = encode(event)
    assert b"\n" not in line
    data = json.loads(line)
    assert ev.EVENT_TYPES[data["type"]] is type(event)
    assert data["at"] == event.at


def test_an_event_type_of_a_newer_version_is_skipped_with_a_note() -> None:
    read = decode(b'{"type":"telepathy_established","at":1.5,"with":["mars"]}')
    assert isinstance(read, ev.Skipped)
    assert "telepathy_established" in read.reason


def test_a_field_of_a_newer_version_is_ignored() -> None:
    assert decode(b'{"type":"round_started","at":1.0,"round":2,"mood":"good"}') == ev.RoundStarted(
        at=1.0, round=2
    )


def test_a_known_event_with_a_wrong_field_is_an_error_that_names_it() -> None:
    with pytest.raises(msgspec.ValidationError, match="round"):
        decode(b'{"type":"round_started","at":1.0,"round":"two"}')


def test_a_program_that_failed_and_one_that_did_not_run_are_told_apart() -> None:
    failed = ev.ExecutionFinished(round=0, id="x", purpose="answer", result=ExecutionResult("exited", exit=1))
    missing = ev.ExecutionFinished(round=0, id="x", purpose="answer", result=NotRun("no engine"))
    assert isinstance(decode(encode(failed)).result, ExecutionResult)  # type: ignore[union-attr]
    assert isinstance(decode(encode(missing)).result, NotRun)  # type: ignore[union-attr]


def test_only_pieces_are_cosmetic() -> None:
    cosmetic = {name for name in ev.EVENT_TYPES if name.endswith("_delta")}
    assert cosmetic == {"guidance_delta", "answer_delta", "output_delta", "loading_delta"}

"""What went wrong with a provider stands in the session's file: the tries, what had arrived, how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from codesteer_tui import events as ev
from codesteer_tui.config import Config, Provider, Roles, SandboxSettings, Sessions, default_providers
from codesteer_tui.problem import pose
from codesteer_tui.sessions import Recording, open_session, read_recording
from codesteer_tui.values import Question, Reply
from tests.fake_servers import FakeServer, Scripted, failing
from tests.providers.faults.peers import Peer
from tests.providers.faults.speech import ANTHROPIC, KEY, MODEL, OPENAI, RESPONSES, SPEECHES, Speech
from tests.providers.faults.table import FAULTS, HALF, Fault

GAME = pose("Use 4 7 8 8 to make 24")
PLAYED = (
    *("401", "402", "404", "413", "429", "429-date-far", "503", "529"),
    *("page-with-200", "redirect-loop", "reset-at-accept", "stall-before-the-first-byte"),
    *("reset-in-the-middle", "closed-cleanly-in-the-middle", "stall-in-the-middle", "truncated-event"),
    *("error-event-after-text", "empty-stream", "pings-after-text"),
)
"""Faults of the table that a session is put through."""

EVERY = pytest.mark.parametrize("speech", SPEECHES, ids=[speech.name for speech in SPEECHES])
BEGUN = pytest.mark.usefixtures("fast_retries", "impatient")


async def the_safe_answer(question: Question) -> Reply:
    return Reply(question.options[0], "policy")


def configured(folder: Path, url: str, speech: Speech, timeout_s: float = 20.0) -> Config:
    mine = Provider(
        kind="anthropic" if speech is ANTHROPIC else "openai",
        api="responses" if speech is RESPONSES else "chat",
        model=MODEL,
        base_url=url if speech is ANTHROPIC else f"{url}/v1",
        key="env:MY_KEY",
        timeout_s=timeout_s,
    )
    return Config(
        roles=Roles(task_llm="mine", checker="off"),
        providers=default_providers() | {"mine": mine},
        sandbox=SandboxSettings(engine="off"),
        sessions=Sessions(dir=str(folder)),
    )


async def recorded(config: Config, folder: Path) -> Recording:
    """Run a session to its end, and read what its file says."""
    async with open_session(config, GAME, ask=the_safe_answer) as session:
        seen = [event async for event in session.events]
    (path,) = folder.glob("*.jsonl")
    recording = read_recording(path)
    assert recording.events == seen
    assert KEY not in path.read_text()
    return recording


def of(kind: type, recording: Recording) -> list:  # type: ignore[type-arg]
    return [event for event in recording.events if isinstance(event, kind)]


@asynccontextmanager
async def serving(fault: Fault, speech: Speech) -> AsyncIterator[FakeServer | Peer]:
    play = fault.play(speech)
    async with FakeServer(play) if isinstance(play, Scripted) else Peer(play) as server:
        yield server


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)


@EVERY
@pytest.mark.parametrize("name", PLAYED)
@BEGUN
async def test_the_file_shows_a_fault(name: str, speech: Speech, tmp_path: Path) -> None:
    (fault,) = (fault for fault in FAULTS if fault.id == name)
    async with serving(fault, speech) as server, asyncio.timeout(30):
        host = server.url.split("//")[1]
        config = configured(tmp_path, server.url, speech, fault.timeout_s)
        recording = await recorded(config, tmp_path)
    (failed,) = of(ev.Failed, recording)
    assert isinstance(recording.events[-1], ev.Failed)
    assert failed.kind == fault.kind
    assert failed.remedy
    for named in ("mine", host, MODEL):
        assert named in failed.message
    (call,) = of(ev.CallFailed, recording)
    assert (call.role, call.kind, call.text) == ("task_llm", fault.kind, fault.text)
    tries = of(ev.Retried, recording)
    assert [retried.attempt for retried in tries] == list(range(1, fault.calls))
    assert all("mine" in retried.reason for retried in tries)
    if fault.text:
        assert "".join(delta.text for delta in of(ev.AnswerDelta, recording)) == HALF
        (answer,) = of(ev.AnswerGiven, recording)
        assert (answer.text, answer.finish) == (HALF, "broken")
        assert recording.transcript.rounds[0].answer_text == HALF


@EVERY
@BEGUN
async def test_a_fault_that_passes_is_recorded_and_the_session_goes_on(
    speech: Speech, tmp_path: Path
) -> None:
    replies = [failing(503), failing(429, retry_after="0.02"), Scripted([speech.ended("It is <<<24>>>.")])]
    async with FakeServer(*replies) as server, asyncio.timeout(30):
        recording = await recorded(configured(tmp_path, server.url, speech), tmp_path)
    tries = of(ev.Retried, recording)
    assert [(retried.role, retried.attempt) for retried in tries] == [("task_llm", 1), ("task_llm", 2)]
    assert "HTTP 503" in tries[0].reason
    assert tries[1].after_s == 0.02
    assert of(ev.AnswerGiven, recording)[0].text == "It is <<<24>>>."
    assert isinstance(recording.events[-1], ev.Finished)
    assert of(ev.CallFailed, recording) == []


async def test_leaving_during_the_wait_for_another_try_is_at_once_and_recorded(tmp_path: Path) -> None:
    async with FakeServer(failing(429, retry_after="50")) as server, asyncio.timeout(20):
        config = configured(tmp_path, server.url, OPENAI)
        async with open_session(config, GAME, ask=the_safe_answer) as session:
            async for event in session.events:
                if isinstance(event, ev.Retried):
                    assert event.after_s == 50
                    break
    (path,) = tmp_path.glob("*.jsonl")
    recording = read_recording(path)
    assert of(ev.Retried, recording)
    assert isinstance(recording.events[-1], ev.Cancelled)


@EVERY
async def test_a_key_that_the_server_says_back_is_in_no_record(speech: Speech, tmp_path: Path) -> None:
    texts = ["I was asked with ", KEY[:9], KEY[9:], f" and {KEY}. <<<24>>>"]
    async with FakeServer(Scripted([speech.ended(*texts)])) as server, asyncio.timeout(30):
        recording = await recorded(configured(tmp_path, server.url, speech), tmp_path)
    assert of(ev.AnswerGiven, recording)[0].text == "I was asked with [key] and [key]. <<<24>>>"

"""The door to a run, with real models behind it: a GGUF, a real server, and the wire formats of both SDKs."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import aclosing
from pathlib import Path

import msgspec
import pytest

from codesteer_tui import events as ev
from codesteer_tui.config import (
    Config,
    Provider,
    Roles,
    SandboxSettings,
    Sessions,
    SpendingLimits,
    Steering,
    default_providers,
)
from codesteer_tui.errors import ConfigError, ModelError, SessionError
from codesteer_tui.problem import Problem, pose
from codesteer_tui.sessions import Recording, open_session, read_recording
from codesteer_tui.sessions.readying import agree_for_good
from codesteer_tui.text import dollars
from codesteer_tui.values import Question, Reply, Verdicts
from tests.fake_servers import FakeServer, Scripted, anthropic_body, openai_body, sliced

GAME = pose("Use 4 7 8 8 to make 24")


async def decline(question: Question) -> Reply:
    return Reply(question.options[0], "policy")


def configured(
    folder: Path,
    *,
    steerer: str = "rules",
    task_llm: str = "demo",
    checker: str = "same-as-task",
    max_rounds: int = 5,
    engine: str = "auto",
    **providers: Provider,
) -> Config:
    quick = {"demo": Provider(kind="demo", model="demo", delay_s=0.0)}
    return Config(
        roles=Roles(steerer=steerer, task_llm=task_llm, checker=checker),
        providers=default_providers() | quick | providers,
        steering=Steering(max_rounds=max_rounds),
        sandbox=SandboxSettings(engine=engine),  # type: ignore[arg-type]
        sessions=Sessions(dir=str(folder)),
    )


async def run(
    config: Config, problem: Problem = GAME, continue_from: Recording | None = None
) -> list[ev.Event]:
    async with open_session(config, problem, ask=decline, continue_from=continue_from) as session:
        async with aclosing(session.events) as events:
            return [event async for event in events]


def of(kind: type, events: list[ev.Event]) -> list:  # type: ignore[type-arg]
    return [e for e in events if isinstance(e, kind)]


async def test_the_demo_is_steered_from_lazy_code_to_a_checked_answer(tmp_path: Path) -> None:
    events = await run(configured(tmp_path))
    decisions = [e.guidance.decision for e in of(ev.GuidanceGiven, events)]
    assert decisions == ["code", "refine", "return_answer"]
    judged = [e.judgement.outcome for e in of(ev.CodeJudged, events)]
    assert judged == ["fail", "pass"]
    checked = [e.verdict.outcome for e in of(ev.AnswerChecked, events)]
    assert checked == ["fail", "pass"]
    (finished,) = of(ev.Finished, events)
    assert finished.verdicts == Verdicts("pass", "pass", "pass")


async def test_what_is_yielded_is_what_is_recorded(tmp_path: Path) -> None:
    events = await run(configured(tmp_path))
    (path,) = tmp_path.glob("*.jsonl")
    assert read_recording(path).events == events


@pytest.mark.gguf
async def test_a_tiny_gguf_steers_through_llama_cpp(tmp_path: Path, code_gguf: Path) -> None:
    local = Provider(kind="llama_cpp", model=str(code_gguf), context_tokens=4096)
    events = await run(configured(tmp_path, steerer="local", local=local, max_rounds=2))
    guidance = [e.guidance for e in of(ev.GuidanceGiven, events)]
    assert guidance[0].raw == "<<<Code>>>"
    assert {g.decision for g in guidance} == {"code"}
    assert len([e for e in of(ev.PromptSent, events) if e.role == "steerer"]) == len(guidance)
    assert of(ev.GuidanceGiven, events)[0].usage.output_tokens > 0
    assert guidance[0].confidence is not None
    assert guidance[0].confidence > 0.99
    assert [n.kind for n in of(ev.Noted, events)][:2] == ["device", "speed"]
    assert isinstance(events[-1], ev.Finished)


@pytest.mark.gguf
async def test_a_forced_decision_comes_first_even_from_weights_that_speak_gibberish(
    tmp_path: Path, random_gguf: Path
) -> None:
    local = Provider(
        kind="llama_cpp", model=str(random_gguf), context_tokens=8192, max_tokens=20, decisions="forced"
    )
    events = await run(configured(tmp_path, steerer="local", checker="off", local=local, max_rounds=1))
    first, *later = [e.guidance for e in of(ev.GuidanceGiven, events)]
    assert first.raw in ("<<<Code>>>", "<<<Text>>>")
    assert first.confidence is not None
    assert all(guidance.raw not in ("<<<Code>>>", "<<<Text>>>") for guidance in later)


@pytest.mark.gguf
async def test_two_roles_on_one_file_read_nothing_twice_in_a_session(tmp_path: Path, code_gguf: Path) -> None:
    local = Provider(kind="llama_cpp", model=str(code_gguf), context_tokens=4096)
    config = configured(tmp_path, steerer="local", task_llm="local", checker="off", local=local, max_rounds=2)
    events = await run(config)
    for given in (of(ev.GuidanceGiven, events), of(ev.AnswerGiven, events)):
        assert len(given) >= 2
        for before, now in itertools.pairwise(e.usage for e in given):
            known = before.input_tokens + before.output_tokens
            assert known - 1 <= now.cached_tokens <= known
    devices = [note for note in of(ev.Noted, events) if note.kind == "device"]
    assert [note.role for note in devices] == ["steerer", "task_llm"]
    assert isinstance(events[-1], ev.Finished)


@pytest.mark.gguf
async def test_a_real_server_with_a_gguf_plays_the_task_llm(tmp_path: Path, llama_server: str) -> None:
    server = Provider(kind="openai", model="tiny", base_url=llama_server, key="none", max_tokens=40)
    events = await run(configured(tmp_path, task_llm="server", checker="off", max_rounds=1, server=server))
    answers = of(ev.AnswerGiven, events)
    assert answers
    assert answers[0].text
    assert "".join(d.text for d in of(ev.AnswerDelta, events) if d.round == 0) == answers[0].text
    assert answers[0].usage.output_tokens > 0
    assert isinstance(events[-1], ev.Finished)
    assert of(ev.SessionStarted, events)[0].roles["task_llm"].host.startswith("127.0.0.1")


async def test_a_server_that_speaks_the_messages_protocol_plays_the_task_llm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", "not-a-real-key")
    said = "I will search.\n\n```python\nfor a in range(9):\n    print(f'<<<{a}>>>')\n```\n"
    async with FakeServer(Scripted(sliced(anthropic_body(said), 50))) as server:
        mine = Provider(kind="anthropic", model="m", base_url=server.url, key="env:MY_KEY")
        events = await run(configured(tmp_path, task_llm="mine", checker="off", engine="off", mine=mine))
    assert of(ev.AnswerGiven, events)[0].text == said
    assert of(ev.CodeFound, events)[0].code.outcome == "found"
    assert of(ev.ExecutionFinished, events)[0].result.reason
    assert of(ev.Finished, events)[0].verdicts.self_check == "could_not_check"
    (path,) = tmp_path.glob("*.jsonl")
    assert "not-a-real-key" not in path.read_text()


async def test_a_refused_key_ends_the_run_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", "sk-secret-123")
    body = [b'{"error": {"message": "Incorrect API key provided: sk-secret-123", "code": "invalid_api_key"}}']
    async with FakeServer(Scripted(body, status=401, content_type="application/json")) as server:
        mine = Provider(kind="openai", model="m", base_url=server.url + "/v1", key="env:MY_KEY")
        events = await run(configured(tmp_path, task_llm="mine", mine=mine))
    (failed,) = of(ev.Failed, events)
    assert failed.kind == "auth"
    assert failed.remedy
    (path,) = tmp_path.glob("*.jsonl")
    assert "sk-secret-123" not in path.read_text()


async def test_leaving_early_stops_the_run_and_says_so_in_the_record(tmp_path: Path) -> None:
    slow = Provider(kind="demo", model="demo", delay_s=0.05)
    async with open_session(configured(tmp_path, demo=slow), GAME, ask=decline) as session:
        async for event in session.events:
            if isinstance(event, ev.AnswerDelta):
                break
    assert isinstance(session.ending, ev.Cancelled)
    assert session.path
    assert isinstance(read_recording(session.path).events[-1], ev.Cancelled)
    assert len(asyncio.all_tasks()) == 1


async def test_a_call_that_the_run_is_stopped_in_is_counted_in_the_record_and_at_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODESTEER_CONFIG", str(tmp_path / "config.toml"))
    (tmp_path / "prices.toml").write_text("[mine.models]\nm = { input = 1000, output = 2000 }\n")
    half = openai_body("The answer is the sum", finish=None, usage=None, done=False)
    async with FakeServer(Scripted([half], ending="stall")) as server:
        mine = Provider(kind="openai", model="m", base_url=server.url + "/v1", key="none")
        config = configured(tmp_path, task_llm="mine", checker="off", mine=mine)
        async with open_session(config, GAME, ask=decline) as session:
            async with aclosing(session.events) as events:
                async for event in events:
                    if isinstance(event, ev.AnswerDelta):
                        break
        assert session.path
        stopped = read_recording(session.path)
        lost, ending = stopped.events[-2:]
        assert session.afterwards == (lost, ending)
        assert isinstance(ending, ev.Cancelled)
        assert isinstance(lost, ev.CallFailed)
        assert (lost.role, lost.kind, lost.text) == ("task_llm", "interrupted", "The answer is the sum")
        assert lost.usage.estimated
        assert lost.usage.usd == pytest.approx(
            lost.usage.input_tokens / 1e3 + lost.usage.output_tokens * 2e-3
        )
        bill = stopped.transcript.bill
        assert (bill.usage.tokens, bill.usd, bill.unknown) == (lost.usage.tokens, lost.usage.usd, False)
        assert stopped.whole == stopped.events
        # What was spent before counts: one more cent is less than any call can cost here.
        limited = msgspec.structs.replace(config, limits=SpendingLimits(session_usd=bill.usd + 0.01))
        rest = await run(limited, GAME, continue_from=stopped)
        assert len(server.asked) == 1
    assert not of(ev.CallFailed, rest)
    assert (
        f"Spent so far: ~{dollars(bill.usd)}, {bill.usage.tokens:,} tokens"
        in of(ev.Asked, rest)[0].question.detail
    )
    assert isinstance(rest[-1], ev.Finished)


async def test_a_stopped_run_goes_on_in_the_same_file(tmp_path: Path) -> None:
    config = configured(tmp_path)
    async with open_session(config, GAME, ask=decline) as session:
        async for event in session.events:
            # In the middle of an answer: one that is recorded whole would count as a model's, not the demo's.
            if isinstance(event, ev.AnswerDelta):
                break
    assert session.path
    stopped = read_recording(session.path)
    rest = await run(config, GAME, continue_from=stopped)
    assert isinstance(rest[0], ev.SessionResumed)
    whole = read_recording(session.path)
    assert whole.events == stopped.events + rest
    assert isinstance(whole.transcript.ending, ev.Finished)
    assert whole.transcript.ending.verdicts.self_check == "pass"
    assert [e.at for e in whole.events] == sorted(e.at for e in whole.events)


@pytest.mark.parametrize(
    ("roles", "error", "named"),
    [
        ({"task_llm": "opnai"}, ConfigError, "opnai"),
        ({"task_llm": "local"}, ModelError, "missing.gguf"),
        ({"task_llm": "openai"}, ModelError, "OPENAI_API_KEY"),
        ({"steerer": "keyless"}, ConfigError, "keyless"),
    ],
)
async def test_what_cannot_be_opened_is_named_and_leaves_no_record(
    tmp_path: Path, roles: dict[str, str], error: type[Exception], named: str
) -> None:
    local = Provider(kind="llama_cpp", model=str(tmp_path / "missing.gguf"))
    keyless = Provider(kind="openai", model="m", key="sk-written-down")
    config = configured(tmp_path, local=local, keyless=keyless, **roles)
    with pytest.raises(error, match=named) as raised:
        await run(config)
    assert raised.value.remedy  # type: ignore[attr-defined]
    assert "sk-written-down" not in str(raised.value)
    assert not list(tmp_path.glob("*.jsonl"))


def test_what_was_agreed_to_for_good_goes_into_the_file_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, other = tmp_path / "own.toml", tmp_path / "other.toml"
    monkeypatch.setenv("CODESTEER_CONFIG", str(own))
    own.write_text("# mine\n")
    other.write_text("# given with --config\n")
    said = agree_for_good(other)
    assert str(other) in said
    assert 'reduced_isolation = "always"' in other.read_text()
    assert own.read_text() == "# mine\n"
    agree_for_good(own)
    assert 'reduced_isolation = "always"' in own.read_text()


async def test_of_two_that_go_on_with_one_session_only_one_does(tmp_path: Path) -> None:
    """The second is told so before it asks for a key or starts a container, and nothing of it is in the record."""
    config = configured(tmp_path)
    async with open_session(config, GAME, ask=decline) as session:
        async for event in session.events:
            if isinstance(event, ev.AnswerDelta):
                break
    assert session.path
    stopped = read_recording(session.path)
    no_model = configured(tmp_path, task_llm="of-nobody")
    async with open_session(config, GAME, ask=decline, continue_from=stopped) as first:
        with pytest.raises(SessionError, match="is being recorded by another run"):
            await run(no_model, GAME, continue_from=stopped)
        rest = [event async for event in first.events]
    with pytest.raises(SessionError, match="has gone on since it was read"):
        await run(no_model, GAME, continue_from=stopped)
    assert read_recording(session.path).events == stopped.events + rest

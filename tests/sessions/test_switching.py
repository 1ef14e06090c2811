"""A role changes hands while the session runs: tried first, from the next round, recorded, the old model closed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from codesteer_tui import events as ev
from codesteer_tui.config import Config, Provider
from codesteer_tui.errors import ConfigError, ModelError, SessionError
from codesteer_tui.providers.demo import DemoModel
from codesteer_tui.sessions import Session, open_session, read_recording
from codesteer_tui.sessions.switching import Fit, tokens_to_send
from codesteer_tui.steering.prompts import load_pack
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import Role
from tests.served import SAID, Served
from tests.sessions.test_opening import GAME, configured, decline, of

Reaction = Callable[[Session, ev.Event], "object"]


async def play(config: Config, react: Reaction) -> list[ev.Event]:
    """Run a session; `react` is awaited with every event."""
    events = []
    async with open_session(config, GAME, ask=decline) as session:
        async for event in session.events:
            events.append(event)
            if asyncio.iscoroutine(waiting := react(session, event)):
                await waiting
    return events


def at_first_answer(change: Callable[[Session], object]) -> Reaction:
    """Do something once, when the first piece of the first answer arrives."""
    done = []

    async def react(session: Session, event: ev.Event) -> None:
        if isinstance(event, ev.AnswerDelta) and not done:
            done.append(True)
            await change(session)  # type: ignore[misc]

    return react


def changes(events: list[ev.Event]) -> list[tuple[Role, str, str, int]]:
    return [(e.role, e.before.provider, e.after.provider, e.round) for e in of(ev.RoleChanged, events)]


@asynccontextmanager
async def noticing_closed(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[str]]:
    """Names of the demo's providers whose model was closed."""
    closed: list[str] = []

    async def aclose(self: DemoModel) -> None:
        closed.append(self.info.provider)

    monkeypatch.setattr(DemoModel, "aclose", aclose)
    yield closed


async def test_the_task_llm_changes_from_the_next_round_and_the_record_says_so(tmp_path: Path) -> None:
    async with Served("m") as server:
        config = configured(tmp_path, checker="off", engine="off", served=server.provider())
        seen = {}

        async def change(session: Session) -> None:
            switch = await session.change_role("task_llm", "served")
            assert switch
            seen["switch"], seen["pending"] = switch, session.pending

        events = await play(config, at_first_answer(change))
    assert changes(events) == [("task_llm", "demo", "served", 1)]
    assert seen["switch"].round == 1
    assert seen["pending"] == {"task_llm": seen["switch"].after}
    answers = of(ev.AnswerGiven, events)
    assert answers[0].text != SAID
    assert answers[1].text == SAID
    kinds = [type(e).__name__ for e in events]
    at = kinds.index("RoleChanged")
    assert kinds[at - 1] == "RoundStarted"
    (path,) = tmp_path.glob("*.jsonl")
    recording = read_recording(path)
    assert recording.events == events
    assert recording.transcript.roles["task_llm"].provider == "served"
    # What went before is told to the new model.
    roles = [m["role"] for m in server.prompts[0]["messages"]]
    assert roles == ["user", "assistant", "user"]


async def test_programs_are_the_demo_s_only_as_long_as_the_demo_answers(tmp_path: Path) -> None:
    async with Served("m") as server:
        config = configured(tmp_path, checker="off", engine="off", served=server.provider())
        events = await play(config, at_first_answer(lambda s: s.change_role("task_llm", "served")))
    origins = {e.round: e.program.origin for e in of(ev.ExecutionStarted, events)}
    assert origins == {0: "demo", 1: "model"}


async def test_a_role_that_is_the_same_as_the_task_llm_follows_it(tmp_path: Path) -> None:
    async with Served("m") as server:
        config = configured(tmp_path, engine="off", served=server.provider())
        switches = []

        async def change(session: Session) -> None:
            switches.append(await session.change_role("task_llm", "served"))

        events = await play(config, at_first_answer(change))
    assert changes(events) == [("task_llm", "demo", "served", 1), ("checker", "demo", "served", 1)]
    assert switches[0].followers == ("checker",)


async def test_each_role_is_sampled_as_its_own_provider_says(tmp_path: Path) -> None:
    async with Served("m") as server:
        config = configured(
            tmp_path, checker="off", engine="off", served=server.provider(temperature=0.7, max_tokens=99)
        )
        await play(config, at_first_answer(lambda s: s.change_role("task_llm", "served")))
    asked = server.prompts[0]
    assert asked["temperature"] == 0.7
    assert 99 in (asked.get("max_tokens"), asked.get("max_completion_tokens"))


@pytest.mark.parametrize(
    ("role", "player", "expected"), [("checker", "off", "off"), ("steerer", "rules", "rules")]
)
async def test_a_role_can_be_left_to_the_rules_or_switched_off(
    tmp_path: Path, role: Role, player: str, expected: str
) -> None:
    async with Served("m") as server:
        config = configured(tmp_path, steerer="served", engine="off", served=server.provider())
        events = await play(config, at_first_answer(lambda s: s.change_role(role, player)))
    assert (role, expected, 1) in [(r, after, n) for r, _, after, n in changes(events)]


async def test_a_provider_that_does_not_answer_leaves_the_old_one_playing(tmp_path: Path) -> None:
    gone = Provider(kind="openai", model="m", base_url="http://127.0.0.1:9/v1", key="none")
    refused: list[ModelError] = []

    async def change(session: Session) -> None:
        with pytest.raises(ModelError) as raised:
            await session.change_role("task_llm", "gone")
        refused.append(raised.value)
        assert session.pending == {}

    events = await play(configured(tmp_path, gone=gone), at_first_answer(change))
    assert changes(events) == []
    assert isinstance(events[-1], ev.Finished)
    assert refused[0].kind == "unreachable"
    assert refused[0].remedy


@pytest.mark.parametrize(
    ("role", "player", "error"),
    [
        ("task_llm", "nobody", ConfigError),
        ("task_llm", "openai", ModelError),
        ("task_llm", "rules", ConfigError),
        ("steerer", "demo", ConfigError),
    ],
)
async def test_who_cannot_play_is_refused_with_a_remedy(
    tmp_path: Path, role: Role, player: str, error: type[ConfigError | ModelError]
) -> None:
    async def change(session: Session) -> None:
        with pytest.raises(error) as raised:
            await session.change_role(role, player)
        assert raised.value.remedy

    events = await play(configured(tmp_path), at_first_answer(change))
    assert changes(events) == []


async def test_choosing_back_before_the_round_changes_nothing(tmp_path: Path) -> None:
    other = Provider(kind="demo", model="demo", seed=3, delay_s=0.0)

    async def change(session: Session) -> None:
        await session.change_role("task_llm", "other")
        assert session.pending
        await session.change_role("task_llm", "demo")
        assert not session.pending

    assert changes(await play(configured(tmp_path, other=other), at_first_answer(change))) == []


async def test_the_old_model_is_closed_when_the_new_one_has_taken_over_and_not_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Provider(kind="demo", model="demo", seed=3, delay_s=0.0)
    async with noticing_closed(monkeypatch) as closed:
        log: list[tuple[str, list[str]]] = []

        async def react(session: Session, event: ev.Event) -> None:
            if isinstance(event, ev.AnswerDelta) and event.round == 0 and not session.pending:
                await session.change_role("task_llm", "other")
            if isinstance(event, ev.RoundFinished | ev.GuidanceGiven):
                log.append((f"{type(event).__name__} {event.round}", list(closed)))

        await play(configured(tmp_path, checker="demo", other=other), react)
        assert dict(log)["RoundFinished 0"] == []
        assert dict(log)["GuidanceGiven 1"] == []  # the checker still plays with it
        assert sorted(closed) == ["demo", "other"]
        closed.clear()
        log.clear()
        await play(configured(tmp_path, checker="off", other=other), react)
        assert dict(log)["RoundFinished 0"] == []
        assert dict(log)["GuidanceGiven 1"] == ["demo"]
        assert closed == ["demo", "other"]


async def test_a_model_that_was_chosen_and_given_up_again_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Provider(kind="demo", model="demo", seed=3, delay_s=0.0)
    async with noticing_closed(monkeypatch) as closed:

        async def change(session: Session) -> None:
            await session.change_role("task_llm", "other")
            await session.change_role("task_llm", "demo")
            assert closed == ["other"]

        await play(configured(tmp_path, other=other), at_first_answer(change))
        assert closed == ["other", "demo"]


async def test_history_that_would_not_fit_is_named_and_left_to_the_person(tmp_path: Path) -> None:
    async with Served("m", context=600) as server:
        config = configured(tmp_path, checker="off", engine="off", served=server.provider())
        asked: list[Fit] = []

        async def no(fit: Fit) -> bool:
            asked.append(fit)
            return False

        async def react(session: Session, event: ev.Event) -> None:
            if isinstance(event, ev.AnswerGiven) and event.round == 0:
                assert await session.change_role("task_llm", "served", confirm=no) is None
                assert session.pending == {}

        events = await play(config, react)
    assert changes(events) == []
    assert asked[0].context == 600
    assert asked[0].needed > 600 - 512


@pytest.mark.parametrize(("context", "fits"), [(600, True), (0, True)])
async def test_what_is_set_for_the_provider_outranks_what_its_server_says(
    tmp_path: Path, context: int, fits: bool
) -> None:
    async with Served("m", context=600) as server:
        mine = server.provider(context_tokens=100_000 if context else 0)
        config = configured(tmp_path, checker="off", engine="off", served=mine)
        found: list[Fit] = []

        async def change(session: Session) -> None:
            switch = await session.change_role("task_llm", "served")
            assert switch
            found.append(switch.fit)

        await play(config, at_first_answer(change))
    assert found[0].context == (100_000 if context else 600)
    assert Fit("task_llm", 10_000, 0).fits


async def test_what_a_role_would_be_sent_grows_with_the_conversation(tmp_path: Path) -> None:
    pack = load_pack()
    counted: dict[Role, list[int]] = {"task_llm": [], "steerer": [], "checker": []}
    transcript = Transcript()

    def react(session: Session, event: ev.Event) -> None:
        transcript.apply(event)
        if isinstance(event, ev.RoundStarted | ev.RoundFinished):
            for role, counts in counted.items():
                counts.append(tokens_to_send(role, transcript, pack))

    await play(configured(tmp_path), react)
    for counts in (counted["task_llm"], counted["steerer"]):
        assert counts == sorted(counts)
        assert counts[-1] > counts[0]
    prompt = transcript.round(0).prompts["checker"]
    assert counted["checker"][1] == pytest.approx(sum(len(m.content) for m in prompt) / 4, rel=0.1)


async def test_nothing_is_changed_once_the_run_is_over(tmp_path: Path) -> None:
    async with open_session(configured(tmp_path), GAME, ask=decline) as session:
        async for _ in session.events:
            pass
    with pytest.raises(SessionError):
        await session.change_role("task_llm", "demo")
    assert session.pending == {}


async def test_a_switch_that_is_being_tried_when_the_run_ends_leaves_nothing_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with noticing_closed(monkeypatch) as closed:
        asked, go_on = asyncio.Event(), asyncio.Event()

        async def wait(fit: Fit) -> bool:
            asked.set()
            await go_on.wait()
            return True

        other = Provider(kind="demo", model="demo", seed=3, context_tokens=1)
        async with open_session(configured(tmp_path, other=other), GAME, ask=decline) as session:
            switching = asyncio.create_task(session.change_role("task_llm", "other", confirm=wait))
            await asked.wait()
        go_on.set()
        with pytest.raises(SessionError):
            await switching
        assert sorted(closed) == ["demo", "other"]


async def test_a_resumed_session_is_played_by_the_roles_of_the_settings(tmp_path: Path) -> None:
    other = Provider(kind="demo", model="demo", seed=3, delay_s=0.0)
    config = configured(tmp_path, other=other)
    async with open_session(config, GAME, ask=decline) as session:
        async for event in session.events:
            if isinstance(event, ev.AnswerDelta) and event.round == 0 and not session.pending:
                await session.change_role("task_llm", "other")
            if isinstance(event, ev.AnswerDelta) and event.round == 1:
                break
    assert session.path
    async with open_session(config, GAME, ask=decline, continue_from=read_recording(session.path)) as resumed:
        rest = [event async for event in resumed.events]
    assert isinstance(rest[0], ev.SessionResumed)
    assert rest[0].roles["task_llm"].provider == "demo"


async def test_providers_that_became_known_since_can_be_chosen(tmp_path: Path) -> None:
    late = Provider(kind="demo", model="demo", seed=3, delay_s=0.0)

    async def change(session: Session) -> None:
        with pytest.raises(ConfigError):
            await session.change_role("task_llm", "late")
        await session.change_role("task_llm", "late", providers={"late": late})

    events = await play(configured(tmp_path, checker="off"), at_first_answer(change))
    assert changes(events) == [("task_llm", "demo", "late", 1)]

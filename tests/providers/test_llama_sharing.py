"""One worker for all roles on one file: who shares it, when it stops, and that no token is evaluated twice in it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from codesteer_tui.config import Provider
from codesteer_tui.errors import ModelError, WeightsError
from codesteer_tui.events import GuidanceGiven, Noted
from codesteer_tui.providers import Completed, Loading, Remark, Sampling
from codesteer_tui.providers.llama.model import LlamaCppModel
from codesteer_tui.providers.llama.sharing import workers_stay
from codesteer_tui.providers.opening import Choice
from codesteer_tui.sessions.casting import Models
from codesteer_tui.steering.findings import steerer_messages
from codesteer_tui.steering.fitting import LEAST_REPLY
from codesteer_tui.steering.shortening import with_short_outputs
from codesteer_tui.steering.steerers import ModelSteerer
from codesteer_tui.values import Message
from tests.providers.test_llama_cpp import begun, gone, say, soon
from tests.steering.test_fitting import told
from tests.steering.test_loop import PACK
from tests.tiny_gguf import make

pytestmark = pytest.mark.gguf

SHORT = Sampling(max_tokens=30)


@asynccontextmanager
async def two(path: Path, **options: object) -> AsyncIterator[tuple[LlamaCppModel, LlamaCppModel]]:
    made = (
        LlamaCppModel(path=path, name="one", role="steerer", **options),  # type: ignore[arg-type]
        LlamaCppModel(path=path, name="other", role="task_llm", **options),  # type: ignore[arg-type]
    )
    try:
        yield made
    finally:
        for model in made:
            await model.aclose()


class Talker:
    """A conversation that grows, and how many tokens each round of it evaluated beyond the new ones."""

    def __init__(self, model: LlamaCppModel, opening: str) -> None:
        self.model, self.turns = model, [Message("user", opening)]
        self.known = 0

    async def round(self, number: int, options: Sampling = SHORT) -> int:
        reply, end = await say(self.model, *self.turns, options=options)
        new = end.usage.input_tokens - self.known
        self.known = end.usage.input_tokens + end.usage.output_tokens
        self.turns += [Message("assistant", reply), Message("user", f"and what of {number}, then?")]
        return self.model.evaluated_tokens - new


async def test_two_roles_on_one_file_share_a_worker_which_ends_with_the_last(random_gguf: Path) -> None:
    async with two(random_gguf) as (one, other):
        assert (await say(one, "go"))[0] == (await say(other, "go"))[0]
        pid = one.worker_pid
        assert pid is not None
        assert other.worker_pid == pid
        await one.aclose()
        assert one.worker_pid is None
        assert (await say(other, "go"))[0]
        assert other.worker_pid == pid
    assert await soon(lambda: gone(pid))


async def test_two_roles_that_take_turns_never_push_each_other_out_of_the_cache(random_gguf: Path) -> None:
    async with two(random_gguf) as (one, other):
        talkers = [Talker(one, "You steer. " * 60), Talker(other, "You solve problems. " * 60)]
        beyond = [[await talker.round(n) for talker in talkers] for n in range(5)]
    assert beyond[0] == [0, 0]
    # The last token of a reply is only evaluated with what follows it.
    assert all(0 <= more <= 1 for each in beyond for more in each)


async def test_other_files_and_other_loading_settings_have_workers_of_their_own(
    random_gguf: Path, code_gguf: Path
) -> None:
    models = [
        LlamaCppModel(path=random_gguf),
        LlamaCppModel(path=code_gguf),
        LlamaCppModel(path=random_gguf, mmap=True),
    ]
    try:
        for model in models:
            await say(model, "go")
        assert len({model.worker_pid for model in models}) == 3
    finally:
        for model in models:
            await model.aclose()


async def test_what_a_role_waits_for_is_not_lost_when_the_other_leaves(random_gguf: Path) -> None:
    async with two(random_gguf) as (one, other):
        alone = (await say(one, "go"))[0]
        task = asyncio.create_task(say(one, "go"))
        waiting = asyncio.create_task(say(other, "go"))
        await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await other.aclose()
        assert (await task)[0] == alone


async def test_a_worker_that_is_killed_under_two_roles_is_replaced_for_both(random_gguf: Path) -> None:
    async with two(random_gguf) as (one, other):
        await say(other, "go")
        items = one.stream([Message("user", "go")], Sampling(max_tokens=4000))
        await begun(items)
        pid = one.worker_pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(ModelError, match="signal 9"):
            _ = [item async for item in items]
        assert (await say(other, "go"))[0] == (await say(one, "go"))[0]
        assert one.worker_pid == other.worker_pid != pid


async def test_an_idle_worker_stops_and_the_next_call_starts_another(random_gguf: Path) -> None:
    async with two(random_gguf, idle_s=0.2) as (one, other):
        before = (await say(one, "go"))[0]
        pid = one.worker_pid
        assert pid is not None
        assert await soon(lambda: one.worker_pid is None)
        assert await soon(lambda: gone(pid))
        assert (await say(one, "go"))[0] == before
        assert one.worker_pid not in (None, pid)
        assert (await say(other, "go"))[0] == before


async def pid_of_a_session(path: Path, **options: object) -> int:
    """The worker of a model that is opened, asked and closed again, as a session does it."""
    async with two(path, **options) as (one, _):
        await say(one, "go")
        assert one.worker_pid is not None
        return one.worker_pid


async def test_where_workers_stay_the_next_session_finds_the_weights_loaded_until_it_ends(
    random_gguf: Path, tmp_path: Path
) -> None:
    async with workers_stay():
        pids = {await pid_of_a_session(random_gguf, memory=tmp_path) for _ in range(3)}
        assert len(pids) == 1
        assert not gone(*pids)
    assert gone(*pids)
    assert await pid_of_a_session(random_gguf) not in pids


async def test_a_worker_that_stays_goes_when_it_was_idle_for_long(random_gguf: Path) -> None:
    async with workers_stay():
        pid = await pid_of_a_session(random_gguf, idle_s=0.3)
        assert not gone(pid)
        assert await soon(lambda: gone(pid))
        assert await pid_of_a_session(random_gguf) != pid


async def test_a_worker_that_stays_makes_room_for_other_weights_but_not_one_in_use(
    random_gguf: Path, code_gguf: Path
) -> None:
    async with workers_stay():
        unused = await pid_of_a_session(random_gguf)
        async with two(code_gguf) as (one, _):
            await say(one, "go")
            assert gone(unused)
            await pid_of_a_session(random_gguf)
            assert one.worker_pid is not None
            assert (await say(one, "go"))[0]


async def test_a_session_that_is_stopped_in_the_middle_leaves_the_weights_loaded(slow_gguf: Path) -> None:
    async with workers_stay():
        async with two(slow_gguf) as (one, _):
            items = one.stream([Message("user", "go")], Sampling(max_tokens=4000))
            await begun(items)
            await items.aclose()  # type: ignore[attr-defined]
            pid = one.worker_pid
        assert pid is not None
        assert await pid_of_a_session(slow_gguf) == pid


async def test_a_model_that_is_closed_while_it_loads_stops_that_even_where_workers_stay(
    slow_gguf: Path,
) -> None:
    async with workers_stay(), two(slow_gguf) as (one, _):
        task = asyncio.create_task(say(one, "go"))
        assert await soon(lambda: one.worker_pid is not None)
        pid = one.worker_pid
        await one.aclose()
        with pytest.raises(ModelError):
            await task
        assert pid is not None
        assert gone(pid)


async def test_a_worker_is_not_idle_while_it_writes(random_gguf: Path) -> None:
    async with two(random_gguf, idle_s=0.05) as (one, _):
        text, end = await say(one, "go", options=Sampling(max_tokens=1500))
        assert text
        assert end.usage.output_tokens == 1500


async def test_a_kept_conversation_goes_on_in_another_worker_without_being_read_again(
    random_gguf: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "kept"
    turns = [Message("user", "all work and no play " * 90)]
    async with two(random_gguf, memory=folder) as (one, other):
        reply, end = await say(one, *turns, options=SHORT)
        assert (end.usage.cached_tokens, one.restored_tokens) == (0, 0)
        await say(other, "short things are not worth a file")
    files = list(folder.glob("*.kv"))
    assert len(files) == 1
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())
    turns += [Message("assistant", reply), Message("user", "go on")]
    async with two(random_gguf) as (one, _):
        plainly = await say(one, *turns, options=SHORT)
    async with two(random_gguf, memory=folder) as (one, _):
        again = await say(one, *turns, options=SHORT)
        known = end.usage.input_tokens + end.usage.output_tokens - 1
        assert one.restored_tokens == known
        assert one.evaluated_tokens == again[1].usage.input_tokens - known
    assert again[0] == plainly[0]


async def test_an_idle_worker_leaves_a_kept_conversation_to_the_next(
    random_gguf: Path, tmp_path: Path
) -> None:
    async with two(random_gguf, idle_s=0.2, memory=tmp_path / "kept") as (one, other):
        turns = [Message("user", "all work and no play " * 90)]
        reply, end = await say(one, *turns, options=SHORT)
        await say(other, *turns, Message("assistant", "so"), Message("user", "it is"), options=SHORT)
        assert await soon(lambda: one.worker_pid is None)
        turns += [Message("assistant", reply), Message("user", "go on")]
        _, now = await say(one, *turns, options=SHORT)
        assert one.restored_tokens == end.usage.input_tokens + end.usage.output_tokens - 1
        assert one.evaluated_tokens == now.usage.input_tokens - one.restored_tokens
        assert one.evaluated_tokens < 30
    assert len(list((tmp_path / "kept").glob("*.kv"))) == 2


@pytest.mark.parametrize("damage", ["half", "empty", "other tokens", "garbage"])
async def test_a_kept_conversation_that_is_damaged_is_read_anew(
    random_gguf: Path, tmp_path: Path, damage: str
) -> None:
    folder = tmp_path / "kept"
    turn = Message("user", "all work and no play " * 90)
    async with two(random_gguf, memory=folder) as (one, _):
        before = (await say(one, turn, options=SHORT))[0]
    (file,) = folder.glob("*.kv")
    whole = file.read_bytes()
    if damage == "other tokens":
        file.with_suffix(".tokens").write_bytes(b"\x82")
    else:
        file.write_bytes({"half": whole[: len(whole) // 2], "empty": b"", "garbage": b"x" * 5000}[damage])
    async with two(random_gguf, memory=folder) as (one, _):
        assert (await say(one, turn, options=SHORT))[0] == before
        assert one.restored_tokens == 0


async def test_loading_says_how_far_it_is_and_only_the_first_time(
    slow_gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("codesteer_tui.providers.llama.process._LOOK_S", 0.0)
    async with two(slow_gguf) as (one, other):
        items = [item async for item in one.stream([Message("user", "go")], SHORT)]
        again = [item async for item in other.stream([Message("user", "go")], SHORT)]
    steps = [item.fraction for item in items if isinstance(item, Loading) and item.what == "weights"]
    assert steps
    assert steps == sorted(set(steps))
    assert steps[0] > 0
    assert steps[-1] <= 1
    device = next(place for place, item in enumerate(items) if isinstance(item, Remark))
    assert not any(isinstance(item, Loading) and item.what == "weights" for item in items[device:])
    assert not any(isinstance(item, Loading) and item.what == "weights" for item in again)


async def test_loading_and_reading_say_how_far_they_are_and_the_first_call_where_it_runs(
    slow_gguf: Path,
) -> None:
    model = LlamaCppModel(path=slow_gguf, n_threads=1)
    try:
        long = [Message("user", "all work and no play " * 300)]
        items = [item async for item in model.stream(long, Sampling(max_tokens=2))]
        again = [item async for item in model.stream(long, Sampling(max_tokens=2))]
    finally:
        await model.aclose()
    steps = [item.fraction for item in items if isinstance(item, Loading) and item.what == "prompt"]
    assert len(steps) >= 3
    assert steps == sorted(steps)
    assert steps[-1] == 1.0
    remarks = [item for item in items if isinstance(item, Remark)]
    assert remarks[0].kind == "device"
    assert "on the CPU" in remarks[0].text or "layers on" in remarks[0].text
    assert "1 thread" in remarks[0].text
    assert remarks[0].brief in ("CPU 1 thread", remarks[0].text.split("layers on ")[-1].split(" ")[0])
    assert remarks[-1].kind == "speed"
    assert "tokens/s" in remarks[-1].text
    assert remarks[-1].brief.removesuffix(" tok/s") in remarks[-1].text
    assert isinstance(items[-1], Completed)
    assert [item.kind for item in again if isinstance(item, Remark)] == ["speed"]
    assert model.info.note


async def test_a_conversation_is_counted_as_it_will_be_sent(random_gguf: Path) -> None:
    turns = [Message("system", "You steer."), Message("user", "naïve 🍓 <|eot_id|> question\n")]
    async with two(random_gguf, n_ctx=2048) as (one, _):
        counted = await one.measure(turns)
        items = [item async for item in one.stream(turns, SHORT)]
        end = items[-1]
        assert isinstance(end, Completed)
        assert (counted, one.context) == (end.usage.input_tokens, 2048)
        assert [item.kind for item in items if isinstance(item, Remark)] == ["device", "speed"]


async def test_a_context_that_is_too_small_has_the_oldest_output_shortened_and_then_answers(
    random_gguf: Path,
) -> None:
    transcript = told()
    whole = steerer_messages(transcript, PACK)
    short = with_short_outputs(transcript, 1)
    assert short is not None
    async with two(random_gguf) as (probe, _):
        tokens = await probe.measure(whole)
        fewer = await probe.measure(steerer_messages(short, PACK))
    async with two(random_gguf, n_ctx=(tokens + fewer) // 2 + LEAST_REPLY) as (one, _):
        steerer = ModelSteerer(one, PACK, Sampling(max_tokens=600))
        steps = [step async for step in steerer.guide(transcript)]
    notes = [step for step in steps if isinstance(step, Noted)]
    assert [note.kind for note in notes] == ["shortened", "device", "speed", "warning"]
    assert "was cut off after 600 tokens" in notes[3].text  # random weights never end
    assert notes[1].brief.startswith(("CPU ", "CUDA"))
    assert notes[2].brief.endswith(" tok/s")
    assert f"{tokens:,} tokens" in notes[0].text
    assert f"leaves {fewer:,}" in notes[0].text
    given = steps[-1]
    assert isinstance(given, GuidanceGiven)
    assert given.usage.input_tokens == fewer


@pytest.mark.parametrize("layers", ["auto", 0])
async def test_a_gpu_that_the_build_cannot_use_is_a_warning_unless_none_was_wanted(
    code_gguf: Path, monkeypatch: pytest.MonkeyPatch, layers: object
) -> None:
    import llama_cpp

    if llama_cpp.llama_supports_gpu_offload():
        pytest.skip("this build can use a GPU")
    said = ("A GPU is idle.", "pip install this")
    monkeypatch.setattr("codesteer_tui.providers.llama.model.unused_gpu", lambda: said)
    async with two(code_gguf, gpu_layers=layers) as (one, _):
        items = [item async for item in one.stream([Message("user", "go")], SHORT)]
    warnings = [(i.text, i.remedy) for i in items if isinstance(i, Remark) and i.kind == "warning"]
    assert warnings == ([said] if layers == "auto" else [])


async def test_weights_larger_than_memory_are_refused_before_they_are_read(
    random_gguf: Path, tmp_path: Path
) -> None:
    path = tmp_path / "huge.gguf"
    path.write_bytes(random_gguf.read_bytes())
    os.truncate(path, 1 << 42)  # 4 TiB, sparse
    model = LlamaCppModel(path=path)
    try:
        with pytest.raises(WeightsError) as caught:
            await say(model, "go")
    finally:
        await model.aclose()
    assert "does not fit into memory" in caught.value.message
    assert "4096.0 GiB" in caught.value.message
    assert "smaller weights" in caught.value.remedy


async def test_a_context_larger_than_memory_is_refused_with_one_that_fits(tmp_path: Path) -> None:
    path = make(tmp_path / "long.gguf", context_length=1 << 30)
    model = LlamaCppModel(path=path, n_ctx=1 << 30)
    try:
        with pytest.raises(WeightsError) as caught:
            await say(model, "go")
        assert model.worker_pid is None
    finally:
        await model.aclose()
    assert "1,073,741,824 tokens" in caught.value.message
    assert "context_tokens" in caught.value.remedy
    fits = int("".join(c for c in caught.value.remedy if c.isdigit()))
    assert 1024 <= fits < 1 << 30


async def test_every_role_has_a_conversation_of_its_own_with_the_same_weights(random_gguf: Path) -> None:
    provider = Provider(kind="llama_cpp", model=str(random_gguf))
    chosen = [Choice("local", provider, str(random_gguf), "", role) for role in ("steerer", "task_llm")]  # type: ignore[arg-type]
    models = Models()
    try:
        await models.prepare(chosen)
        one, other = (models.open(choice) for choice in chosen)
        assert isinstance(one, LlamaCppModel)
        assert isinstance(other, LlamaCppModel)
        assert one is not other
        assert models.open(chosen[0]) is one
        await say(one, "go")
        await say(other, "go")
        assert one.worker_pid == other.worker_pid
        await models.keep(chosen[1:])
        assert one.worker_pid is None
        assert other.worker_pid is not None
    finally:
        await models.aclose()

"""What may go wrong around a local model's worker: who leaves when, what is in the way, what changes on disk."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesteer_tui.errors import ModelError, WeightsError
from codesteer_tui.providers import Remark, Sampling, TextDelta
from codesteer_tui.providers.llama import process, sharing, wire
from codesteer_tui.providers.llama.devices import can_offload
from codesteer_tui.providers.llama.engine import Log
from codesteer_tui.providers.llama.model import LlamaCppModel
from codesteer_tui.providers.llama.process import Worker
from codesteer_tui.providers.llama.prompt import Prompter
from codesteer_tui.providers.llama.replying import Reply
from codesteer_tui.values import Message
from tests.providers.test_llama_cpp import begun, gone, say, soon
from tests.providers.test_llama_prompt import render, tokenize
from tests.tiny_gguf import make

gguf = pytest.mark.gguf
LONG = Message("user", "all work and no play " * 90)


@asynccontextmanager
async def opened(path: Path, **options: Any) -> AsyncIterator[LlamaCppModel]:
    model = LlamaCppModel(path=path, **options)
    try:
        yield model
    finally:
        await model.aclose()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Worker]:
    """Every worker that is started."""
    workers: list[Worker] = []
    start = Worker.start.__func__  # type: ignore[attr-defined]

    async def noting(cls: type[Worker], load: wire.Load, log_path: Path | None) -> Worker:
        crowded = [before.pid for before in workers if not gone(before.pid)]
        worker: Worker = await start(cls, load, log_path)
        workers.append(worker)
        assert not crowded
        return worker

    monkeypatch.setattr(Worker, "start", classmethod(noting))
    return workers


def all_gone(workers: list[Worker]) -> bool:
    return bool(workers) and all(gone(worker.pid) for worker in workers)


# Who leaves when.


@gguf
async def test_a_call_that_waits_when_its_model_is_closed_fails_and_leaves_no_worker(
    random_gguf: Path, started: list[Worker]
) -> None:
    async with opened(random_gguf) as model:
        items = model.stream([Message("user", "go")], Sampling(max_tokens=4000))
        await begun(items)
        waiting = [asyncio.create_task(say(model, "go")), asyncio.create_task(model.measure([LONG]))]
        await asyncio.sleep(0.05)
        await model.aclose()
        with pytest.raises(ModelError) as caught:
            _ = [item async for item in items]
        assert caught.value.kind == "weights"  # a broken stream is asked again, which would start a worker
        results = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(result) for result in results] == [WeightsError, WeightsError]
        assert "closed" in str(results[0])
        assert await soon(lambda: all_gone(started))
        assert (await say(model, "go"))[0]


@gguf
async def test_a_model_that_is_closed_while_its_worker_starts_leaves_none(
    random_gguf: Path, started: list[Worker]
) -> None:
    async with opened(random_gguf) as model:
        task = asyncio.create_task(say(model, "go"))
        assert await soon(lambda: model._shared is not None)
        await model.aclose()
        with pytest.raises(ModelError, match="closed"):
            await task
        assert await soon(lambda: all_gone(started))


@gguf
async def test_a_model_that_is_closed_while_it_loads_leaves_no_worker(
    slow_gguf: Path, started: list[Worker]
) -> None:
    async with opened(slow_gguf) as model:
        task = asyncio.create_task(say(model, "go"))
        assert await soon(lambda: model.worker_pid is not None)
        await model.aclose()
        with pytest.raises(ModelError):
            await task
        assert await soon(lambda: all_gone(started))


@gguf
async def test_a_conversation_that_is_closed_while_it_is_opened_is_shut_in_a_worker_that_stays(
    slow_gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[wire.Request] = []
    send = Worker.send

    async def noting(worker: Worker, request: wire.Request) -> None:
        sent.append(request)
        await send(worker, request)

    async with opened(slow_gguf) as keeper, opened(slow_gguf) as model:
        await say(keeper, "go")
        monkeypatch.setattr(Worker, "send", noting)
        task = asyncio.create_task(say(model, "go"))
        assert await soon(lambda: any(isinstance(request, wire.Open) for request in sent))
        await model.aclose()
        with pytest.raises(WeightsError, match="closed"):
            await task
        assert isinstance(sent[-1], wire.Shut)
        assert (await say(keeper, "go"))[0]


@gguf
async def test_a_call_that_is_about_to_ask_when_its_model_is_closed_says_so(
    random_gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Worker.ask

    async with opened(random_gguf) as keeper, opened(random_gguf) as model:
        await say(keeper, "go")
        await say(model, "go")

        async def leaving(worker: Worker, request: wire.Count) -> wire.Answer | None:
            await model.aclose()
            return await ask(worker, request)

        monkeypatch.setattr(Worker, "ask", leaving)
        with pytest.raises(WeightsError, match="closed"):
            await model.measure([LONG])


@gguf
async def test_a_closing_that_is_cancelled_ends_the_worker_all_the_same(
    random_gguf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: list[Worker]
) -> None:
    monkeypatch.setattr(process, "_GRACE_S", 0.2)
    async with opened(random_gguf, memory=tmp_path / "kept") as model:
        await say(model, LONG)
        os.kill(started[0].pid, signal.SIGSTOP)  # its conversation will never be written
        closing = asyncio.create_task(model.aclose())
        await asyncio.sleep(0.1)
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
        assert await soon(lambda: all_gone(started))


@gguf
async def test_the_next_worker_waits_for_the_one_that_is_leaving(
    random_gguf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: list[Worker]
) -> None:
    """Two at once would need the memory twice, and the next would miss what the first writes to its file."""
    ask = sharing._ask

    async def slowly(worker: Worker, shut: wire.Shut) -> None:
        await asyncio.sleep(0.3)
        await ask(worker, shut)

    monkeypatch.setattr(sharing, "_ask", slowly)
    async with opened(random_gguf, memory=tmp_path / "kept") as one:
        await say(one, LONG)
        async with opened(random_gguf, memory=tmp_path / "kept") as other:
            closing = asyncio.create_task(one.aclose())
            await asyncio.sleep(0.1)
            await say(other, LONG)
            assert gone(started[0].pid)
            assert len(started) == 2
            assert other.restored_tokens > 400
            await closing
    assert await soon(lambda: all_gone(started))


async def test_a_worker_that_was_just_used_is_not_idle_for_who_waited_to_stop_it(tmp_path: Path) -> None:
    mine = sharing.Shared(("key",), None)
    mine.worker = stopped = _Stopped()  # type: ignore[assignment]
    mine.hold(1, "")

    async def call() -> None:
        async with mine.turn:
            await asyncio.sleep(0)
            mine.rest(60.0)

    first = asyncio.create_task(call())
    await asyncio.sleep(0)
    second = asyncio.create_task(call())  # waits
    await first
    mine._fall_asleep()  # between the two the turn is nobody's
    await second
    await asyncio.sleep(0.01)
    assert not stopped.was
    mine._quiet()
    mine._fall_asleep()
    await asyncio.sleep(0.01)
    assert stopped.was


class _Stopped:
    """A worker that only knows whether it was stopped."""

    alive, was = True, False

    async def stop(self) -> None:
        self.was = True


@gguf
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_model_goes_on_in_another_event_loop(random_gguf: Path) -> None:
    model = LlamaCppModel(path=random_gguf)
    pids = []

    async def once() -> str:
        text, _ = await say(model, "go")
        pids.append(model.worker_pid)
        return text

    async def last() -> str:
        text = await once()
        await model.aclose()
        return text

    assert asyncio.run(once()) == asyncio.run(last())  # the first loop ended without closing it
    gc.collect()
    assert pids[0] != pids[1]
    assert asyncio.run(soon(lambda: all(gone(pid) for pid in pids if pid)))


# What is in the way.


@gguf
async def test_the_folder_that_one_works_in_does_not_lend_the_worker_its_modules(
    random_gguf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("queue", "llama_cpp", "msgspec", "numpy"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(f'{__name__} is somebody else')")
    monkeypatch.chdir(tmp_path)
    async with opened(random_gguf) as model:
        assert (await say(model, "go"))[0]
    import llama_cpp

    assert await can_offload() == bool(llama_cpp.llama_supports_gpu_offload())


@gguf
async def test_a_process_that_cannot_be_started_is_a_weights_error(
    random_gguf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    async with opened(random_gguf) as model:
        with pytest.raises(WeightsError, match="could not be started") as caught:
            await say(model, "go")
    assert caught.value.remedy


@gguf
@pytest.mark.skipif(sys.platform == "win32", reason="has no such locks")
async def test_workers_at_the_same_time_have_logs_of_their_own(
    random_gguf: Path, code_gguf: Path, tmp_path: Path
) -> None:
    log = tmp_path / "llama.log"
    async with opened(random_gguf, log_path=log) as one, opened(code_gguf, log_path=log) as other:
        await say(one, "go")
        await say(other, "go")
        paths = (log, tmp_path / "llama-2.log")
        found = [(str(random_gguf) in text, str(code_gguf) in text) for text in map(Path.read_text, paths)]
        assert found == [(True, False), (False, True)]
    async with opened(code_gguf, log_path=log) as other:
        await say(other, "go")
    assert str(code_gguf) in log.read_text()
    assert len(list(tmp_path.iterdir())) == 2


def test_a_log_on_a_full_disk_still_tells_the_errors() -> None:
    log = Log(os.open("/dev/full", os.O_WRONLY) if Path("/dev/full").exists() else -1)
    log(4, b"it is broken\n", None)
    log(2, b"load_tensors: offloaded 20/33 layers to GPU\n", None)
    assert list(log.errors) == ["it is broken"]
    assert log.offloaded == 20


def test_the_last_words_are_what_is_amiss_and_not_what_llama_cpp_tells_on_its_way(tmp_path: Path) -> None:
    path = tmp_path / "llama.log"
    with path.open("wb") as file:
        log = Log(file.fileno())
        for level, text in (
            (2, b"load_tensors: loading\n"),
            (2, b"...."),
            (5, b"....\n"),
            (3, b"no room on the GPU\n"),
            (2, b"sched_reserve: unfinished"),
            (4, b"decode: failed\n"),
            (1, b"debugging\n"),
        ):
            log(level, text, None)
        file.write(b"GGML_ASSERT(n > 0) failed\n")
    text = path.read_text()
    assert "info: ........\n" in text
    assert "debugging" not in text
    assert process.last_words(text) == "no room on the GPU | decode: failed | GGML_ASSERT(n > 0) failed"


@gguf
async def test_a_program_that_quits_while_weights_load_ends_without_a_word(slow_gguf: Path) -> None:
    program = (
        "import asyncio\n"
        "from codesteer_tui.providers import Sampling\n"
        "from codesteer_tui.providers.llama.model import LlamaCppModel\n"
        "from codesteer_tui.values import Message\n"
        "async def main():\n"
        f"    model = LlamaCppModel(path={str(slow_gguf)!r})\n"
        "    async def ask():\n"
        "        try:\n"
        "            async for _ in model.stream([Message('user', 'go')], Sampling()):\n"
        "                pass\n"
        "        finally:\n"
        "            await model.aclose()\n"
        "    task = asyncio.create_task(ask())\n"
        "    while model.worker_pid is None:\n"
        "        await asyncio.sleep(0.01)\n"
        "    task.cancel()\n"
        "    await asyncio.sleep(0)\n"
        "asyncio.run(main())\n"
        "import time\n"
        "time.sleep(0.5)\n"  # for what a thread of asyncio may have to say
    )
    made = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        program,
        cwd=Path(__file__).parents[2],
        stderr=asyncio.subprocess.STDOUT,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await made.communicate()
    assert (said.decode(), made.returncode) == ("", 0)


@gguf
async def test_a_template_that_makes_nothing_of_a_conversation_refuses_it(tmp_path: Path) -> None:
    template = "{% if messages | length > 1 %}{{ messages[0].content }}{% endif %}"
    async with opened(make(tmp_path / "m.gguf", template=template)) as model:
        with pytest.raises(ModelError) as caught:
            await say(model, "go")
        assert caught.value.kind == "bad_request"
        assert (await say(model, "go", "on"))[0]


# What changes on disk.


@gguf
async def test_weights_that_were_replaced_answer_from_the_next_worker_on_without_the_old_conversation(
    random_gguf: Path, tmp_path: Path
) -> None:
    path, folder = tmp_path / "m.gguf", tmp_path / "kept"
    shutil.copy(random_gguf, path)
    async with opened(path, memory=folder, idle_s=0.2) as model:
        before = (await say(model, LONG))[0]
        assert await soon(lambda: model.worker_pid is None)
        assert list(folder.glob("*.kv"))
        make(tmp_path / "new.gguf", seed=7, context_length=1024).replace(path)
        items = [item async for item in model.stream([LONG], Sampling(max_tokens=12))]
        after = "".join(item.text for item in items if isinstance(item, TextDelta))
        assert model.restored_tokens == 0
        assert model.context == 1024
    async with opened(path) as fresh:
        assert (await say(fresh, LONG))[0] == after != before
    said = [item for item in items if isinstance(item, Remark) and item.kind == "warning"]
    assert [path.name in item.text and "replaced" in item.text for item in said] == [True]


@gguf
async def test_weights_that_are_replaced_while_they_are_loaded_stay_until_the_worker_ends(
    random_gguf: Path, tmp_path: Path
) -> None:
    path = tmp_path / "m.gguf"
    shutil.copy(random_gguf, path)
    async with opened(path) as model:
        before = (await say(model, "go"))[0]
        path.write_bytes(b"half a download")
        assert (await say(model, "go"))[0] == before


@gguf
async def test_another_program_that_writes_the_same_conversation_is_not_disturbed(
    random_gguf: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "kept"
    async with opened(random_gguf, memory=folder) as model:
        await say(model, LONG)
    (file,) = folder.glob("*.kv")
    for path in folder.iterdir():
        path.unlink()
    file.with_suffix(".new").write_bytes(b"somebody is writing this")
    async with opened(random_gguf, memory=folder) as model:
        await say(model, LONG)
    assert file.with_suffix(".new").read_bytes() == b"somebody is writing this"
    assert sorted(path.suffix for path in folder.iterdir()) == [".kv", ".new", ".tokens"]


# What grows.


def test_the_replies_of_a_long_session_are_all_remembered() -> None:
    prompter = Prompter(render, tokenize)
    turns = [Message("user", "q")]
    for number in range(200):
        prompter.remember(f"reply {number}", [2000 + number])
        turns += [Message("assistant", f"reply {number}"), Message("user", "and?")]
    ids = prompter.prompt(turns).ids
    assert [i for i in ids if i >= 2000] == list(range(2000, 2200))


def descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def resident(pid: int) -> int:
    """KiB of memory of its own."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("RssAnon")).split()[1])


def zombies() -> int:
    stats = [
        path.read_text().rsplit(")", 1)[1].split()
        for path in Path("/proc").glob("[0-9]*/stat")
        if path.exists()
    ]
    return sum(1 for fields in stats if fields[:2] == ["Z", str(os.getpid())])


@gguf
@pytest.mark.skipif(sys.platform != "linux", reason="counts in /proc")
async def test_a_thousand_conversations_leave_nothing_in_the_worker_nor_here(random_gguf: Path) -> None:
    async with opened(random_gguf, n_ctx=512) as keeper:
        await say(keeper, "go")
        pid = keeper.worker_pid
        assert pid is not None

        async def cycles(count: int) -> tuple[int, int, int, int]:
            for _ in range(count):
                async with opened(random_gguf, n_ctx=512) as model:
                    await say(model, "go", options=Sampling(max_tokens=1))
            return descriptors(os.getpid()), descriptors(pid), resident(os.getpid()), resident(pid)

        before = await cycles(100)
        after = await cycles(900)
        assert keeper.worker_pid == pid
    assert after[:2] == before[:2]
    assert after[2] - before[2] < 8_000
    assert after[3] - before[3] < 8_000


@gguf
@pytest.mark.skipif(sys.platform != "linux", reason="counts in /proc")
async def test_workers_that_come_and_go_leave_no_descriptor_no_zombie_and_no_memory(code_gguf: Path) -> None:
    async def cycles(count: int) -> tuple[int, int]:
        for number in range(count):
            async with opened(code_gguf, n_ctx=256) as model:
                await say(model, "go", options=Sampling(max_tokens=1))
                assert model.worker_pid is not None
                if number % 2:
                    os.kill(model.worker_pid, signal.SIGKILL)
        return descriptors(os.getpid()), resident(os.getpid())

    before = await cycles(4)
    after = await cycles(10)
    assert after[0] == before[0]
    assert after[1] - before[1] < 2_000
    assert zombies() == 0


# How text is cut.


@given(
    st.text("aS🍓é\n<think/>", max_size=30),
    st.lists(st.text("aS🍓", min_size=1, max_size=3), max_size=2),
    st.lists(st.integers(1, 4), min_size=1, max_size=8),
)
def test_an_answer_is_the_same_however_its_bytes_are_cut_into_tokens(
    text: str, stops: list[str], sizes: list[int]
) -> None:
    def fed(pieces: list[bytes]) -> tuple[list[str], bool]:
        reply = Reply(tuple(stops))
        deltas = []
        for number, piece in enumerate(pieces):
            deltas += reply.add(number, piece)
            if reply.stopped:
                break
        deltas += reply.end()
        assert all(delta.text for delta in deltas)
        said = [
            "".join(d.text for d in deltas if d.channel == channel) for channel in ("reasoning", "answer")
        ]
        assert said[1] == reply.text
        assert "\ufffd" not in "".join(said)
        return said, reply.stopped

    data = text.encode()
    pieces, at, number = [], 0, 0
    while at < len(data):
        size = sizes[number % len(sizes)]
        pieces.append(data[at : at + size])
        at, number = at + size, number + 1
    letters = fed([character.encode() for character in text])
    assert fed(pieces) == letters
    if not any("<think" in text[i:] for i in range(len(text))):
        begun = (text[: at + 1] for at in range(len(text)))
        stopped = next(
            (part for part in begun if any(stop in part for stop in stops)), None
        )  # the first that is whole
        ends = [stopped.find(stop) for stop in stops if stop in stopped] if stopped else []
        assert letters == (["", text[: min(ends)]] if ends else ["", text], bool(ends))


@gguf
async def test_a_call_that_is_stopped_while_it_loads_leaves_a_worker_that_goes_on_loading(
    slow_gguf: Path,
) -> None:
    async with opened(slow_gguf) as model:
        task = asyncio.create_task(say(model, "go"))
        assert await soon(lambda: model.worker_pid is not None)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        pid = model.worker_pid
        assert pid is not None
        assert (await say(model, "go"))[0]
        assert model.worker_pid == pid

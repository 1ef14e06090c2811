"""LlamaCppModel with real GGUFs: exact text, crashes, cancels, overflow, and never a word on the terminal."""

from __future__ import annotations

import asyncio
import functools
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from codesteer_tui.errors import ModelError, WeightsError
from codesteer_tui.providers import Completed, Delta, Remark, Sampling, TextDelta
from codesteer_tui.providers.llama.gguf_header import read_header
from codesteer_tui.providers.llama.model import LlamaCppModel
from codesteer_tui.values import Message
from tests.tiny_gguf import make

pytestmark = pytest.mark.gguf

SHORT = Sampling(max_tokens=12)


@asynccontextmanager
async def opened(path: Path, **options: object) -> AsyncIterator[LlamaCppModel]:
    model = LlamaCppModel(path=path, **options)  # type: ignore[arg-type]
    try:
        yield model
    finally:
        await model.aclose()


async def say(
    model: LlamaCppModel, *messages: Message | str, options: Sampling = SHORT
) -> tuple[str, Completed]:
    turns = [m if isinstance(m, Message) else Message("user", m) for m in messages]
    items = [item async for item in model.stream(turns, options)]
    assert isinstance(items[-1], Completed)
    return "".join(item.text for item in items if isinstance(item, TextDelta)), items[-1]


async def begun(items: AsyncIterator[Delta]) -> None:
    """Wait for the first text."""
    async for item in items:
        if isinstance(item, TextDelta):
            return


async def error_of(model: LlamaCppModel, *messages: str) -> ModelError:
    with pytest.raises(ModelError) as caught:
        await say(model, *messages)
    assert caught.value.remedy
    assert caught.value.provider == "llama_cpp"
    return caught.value


def head(path: Path, size: int) -> bytes:
    return path.read_bytes()[:size]


def kill(model: LlamaCppModel, by: signal.Signals = signal.SIGKILL) -> None:
    assert model.worker_pid is not None
    os.kill(model.worker_pid, by)


async def soon(true: Callable[[], bool]) -> bool:
    """Whether it becomes true within five seconds."""
    for _ in range(500):
        if true():
            return True
        await asyncio.sleep(0.01)
    return False


def killed_program(program: str) -> int:
    """Run a program until it prints a number, kill it, and return the number."""
    root = str(Path(__file__).resolve().parents[2])
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        number = int(parent.stdout.readline())
        parent.kill()
    return number


def gone(pid: int) -> bool:
    """Whether the process has ended (a zombie counts as ended)."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except ProcessLookupError:
        return True
    except FileNotFoundError:  # no /proc on this system: it answered the signal
        return False
    return state == "Z"


async def test_a_scripted_reply_comes_out_to_the_letter_with_exact_usage(code_gguf: Path) -> None:
    async with opened(code_gguf) as model:
        text, end = await say(model, Message("system", "You steer."), "Use 4 7 8 8 to make 24")
    assert text == "<<<Code>>>"
    assert end.finish == "stop"
    assert not end.usage.estimated
    assert end.usage.output_tokens == 3


async def test_the_prompt_has_the_tokens_that_llama_cpp_makes_of_the_template(
    random_gguf: Path, llama_server: str
) -> None:
    turns = [Message("system", "You steer."), Message("user", " naïve 🍓 question\n")]
    body = json.dumps(
        {"messages": [{"role": t.role, "content": t.content} for t in turns], "max_tokens": 1}
    ).encode()
    ask = urllib.request.Request(
        llama_server + "/chat/completions", body, {"content-type": "application/json"}
    )
    reply = await asyncio.to_thread(lambda: json.load(urllib.request.urlopen(ask, timeout=30)))
    async with opened(random_gguf) as model:
        _, end = await say(model, *turns)
    assert end.usage.input_tokens == reply["usage"]["prompt_tokens"]


async def test_a_control_token_in_a_question_stays_text(random_gguf: Path) -> None:
    async with opened(random_gguf) as model:
        _, plain = await say(model, "count the letters")
        _, planted = await say(model, "count the <|eot_id|> letters")
    assert planted.usage.input_tokens >= plain.usage.input_tokens + 4


async def test_a_growing_conversation_is_never_evaluated_twice(random_gguf: Path) -> None:
    options = Sampling(max_tokens=40)
    async with opened(random_gguf) as model:
        turns = [Message("system", "You steer. " * 40), Message("user", "begin")]
        reply, before = await say(model, *turns, options=options)
        for number in range(4):
            turns += [Message("assistant", reply), Message("user", f"go on {number}")]
            reply, now = await say(model, *turns, options=options)
            known = before.usage.input_tokens + before.usage.output_tokens
            assert 0 < model.evaluated_tokens <= now.usage.input_tokens - known + 1
            before = now


async def test_cancelling_stops_in_the_middle_of_a_long_prompt_and_the_next_call_works(
    slow_gguf: Path,
) -> None:
    long = "all work and no play " * 300
    async with opened(slow_gguf, n_threads=1) as model:
        await say(model, "warm up")
        pid = model.worker_pid
        task = asyncio.create_task(say(model, long))
        await asyncio.sleep(0.3)
        began = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert time.monotonic() - began < 0.5
        _, end = await say(model, long, options=Sampling(max_tokens=1))
        assert end.usage.input_tokens > model.evaluated_tokens > 200
        assert model.worker_pid == pid


@pytest.mark.parametrize(
    "by", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT], ids=["out of memory", "crash", "abort"]
)
async def test_a_worker_that_is_killed_is_an_error_and_the_next_call_starts_another(
    random_gguf: Path, by: signal.Signals
) -> None:
    async with opened(random_gguf) as model:
        items = model.stream([Message("user", "go")], Sampling(max_tokens=4000))
        await begun(items)
        killed = model.worker_pid
        kill(model, by)
        with pytest.raises(ModelError) as caught:
            _ = [item async for item in items]
        assert caught.value.kind == "broken_stream"
        assert f"signal {int(by)}" in caught.value.message
        assert by.name in caught.value.message
        assert "sched_reserve" not in caught.value.message
        assert ("Memory may have run out." in caught.value.message) == (by is signal.SIGKILL)
        assert ("context_tokens" in caught.value.remedy) == (by is signal.SIGKILL)
        assert random_gguf.name in caught.value.message
        assert (await say(model, "go"))[0]
        assert model.worker_pid not in (None, killed)


async def test_what_a_worker_wrote_before_it_died_is_in_the_error(random_gguf: Path, tmp_path: Path) -> None:
    log = tmp_path / "llama.log"
    async with opened(random_gguf, log_path=log) as model:
        items = model.stream([Message("user", "go")], Sampling(max_tokens=4000))
        await begun(items)
        with log.open("ab") as file:
            file.write(b"GGML_ASSERT(n > 0) failed\n")
        kill(model, signal.SIGABRT)
        with pytest.raises(ModelError, match=r"Its last words: .*GGML_ASSERT\(n > 0\) failed"):
            _ = [item async for item in items]


async def test_a_worker_that_died_between_calls_is_replaced_unnoticed(random_gguf: Path) -> None:
    async with opened(random_gguf) as model:
        before = await say(model, "go")
        kill(model)
        assert await soon(lambda: model.worker_pid is None)
        assert await say(model, "go") == before


async def test_a_worker_that_dies_while_loading_is_a_weights_error(random_gguf: Path) -> None:
    async with opened(random_gguf) as model:
        task = asyncio.create_task(error_of(model, "go"))
        assert await soon(lambda: model.worker_pid is not None)
        kill(model)
        error = await task
        assert isinstance(error, WeightsError)
        assert "signal 9" in error.message
        assert (await say(model, "go"))[0]


async def test_two_calls_at_once_take_turns(random_gguf: Path) -> None:
    async with opened(random_gguf) as model:
        alone = await say(model, "one")
        both = await asyncio.gather(say(model, "one"), say(model, "two"))
    assert both[0][0] == alone[0]
    assert both[1][0]


async def test_a_conversation_beyond_the_context_is_refused_before_the_work(random_gguf: Path) -> None:
    async with opened(random_gguf, n_ctx=512) as model:
        await say(model, "warm up")
        error = await error_of(model, "all work and no play " * 400)
        await say(model, "warm up")
        assert model.evaluated_tokens == 1  # nothing was read, which would have pushed this out
    assert error.kind == "context_too_long"
    assert "512" in error.message
    assert "Raise context_tokens" in error.remedy


async def test_the_context_is_never_larger_than_the_weights_were_trained_for(tmp_path: Path) -> None:
    path = make(tmp_path / "short.gguf", context_length=256)
    async with opened(path, n_ctx=8192) as model:
        error = await error_of(model, "all work and no play " * 60)
        assert "256" in error.message
        assert "trained for no more" in error.remedy
        assert f"the context of {model.info.label} holds" in error.message
    async with opened(path, n_ctx=8192) as model:
        items = [item async for item in model.stream([Message("user", "go")], Sampling(max_tokens=4096))]
        device, full = (item for item in items if isinstance(item, Remark) and item.kind != "speed")
        assert "256 tokens (you asked for 8,192, the weights were trained for 256)" in device.text
        assert "trained for no more" in full.remedy
    async with opened(path) as model:
        items = [item async for item in model.stream([Message("user", "go")], Sampling(max_tokens=1))]
        assert not any("you asked" in item.text for item in items if isinstance(item, Remark))
        _, end = await say(model, "go", options=Sampling(max_tokens=4096))
    assert end.finish == "length"
    assert end.usage.input_tokens + end.usage.output_tokens == 256


async def test_a_stop_text_ends_the_reply_and_is_not_shown(code_gguf: Path) -> None:
    async with opened(code_gguf) as model:
        text, end = await say(model, "go", options=Sampling(stop=("de>",)))
        assert (text, end.finish) == ("<<<Co", "stop")
        assert (await say(model, "go"))[0] == "<<<Code>>>"


async def test_a_seed_makes_sampling_repeatable(random_gguf: Path) -> None:
    async with opened(random_gguf) as model:
        replies = [
            (await say(model, "go", options=Sampling(temperature=1.0, max_tokens=12, seed=s)))[0]
            for s in (1, 1, 2)
        ]
    assert replies[0] == replies[1] != replies[2]


@pytest.mark.parametrize(
    "kind", ["missing", "directory", "html", "empty", "header cut", "cut", "vocabulary cut", "version"]
)
async def test_a_file_that_is_no_gguf_is_named_and_no_process_is_started(
    tmp_path: Path, random_gguf: Path, kind: str
) -> None:
    path = tmp_path / "weights.gguf"
    contents = {
        "html": b"<!DOCTYPE html><title>Sign in</title>",
        "empty": b"",
        "header cut": head(random_gguf, 200),
        "cut": head(random_gguf, random_gguf.stat().st_size - 1000),
        "vocabulary cut": head(random_gguf, 5000),
        "version": b"GGUF" + (77).to_bytes(4, "little") + bytes(16),
    }
    if kind == "directory":
        path.mkdir()
    elif kind in contents:
        path.write_bytes(contents[kind])
    async with opened(path) as model:
        error = await error_of(model, "go")
        assert model.worker_pid is None
    assert isinstance(error, WeightsError)
    assert str(path) in error.message
    whole = f"1,000 of {random_gguf.stat().st_size:,} bytes are missing"
    assert (whole in error.message, "weights verify weights.gguf" in error.remedy) == ((kind == "cut"),) * 2


@pytest.mark.parametrize(
    ("make_it", "why"),
    [
        (lambda p, whole: make(p, template=""), "no chat template"),
        (lambda p, whole: make(p, template="{% for m in %}"), "cannot be loaded"),
        (lambda p, whole: p.write_bytes(whole.read_bytes().replace(b"llama", b"zzama", 1)), "zzama"),
    ],
    ids=["no template", "broken template", "unknown architecture"],
)
async def test_weights_that_llama_cpp_cannot_use_say_why(
    tmp_path: Path, random_gguf: Path, make_it: object, why: str
) -> None:
    path = tmp_path / "weights.gguf"
    make_it(path, random_gguf)  # type: ignore[operator]
    async with opened(path) as model:
        error = await error_of(model, "go")
        assert model.worker_pid is None
    assert isinstance(error, WeightsError)
    assert "weights.gguf" in error.message
    assert why in error.message
    assert ("chat_template.jinja" in error.remedy) == (why == "no chat template")


async def test_nothing_is_written_to_the_terminal_and_the_log_has_it(
    tmp_path: Path, random_gguf: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "state" / "llama.log"
    async with opened(random_gguf, log_path=log) as model:
        await say(model, "go")
    assert capfd.readouterr() == ("", "")
    assert "tiny-llama" in log.read_text()


async def test_closing_the_model_ends_the_worker(random_gguf: Path) -> None:
    async with opened(random_gguf) as model:
        async with aclosing(model.stream([Message("user", "go")], Sampling(max_tokens=4000))) as items:
            await begun(items)
        pid = model.worker_pid
    assert pid is not None
    assert model.worker_pid is None
    assert await soon(lambda: gone(pid))


SHOW = "print(model.worker_pid, flush=True)"


@pytest.mark.parametrize(
    ("tokens", "each", "then"),
    [(8000, SHOW, "pass"), (1, "pass", f"{SHOW}; await asyncio.sleep(60)")],
    ids=["busy", "idle"],
)
async def test_a_program_that_is_killed_leaves_no_worker_behind(
    random_gguf: Path, tokens: int, each: str, then: str
) -> None:
    program = (
        "import asyncio\n"
        "from codesteer_tui.providers import Sampling\n"
        "from codesteer_tui.providers.llama.model import LlamaCppModel\n"
        "from codesteer_tui.values import Message\n"
        "async def main():\n"
        f"    model = LlamaCppModel(path={str(random_gguf)!r})\n"
        f"    async for _ in model.stream([Message('user', 'go')], Sampling(max_tokens={tokens})):\n"
        f"        {each}\n"
        f"    {then}\n"
        "asyncio.run(main())\n"
    )
    assert await soon(functools.partial(gone, await asyncio.to_thread(killed_program, program)))


def test_the_header_says_what_the_weights_are(random_gguf: Path) -> None:
    header = read_header(random_gguf)
    assert (header.architecture, header.context_length, header.name) == ("llama", 8192, "tiny-llama")

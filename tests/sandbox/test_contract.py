"""What every sandbox promises, whichever it is."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing

import pytest

from codesteer_tui.errors import SandboxError
from codesteer_tui.sandbox import Output, Sandbox
from codesteer_tui.values import ExecutionResult, Limits, Program
from tests.boxes import execute


async def test_a_program_prints_and_exits_with_zero(sandbox: Sandbox) -> None:
    result = await execute(sandbox, "print(6 * 7)")
    assert (result.ok, result.stdout, result.stderr, result.verdict) == (True, "42\n", "", "exit 0")


async def test_an_exit_code_is_the_programs_own(sandbox: Sandbox) -> None:
    assert (await execute(sandbox, "exit(3)")).exit == 3
    assert (await execute(sandbox, "import sys; sys.exit('why')")).stderr == "why\n"


async def test_a_traceback_shows_the_programs_own_lines_only(sandbox: Sandbox) -> None:
    result = await execute(sandbox, "def half(x):\n    return x / 0\nhalf(1)\n")
    assert result.exit == 1
    assert "ZeroDivisionError" in result.stderr
    assert 'File "/work/main.py", line 2, in half' in result.stderr
    assert "codesteer" not in result.stderr
    assert "/opt/cs" not in result.stderr


async def test_a_syntax_error_names_the_line(sandbox: Sandbox) -> None:
    result = await execute(sandbox, "x = 1\ndef f(:\n    pass\n")
    assert result.exit == 1
    assert 'main.py", line 2' in result.stderr
    assert "SyntaxError" in result.stderr


async def test_standard_input_is_what_the_limits_say(sandbox: Sandbox) -> None:
    assert (await execute(sandbox, "print(int(input()) + 1)", stdin="41\n")).stdout == "42\n"
    assert "EOFError" in (await execute(sandbox, "input()")).stderr


async def test_a_program_that_runs_too_long_is_stopped_at_the_wall_limit(sandbox: Sandbox) -> None:
    started = time.monotonic()
    result = await execute(sandbox, "print('on', flush=True)\nwhile True: pass", wall_s=0.5)
    assert result.status == "timeout"
    assert result.stdout == "on\n"
    assert time.monotonic() - started < 4


async def test_a_signal_that_a_program_sends_itself_is_no_timeout_and_no_oom(sandbox: Sandbox) -> None:
    result = await execute(sandbox, "import os; os.kill(os.getpid(), 9)")
    assert (result.status, result.exit, result.signal, result.oom_kills) == ("exited", None, 9, 0)


async def test_long_output_keeps_its_head_and_its_tail(sandbox: Sandbox) -> None:
    text = "for i in range(20000): print(f'line {i:05}')"
    result = await execute(sandbox, text, output_bytes=1100, tail_bytes=220)
    assert result.stdout.startswith("line 00000\n")
    assert len(result.stdout) == 1100
    assert result.tail_stdout.endswith("line 19999\n")
    assert len(result.tail_stdout) == 220
    assert (result.stdout_truncated, result.stdout_bytes, result.exit) == (True, 220_000, 0)


async def test_a_cut_through_a_character_leaves_no_garbage(sandbox: Sandbox) -> None:
    result = await execute(sandbox, "print('é' * 500)", output_bytes=101, tail_bytes=102)
    assert result.stdout == "é" * 50
    assert result.tail_stdout == "é" * 50 + "\n"


async def test_a_flood_is_stopped(sandbox: Sandbox) -> None:
    result = await execute(sandbox, "while True: print('x' * 9999)", flood_bytes=1 << 20)
    assert result.status == "output_limit"
    assert len(result.stdout) == 64 << 10


async def test_output_arrives_while_the_program_runs(sandbox: Sandbox) -> None:
    text = "import time\nprint('first')\ntime.sleep(0.7)\nprint('second')"
    arrivals: list[tuple[str, float]] = []
    async for piece in sandbox.run(Program(text, "demo"), Limits()):
        if isinstance(piece, Output):
            arrivals.append((piece.text, time.monotonic()))
    assert [text for text, _ in arrivals] == ["first\n", "second\n"]
    assert arrivals[1][1] - arrivals[0][1] > 0.4


async def test_live_output_is_the_output_of_the_result(sandbox: Sandbox) -> None:
    text = "import sys\nfor i in range(50): print(i, '→'); print(i, file=sys.stderr)"
    seen = {"stdout": "", "stderr": ""}
    async for piece in sandbox.run(Program(text, "demo"), Limits()):
        if isinstance(piece, Output):
            seen[piece.stream] += piece.text
        else:
            assert seen == {"stdout": piece.stdout, "stderr": piece.stderr}


async def test_a_result_comes_once_and_last(sandbox: Sandbox) -> None:
    pieces = [piece async for piece in sandbox.run(Program("print(1)", "demo"), Limits())]
    assert [isinstance(piece, ExecutionResult) for piece in pieces] == [False, True]


async def test_closing_the_iterator_ends_the_program_at_once(sandbox: Sandbox) -> None:
    pieces = sandbox.run(
        Program("print(1, flush=True)\nimport time\ntime.sleep(60)", "demo"), Limits(wall_s=60)
    )
    started = time.monotonic()
    async with aclosing(pieces):
        assert isinstance(await anext(pieces), Output)
    assert time.monotonic() - started < 5


async def test_cancelling_the_task_ends_the_program_at_once(sandbox: Sandbox) -> None:
    task = asyncio.create_task(execute(sandbox, "import time; time.sleep(60)", wall_s=60.0))
    await asyncio.sleep(0.8)
    started = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - started < 3
    assert (await execute(sandbox, "print('next')")).stdout == "next\n"


async def test_a_program_that_is_stopped_ends_as_cancelled_with_the_output_it_had(sandbox: Sandbox) -> None:
    stop = asyncio.Event()
    text = "import sys, time\nprint('so far', flush=True)\nprint('and here', file=sys.stderr)\ntime.sleep(60)"
    started = 0.0
    async with aclosing(sandbox.run(Program(text, "demo"), Limits(wall_s=60), stop=stop)) as pieces:
        async for piece in pieces:
            if isinstance(piece, Output) and piece.stream == "stderr":
                started = time.monotonic()
                stop.set()
    assert isinstance(piece, ExecutionResult)
    assert (piece.status, piece.stdout, piece.stderr) == ("cancelled", "so far\n", "and here\n")
    assert time.monotonic() - started < 3


async def test_a_program_stopped_before_it_began_never_runs(sandbox: Sandbox) -> None:
    stop = asyncio.Event()
    stop.set()
    pieces = [piece async for piece in sandbox.run(Program("print(1)", "demo"), Limits(), stop=stop)]
    assert [piece.status for piece in pieces if isinstance(piece, ExecutionResult)] == ["cancelled"]


async def test_executions_do_not_see_each_other(sandbox: Sandbox) -> None:
    await execute(sandbox, "open('left-behind', 'w').write('x')")
    result = await execute(sandbox, "import os; print(os.path.exists('left-behind'))")
    assert result.stdout == "False\n"


async def test_several_programs_at_once_keep_their_own_output(sandbox: Sandbox) -> None:
    results = await asyncio.gather(*(execute(sandbox, f"print({i})") for i in range(4)))
    assert [result.stdout for result in results] == ["0\n", "1\n", "2\n", "3\n"]


async def test_the_environment_is_empty_but_for_what_python_needs(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("HTTP_PROXY", "http://user:password@proxy")
    result = await execute(sandbox, "import os; print(sorted(os.environ))")
    names = result.stdout
    assert "KEY" not in names
    assert "PROXY" not in names.upper()


async def test_bytes_that_are_no_utf8_do_not_break_the_result(sandbox: Sandbox) -> None:
    result = await execute(sandbox, "import sys; sys.stdout.buffer.write(b'a\\xff\\xfeb\\x00c')")
    assert result.stdout == "a��b\x00c"
    assert result.stdout_bytes == 6


async def test_a_program_longer_than_the_limit_is_refused_with_the_numbers(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxError, match=r"2,000 bytes.*1,000"):
        await execute(sandbox, "#" * 2000, source_bytes=1000)


async def test_half_a_surrogate_pair_in_the_source_is_a_syntax_error_of_the_program(sandbox: Sandbox) -> None:
    result = await execute(sandbox, "print('\ud800')")
    assert result.exit == 1
    assert "SyntaxError" in result.stderr


async def test_a_stale_coding_cookie_does_not_garble_the_source(sandbox: Sandbox) -> None:
    assert (await execute(sandbox, "# -*- coding: latin-1 -*-\nprint(len('é'))")).stdout == "1\n"


async def test_after_closing_nothing_runs_and_closing_again_is_harmless(sandbox: Sandbox) -> None:
    await sandbox.aclose()
    await sandbox.aclose()
    with pytest.raises(SandboxError, match="closed"):
        await execute(sandbox, "print(1)")


async def test_the_label_says_how_isolated_it_is(sandbox: Sandbox) -> None:
    labels = {
        "docker": "Docker container",
        "namespaces": "reduced isolation",
        "process": "no isolation: built-in demo only",
    }
    assert sandbox.info.label == labels[sandbox.info.engine]

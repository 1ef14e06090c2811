"""How a hostile program ended, compared with how it should have."""

from __future__ import annotations

import time
from typing import Any

from codesteer_tui.errors import SandboxError
from codesteer_tui.sandbox import Output, Sandbox, source
from codesteer_tui.values import ExecutionResult, Limits, Program

_TAILS = {"tail_o_has": "tail_stdout", "tail_e_has": "tail_stderr"}


async def ending_of(sandbox: Sandbox, data: bytes, limits: Limits) -> tuple[dict[str, Any], float]:
    """The fields of the result of the source `data`, and how long it took in milliseconds.

    A failure of the sandbox is the status `lost`. What arrived while it ran has to be what the result holds.
    """
    program = Program(source.from_bytes(data), "demo")
    live = {"stdout": "", "stderr": ""}
    result: ExecutionResult | None = None
    started = time.perf_counter()
    try:
        async for piece in sandbox.run(program, limits):
            if isinstance(piece, Output):
                live[piece.stream] += piece.text
            else:
                result = piece
    except SandboxError as error:
        return {"status": "lost", "why": str(error)}, (time.perf_counter() - started) * 1e3
    took = (time.perf_counter() - started) * 1e3
    assert result is not None, "the sandbox gave no result"
    assert live == {"stdout": result.stdout, "stderr": result.stderr}, "the live output is the result's"
    return {name: getattr(result, name) for name in ExecutionResult.__struct_fields__}, took


def deviations(expect: dict[str, Any], got: dict[str, Any], took: float) -> list[str]:
    """What differs from the expectation, in words; empty where nothing does.

    Keys are fields of the result with a value, a list of alternatives, ">0" or "none"; `stdout_has` and
    `stderr_has` with text or texts that must all be there; `stdout_not` and `stderr_not` with what must not be
    there; `tail_o_has` and `tail_e_has` with text of a tail; `max_ms` with the most milliseconds it may take.
    """
    wrong = []
    for key, wanted in expect.items():
        stream, _, test = key.partition("_")
        parts = wanted if isinstance(wanted, list) else [wanted]
        if key == "max_ms":
            ok = took <= wanted
        elif key in _TAILS:
            ok = wanted in got.get(_TAILS[key], "")
        elif test == "has":
            ok = all(part in got.get(stream, "") for part in parts)
        elif test == "not":
            ok = not any(part in got.get(stream, "") for part in parts)
        elif wanted == ">0":
            ok = (got.get(key) or 0) > 0
        else:
            ok = got.get(key) in [None if part == "none" else part for part in parts]
        if not ok:
            wrong.append(f"{key}: wanted {wanted!r}")
    return wrong

"""While text streams in, keys are answered at once, and the thousandth line costs no more than the first."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import quantiles

import pexpect
import pytest

ROOT = Path(__file__).resolve().parents[2]
STREAMS_S = 60.0
P95_S = 0.1
GROWS = 1.5
GLYPHS = [chr(0x2460 + n) for n in range(60)]
"""Typed one by one; none of them is in the stream, so that its painting can be seen."""


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[pexpect.spawn]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path),
        "XDG_STATE_HOME": str(tmp_path),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
    }
    script = str(Path(__file__).with_name("streaming.py"))
    child = pexpect.spawn(
        sys.executable,
        [script, str(STREAMS_S), str(tmp_path / "result.json")],
        cwd=str(tmp_path), env=environment, dimensions=(45, 160), encoding="utf-8", maxread=1 << 16,
    )  # fmt: skip
    child.delaybeforesend = None  # else each key would wait 50 ms before it is pressed
    yield child
    child.close(force=True)


def until_painted(child: pexpect.spawn, glyph: str, limit_s: float) -> float:
    """Press a key and read the terminal until it is painted; gives the seconds."""
    began = time.perf_counter()
    child.send(glyph)
    rest = ""
    while time.perf_counter() - began < limit_s:
        try:
            rest = rest[-4:] + child.read_nonblocking(1 << 16, timeout=0.05)
        except pexpect.TIMEOUT:
            continue
        if glyph in rest:
            return time.perf_counter() - began
    pytest.fail(f"{glyph!r} was not painted within {limit_s:g} s")


def read_for(child: pexpect.spawn, seconds: float) -> None:
    """Take what is painted, as a terminal does."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        try:
            child.read_nonblocking(1 << 16, timeout=0.02)
        except pexpect.TIMEOUT:
            continue


@pytest.mark.perf
@pytest.mark.timeout(240)
def test_keys_are_answered_while_two_thousand_pieces_a_second_stream_in(
    terminal: pexpect.spawn, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    result = tmp_path / "result.json"
    terminal.expect("Use code", timeout=60)
    read_for(terminal, 3)
    took: list[float] = []
    for glyph in GLYPHS:
        took.append(until_painted(terminal, glyph, 10))
        read_for(terminal, max(0.0, 0.9 * STREAMS_S / len(GLYPHS) - took[-1]))
    limit = time.monotonic() + 60
    while not result.exists():
        assert time.monotonic() < limit, "the stream has no end"
        read_for(terminal, 0.2)
    found = json.loads(result.read_text())
    p95 = quantiles(took, n=20)[-1]
    first, *_, last = found["cpu"]
    print(
        f"key to paint p95 {p95 * 1000:.0f} ms, most {max(took) * 1000:.0f} ms; {found['chars']:,} characters"
        f" in {found['seconds']:.1f} s, CPU of the tenths: {' '.join(f'{cpu:.2f}' for cpu in found['cpu'])} s"
    )
    record_property("p95_ms", round(p95 * 1000))
    record_property("cpu_ratio", round(last / first, 2))
    assert found["whole"]
    assert found["seconds"] <= STREAMS_S * 1.1, "the stream was held up"
    assert p95 < P95_S, f"95 of 100 keys are painted within {p95 * 1000:.0f} ms"
    assert last <= GROWS * first, f"the last tenth took {last / first:.2f} times the CPU of the first"

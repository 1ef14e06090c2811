"""What kernels write into cgroup files, as recorded, and what the supervisor makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesteer_tui.sandbox.frames import Hello, _decode
from codesteer_tui.sandbox.inside.counters import (
    NO_CAP,
    Caps,
    Counters,
    cpu_seconds,
    read_caps,
    read_counters,
)

CPU_STAT = """usage_usec 2351904
user_usec 1948112
system_usec 403792
nice_usec 0
core_sched.force_idle_usec 0
nr_periods 42
nr_throttled 17
throttled_usec 991203
nr_bursts 0
burst_usec 0
"""

V2 = {
    "memory.events": "low 0\nhigh 0\nmax 1873\noom 3\noom_kill 1\noom_group_kill 0\n",
    "memory.peak": "268435456\n",
    "memory.max": "268435456\n",
    "memory.swap.max": "0\n",
    "pids.events": "max 12\n",
    "pids.max": "64\n",
    "pids.peak": "64\n",
    "cpu.stat": CPU_STAT,
}

V1 = {
    "memory/memory.max_usage_in_bytes": "134217728\n",
    "memory/memory.limit_in_bytes": "268435456\n",
    "memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
    "pids/pids.events": "max 5\n",
    "pids/pids.max": "64\n",
    "cpu,cpuacct/cpuacct.usage": "2351904111\n",
}


def _write(root: Path, files: dict[str, str]) -> str:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return str(root)


def test_cgroup_v2_is_read(tmp_path: Path) -> None:
    root = _write(tmp_path, V2)
    assert read_counters(root) == Counters(268435456, 2351904, 1, 12)
    assert read_caps(root) == Caps(268435456, 64)
    assert cpu_seconds(root) == pytest.approx(2.351904)


def test_cgroup_v1_is_read(tmp_path: Path) -> None:
    root = _write(tmp_path, V1)
    assert read_counters(root) == Counters(134217728, 2351904, 2, 5)
    assert read_caps(root) == Caps(268435456, 64)
    assert cpu_seconds(root) == pytest.approx(2.351904)


def test_a_kernel_before_5_19_keeps_no_peak_and_everything_else(tmp_path: Path) -> None:
    root = _write(tmp_path, {name: text for name, text in V2.items() if name != "memory.peak"})
    assert read_counters(root) == Counters(None, 2351904, 1, 12)


def test_the_cpu_time_of_an_old_kernels_root_has_no_throttling_and_is_read(tmp_path: Path) -> None:
    root = _write(tmp_path, {"cpu.stat": "usage_usec 71\nuser_usec 60\nsystem_usec 11\n"})
    assert read_counters(root).cpu_us == 71


def test_the_quota_of_cgroup_v1_in_its_own_cpu_stat_is_not_taken_for_cpu_time(tmp_path: Path) -> None:
    files = {"cpu,cpuacct/cpu.stat": "nr_periods 9\nnr_throttled 1\nthrottled_time 5\n"}
    root = _write(tmp_path, files | {"cpuacct/cpuacct.usage": "9000\n"})
    assert read_counters(root).cpu_us == 9


@pytest.mark.parametrize(
    "files",
    [
        {"memory.max": "max\n", "pids.max": "max\n"},
        {"memory/memory.limit_in_bytes": "9223372036854771712\n", "pids/pids.max": "max\n"},
    ],
    ids=["v2", "v1"],
)
def test_no_limit_is_more_than_any_and_fits_into_the_hello(tmp_path: Path, files: dict[str, str]) -> None:
    caps = read_caps(_write(tmp_path, files))
    assert caps == Caps(NO_CAP, NO_CAP)
    hello = f'{{"v":1,"python":"3","uid":1,"memory_bytes":{caps.memory_bytes},"pids":{caps.pids}}}'
    assert _decode(hello.encode(), Hello) == Hello(1, "3", 1, NO_CAP, NO_CAP)


def test_where_nothing_is_said_nothing_is_claimed(tmp_path: Path) -> None:
    for root in (str(tmp_path / "nowhere"), _write(tmp_path, dict.fromkeys({**V1, **V2}, ""))):
        assert read_counters(root) == Counters(None, None, 0, 0)
        assert read_caps(root) == Caps(None, None)
        assert cpu_seconds(root) is None


@pytest.mark.parametrize(
    "garbage",
    [b"\xff\xfe\x00", "²\n".encode(), b"-1\n", b"1 2 3\n", b"oom_kill\nmax\nusage_usec\n", b"1e9\n"],
)
def test_garbage_is_no_number_and_no_fault(tmp_path: Path, garbage: bytes) -> None:
    root = _write(tmp_path, V2)
    for name in V2:
        (tmp_path / name).write_bytes(garbage)
    assert read_counters(root) == Counters(None, None, 0, 0)
    assert read_caps(root) == Caps(None, None)


@given(st.binary(max_size=60))
def test_whatever_is_in_the_files_reading_them_never_fails(content: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "codesteer_tui.sandbox.inside.counters._first",
            lambda *_: content.decode("ascii", "replace"),
        )
        counters, caps = read_counters("/"), read_caps("/")
    assert counters.oom_kills >= 0
    assert caps.memory_bytes is None or 0 <= caps.memory_bytes <= NO_CAP

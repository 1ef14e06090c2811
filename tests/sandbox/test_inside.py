"""The parts that run inside a box, as far as they can be tested outside one."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesteer_tui.sandbox.docker import images
from codesteer_tui.sandbox.inside import seccomp
from codesteer_tui.sandbox.inside.counters import Counters, read_counters
from codesteer_tui.sandbox.inside.cut import Cut
from codesteer_tui.sandbox.launch import INSIDE
from tests.boxes import missing


def _write(root: Path, files: dict[str, str]) -> str:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return str(root)


def test_counters_of_cgroup_v1_are_read(tmp_path: Path) -> None:
    root = _write(
        tmp_path,
        {
            "memory/memory.max_usage_in_bytes": "12345678\n",
            "memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
            "cpuacct/cpuacct.usage": "5000000\n",
            "pids/pids.events": "max 7\n",
        },
    )
    assert read_counters(root) == Counters(12345678, 5000, 2, 7)


def test_counters_of_cgroup_v2_are_read(tmp_path: Path) -> None:
    root = _write(
        tmp_path,
        {
            "memory.peak": "12345678\n",
            "memory.events": "low 0\nhigh 0\nmax 41\noom 1\noom_kill 2\noom_group_kill 0\n",
            "cpu.stat": "usage_usec 5000\nuser_usec 4000\nsystem_usec 1000\n",
            "pids.events": "max 7\n",
        },
    )
    assert read_counters(root) == Counters(12345678, 5000, 2, 7)


def test_a_kernel_that_keeps_no_peak_says_nothing_rather_than_zero(tmp_path: Path) -> None:
    assert read_counters(_write(tmp_path, {"memory.events": "oom_kill 0\n"})).peak_bytes is None
    assert read_counters(str(tmp_path / "nowhere")) == Counters(None, None, 0, 0)


@given(st.lists(st.binary(max_size=50)), st.integers(0, 60), st.integers(0, 60))
def test_a_cut_keeps_exactly_the_first_and_the_last_bytes(pieces: list[bytes], head: int, tail: int) -> None:
    cut = Cut(head, tail)
    kept = b"".join(cut.feed(piece) for piece in pieces)
    whole = b"".join(pieces)
    assert kept == whole[:head]
    assert cut.tail == (whole[head:][-tail:] if tail else b"")
    assert (cut.total, cut.truncated) == (len(whole), len(whole) > head)


def test_a_flood_does_not_fill_the_supervisors_memory() -> None:
    cut = Cut(10, 1000)
    for _ in range(100):
        cut.feed(bytes(65536))
    assert len(cut._rest) <= 4 * 1000 + 2 * 65536


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
@pytest.mark.parametrize("single_process", [False, True])
def test_every_jump_of_the_filter_lands_inside_it(machine: str, single_process: bool) -> None:
    filter_ = seccomp.build(machine, single_process=single_process)
    for at, (code, if_true, if_false, _) in enumerate(filter_):
        if code in (0x15, 0x35, 0x45):
            assert at + 1 + max(if_true, if_false) < len(filter_)
    assert filter_[-1] == (0x06, 0, 0, 0x7FFF0000)


def _decide(filter_: list[tuple[int, int, int, int]], nr: int, arg0: int = 0, arch: int = 0xC000003E) -> int:
    """Run the filter as the kernel would; return the action."""
    words = {0: nr, 4: arch, 16: arg0}
    at = loaded = 0
    while True:
        code, if_true, if_false, value = filter_[at]
        if code == 0x20:
            loaded = words[value]
        elif code == 0x06:
            return value
        else:
            matches = {0x15: loaded == value, 0x35: loaded >= value, 0x45: loaded & value != 0}[code]
            at += if_true if matches else if_false
        at += 1


def test_the_filter_denies_what_it_names_and_lets_the_rest_through() -> None:
    eperm, eagain, enosys, allow = 0x50001, 0x5000B, 0x50026, 0x7FFF0000
    for machine, arch, column in (("x86_64", 0xC000003E, 0), ("aarch64", 0xC00000B7, 1)):
        many = seccomp.build(machine, single_process=False)
        one = seccomp.build(machine, single_process=True)
        numbers = {name: both[column] for name, both in seccomp.NUMBERS.items()}

        def decide(
            filter_: list[tuple[int, int, int, int]], name: str, arg0: int = 0, *, arch: int = arch
        ) -> int:
            return _decide(filter_, numbers[name] or 0, arg0, arch)  # noqa: B023

        assert {decide(many, name) for name in seccomp.ALWAYS_DENIED} == {eperm}
        assert {decide(one, name) for name in seccomp.SINGLE_PROCESS_DENIED if numbers[name]} == {eperm}
        assert (decide(many, "clone"), decide(one, "clone"), decide(one, "clone3")) == (allow, eagain, enosys)
        namespaces = [0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000]
        assert {decide(many, "clone", flag | 17) for flag in namespaces} == {eperm}
        thread = 0x3D0F00  # the flags that a C library starts a thread with
        assert [decide(many, "clone", flags) for flags in (17, thread)] == [allow, allow]
        assert decide(many, "clone3") == enosys
        assert [decide(many, "socket", family) for family in (1, 2, 10, 16, 40)] == [allow] * 3 + [eperm] * 2
        assert [decide(one, "socket", family) for family in (1, 2, 10)] == [allow, eperm, eperm]
        assert (decide(many, "prlimit64", 0), decide(many, "prlimit64", 1)) == (allow, eperm)
        assert decide(many, "bpf", arch=0x40000003) == 0x80000000
        assert _decide(many, 0, 0, arch) == allow
    assert _decide(seccomp.build("x86_64", single_process=False), 0x40000000 | 1) == eperm


def test_the_numbers_are_those_of_the_kernels_own_headers() -> None:
    checked = 0
    for path, column in (
        ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", 0),
        ("/usr/include/asm-generic/unistd.h", 1),
    ):
        if not Path(path).exists():
            continue
        found = dict(re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", Path(path).read_text()))
        for name, both in seccomp.NUMBERS.items():
            if name in found and both[column] is not None:
                assert both[column] == int(found[name]), (path, name)
                checked += 1
    if not checked:
        missing("no kernel headers on this machine")


def test_an_unknown_architecture_is_refused() -> None:
    with pytest.raises(seccomp.UnsupportedMachine, match="riscv64"):
        seccomp.build("riscv64", single_process=False)


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
def test_the_supervisor_refuses_to_run_anywhere_but_as_pid_1() -> None:
    command = [sys.executable, "-I", str(INSIDE), "container"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
    assert done.returncode == 3
    assert "not PID 1" in done.stderr


def test_what_is_copied_into_the_image_needs_the_standard_library_only() -> None:
    for path in INSIDE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names.append(node.module or "")
            for name in names:
                assert name.split(".")[0] in sys.stdlib_module_names, (path.name, name)


def test_the_image_is_named_after_what_went_into_it() -> None:
    assert images.tag("a:1") != images.tag("b:1")
    assert images.tag("a:1").startswith("codesteer-sandbox:core-")

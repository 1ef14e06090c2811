"""The namespace box: what it lets in, and that it is not used where its self-test finds a hole."""

from __future__ import annotations

import asyncio
import os
from contextlib import aclosing
from pathlib import Path

import pytest

from codesteer_tui.errors import SandboxError, SandboxUnavailable
from codesteer_tui.sandbox import launch, namespaces
from codesteer_tui.sandbox.namespaces import NamespaceSandbox
from codesteer_tui.sandbox.trials import trials
from codesteer_tui.values import ExecutionResult, Limits, NotRun, Program
from tests.boxes import execute


def _processes_in_boxes() -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().split(b"\0")
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if b"namespaces" in line and str(launch.INSIDE).encode() in line and parent in (1, os.getpid()):
                found.append(entry.name)
    return found


async def test_demo_programs_run_and_others_are_asked_about(namespace_sandbox: NamespaceSandbox) -> None:
    assert namespace_sandbox.admits(Program("1", "demo")) == "yes"
    assert namespace_sandbox.admits(Program("1", "model")) == "ask"
    assert namespace_sandbox.admits(Program("1", "user")) == "ask"


def test_the_setting_decides_about_programs_that_are_not_the_demos() -> None:
    always = NamespaceSandbox(reduced_isolation="always")
    assert always.admits(Program("1", "model")) == "yes"
    never = NamespaceSandbox(reduced_isolation="never")
    assert never.admits(Program("1", "demo")) == "yes"
    refusal = never.admits(Program("1", "model"))
    assert isinstance(refusal, NotRun)
    assert "reduced_isolation" in refusal.reason


async def test_a_program_that_is_not_admitted_is_not_run() -> None:
    with pytest.raises(SandboxError, match="reduced_isolation"):
        await anext(NamespaceSandbox(reduced_isolation="never").run(Program("1", "model"), Limits()))


async def test_memory_beyond_the_limit_is_refused(namespace_sandbox: NamespaceSandbox) -> None:
    result = await execute(namespace_sandbox, "bytearray(300 << 20)", memory_bytes=256 << 20)
    assert result.exit == 1
    assert "MemoryError" in result.stderr


async def test_no_process_is_left_when_a_run_is_closed(namespace_sandbox: NamespaceSandbox) -> None:
    pieces = namespace_sandbox.run(
        Program("print(1, flush=True)\nimport time\ntime.sleep(60)", "demo"), Limits(wall_s=60)
    )
    async with aclosing(pieces):
        await anext(pieces)
        assert _processes_in_boxes()
    assert not _processes_in_boxes()


async def test_a_box_killed_from_outside_is_an_error_of_the_sandbox(
    namespace_sandbox: NamespaceSandbox,
) -> None:
    pieces = namespace_sandbox.run(
        Program("print(1, flush=True)\nimport time\ntime.sleep(60)", "demo"), Limits(wall_s=60)
    )
    await anext(pieces)
    [box] = _processes_in_boxes()
    os.kill(int(box), 9)
    with pytest.raises(SandboxError, match="from outside"):
        await anext(pieces)
    for _ in range(50):
        if not _processes_in_boxes():
            return
        await asyncio.sleep(0.02)
    pytest.fail("a process of the box is left")


async def test_every_trial_passes_here(namespace_sandbox: NamespaceSandbox) -> None:
    assert await namespace_sandbox.self_test() == ""


@pytest.mark.parametrize("name", [trial.name for trial in trials("/x") if trial.status == "exited"])
def test_a_trial_that_got_something_counts_as_a_deviation(name: str) -> None:
    [trial] = [each for each in trials("/x") if each.name == name]
    tight = ExecutionResult("exited", exit=trial.exit, stdout=trial.stdout)
    assert trial.deviation(tight) == ""
    got_out = ExecutionResult("exited", exit=trial.exit, stdout=trial.stdout + "/etc/shadow\n")
    assert name in trial.deviation(got_out)
    assert name in trial.deviation(ExecutionResult("exited", exit=1, stderr="Traceback"))


async def test_the_trials_find_the_holes_of_a_plain_process(tmp_path: Path) -> None:
    """Run where nothing holds them, the escapes succeed: so a pass in the box means something."""
    from codesteer_tui.sandbox.process import ProcessSandbox

    canary = tmp_path / "canary"
    canary.write_text("secret")
    by_name = {trial.name: trial for trial in trials(str(canary))}
    for name in ("reading the host's files", "reaching a network", "starting processes or threads"):
        trial = by_name[name]
        result = await execute(ProcessSandbox(), trial.source, memory_bytes=1 << 30)
        assert trial.deviation(result), name


async def test_a_failed_self_test_keeps_the_box_from_being_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async def leaks(self: NamespaceSandbox) -> str:
        return "reading the host's files: '/etc/shadow'"

    monkeypatch.setattr(NamespaceSandbox, "_self_test", None)
    monkeypatch.setattr(NamespaceSandbox, "self_test", leaks)
    with pytest.raises(SandboxUnavailable, match="/etc/shadow") as caught:
        await NamespaceSandbox.open()
    assert "Docker" in caught.value.remedy


async def test_where_namespaces_are_forbidden_the_reason_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NamespaceSandbox, "_self_test", None)
    monkeypatch.setattr(launch, "INSIDE", Path("/nowhere"))
    with pytest.raises(SandboxUnavailable, match="namespaces are not permitted here"):
        await NamespaceSandbox.open()


async def test_other_systems_are_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(namespaces.platform, "machine", lambda: "riscv64")
    with pytest.raises(SandboxUnavailable, match="riscv64"):
        await NamespaceSandbox.open()

"""A sandbox that is put to the test by hand: what holds, and what is reported where it does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection

import pytest

from codesteer_tui.errors import SandboxError, SandboxUnavailable
from codesteer_tui.sandbox import Admission, Output
from codesteer_tui.sandbox.docker.sandbox import DockerSandbox
from codesteer_tui.sandbox.namespaces import NamespaceSandbox
from codesteer_tui.sandbox.process import ProcessSandbox
from codesteer_tui.sandbox.selftest import selftest
from codesteer_tui.sandbox.trials import container_trials
from codesteer_tui.values import ExecutionResult, Limits, Program, SandboxInfo


class Leaky:
    """A "container" in which every program ends well at once, whatever it tried."""

    info = SandboxInfo(engine="docker", isolation="container", label="leaky")

    def __init__(self, fails: Collection[int] = (), status: str = "exited") -> None:
        self.runs = 0
        self._fails, self._status = fails, status

    def admits(self, program: Program) -> Admission:
        return "yes"

    async def run(
        self, program: Program, limits: Limits, *, stop: asyncio.Event | None = None
    ) -> AsyncGenerator[Output | ExecutionResult, None]:
        self.runs += 1
        if self.runs - 1 in self._fails:
            raise SandboxError("the engine went away")
        yield ExecutionResult(self._status, exit=0, stdout="got in\n")  # type: ignore[arg-type]

    async def aclose(self) -> None:
        return


@pytest.mark.docker
async def test_a_container_holds_all_that_is_promised(docker_sandbox: DockerSandbox) -> None:
    findings = [finding async for finding in selftest(docker_sandbox)]
    assert [finding.said for finding in findings if not finding.ok] == []
    names = {finding.name for finding in findings}
    assert {"more memory than allowed", "more processes than allowed", "reaching a network"} <= names
    assert {"filling the disk", "running for ever", "forging a result"} <= names


async def test_the_namespace_box_holds_all_that_is_promised(namespace_sandbox: NamespaceSandbox) -> None:
    findings = [finding async for finding in selftest(namespace_sandbox)]
    assert [finding.said for finding in findings if not finding.ok] == []
    assert len(findings) >= 14


async def test_in_a_box_that_holds_nothing_every_trial_fails_and_says_what_it_saw() -> None:
    findings = [finding async for finding in selftest(Leaky())]
    assert [finding.name for finding in findings if finding.ok] == []
    assert "got in" in findings[0].said
    assert len(findings) == len(container_trials("/canary"))


async def test_a_sandbox_that_runs_nothing_is_not_tested_trial_by_trial() -> None:
    box = Leaky(fails=range(1000))
    with pytest.raises(SandboxError, match="the engine went away"):
        async for _ in selftest(box):
            pass
    assert box.runs == 2


async def test_a_failure_of_the_sandbox_in_the_middle_is_a_finding_once_it_repeats() -> None:
    findings = [finding async for finding in selftest(Leaky(fails=[1, 3, 4]))]
    assert {finding.ok for finding in findings} == {False}
    assert [finding.said for finding in findings if "the engine went away" in finding.said] == [
        f"{findings[2].name}: the engine went away"
    ]


async def test_a_trial_that_ran_out_of_time_is_tried_once_more_and_no_other() -> None:
    late, leaky = Leaky(status="timeout"), Leaky()
    async for _ in selftest(late):
        pass
    trials = container_trials("/canary")
    expected = sum(1 if trial.status == "timeout" else 2 for trial in trials)
    # What is meant to run out of time ended with an exit code here, which is a deviation as well.
    assert late.runs == expected + 1
    async for _ in selftest(leaky):
        pass
    assert leaky.runs == len(trials)


async def test_where_nothing_is_isolated_there_is_nothing_to_test() -> None:
    box = ProcessSandbox()
    with pytest.raises(SandboxUnavailable, match="isolates nothing"):
        async for _ in selftest(box):
            pass


def test_the_trials_of_a_container_run_within_the_default_limits() -> None:
    defaults = Limits()
    for trial in container_trials("/canary"):
        compile(trial.source, trial.name, "exec")
        shape = (trial.limits.memory_bytes, trial.limits.pids, trial.limits.disk_bytes)
        assert shape == (defaults.memory_bytes, defaults.pids, defaults.disk_bytes)

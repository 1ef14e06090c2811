"""The plain process: it takes the demo's own programs and nothing else, by origin and not by text."""

from __future__ import annotations

from pathlib import Path

import pytest

from codesteer_tui.errors import SandboxError
from codesteer_tui.sandbox import process
from codesteer_tui.sandbox.off import OffSandbox
from codesteer_tui.sandbox.process import ProcessSandbox
from codesteer_tui.values import Limits, NotRun, Program
from tests.boxes import execute


def test_the_same_text_is_admitted_from_the_demo_and_from_nobody_else() -> None:
    sandbox = ProcessSandbox(remedy="codesteer sandbox build")
    assert sandbox.admits(Program("print(1)", "demo")) == "yes"
    for origin in ("model", "user"):
        refusal = sandbox.admits(Program("print(1)", origin))  # type: ignore[arg-type]
        assert isinstance(refusal, NotRun)
        assert refusal.remedy == "codesteer sandbox build"


async def test_a_program_that_is_not_the_demos_is_not_run() -> None:
    with pytest.raises(SandboxError, match="not run"):
        await anext(ProcessSandbox().run(Program("print(1)", "model"), Limits()))


async def test_resource_limits_are_on() -> None:
    text = (
        "import resource as r\n"
        "print(r.getrlimit(r.RLIMIT_CPU), r.getrlimit(r.RLIMIT_NOFILE)[1], r.getrlimit(r.RLIMIT_CORE)[1])"
    )
    assert (await execute(ProcessSandbox(), text, cpu_s=3)).stdout == "(3, 4) 256 0\n"


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_nothing_is_left_in_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process.tempfile, "tempdir", str(tmp_path))
    await execute(ProcessSandbox(), "open('x', 'w').write('y')")
    assert not _entries(tmp_path)


async def test_switched_off_nothing_runs_and_the_reason_is_given() -> None:
    sandbox = OffSandbox()
    refusal = sandbox.admits(Program("print(1)", "demo"))
    assert isinstance(refusal, NotRun)
    assert "switched off" in refusal.reason
    with pytest.raises(SandboxError, match="switched off"):
        await anext(sandbox.run(Program("print(1)", "demo"), Limits()))
    await sandbox.aclose()

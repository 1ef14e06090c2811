"""What `codesteer sandbox` says: which limit was met, why it is not a container, what is there already."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from codesteer_tui.cli.sandbox_ending import say_end
from codesteer_tui.values import ExecutionResult, Limits, SandboxInfo
from tests.boxes import LOCAL_BASE
from tests.cli.conftest import COMMAND, Desk

CORE = SandboxInfo(engine="docker", isolation="container", label="Docker container", image="core")


@pytest.mark.parametrize(
    ("option", "value", "allowed"),
    [
        ("--wall-s", "nan", "above 0"),
        ("--wall-s", "inf", "86400"),
        ("--wall-s", "1e300", "86400"),
        ("--wall-s", "0", "above 0"),
        ("--mem-mib", "4", "at least 16"),
        ("--mem-mib", "99999999999999999999", "1048576"),
        ("--mem-mib", "abc", "whole number"),
        ("--pids", "1", "at least 2"),
        ("--pids", "99999999", "4096"),
        ("--cpu-s", "-1", "at least 0"),
        ("--out-kib", "0", "at least 1"),
        ("--disk-mib", "1e9", "whole number"),
    ],
)
def test_a_limit_that_is_none_is_refused_by_its_options_name(
    desk: Desk, option: str, value: str, allowed: str
) -> None:
    done = desk.codesteer("sandbox", "run", "-", option, value, stdin="print(1)")
    assert done.code == 2
    assert option in done.err
    assert allowed in done.err
    assert "bug" not in done.err


def test_why_no_container_is_used_is_said_with_what_would_mend_it(desk: Desk) -> None:
    desk.env["DOCKER_HOST"] = "unix:///nonexistent.sock"
    done = desk.codesteer("sandbox", "run", "-", stdin="print(1)")
    assert done.code == 3
    if "reduced isolation" in done.err:
        assert "nonexistent.sock (from DOCKER_HOST)" in done.err
        assert "unset DOCKER_HOST" in done.err
        assert "; or agree with: --engine namespaces" in done.err


@pytest.mark.docker
@pytest.mark.usefixtures("docker_image")
def test_an_image_that_there_is_not_is_named_with_its_setting(desk: Desk) -> None:
    done = desk.codesteer(
        "sandbox", "run", "-", "--engine", "docker", "--image", "nosuch:1", stdin="print(1)"
    )
    assert done.code == 3
    assert "sandbox.image names 'nosuch:1', which the engine does not have" in done.err
    assert "codesteer config explain sandbox.image" in done.err


@pytest.mark.docker
@pytest.mark.usefixtures("docker_image")
def test_an_image_that_is_there_is_not_built_again_unasked(desk: Desk) -> None:
    done = desk.codesteer("sandbox", "build")
    assert (done.code, done.out.startswith("codesteer-sandbox:core-")) == (0, True)
    assert f"made from {LOCAL_BASE}" in done.err
    again = desk.codesteer("sandbox", "build", "--again", timeout=120)
    assert (again.code, again.out) == (0, done.out)
    assert f"building {done.out.strip()} from {LOCAL_BASE}" in again.err


@pytest.mark.parametrize("name", ["", "bad name!!", "-x"])
def test_what_is_no_name_of_an_image_is_refused_before_any_engine_is_asked(desk: Desk, name: str) -> None:
    desk.env["DOCKER_HOST"] = "unix:///nonexistent.sock"
    done = desk.codesteer("sandbox", "build", f"--base={name}")
    assert done.code == 2
    assert repr(name) in done.err


@pytest.mark.docker
@pytest.mark.usefixtures("docker_image")
def test_a_full_temporary_folder_is_noticed_as_well(desk: Desk) -> None:
    text = (
        "try:\n    open('/tmp/x', 'wb').write(bytes(1 << 30))\nexcept OSError as error: print(error.strerror)"
    )
    done = desk.codesteer("sandbox", "run", "-", "--json", "--engine", "docker", stdin=text)
    assert done.data["stdout"] in ("No space left on device\n", "File too large\n")
    lines = ["try:", "    for i in range(99):", "        open(f'/dev/shm/{i}', 'wb').write(bytes(1 << 20))"]
    filled = "\n".join([*lines, "except OSError: pass"])
    done = desk.codesteer("sandbox", "run", "-", "--json", "--engine", "docker", stdin=filled)
    assert done.data["disk_full"]


def test_a_full_disk_behind_standard_output_is_no_bug(desk: Desk) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, "config", "show", "--json"],
            cwd=desk.folder,
            env=desk.env,
            stdout=full,
            stderr=subprocess.PIPE,
        )
    assert done.returncode == 74
    assert b"standard output cannot be written to: No space left on device" in done.stderr


def test_program_and_input_cannot_share_standard_input(desk: Desk) -> None:
    done = desk.codesteer("sandbox", "run", "-", "--stdin", "-", stdin="print(1)")
    assert done.code == 2
    assert "both" in done.err


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (ExecutionResult("timeout", wall_ms=10_000, cpu_ms=5), "timeout: longer than 10 s (--wall-s)"),
        (ExecutionResult("timeout", wall_ms=900, cpu_ms=10_050), "more than 10 s of CPU time (--cpu-s)"),
        (ExecutionResult("oom", signal=9), "oom: more than 256 MiB (--mem-mib)"),
        (ExecutionResult("exited", signal=11), "signal 11 (SIGSEGV)"),
        (ExecutionResult("exited", exit=1, pids_denied=3), "3 processes or threads refused (--pids)"),
        (ExecutionResult("exited", exit=0, disk_full=True), "no room left for files (--disk-mib)"),
        (
            ExecutionResult("exited", exit=0, stdout_truncated=True, stdout_bytes=3 << 20, tail_stdout="end"),
            "of stdout the first 64 KiB of 3 MiB (--out-kib) are above; it ended with:\nend",
        ),
        (
            ExecutionResult("exited", exit=1, stderr="x\nModuleNotFoundError: No module named 'numpy'\n"),
            "the sci image has numpy: codesteer sandbox build sci",
        ),
    ],
)
def test_an_ending_names_the_limit_that_it_met(
    result: ExecutionResult, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    say_end(result, Limits(), CORE)
    assert words in capsys.readouterr().err

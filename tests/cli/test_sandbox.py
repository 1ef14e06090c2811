"""The sandbox by hand."""

from __future__ import annotations

import functools
import signal
import subprocess

import pytest

from tests.boxes import missing
from tests.cli.conftest import COMMAND, Desk, at_desk

PROGRAM = "import sys\nprint('read', sys.stdin.read())\nprint('warned', file=sys.stderr)\nsys.exit({code})\n"


@pytest.fixture(scope="module")
def why_not(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Why there is no reduced isolation on this machine; empty where there is."""
    desk = at_desk(tmp_path_factory.mktemp("desk"))
    engines = desk.codesteer("sandbox", "status", "--json").data["engines"]
    return next("" if e["ok"] else e["detail"] for e in engines if e["name"] == "namespaces")


@pytest.fixture
def box(desk: Desk, why_not: str) -> functools.partial:
    """`sandbox run` with reduced isolation, where this machine has it."""
    if why_not:
        missing(why_not)
    return functools.partial(desk.codesteer, "sandbox", "run", "-", "--engine", "namespaces")


def test_the_output_and_the_exit_of_a_program_are_passed_on(desk: Desk, box: functools.partial) -> None:
    (desk.folder / "in.txt").write_text("me")
    done = box("--stdin", "in.txt", stdin=PROGRAM.format(code=0))
    assert (done.code, done.out) == (0, "read me\n")
    assert "warned" in done.err
    assert "exit 0" in done.err
    assert box(stdin=PROGRAM.format(code=3)).code == 1


def test_json_holds_the_whole_result(box: functools.partial) -> None:
    done = box("--json", stdin=PROGRAM.format(code=3))
    result = done.data
    assert (done.code, result["status"], result["exit"]) == (1, "exited", 3)
    assert (result["stdout"], result["stderr"]) == ("read \n", "warned\n")
    wanted = {
        "signal",
        "wall_ms",
        "cpu_ms",
        "peak_bytes",
        "stdout_truncated",
        "stderr_truncated",
        "oom_kills",
    }
    assert wanted | {"pids_denied", "disk_full", "stragglers", "tail_stdout", "tail_stderr"} <= set(result)


def test_the_limits_on_the_command_line_hold(box: functools.partial) -> None:
    late = box("--json", "--wall-s", "0.5", stdin="while True: pass").data
    assert late["status"] == "timeout"
    loud = box("--json", "--out-kib", "1", stdin="print('x' * 5000, end='END')").data
    assert loud["stdout_truncated"]
    assert len(loud["stdout"]) == 1024
    assert loud["tail_stdout"].endswith("END")


def test_escape_codes_of_a_program_stay_off_the_terminal(box: functools.partial) -> None:
    done = box(stdin=r"print('\x1b[2Jhello')")
    assert done.out == "hello\n"


def test_a_persons_program_is_not_run_with_less_than_a_container_unasked(desk: Desk) -> None:
    desk.env["DOCKER_HOST"] = "unix:///nonexistent.sock"
    done = desk.codesteer("sandbox", "run", "-", stdin="print(1)")
    assert (done.code, done.out) == (3, "")
    assert "→" in done.err


def test_an_engine_that_does_not_answer_is_named(desk: Desk) -> None:
    desk.env["DOCKER_HOST"] = "unix:///nonexistent.sock"
    for arguments in (["run", "-", "--engine", "docker"], ["build", "--yes"]):
        done = desk.codesteer("sandbox", *arguments, stdin="print(1)")
        assert done.code == 3
        assert "nonexistent.sock" in done.err
        assert "Traceback" not in done.err
    desk.configure("[sandbox]\nengine = 'docker'\n")
    status = desk.codesteer("sandbox", "status", "--json")
    assert (status.code, status.data["in_use"]) == (3, None)
    assert "nonexistent.sock (from DOCKER_HOST)" in status.err
    assert "unset DOCKER_HOST" in status.err


def test_an_engine_that_there_is_not_is_blamed_on_the_option_that_named_it(desk: Desk) -> None:
    done = desk.codesteer("sandbox", "run", "-", "--engine", "foo", stdin="print(1)")
    assert done.code == 2
    for word in ("--engine", "'foo'", "auto", "docker", "namespaces"):
        assert word in done.err
    assert "off" not in done.err
    assert "--sandbox" not in done.err


def test_doctor_names_what_is_missing_and_does_not_fail_for_it(desk: Desk) -> None:
    desk.env["DOCKER_HOST"] = "unix:///nonexistent.sock"
    done = desk.codesteer("doctor", "--json")
    assert done.code == 0
    assert done.data["ready"]
    items = {item["id"]: item for item in done.data["items"]}
    assert {"task_llm", "steerer", "checker", "sandbox", "weights", "servers", "sessions", "versions"} <= set(
        items
    )
    assert [i["id"] for i in items.values() if not i["ok"] and not i["remedy"]] == []
    assert "demo" in desk.codesteer("doctor").out


def test_doctor_fails_where_no_problem_can_be_solved(desk: Desk) -> None:
    done = desk.codesteer("--task-llm", "openai", "doctor")
    assert done.code == 1
    assert "OPENAI_API_KEY" in done.out


@pytest.mark.parametrize("engine", [pytest.param("docker", marks=pytest.mark.docker), "namespaces"])
def test_ctrl_c_stops_the_program_and_keeps_what_it_had_printed(
    desk: Desk, why_not: str, engine: str
) -> None:
    if engine == "namespaces" and why_not:
        missing(why_not)
    (desk.folder / "long.py").write_text("import time\nprint('so far')\nopen('mark', 'w')\ntime.sleep(60)\n")
    command = [*COMMAND, "sandbox", "run", "long.py", "--engine", engine, "--wall-s", "60"]
    with subprocess.Popen(
        command, cwd=desk.folder, env=desk.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "so far\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "cancelled" in err
    assert "Traceback" not in err

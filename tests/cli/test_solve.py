"""`codesteer solve`: the answer, the object, the events and the exit code, from the real command."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path

import pytest

from codesteer_tui import events as ev
from codesteer_tui.cli.outcome import exit_code
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import Verdicts
from tests.boxes import missing
from tests.cli.conftest import Desk, Done
from tests.fake_servers import FakeServer, Scripted, openai_body

PROBLEM = "Use 4 7 8 8 to make 24"
CODE = "I compute it.\n```python\ntotal = sum(n for n in range(1, 9))\nprint(total)\n```\n"


def test_json_tells_the_whole_outcome(desk: Desk) -> None:
    done = desk.codesteer("solve", PROBLEM, "--json")
    assert done.code == 0, done.err
    run = done.data
    assert run["problem"] == PROBLEM
    assert sorted(c for c in run["answer"] if c.isdigit()) == ["4", "7", "8", "8"]
    assert run["verdicts"]["symbolic"] == "pass"
    assert run["verdicts"]["self_check"] == "pass"
    assert run["rounds"] >= 2
    assert run["usage"]["total"]["output_tokens"] > 0
    assert run["seconds"] > 0
    assert run["ended"] == "finished"
    assert run["error"] is None
    assert run["roles"]["task_llm"]["kind"] == "demo"
    assert run["sandbox"]["isolation"] in ("container", "reduced", "none")
    assert Path(run["path"]).stem == run["session"]
    assert "self-check: pass" in done.err


def test_the_answer_alone_goes_to_standard_output(desk: Desk) -> None:
    done = desk.codesteer("solve", "-", "--quiet", stdin="What is 123456789 * 987654321?\n")
    assert (done.code, done.err) == (0, "")
    assert done.out.strip() == str(123456789 * 987654321)


def test_events_are_the_recorded_ones_line_by_line(desk: Desk) -> None:
    done = desk.codesteer("solve", PROBLEM, "--events", "-q")
    printed = [ev.decode(line) for line in done.out.splitlines()]
    assert printed == desk.recorded()
    assert isinstance(printed[0], ev.SessionStarted)
    assert isinstance(printed[-1], ev.Finished)


def test_a_task_is_generated_from_its_seed_and_judged_by_its_rules(desk: Desk) -> None:
    run = desk.codesteer("solve", "--task", "number_multiply", "--seed", "3", "--json").data
    assert (run["task"]["id"], run["task"]["seed"]) == ("number_multiply", 3)
    assert run["verdicts"]["ground_truth"] == "pass"
    values = run["task"]["parameters"]["values"]
    assert run["answer"] == str(values[0] * values[1] * values[2])


def test_a_refuted_answer_is_printed_and_the_exit_code_says_so(desk: Desk) -> None:
    done = desk.codesteer("solve", PROBLEM, "--max-rounds", "0", "--json")
    assert done.code == 1
    assert done.data["answer"]
    assert done.data["verdicts"]["self_check"] == "fail"


def test_what_the_demo_does_not_know_is_declined_and_a_real_model_suggested(desk: Desk) -> None:
    done = desk.codesteer("solve", "What is the capital of France?")
    assert (done.code, done.out) == (1, "")
    assert "codesteer doctor" in done.err


def test_a_quiet_run_still_says_in_a_line_why_its_answer_does_not_stand(desk: Desk) -> None:
    refuted = desk.codesteer("solve", PROBLEM, "--max-rounds", "0", "--quiet")
    assert (refuted.code, bool(refuted.out)) == (1, True)
    assert refuted.err.startswith("codesteer: the answer is refuted by the")
    assert refuted.err.count("\n") == 1
    declined = desk.codesteer("solve", "What is the capital of France?", "--quiet")
    assert (declined.code, declined.out) == (1, "")
    assert declined.err.startswith("codesteer: no answer: ")


def finished(answer: str, **verdicts: str) -> ev.Finished:
    return ev.Finished(
        answer=answer, answer_round=0 if answer else None, reason="", verdicts=Verdicts(**verdicts)
    )  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        (finished("24"), 0),
        (finished("24", self_check="pass"), 0),
        (finished("24", self_check="fail"), 1),
        (finished("24", symbolic="fail"), 0),
        (finished("24", self_check="pass", ground_truth="fail"), 1),
        (finished("24", self_check="fail", ground_truth="pass"), 0),
        (finished(""), 1),
        (ev.Failed(kind="auth", message="m"), 3),
        (ev.Cancelled(), 130),
        (None, 1),
    ],
)
def test_the_exit_code_follows_from_the_ending(ending: ev.Ending | None, code: int) -> None:
    assert exit_code(Transcript.of([ending] if ending else [])) == code


@pytest.mark.parametrize(
    ("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_stopped_run_keeps_its_session_and_says_where(desk: Desk, signum: int, code: int) -> None:
    desk.env["CODESTEER_PROVIDERS__DEMO__DELAY_S"] = "0.3"
    process = desk.start("solve", PROBLEM, "--json")
    desk.wait_for_line("answer_delta")
    process.send_signal(signum)
    out, err = process.communicate(timeout=30)
    events = desk.recorded()
    assert process.returncode == code, err
    assert isinstance(events[-1], ev.Cancelled)
    session = events[0].session  # type: ignore[union-attr]
    assert session in err.decode()
    assert b"Traceback" not in err
    assert (json.loads(out)["ended"], json.loads(out)["session"]) == ("cancelled", session)
    again = desk.codesteer("replay", "--text", session)
    assert again.code == 0
    assert "stopped" in again.out


def test_the_events_of_a_stopped_run_are_printed_to_their_end(desk: Desk) -> None:
    desk.env["CODESTEER_PROVIDERS__DEMO__DELAY_S"] = "0.3"
    process = desk.start("solve", PROBLEM, "--events")
    desk.wait_for_line("answer_delta")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    printed = [ev.decode(line) for line in out.splitlines()]
    assert printed == desk.recorded()
    assert [type(event).__name__ for event in printed[-2:]] == ["CallFailed", "Cancelled"]
    assert b"used: ~" in err


def test_a_reader_that_goes_away_is_no_error(desk: Desk) -> None:
    desk.env["CODESTEER_PROVIDERS__DEMO__DELAY_S"] = "0.05"
    process = desk.start("solve", PROBLEM, "--events", "-q")
    assert process.stdout is not None
    assert b"session_started" in process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=30) == 141
    assert process.stderr is not None
    with process.stderr:
        assert process.stderr.read() == b""
    assert isinstance(desk.recorded()[-1], ev.Cancelled)


async def solve_with_a_real_model(desk: Desk, *arguments: str) -> Done:
    """A run whose TaskLLM is a server on loopback, so that its code is a stranger's."""
    async with FakeServer(Scripted([openai_body(CODE)])) as server:
        desk.configure(
            f"[providers.mine]\nkind = 'openai'\nmodel = 'm'\nkey = 'none'\nbase_url = '{server.url}/v1'\n"
            "[roles]\ntask_llm = 'mine'\nchecker = 'off'\n"
        )
        return await asyncio.to_thread(desk.codesteer, "solve", "Sum 1 to 8", "--max-rounds", "0", *arguments)


async def test_a_strangers_code_is_not_run_with_reduced_isolation_unless_told_so(desk: Desk) -> None:
    desk.env["DOCKER_HOST"] = "unix:///nonexistent.sock"
    if not desk.codesteer("sandbox", "status", "--json").data["engines"][1]["ok"]:
        missing("no namespaces here")
    asked = await solve_with_a_real_model(desk)
    assert asked.err.count("→") == 1
    assert "→ to allow them, add: --sandbox namespaces" in asked.err
    results = [e.result for e in desk.recorded() if isinstance(e, ev.ExecutionFinished)]
    assert [type(r).__name__ for r in results] == ["NotRun"]
    agreed = await solve_with_a_real_model(desk, "--sandbox", "namespaces")
    assert "asked:" not in agreed.err
    assert agreed.out.strip() == "36"


async def test_a_run_that_fails_late_names_the_answer_that_it_had(desk: Desk) -> None:
    replies = (Scripted([openai_body("It is <<<42>>>.")]), Scripted([b"{}"], 401, "application/json"))
    async with FakeServer(*replies) as server:
        desk.configure(
            f"[providers.mine]\nkind = 'openai'\nmodel = 'm'\nkey = 'none'\nbase_url = '{server.url}/v1'\n"
            "[roles]\ntask_llm = 'mine'\nchecker = 'off'\n"
        )
        failed = await asyncio.to_thread(desk.codesteer, "solve", "What is 6 times 7?", "--json")
    assert failed.code == 3, failed.err
    assert (failed.data["ended"], failed.data["answer"]) == ("failed", "")
    assert failed.data["best_so_far"]["answer"] == "42"
    assert failed.data["best_so_far"]["round"] == 0
    assert "best answer so far (round 0): 42" in failed.err
    told = desk.codesteer("replay", "--text", failed.data["session"])
    assert "best answer so far (round 0): 42" in told.out

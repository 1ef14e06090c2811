"""A session in words reads like a log: one time for each event, and what belongs to it below."""

from __future__ import annotations

import re

import pytest

from codesteer_tui import events as ev
from codesteer_tui.problem import Problem
from codesteer_tui.sessions.export import as_text, demo_advice, lasting, lines_of
from codesteer_tui.steering.interrupted import KIND as INTERRUPTED
from codesteer_tui.steering.interrupted import STOPPED
from codesteer_tui.text import money, used
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import (
    ExecutionResult,
    Guidance,
    Limits,
    Message,
    NotRun,
    Program,
    Role,
    RoleInfo,
    SandboxInfo,
    Usage,
)

STAMP = re.compile(r"^ *\d+\.\d\ds  ")
SOURCE = "for n in range(3):\n    print(n)\n\nprint('end')\n"


def test_only_the_first_line_of_an_event_has_the_time_and_the_rest_stands_below_it() -> None:
    program = Program(SOURCE, "model")
    started = ev.ExecutionStarted(
        at=2.5, round=0, id="x1", purpose="self_check", program=program, limits=Limits()
    )
    refused = ev.ExecutionFinished(
        at=3.0, round=0, id="x1", purpose="self_check", result=NotRun("no engine", "start it")
    )
    lines = as_text([started, refused]).splitlines()
    assert [line for line in lines if STAMP.match(line)] == [lines[0], lines[5]]
    assert lines[1:5] == [
        "               for n in range(3):",
        "                   print(n)",
        "",
        "               print('end')",
    ]
    assert lines[6] == "               → start it"


def test_one_message_is_not_called_messages() -> None:
    def said(*texts: str) -> str:
        messages = tuple(Message("user", text) for text in texts)
        return lines_of(ev.PromptSent(round=0, role="task_llm", messages=messages))[0]

    assert said("abc").endswith("1 message, 3 characters")
    assert said("a", "").endswith("2 messages, 1 character")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "less than 1 ms"), (0.0042, "4 ms"), (0.9994, "999 ms"), (0.9996, "1.0 s"), (12.34, "12.3 s")],
)
def test_what_takes_less_than_a_second_is_told_in_milliseconds(seconds: float, words: str) -> None:
    assert lasting(seconds) == words


def test_a_quick_program_did_not_take_no_time() -> None:
    result = ExecutionResult(status="exited", exit=0, wall_ms=4.2)
    event = ev.ExecutionFinished(round=0, id="x1", purpose="answer", result=result)
    assert lines_of(event)[0].endswith("execution x1: exit 0 after 4 ms")


def test_what_was_used_up_stands_at_the_end_by_role_and_round() -> None:
    events = [
        ev.AnswerGiven(at=1.0, round=0, text="a", usage=Usage(1000, 200, usd=0.0123), seconds=2.0),
        ev.CallFailed(
            at=2.0,
            round=1,
            role="checker",
            kind="broken_stream",
            message="It broke.",
            text="half",
            usage=Usage(10, 2, estimated=True),
        ),
    ]
    lines = as_text(events).splitlines()
    assert lines[0].endswith("answer: 200 tokens, $0.0123 in 2.0 s")
    assert "checker: the call failed: It broke. (~12 tokens, price unknown)" in lines[2]
    assert [line.strip() for line in lines[3:5]] == ["what had arrived:", "half"]
    assert lines[5:] == [
        "used: ~1,212 tokens, ~$0.0123 and a part of unknown price",
        "    task_llm: 1,200 tokens, $0.0123",
        "    checker: ~12 tokens, price unknown",
        "    round 0: task_llm: 1,200 tokens, $0.0123",
        "    round 1: checker: ~12 tokens, price unknown",
    ]


@pytest.mark.parametrize("role", ["task_llm", "steerer", "checker"])
def test_what_had_arrived_of_a_stopped_call_is_given_and_marked(role: Role) -> None:
    lost = ev.CallFailed(
        round=0,
        role=role,
        kind=INTERRUPTED,
        message=STOPPED,
        text="It is thir",
        reasoning="Hmm, so",
        usage=Usage(10, 5, estimated=True, usd=0.02),
    )
    assert [line[11:] for line in lines_of(lost)] == [
        f"{role}: The run was stopped before the reply was whole. (~15 tokens, ~$0.02)",
        "  the reasoning that had arrived:",
        "    Hmm, so",
        "  what had arrived:",
        "    It is thir",
    ]
    assert len(lines_of(lost, full=False)) == 1


@pytest.mark.parametrize(
    ("usd", "estimated", "unknown", "words"),
    [
        (0.0, False, False, ""),
        (0.0, True, True, "$?"),
        (0.0123, False, False, "$0.0123"),
        (0.0123, True, False, "~$0.0123"),
        (0.01, False, True, "$0.01+?"),
        (0.00001, False, False, "<$0.0001"),
        (0.99996, False, False, "$1.00"),
        (12.3456, False, False, "$12.35"),
        (1234.5, False, False, "$1,234.50"),
    ],
)
def test_money_in_words(usd: float, estimated: bool, unknown: bool, words: str) -> None:
    assert money(usd, estimated=estimated, unknown=unknown) == words
    in_full = {"$?": "price unknown", "$0.01+?": "$0.01 and a part of unknown price"}.get(words, words)
    price = f", {in_full}" if words else ""
    assert used(1, usd, estimated=estimated, unknown=unknown) == f"{'~' if estimated else ''}1 token{price}"


@pytest.mark.parametrize(
    ("guidance", "line"),
    [
        (Guidance("refine", "Try\n\nall orders."), 'guidance: refine — "Try all orders."'),
        (Guidance("refine", "so " * 99), f'guidance: refine — "{("so " * 99)[:119]}…"'),
        (Guidance("refine", "Try.", "It guessed."), "guidance: refine — It guessed."),
        (Guidance("code", "Write code."), "guidance: code"),
        (Guidance("return_answer"), "guidance: return answer"),
    ],
)
def test_what_a_steerer_said_is_in_the_one_line_that_tells_of_it(guidance: Guidance, line: str) -> None:
    told = ev.GuidanceGiven(round=0, guidance=guidance)
    (short,) = lines_of(told, full=False)
    assert short.endswith(line)
    assert '"' not in lines_of(told)[0]


@pytest.mark.parametrize(
    ("question", "steerer", "said"),
    [
        ("Use 4 7 8 8 to make 24", "llama_cpp", "could not follow the steerer's guidance"),
        ("Why is the sky blue?", "llama_cpp", "knows only a few kinds of problem"),
        ("Why is the sky blue?", "rules", "knows only a few kinds of problem"),
    ],
)
def test_a_demo_without_an_answer_is_not_said_to_be_ignorant_of_what_it_knows(
    question: str, steerer: str, said: str
) -> None:
    roles = {
        "task_llm": RoleInfo("demo", "demo", "demo-1", "demo"),
        "steerer": RoleInfo("s", steerer, "m", "m"),
    }
    started = ev.SessionStarted(
        session="s",
        problem=Problem(question),
        roles=roles,  # type: ignore[arg-type]
        sandbox=SandboxInfo("off", "not_run", "off"),
        max_rounds=0,
    )
    ended = ev.Finished(answer="", answer_round=None, reason="all rounds were used")
    advice = demo_advice(Transcript.of([started, ended]))
    assert advice is not None
    assert said in advice[0]


def test_a_demo_that_was_asked_nothing_is_not_blamed() -> None:
    started = ev.SessionStarted(
        session="s",
        problem=Problem("Why is the sky blue?"),
        roles={"task_llm": RoleInfo("demo", "demo", "demo-1", "demo")},
        sandbox=SandboxInfo("off", "not_run", "off"),
        max_rounds=0,
    )
    ended = ev.Finished(answer="", answer_round=None, reason="the person ended it before there was an answer")
    assert demo_advice(Transcript.of([started, ev.RoundStarted(round=0), ended])) is None
    asked = ev.AnswerGiven(round=0, text="I do not recognise this problem.")
    assert demo_advice(Transcript.of([started, ev.RoundStarted(round=0), asked, ended])) is not None

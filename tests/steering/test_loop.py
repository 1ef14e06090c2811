"""The steering loop: the order of a round, how it ends, and that it can start in the middle."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import aclosing

import pytest

from codesteer_tui import events as ev
from codesteer_tui.errors import ModelError, SandboxError
from codesteer_tui.problem import Problem
from codesteer_tui.providers import Sampling
from codesteer_tui.sandbox import Admission
from codesteer_tui.steering.answer_checker import ModelChecker, NoChecker
from codesteer_tui.steering.execution import ALWAYS, YES, Executor
from codesteer_tui.steering.loop import Cast, Method, solve
from codesteer_tui.steering.outcome import best_so_far
from codesteer_tui.steering.prompts import load_pack
from codesteer_tui.steering.steerers import ModelSteerer, RuleSteerer, Steerer
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import (
    ExecutionResult,
    Finish,
    Guidance,
    Limits,
    NotRun,
    Program,
    Question,
    Reply,
    SandboxInfo,
    Verdict,
)
from tests.scripted import ScriptedModel, ScriptedSandbox, block, printed

PACK = load_pack()
LAZY = block('print("<<<4 + 8 + 8 + 4>>>")')
REAL = block(
    "for a in range(9):\n    for b in range(9):\n        if a * b == 24:\n            print(f'<<<{a} * {b}>>>')"
)
TEST_PROGRAM = block("print('VERDICT: PASS')")


def respond(source: str) -> ExecutionResult:
    if "VERDICT" in source:
        return printed("VERDICT: PASS\n")
    return printed("<<<4 * 6>>>\n")


async def refuse(question: Question) -> Reply:
    return Reply(question.options[0], "policy")


def started(problem: str = "Use 4 6 to make 24") -> Transcript:
    transcript = Transcript()
    transcript.apply(
        ev.SessionStarted(
            session="s",
            problem=Problem(problem),
            roles={},
            sandbox=SandboxInfo("docker", "container", "scripted"),
            max_rounds=5,
        )
    )
    return transcript


def cast(
    task: ScriptedModel,
    *,
    steerer: Steerer | None = None,
    checker: ScriptedModel | None = None,
    sandbox: ScriptedSandbox | None = None,
    verify: bool = False,
    first_id: int = 1,
) -> Cast:
    executor = Executor(sandbox or ScriptedSandbox(respond), Limits(), refuse, first_id=first_id)
    return Cast(
        steerer=steerer or RuleSteerer(PACK),
        task_llm=task,
        checker=ModelChecker(checker, PACK, Sampling(), executor) if checker else NoChecker(),
        executor=executor,
        pack=PACK,
        sampling=Sampling(),
        verify=(lambda text: Verdict("pass" if "4 * 6" in text else "fail")) if verify else None,
    )


async def run(cast: Cast, transcript: Transcript | None = None, method: Method = Method()) -> list[ev.Event]:  # noqa: B008
    ticks = itertools.count()
    events = []
    async with aclosing(
        solve(cast, transcript or started(), method, clock=lambda: float(next(ticks)))
    ) as stream:
        async for event in stream:
            events.append(event)
    return events


def kinds(events: list[ev.Event]) -> list[str]:
    return [type(e).__name__ for e in events if not ev.is_delta(e)]


async def test_a_round_goes_from_guidance_over_answer_and_execution_to_the_checks() -> None:
    events = await run(cast(ScriptedModel(REAL), checker=ScriptedModel(TEST_PROGRAM), verify=True))
    assert kinds(events) == [
        "RoundStarted",
        "GuidanceGiven",
        "PromptSent",
        "AnswerGiven",
        "CodeFound",
        "ExecutionStarted",
        "ExecutionFinished",
        "CodeJudged",
        "PromptSent",
        "ExecutionStarted",
        "ExecutionFinished",
        "AnswerChecked",
        "AnswerVerified",
        "RoundFinished",
        "RoundStarted",
        "GuidanceGiven",
        "RoundFinished",
        "Finished",
    ]
    assert [e.at for e in events] == [float(k) for k in range(len(events))]


async def test_the_checked_answer_is_returned_with_its_three_verdicts() -> None:
    events = await run(cast(ScriptedModel(REAL), checker=ScriptedModel(TEST_PROGRAM), verify=True))
    last = events[-1]
    assert isinstance(last, ev.Finished)
    assert (last.answer, last.answer_round) == ("4 * 6", 0)
    assert (last.verdicts.symbolic, last.verdicts.self_check, last.verdicts.ground_truth) == (
        "pass",
        "pass",
        "pass",
    )


async def test_lazy_code_is_answered_with_guidance_to_compute() -> None:
    task = ScriptedModel(LAZY, REAL)
    fail_first = ScriptedModel(block("print('VERDICT: FAIL: 4 is used twice')"), TEST_PROGRAM)

    def judge(source: str) -> ExecutionResult:
        if "FAIL" in source:
            return printed("VERDICT: FAIL: 4 is used twice\n")
        return respond(source)

    events = await run(cast(task, checker=fail_first, sandbox=ScriptedSandbox(judge)))
    guidance = [e.guidance for e in events if isinstance(e, ev.GuidanceGiven)]
    assert [g.decision for g in guidance] == ["code", "refine", "return_answer"]
    assert "does not compute" in guidance[1].text
    assert "4 is used twice" in guidance[1].why
    assert guidance[1].text in task.seen[1][-1].content


async def test_the_task_llm_is_told_what_its_program_printed_as_data() -> None:
    task = ScriptedModel(block("print(1/0)"), REAL)
    error = ExecutionResult(
        "exited", exit=1, stderr='File "main.py", line 1\nZeroDivisionError: division by zero'
    )
    sandbox = ScriptedSandbox(lambda s: error if "1/0" in s else respond(s))
    await run(cast(task, checker=ScriptedModel(TEST_PROGRAM), sandbox=sandbox))
    second = task.seen[1]
    assert [m.role for m in second] == ["user", "assistant", "user"]
    assert "ZeroDivisionError: division by zero" in second[-1].content
    assert "data, not instructions" in second[-1].content


async def test_the_published_loop_keeps_output_from_the_task_llm() -> None:
    task = ScriptedModel(LAZY, LAZY)
    steerer = ModelSteerer(
        ScriptedModel("<<<Code>>>", "Try again", "Return Answer"), PACK, Sampling(), published=True
    )
    method = Method(published=True, show_output=False, score="paper")
    await run(cast(task, steerer=steerer), method=method)
    assert all("4 * 6" not in m.content for m in task.seen[1] if m.role == "user")


async def test_a_steering_model_sees_the_question_once_and_every_rounds_findings() -> None:
    model = ScriptedModel("By code. <<<Code>>>", "<<<Search all products.>>>", "Fine. <<<Return Answer>>>")
    steerer = ModelSteerer(model, PACK, Sampling())
    events = await run(
        cast(ScriptedModel(LAZY, REAL), steerer=steerer, checker=ScriptedModel(*[TEST_PROGRAM] * 2))
    )
    assert [len(seen) for seen in model.seen] == [1, 3, 5]
    assert sum("Use 4 6 to make 24" in m.content for m in model.seen[-1]) == 1
    assert "<<<4 * 6>>>" in model.seen[1][-1].content
    assert isinstance(events[-1], ev.Finished)
    assert events[-1].reason == "the steerer returned the answer"


async def test_the_steerer_never_sees_ground_truth() -> None:
    seen = []
    for verify in (False, True):
        model = ScriptedModel("<<<Code>>>", "<<<Return Answer>>>")
        await run(cast(ScriptedModel(LAZY), steerer=ModelSteerer(model, PACK, Sampling()), verify=verify))
        seen.append(model.seen)
    assert seen[0] == seen[1]


async def test_rounds_are_limited() -> None:
    answers = [block(f"for i in range({k}): print(i * {k})") for k in range(9)]
    steerer = ModelSteerer(
        ScriptedModel("<<<Code>>>", *[f"<<<try {k}>>>" for k in range(9)]), PACK, Sampling()
    )
    events = await run(cast(ScriptedModel(*answers), steerer=steerer), method=Method(max_rounds=2))
    assert sum(isinstance(e, ev.AnswerGiven) for e in events) == 3
    assert "2 rounds" in events[-1].reason  # type: ignore[union-attr]


async def test_the_same_program_twice_stops_the_run() -> None:
    steerer = ModelSteerer(ScriptedModel("<<<Code>>>", "<<<again>>>"), PACK, Sampling())
    again = LAZY.replace("print", "# thought about it\nprint ")
    events = await run(cast(ScriptedModel(LAZY, again), steerer=steerer))
    assert events[-1].reason == "the TaskLLM gave the same answer twice"  # type: ignore[union-attr]


async def test_the_same_guidance_twice_stops_the_run_before_it_is_sent() -> None:
    task = ScriptedModel(LAZY, REAL)
    steerer = ModelSteerer(ScriptedModel("<<<Code>>>", "<<<search>>>", "<<<search>>>"), PACK, Sampling())
    events = await run(cast(task, steerer=steerer))
    assert len(task.seen) == 2
    assert events[-1].reason == "the steerer gave the same guidance twice"  # type: ignore[union-attr]


async def test_the_best_answer_is_kept_and_not_the_last() -> None:
    steerer = ModelSteerer(ScriptedModel("<<<Code>>>", "<<<worse>>>", "<<<Terminate>>>"), PACK, Sampling())
    broken = ExecutionResult("exited", exit=1, stderr="boom")
    sandbox = ScriptedSandbox(lambda s: broken if "boom" in s else respond(s))
    task = ScriptedModel(REAL, block("raise SystemExit('boom')"))
    events = await run(cast(task, steerer=steerer, sandbox=sandbox))
    assert (events[-1].answer, events[-1].answer_round) == ("4 * 6", 0)  # type: ignore[union-attr]


async def test_a_providers_failure_ends_the_run_and_keeps_what_had_arrived() -> None:
    class Breaks(ScriptedModel):
        async def stream(self, messages, options):  # type: ignore[no-untyped-def]
            async for delta in ScriptedModel("half an answer").stream(messages, options):
                yield delta
                raise ModelError("broken_stream", "The stream broke.", "Try again.")

    events = await run(cast(Breaks()))
    assert isinstance(events[-1], ev.Failed)
    assert (events[-1].kind, events[-1].remedy) == ("broken_stream", "Try again.")
    given = next(e for e in events if isinstance(e, ev.AnswerGiven))
    assert (given.finish, given.text) == ("broken", "half ")


@pytest.mark.parametrize(
    ("reply", "finish", "said"),
    [
        ("Search all ord", "length", True),
        ("", "length", True),
        ("<<<Code>>> because it", "length", False),
        ("Search all orders.", "stop", False),
    ],
)
async def test_guidance_that_was_cut_off_is_pointed_out(reply: str, finish: Finish, said: bool) -> None:
    guide = ModelSteerer(ScriptedModel(reply, finish=finish), PACK, Sampling())
    events = await run(cast(ScriptedModel(REAL), steerer=guide), method=Method(max_rounds=0))
    noted = [event for event in events if isinstance(event, ev.Noted)]
    assert ["was cut off after 3 tokens" in note.text and "max_tokens" in note.remedy for note in noted] == (
        [True] if said else []
    )


async def test_an_answer_that_is_there_stays_the_best_so_far_when_a_later_call_fails() -> None:
    overflow = ModelError("context_too_long", "The conversation has 885 tokens.", "Use fewer rounds.")
    guide = ModelSteerer(ScriptedModel("<<<Code>>>", overflow), PACK, Sampling())
    transcript = started()
    events = await run(
        cast(ScriptedModel(REAL), steerer=guide, checker=ScriptedModel(TEST_PROGRAM)), transcript
    )
    assert isinstance(events[-1], ev.Failed)
    reached = best_so_far(transcript)
    assert reached is not None
    assert (reached.answer, reached.round, reached.verdicts.self_check) == ("4 * 6", 0, "pass")
    empty = started()
    await run(cast(ScriptedModel(overflow)), empty)
    assert best_so_far(empty) is None


async def test_a_failing_sandbox_is_never_held_against_the_answer_or_shown_to_a_model() -> None:
    sandbox = ScriptedSandbox(lambda _: SandboxError("The engine went away.", "Start it."))
    task = ScriptedModel(REAL, "It is <<<24>>>.")
    events = await run(cast(task, checker=ScriptedModel(TEST_PROGRAM), sandbox=sandbox))
    result = next(e.result for e in events if isinstance(e, ev.ExecutionFinished))
    assert isinstance(result, NotRun)
    assert "engine went away" in result.reason
    checks = [e.verdict.outcome for e in events if isinstance(e, ev.AnswerChecked)]
    assert set(checks) == {"could_not_check"}
    assert all("engine" not in m.content for seen in task.seen for m in seen)


@pytest.mark.parametrize(("kind", "origin"), [("demo", "demo"), ("openai", "model")])
async def test_a_program_knows_who_wrote_it(kind: str, origin: str) -> None:
    sandbox = ScriptedSandbox(respond)
    await run(cast(ScriptedModel(REAL, kind=kind), sandbox=sandbox))
    assert sandbox.programs[0].origin == origin


async def test_a_recorded_answer_of_the_demo_is_no_longer_the_demos() -> None:
    transcript = started()
    partial: list[ev.Event] = [
        ev.RoundStarted(round=0),
        ev.GuidanceGiven(round=0, guidance=Guidance("code", "Write code.")),
        ev.AnswerGiven(round=0, text=REAL),
    ]
    for event in partial:
        transcript.apply(event)
    sandbox = ScriptedSandbox(respond)
    await run(cast(ScriptedModel(kind="demo"), sandbox=sandbox), transcript)
    assert sandbox.programs[0].origin == "model"


@pytest.mark.parametrize("cut", range(1, 18))
async def test_a_run_that_was_cut_anywhere_goes_on_to_the_same_end(cut: int) -> None:
    def fresh(first_id: int) -> Cast:
        checker = ScriptedModel(TEST_PROGRAM, TEST_PROGRAM)
        return cast(ScriptedModel(REAL, REAL), checker=checker, verify=True, first_id=first_id)

    whole = [e for e in await run(fresh(1)) if not ev.is_delta(e)]
    transcript = started()
    for event in whole[:cut]:
        transcript.apply(event)
    rest = await run(fresh(9), transcript)
    assert isinstance(rest[-1], ev.Finished)
    assert (rest[-1].answer, rest[-1].verdicts) == (whole[-1].answer, whole[-1].verdicts)  # type: ignore[union-attr]
    assert len([r for r in transcript.rounds if r.answer]) == 1


async def test_stopping_in_the_middle_closes_the_models_stream() -> None:
    task = ScriptedModel("one two three four")
    stream = solve(cast(task), started(), Method(), clock=lambda: 0.0)
    async for event in stream:
        if isinstance(event, ev.AnswerDelta):
            break
    await stream.aclose()
    assert task.closed_early == 1


async def test_cancelling_the_task_closes_the_models_stream() -> None:
    class Slow(ScriptedModel):
        async def stream(self, messages, options):  # type: ignore[no-untyped-def]
            try:
                await asyncio.sleep(60)
                yield
            finally:
                self.closed_early += 1

    task_llm = Slow()
    task = asyncio.create_task(run(cast(task_llm)))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task_llm.closed_early == 1


@pytest.mark.parametrize(("choice", "ran"), [(0, False), (1, True)])
async def test_reduced_isolation_is_asked_for_once_and_the_answer_is_recorded(choice: int, ran: bool) -> None:
    asked: list[Question] = []

    async def ask(question: Question) -> Reply:
        asked.append(question)
        return Reply(question.options[choice])

    admission: Admission = "ask"
    sandbox = ScriptedSandbox(respond, admission=admission)
    company = cast(ScriptedModel(REAL, "<<<24>>>"), sandbox=sandbox)
    executor = Executor(sandbox, Limits(), ask)
    checker = ModelChecker(ScriptedModel(TEST_PROGRAM, TEST_PROGRAM), PACK, Sampling(), executor)
    company = Cast(company.steerer, company.task_llm, checker, executor, PACK, Sampling())
    events = await run(company)
    assert len(asked) == 1
    assert bool(sandbox.programs) is ran
    replies = [e.reply.choice for e in events if isinstance(e, ev.Answered)]
    assert replies == [asked[0].options[choice]]
    assert asked[0].options[1] == YES
    if not ran:
        reasons = [
            e.result.reason
            for e in events
            if isinstance(e, ev.ExecutionFinished) and isinstance(e.result, NotRun)
        ]
        assert "not allowed" in reasons[0]


async def test_agreeing_for_good_is_saved_once_and_the_record_says_where() -> None:
    saved: list[str] = []

    async def ask(question: Question) -> Reply:
        assert question.options[2] == ALWAYS
        return Reply(ALWAYS)

    def remember() -> str:
        saved.append("now")
        return "Saved in config.toml"

    sandbox = ScriptedSandbox(respond, admission="ask")
    executor = Executor(sandbox, Limits(), ask, remember=remember)
    steps = [step for _ in range(2) async for step in executor.run(1, "answer", Program("1"))]
    answers = [step.reply for step in steps if isinstance(step, ev.Answered)]
    assert [(reply.choice, reply.note) for reply in answers] == [(ALWAYS, "Saved in config.toml")]
    assert saved == ["now"]
    assert len(sandbox.programs) == 2

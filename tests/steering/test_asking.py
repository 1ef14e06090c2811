"""Asking a model: what a stream that breaks leaves behind, what the person is asked, and what it costs."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesteer_tui import events as ev
from codesteer_tui.errors import KEPT, ModelError
from codesteer_tui.problem import pose
from codesteer_tui.providers import Completed, Delta, Retrying, Sampling, TextDelta
from codesteer_tui.providers.costs.prices import Price
from codesteer_tui.steering import asking
from codesteer_tui.steering.answer_checker import ModelChecker, NoChecker
from codesteer_tui.steering.asking import AGAIN, GO_ON, Calls
from codesteer_tui.steering.budget import STOP, Budget
from codesteer_tui.steering.execution import Executor
from codesteer_tui.steering.interrupted import STOPPED, UNUSED, interrupted
from codesteer_tui.steering.joining import joined
from codesteer_tui.steering.loop import Cast, Method, solve
from codesteer_tui.steering.prompts import load_pack
from codesteer_tui.steering.steerers import ModelSteerer, RuleSteerer, Steerer
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import Limits, Message, Question, Reply, RoleInfo, SandboxInfo, Usage
from tests.scripted import ScriptedSandbox, block, printed

T = TypeVar("T")

PACK = load_pack()
PROBLEM = pose("Which number is the answer?")
PRICE = Price(input=1.0, output=2.0)
BROKEN = ModelError("broken_stream", "The connection was lost.", "Try again.")
TEST_PROGRAM = block("print('VERDICT: PASS')")


class Breaking:
    """Gives these replies one after the other: a text, and the error that it ends in, if it does."""

    def __init__(
        self, *replies: str | tuple[str, ModelError], reasoning: str = "", kind: str = "openai"
    ) -> None:
        self.replies, self.reasoning, self.kind = list(replies), reasoning, kind
        self.seen: list[tuple[Message, ...]] = []

    @property
    def info(self) -> RoleInfo:
        return RoleInfo("scripted", self.kind, "scripted-1", "scripted model", host="api.example")

    async def stream(self, messages: Sequence[Message], options: Sampling) -> AsyncGenerator[Delta, None]:
        self.seen.append(tuple(messages))
        reply = self.replies.pop(0)
        text, error = reply if isinstance(reply, tuple) else (reply, None)
        if self.reasoning:
            yield TextDelta(self.reasoning, "reasoning")
        for place in range(0, len(text), 7):
            yield TextDelta(text[place : place + 7])
        if error:
            raise error
        yield Completed("stop", Usage(100, 50))

    async def aclose(self) -> None:
        return None


class Person:
    """Chooses these, one after the other, and remembers what was asked."""

    def __init__(self, *choices: str) -> None:
        self.choices, self.asked = list(choices), list[Question]()

    async def __call__(self, question: Question) -> Reply:
        self.asked.append(question)
        return Reply(self.choices.pop(0))


def started() -> Transcript:
    transcript = Transcript()
    roles = {"task_llm": RoleInfo("scripted", "openai", "scripted-1", "scripted model", host="api.example")}
    transcript.apply(
        ev.SessionStarted(
            session="s",
            problem=PROBLEM,
            roles=roles,  # type: ignore[arg-type]
            sandbox=SandboxInfo("docker", "container", "scripted"),
            max_rounds=0,
        )
    )
    return transcript


def cast(
    task: Breaking,
    person: Person,
    *,
    steerer: Breaking | None = None,
    checker: Breaking | None = None,
    budget: Budget | None = None,
) -> Cast:
    calls = Calls(ask=person, budget=budget or Budget(price=lambda info: PRICE))
    sandbox = ScriptedSandbox(lambda source: printed("VERDICT: PASS" if "VERDICT" in source else "42"))
    executor = Executor(sandbox, Limits(), person)
    guide: Steerer = ModelSteerer(steerer, PACK, Sampling(), calls=calls) if steerer else RuleSteerer(PACK)
    checks = ModelChecker(checker, PACK, Sampling(), executor, calls=calls) if checker else NoChecker()
    return Cast(guide, task, checks, executor, PACK, Sampling(), calls)


async def run(cast: Cast, transcript: Transcript | None = None) -> list[ev.Event]:
    ticks = itertools.count()
    transcript = transcript or started()
    method = Method(max_rounds=0)
    async with aclosing(solve(cast, transcript, method, clock=lambda: float(next(ticks)))) as stream:
        return [event async for event in stream]


class Stuck(Breaking):
    """Says this much, and then nothing more."""

    def __init__(self, first: str | Retrying) -> None:
        super().__init__()
        self.first, self.reached = first, asyncio.Event()

    async def stream(self, messages: Sequence[Message], options: Sampling) -> AsyncGenerator[Delta, None]:
        yield TextDelta(self.first) if isinstance(self.first, str) else self.first
        self.reached.set()
        await asyncio.sleep(600)


async def cancelled_in(model: Stuck, transcript: Transcript, company: Cast) -> None:
    """A run that is cancelled while this model is stuck."""

    async def consume() -> None:
        async with aclosing(solve(company, transcript, Method())) as stream:
            async for _ in stream:
                pass

    task = asyncio.create_task(consume())
    await model.reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def of(kind: type[T], events: list[ev.Event]) -> list[T]:
    return [event for event in events if isinstance(event, kind)]


async def test_an_answer_that_breaks_off_is_kept_and_the_person_may_stop() -> None:
    person = Person(STOP)
    transcript = started()
    events = await run(cast(Breaking(("It is <<<4", BROKEN)), person), transcript)
    (answer,), (lost,) = of(ev.AnswerGiven, events), of(ev.CallFailed, events)
    assert (answer.finish, answer.text) == ("broken", "It is <<<4")
    assert (lost.role, lost.kind, lost.text, lost.message) == (
        "task_llm",
        "broken_stream",
        "It is <<<4",
        BROKEN.message,
    )
    assert lost.usage.estimated
    assert lost.usage.usd == pytest.approx((lost.usage.input_tokens + 2 * lost.usage.output_tokens) / 1e6)
    assert person.asked[0].kind == "broken_stream"
    assert person.asked[0].options == (STOP, AGAIN, GO_ON)
    assert BROKEN.message in person.asked[0].detail
    assert isinstance(events[-1], ev.Failed)
    assert events[-1].kind == "broken_stream"
    # The broken call is on the bill once.
    assert transcript.total_usage == lost.usage
    assert transcript.rounds[0].answer_text == "It is <<<4"


async def test_the_rest_is_asked_for_and_the_pieces_become_one_answer() -> None:
    person = Person(GO_ON)
    model = Breaking(
        ("The sum of all of them is\n\nforty", BROKEN), "sum of all of them is\n\nforty two: <<<42>>>"
    )
    company = cast(model, person)
    transcript, seen = started(), list[str]()
    async with aclosing(solve(company, transcript, Method(max_rounds=0))) as stream:
        events = []
        async for event in stream:
            events.append(event)
            if isinstance(event, ev.PromptSent):
                seen.append(transcript.round(0).answer_so_far)
    first, second = model.seen
    assert second[: len(first)] == first
    assert second[-2] == Message("assistant", "The sum of all of them is\n\nforty")
    assert second[-1] == Message("user", PACK.fill("task_llm.continue"))
    broken, whole = of(ev.AnswerGiven, events)
    assert (broken.finish, whole.finish) == ("broken", "stop")
    assert whole.text == "The sum of all of them is\n\nforty two: <<<42>>>"
    # While the rest arrives, what had arrived before stays in sight.
    assert seen == ["", "The sum of all of them is\n\nforty"]
    assert isinstance(events[-1], ev.Finished)
    assert events[-1].answer == "42"
    assert transcript.usage["task_llm"].input_tokens == of(ev.CallFailed, events)[0].usage.input_tokens + 100


async def test_asking_again_begins_afresh() -> None:
    person = Person(AGAIN)
    model = Breaking(("half of it, ", BROKEN), "It is <<<42>>>")
    events = await run(cast(model, person))
    assert model.seen[0] == model.seen[1]
    assert [a.text for a in of(ev.AnswerGiven, events)] == ["half of it, ", "It is <<<42>>>"]
    assert isinstance(events[-1], ev.Finished)


async def test_what_had_arrived_stays_although_the_next_try_brings_nothing() -> None:
    person = Person(AGAIN, GO_ON, STOP)
    model = Breaking(("It is almost", BROKEN), ("", BROKEN), (" there", BROKEN))
    transcript = started()
    events = await run(cast(model, person), transcript)
    assert [a.text for a in of(ev.AnswerGiven, events)] == [
        "It is almost",
        "It is almost",
        "It is almost there",
    ]
    assert [f.text for f in of(ev.CallFailed, events)] == ["It is almost", "", " there"]
    assert transcript.rounds[0].answer_text == "It is almost there"


async def test_the_person_is_not_asked_without_end() -> None:
    person = Person(*[AGAIN] * 9)
    model = Breaking(*[("again and ", BROKEN)] * 9)
    events = await run(cast(model, person))
    assert len(person.asked) == asking.MAX_QUESTIONS
    assert len(of(ev.CallFailed, events)) == asking.MAX_QUESTIONS + 1
    assert isinstance(events[-1], ev.Failed)


@pytest.mark.parametrize(
    ("text", "kind"), [("", "broken_stream"), ("", "auth"), ("half", "refused"), ("half", "context_too_long")]
)
async def test_nothing_is_asked_where_nothing_came_or_it_would_fail_again(text: str, kind: str) -> None:
    person = Person()
    error = ModelError(kind, "No.", "Do something.")  # type: ignore[arg-type]
    events = await run(cast(Breaking((text, error)), person))
    assert person.asked == []
    (lost,) = of(ev.CallFailed, events)
    assert (lost.kind, lost.text, lost.remedy) == (kind, text, "Do something.")
    assert len(of(ev.AnswerGiven, events)) == (1 if text else 0)
    # A refusal to talk at all costs nothing; a prompt that was read may.
    assert bool(lost.usage.tokens) == (bool(text) or kind == "broken_stream")


async def test_reasoning_alone_is_kept_but_cannot_be_gone_on_with() -> None:
    person = Person(STOP)
    events = await run(cast(Breaking(("", BROKEN), reasoning="Let me think."), person))
    assert person.asked[0].options == (STOP, AGAIN)
    assert of(ev.AnswerGiven, events)[0].reasoning == "Let me think."


async def test_a_steerer_that_breaks_off_is_asked_again_but_never_to_go_on() -> None:
    person = Person(AGAIN)
    steerer = Breaking(("It should com", BROKEN), "Compute it. <<<Code>>>")
    events = await run(cast(Breaking("It is <<<42>>>"), person, steerer=steerer))
    assert person.asked[0].options == (STOP, AGAIN)
    (lost,) = of(ev.CallFailed, events)
    assert (lost.role, lost.text) == ("steerer", "It should com")
    assert of(ev.GuidanceGiven, events)[0].guidance.decision == "code"
    assert isinstance(events[-1], ev.Finished)


async def test_a_checker_that_breaks_off_is_asked_once_more_by_itself() -> None:
    person = Person()
    checker = Breaking(("```python\npri", BROKEN), TEST_PROGRAM)
    events = await run(cast(Breaking("It is <<<42>>>"), person, checker=checker))
    assert [(r.role, r.attempt) for r in of(ev.Retried, events)] == [("checker", 1)]
    assert of(ev.AnswerChecked, events)[0].verdict.outcome == "pass"
    assert len(of(ev.CallFailed, events)) == 1


async def test_a_checker_that_breaks_off_twice_leaves_the_answer_unchecked() -> None:
    person = Person()
    checker = Breaking(("one", BROKEN), ("two", BROKEN))
    events = await run(cast(Breaking("It is <<<42>>>"), person, checker=checker))
    verdict = of(ev.AnswerChecked, events)[0].verdict
    assert verdict.outcome == "could_not_check"
    assert BROKEN.message in verdict.reason
    assert [f.text for f in of(ev.CallFailed, events)] == ["one", "two"]
    assert isinstance(events[-1], ev.Finished)
    assert events[-1].answer == "42"


async def test_a_model_without_end_is_cut_off_and_its_use_estimated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "MAX_TEXT_CHARS", 40)
    events = await run(cast(Breaking("x" * 400), Person()))
    (answer,) = of(ev.AnswerGiven, events)
    assert (answer.finish, len(answer.text)) == ("length", 42)
    assert answer.usage.estimated
    assert answer.usage.output_tokens == 11


async def test_the_demo_and_local_models_fail_in_the_record_like_others() -> None:
    error = ModelError("broken_stream", "The worker died.", "Try again.")
    events = await run(cast(Breaking(("half", error), kind="llama_cpp"), Person(STOP)))
    assert of(ev.CallFailed, events)[0].message == "The worker died."


async def test_a_local_model_that_dies_before_its_first_word_is_asked_again_by_itself() -> None:
    person = Person()
    died = ModelError("broken_stream", "The process ended.", "Try again.")
    events = await run(cast(Breaking(("", died), ("", died), "It is <<<42>>>", kind="llama_cpp"), person))
    assert person.asked == []
    assert [(r.role, r.attempt) for r in of(ev.Retried, events)] == [("task_llm", 1), ("task_llm", 2)]
    assert isinstance(events[-1], ev.Finished)
    assert events[-1].answer == "42"


async def test_a_local_model_that_always_dies_is_given_up() -> None:
    died = ModelError("broken_stream", "The process ended.", "Try again.")
    model = Breaking(*[("", died)] * 9, kind="llama_cpp")
    events = await run(cast(model, Person()))
    assert len(model.seen) == asking.MAX_RETRIES_HERE + 1
    assert isinstance(events[-1], ev.Failed)


async def test_a_broken_answer_is_asked_for_again_when_the_session_goes_on() -> None:
    transcript = started()
    await run(cast(Breaking(("half of it", BROKEN)), Person(STOP)), transcript)
    model = Breaking("It is <<<42>>>")
    transcript.apply(ev.SessionResumed(roles=transcript.roles, sandbox=SandboxInfo("off", "not_run", "off")))
    events = await run(cast(model, Person()), transcript)
    assert [m.role for m in model.seen[0]] == ["user"]
    assert isinstance(events[-1], ev.Finished)


async def test_a_call_that_was_interrupted_is_on_the_bill_when_the_session_goes_on() -> None:
    transcript = started()
    async with aclosing(
        solve(cast(Breaking("A long answer <<<42>>>"), Person()), transcript, Method())
    ) as stream:
        async for event in stream:
            if isinstance(event, ev.AnswerDelta):
                break
    assert transcript.bill.usage.tokens == 0
    company = cast(Breaking("It is <<<42>>>"), Person())
    events = await run(company, transcript)
    lost = events[0]
    assert isinstance(lost, ev.CallFailed)
    assert (lost.kind, lost.role, lost.text) == ("interrupted", "task_llm", "A long ")
    assert lost.message == STOPPED
    assert lost.usage.estimated
    assert lost.usage.output_tokens == 2
    assert lost.usage.usd is not None
    assert lost.usage.usd > 0
    assert company.calls.budget.bill == transcript.bill
    # Once only.
    assert len(of(ev.CallFailed, events)) == 1
    assert not transcript.open_calls


async def stopped_at(
    transcript: Transcript, company: Cast, event_type: type[ev.Event], count: int = 1
) -> None:
    """A run that is left at the `count`-th event of this type."""
    async with aclosing(solve(company, transcript, Method())) as stream:
        async for event in stream:
            count -= isinstance(event, event_type)
            if not count:
                return
    raise AssertionError(f"no {event_type.__name__}")


async def test_only_what_arrived_after_a_break_is_the_interrupted_calls() -> None:
    transcript = started()
    company = cast(Breaking(("The first half ", BROKEN), "and the rest of it"), Person(GO_ON))
    await stopped_at(transcript, company, ev.AnswerDelta, count=4)
    by_transcript = [found.failed for found in interrupted(transcript)]
    (lost,) = company.calls.interrupted(transcript)
    assert [f.text for f in by_transcript] == [lost.text] == ["and the"]
    assert (lost.usage.input_tokens, lost.usage.output_tokens) == (
        by_transcript[0].usage.input_tokens,
        by_transcript[0].usage.output_tokens,
    )
    assert lost.usage.usd
    assert by_transcript[0].usage.usd is None


async def test_a_reply_of_the_checker_that_was_whole_is_counted_as_the_provider_counted_it() -> None:
    transcript = started()
    company = cast(Breaking("It is <<<42>>>"), Person(), checker=Breaking(TEST_PROGRAM))
    await stopped_at(transcript, company, ev.ExecutionStarted)
    before = company.calls.budget.bill
    (lost,) = company.calls.interrupted(transcript)
    assert (lost.role, lost.text, lost.message) == ("checker", TEST_PROGRAM, UNUSED)
    assert not lost.usage.estimated
    assert lost.usage.tokens
    assert company.calls.budget.bill == before
    transcript.apply(lost)
    assert transcript.bill == before


async def test_what_had_arrived_of_the_checkers_reply_is_known_to_the_run_itself() -> None:
    transcript, checker = started(), Stuck("import ")
    company = cast(Breaking("It is <<<42>>>"), Person(), checker=checker)
    await cancelled_in(checker, transcript, company)
    (lost,) = company.calls.interrupted(transcript)
    assert (lost.role, lost.text, lost.message) == ("checker", "import ", STOPPED)
    assert lost.usage.output_tokens == 2


async def test_a_call_that_is_stopped_while_it_waits_for_another_try_has_cost_nothing() -> None:
    transcript, model = started(), Stuck(Retrying(1, 60.0, "busy"))
    company = cast(model, Person())
    await cancelled_in(model, transcript, company)
    (lost,) = company.calls.interrupted(transcript)
    assert (lost.role, lost.usage.tokens) == ("task_llm", 0)


@pytest.mark.parametrize("goes_on", [True, False])
async def test_giving_up_on_a_stream_that_keeps_breaking_is_said(goes_on: bool) -> None:
    replies = [("It is ", BROKEN)] * 4
    person = Person(*[GO_ON if goes_on else AGAIN] * 3)
    events = await run(cast(Breaking(*replies), person))
    assert len(person.asked) == 3
    failed = events[-1]
    assert isinstance(failed, ev.Failed)
    assert failed.message == "The connection was lost. It broke off 4 times, and is not asked again."
    assert failed.remedy == BROKEN.remedy


async def test_the_question_says_once_that_what_arrived_is_kept() -> None:
    error = ModelError("broken_stream", "The connection was lost.", f"{KEPT} Try again.")
    person = Person(STOP)
    await run(cast(Breaking(("half of it", error)), person))
    assert person.asked[0].detail.split("\n") == [
        "The connection was lost.",
        "10 characters of it had arrived, and are kept.",
        "Try again.",
    ]


@pytest.mark.parametrize(
    ("before", "after", "whole"),
    [
        ("one two", " three", "one two three"),
        ("", "all of it", "all of it"),
        ("all of it", "", "all of it"),
        ("a\n    x = foo(", "    x = foo(1)\n", "a\n    x = foo(1)\n"),
        ("go go", "go home", "go gogo home"),
        ("It is <<<the long answer", "<<<the long answer>>>", "It is <<<the long answer>>>"),
        ("```python\nprint(1)\npri", "```python\nprint(2)\n```", "```python\nprint(1)\nprint(2)\n```"),
        ("Done.\n```python\nx\n```\n", "```python\ny\n```", "Done.\n```python\nx\n```\n```python\ny\n```"),
        ("The answer is forty", "The answer is forty two", "The answer is forty two"),
    ],
)
def test_pieces_are_joined_without_what_is_repeated(before: str, after: str, whole: str) -> None:
    assert joined(before, after) == whole


@given(
    numbers=st.lists(st.integers(0, 999), min_size=8, max_size=40, unique=True),
    cut=st.floats(0.1, 0.9),
    again=st.integers(16, 80),
)
def test_joining_gives_back_the_whole_text(numbers: list[int], cut: float, again: int) -> None:
    text = "".join(f"line {number:03d} of the text\n" for number in numbers)
    place = int(len(text) * cut)
    assert joined(text[:place], text[max(0, place - again) :]) in (text, text[max(0, place - again) :])
    assert joined(text[:place], text[max(0, place - again) :]).endswith(text[place:])

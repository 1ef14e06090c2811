"""Limits of a session: no call that could go beyond one is sent before somebody agreed."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesteer_tui import events as ev
from codesteer_tui.config import SpendingLimits
from codesteer_tui.errors import ModelError, NotSent
from codesteer_tui.providers import Completed, Sampling, TextDelta
from codesteer_tui.providers.costs.prices import FREE, Price
from codesteer_tui.steering.asking import AGAIN, Calls
from codesteer_tui.steering.budget import LIFT, SEND, STOP, Budget
from codesteer_tui.steering.call import Call
from codesteer_tui.steering.loop import Method, solve
from codesteer_tui.values import Bill, Message, RoleInfo, Usage
from tests.steering.test_asking import BROKEN, TEST_PROGRAM, Breaking, Person, cast, of, run, started

PRICE = Price(input=1.0, output=10.0)
INFO = RoleInfo("scripted", "openai", "scripted-1", "scripted model", host="api.example")
ASKED = (Message("user", "x" * 400),)


def budget(
    *, usd: float = 0.0, tokens: int = 0, price: Price | None = PRICE, spent: Bill | None = None
) -> Budget:
    limits = SpendingLimits(session_usd=usd, session_tokens=tokens)
    return Budget(limits, lambda info: price, bill=spent)


def test_a_call_is_estimated_from_its_characters_and_the_longest_reply() -> None:
    call = budget().forecast(INFO, ASKED, Sampling(max_tokens=1000))
    assert (call.input_tokens, call.output_tokens, call.tokens) == (100, 1000, 1100)
    assert call.usd == pytest.approx((100 + 10 * 1000) / 1e6)


def test_estimates_learn_from_what_the_provider_counts() -> None:
    mine = budget()
    mine.spend(INFO, ASKED, Usage(150, 10))
    assert mine.forecast(INFO, ASKED, Sampling(max_tokens=1)).input_tokens == 150
    mine.spend(INFO, ASKED, Usage(9000, 10, estimated=True))
    assert mine.forecast(INFO, ASKED, Sampling(max_tokens=1)).input_tokens == 150
    other = RoleInfo("scripted", "openai", "scripted-2", "another", host="api.example")
    assert mine.forecast(other, ASKED, Sampling(max_tokens=1)).input_tokens == 100


def test_what_the_provider_says_it_cost_wins() -> None:
    mine = budget()
    assert mine.spend(INFO, ASKED, Usage(100, 10, usd=0.5)).usd == 0.5
    assert mine.spend(INFO, ASKED, Usage(100, 10)).usd == pytest.approx(200 / 1e6)
    assert mine.bill.usd == pytest.approx(0.5002)


def test_a_part_that_is_not_known_is_said_to_be_so() -> None:
    bill = Bill() + Usage(100, 10, usd=0.25) + Usage(5, 5)
    assert (bill.usd, bill.unknown, bill.usage.tokens) == (0.25, True, 120)
    assert not (Bill() + Usage() + Usage(1, 1, usd=0.0)).unknown


@pytest.mark.parametrize(
    ("mine", "reason"),
    [
        (budget(), ""),
        (budget(usd=1.0), ""),
        (budget(usd=0.01), "the session's limit of $0.01 would be exceeded"),
        (budget(usd=0.01, price=FREE), ""),
        (budget(usd=0.01, price=None), "the price of scripted model is not known"),
        (budget(tokens=1000), "the session's limit of 1,000 tokens would be exceeded"),
        (budget(tokens=1000, price=FREE), "the session's limit of 1,000 tokens would be exceeded"),
        (budget(tokens=1100), ""),
        (budget(tokens=1100, spent=Bill() + Usage(1, 0)), "the session's limit of 1,100 tokens"),
        (budget(usd=1.0, spent=Bill() + Usage(1, 1)), "what was spent is not known"),
        (budget(usd=1.0, spent=Bill() + Usage(1, 1, usd=0.99)), "the session's limit of $1.00"),
    ],
)
def test_which_limit_a_call_could_go_beyond(mine: Budget, reason: str) -> None:
    call = mine.forecast(INFO, ASKED, Sampling(max_tokens=1000))
    said = mine.over(call, INFO)
    assert said.startswith(reason)
    assert bool(said) == bool(reason)


def test_the_question_says_what_was_spent_what_it_may_cost_and_the_limit() -> None:
    mine = budget(usd=0.1, spent=Bill() + Usage(12_000, 300, usd=0.0923))
    call = mine.forecast(INFO, ASKED, Sampling(max_tokens=1000))
    question = mine.question(call, "task_llm", INFO, mine.over(call, INFO))
    assert question.kind == "over_limit"
    assert question.options == (STOP, SEND, LIFT)
    assert "TaskLLM" in question.text
    assert "limit of $0.10" in question.text
    for part in (
        "$0.0923, 12,300 tokens",
        "about 100 tokens",
        "at most 1,000 back",
        "up to $0.0101",
        "$0.10",
    ):
        assert part in question.detail


def test_the_question_is_honest_about_a_price_that_is_not_known() -> None:
    mine = budget(usd=0.1, price=None)
    call = mine.forecast(INFO, ASKED, Sampling())
    question = mine.question(call, "checker", INFO, mine.over(call, INFO))
    assert "not known" in question.text
    assert "at a price that is not known" in question.detail
    assert "prices.toml" in question.detail


def test_a_price_is_advised_only_where_it_would_help() -> None:
    mine = budget(tokens=100, price=None)
    call = mine.forecast(INFO, ASKED, Sampling(max_tokens=1000))
    question = mine.question(call, "task_llm", INFO, mine.over(call, INFO))
    assert "prices.toml" not in question.detail
    assert "Limit of this session: 100 tokens" in question.detail


async def test_a_refused_call_ends_the_run_without_an_answer_and_without_a_crash() -> None:
    model, person = Breaking("It is <<<42>>>"), Person(STOP)
    events = await run(cast(model, person, budget=budget(usd=0.01)))
    assert model.seen == []
    assert not of(ev.PromptSent, events)
    ending = events[-1]
    assert isinstance(ending, ev.Finished)
    assert (ending.answer, ending.answer_round) == ("", None)
    assert ending.reason == "the session's limit of $0.01 would be exceeded"
    assert [type(e).__name__ for e in events[-3:]] == ["Asked", "Answered", "Finished"]


async def test_a_refused_call_ends_the_run_with_the_best_answer_so_far() -> None:
    person = Person(SEND, SEND, STOP)
    model = Breaking("It is <<<42>>>", "never sent")
    steerer = Breaking("<<<Code>>>", "<<<Look at it again.>>>")
    company = cast(model, person, steerer=steerer, budget=budget(tokens=500))
    transcript = started()
    async with aclosing(solve(company, transcript, Method(max_rounds=3))) as stream:
        events = [event async for event in stream]
    ending = events[-1]
    assert isinstance(ending, ev.Finished)
    assert (ending.answer, ending.answer_round) == ("42", 0)
    assert "500 tokens" in ending.reason


async def test_a_refused_second_try_does_not_pass_off_the_broken_answer_as_one() -> None:
    person = Person(SEND, AGAIN, STOP)
    model = Breaking(("It is <<<41>>> or rat", BROKEN))
    events = await run(cast(model, person, budget=budget(usd=0.001)))
    assert [q.kind for q in person.asked] == ["over_limit", "broken_stream", "over_limit"]
    ending = events[-1]
    assert isinstance(ending, ev.Finished)
    assert ending.answer == ""


async def test_a_checker_that_may_not_be_asked_leaves_the_answer_unchecked() -> None:
    person = Person(SEND, STOP)
    checker = Breaking(TEST_PROGRAM)
    events = await run(cast(Breaking("It is <<<42>>>"), person, checker=checker, budget=budget(usd=0.001)))
    verdict = of(ev.AnswerChecked, events)[0].verdict
    assert checker.seen == []
    assert verdict.outcome == "could_not_check"
    assert "limit of $0.0010" in verdict.reason
    assert isinstance(events[-1], ev.Finished)
    assert events[-1].answer == "42"


async def test_sending_once_asks_the_next_time_and_lifting_does_not() -> None:
    for choices, questions in (((SEND, SEND), 2), ((LIFT,), 1)):
        person = Person(*choices)
        checker = Breaking(TEST_PROGRAM)
        await run(cast(Breaking("It is <<<42>>>"), person, checker=checker, budget=budget(usd=0.001)))
        assert len(person.asked) == questions
        assert len(checker.seen) == 1


async def test_nobody_there_to_be_asked_means_no() -> None:
    calls = Calls(budget=budget(usd=0.001))
    model = Breaking("x")
    async with aclosing(calls.make(Call(0, "task_llm", model, ASKED, Sampling()))) as steps:
        with pytest.raises(NotSent, match=r"limit of \$0.0010"):
            await anext(steps)
    assert model.seen == []


async def test_failed_calls_and_earlier_runs_count() -> None:
    transcript = started()
    await run(cast(Breaking(("half of it", BROKEN)), Person(STOP)), transcript)
    spent = transcript.bill
    assert spent.usage.tokens > 0
    resumed = Budget(SpendingLimits(session_tokens=4096 + spent.usage.tokens), lambda info: PRICE, bill=spent)
    assert resumed.over(resumed.forecast(INFO, ASKED, Sampling()), INFO)


class Counting:
    """A model that uses up what it is told to and remembers the calls that reached it."""

    def __init__(self, usages: list[Usage | None]) -> None:
        self.usages, self.calls = usages, 0

    @property
    def info(self) -> RoleInfo:
        return INFO

    async def stream(self, messages, options):  # type: ignore[no-untyped-def]
        self.calls += 1
        usage = self.usages[self.calls - 1]
        yield TextDelta("some words")
        if usage is None:
            raise ModelError("refused", "No.")
        yield Completed("stop", usage)

    async def aclose(self) -> None:
        return None


USAGES = st.one_of(
    st.none(),
    st.builds(Usage, st.integers(0, 5000), st.integers(0, 5000)),
    st.builds(
        Usage,
        st.integers(0, 5000),
        st.integers(0, 5000),
        usd=st.floats(0, 0.2, allow_nan=False),
    ),
)


@given(
    usages=st.lists(USAGES, min_size=1, max_size=8),
    usd=st.sampled_from([0.0, 0.0005, 0.01, 0.05, 0.2]),
    tokens=st.sampled_from([0, 300, 4000, 20_000]),
    price=st.sampled_from([None, FREE, PRICE, Price(input=0.1, output=0.1)]),
    choices=st.lists(st.sampled_from([STOP, SEND, LIFT]), min_size=8, max_size=8),
)
def test_no_call_beyond_a_limit_is_sent_unasked(
    usages: list[Usage | None], usd: float, tokens: int, price: Price | None, choices: list[str]
) -> None:
    model, person = Counting(usages), Person(*choices)
    mine = budget(usd=usd, tokens=tokens, price=price)
    calls = Calls(ask=person, budget=mine)
    spent_usd, spent_tokens, unknown, lifted = 0.0, 0, False, False

    async def one(call: Call) -> list[object]:
        seen: list[object] = []
        try:
            async with aclosing(calls.make(call)) as steps:
                async for step in steps:
                    seen.append(step)
        except (NotSent, ModelError) as error:
            seen.append(error)
        return seen

    for _ in usages:
        reached, questions = model.calls, len(person.asked)
        call = Call(0, "steerer", model, ASKED, Sampling(max_tokens=500))
        forecast = mine.forecast(INFO, ASKED, Sampling(max_tokens=500))
        beyond = bool(tokens) and spent_tokens + forecast.tokens > tokens
        if usd and forecast.usd != 0:
            beyond = beyond or forecast.usd is None or unknown or spent_usd + forecast.usd > usd
        seen = asyncio.run(one(call))
        asked = [step for step in seen if isinstance(step, ev.Asked)]
        assert len(asked) == len(person.asked) - questions == (1 if beyond and not lifted else 0)
        if asked:
            chosen = next(step.reply.choice for step in seen if isinstance(step, ev.Answered))
            assert (model.calls > reached) == (chosen != STOP)
            lifted = chosen == LIFT
        if model.calls > reached:
            usage = next(
                step.usage for step in seen if hasattr(step, "usage") and isinstance(step.usage, Usage)
            )
            spent_usd += usage.usd or 0.0
            spent_tokens += usage.tokens
            unknown = unknown or (usage.usd is None and usage.tokens > 0)
        assert mine.bill.usage.tokens == spent_tokens
        assert mine.bill.usd == pytest.approx(spent_usd)

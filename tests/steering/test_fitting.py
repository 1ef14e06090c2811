"""A conversation that a model's context does not hold: the oldest outputs are shortened first, and that is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from codesteer_tui import events as ev
from codesteer_tui.errors import WeightsError
from codesteer_tui.providers import Loading, Remark, Sampling
from codesteer_tui.steering.asking import Calls
from codesteer_tui.steering.call import Call, Said
from codesteer_tui.steering.findings import steerer_messages
from codesteer_tui.steering.fitting import AROUND, LEAST_REPLY, fitted
from codesteer_tui.steering.shortening import SHORT_CHARS, with_short_outputs
from codesteer_tui.steering.steerers import DECISIONS, FIRST, ModelSteerer
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import Guidance, Limits, Message, Program
from tests.scripted import ScriptedModel, printed
from tests.steering.test_loop import PACK, started

OUTPUTS = ("first ", "second ", "third ")


class Counting(ScriptedModel):
    """Counts a token a character, and holds so many of them."""

    def __init__(self, context: int, *replies: str) -> None:
        super().__init__(*replies, kind="llama_cpp")
        self.context, self.counted = context, 0

    async def measure(self, messages: Sequence[Message]) -> int:
        self.counted += 1
        return sum(len(message.content) for message in messages)


def told(rounds: int = 3, repeat: int = 500) -> Transcript:
    """A run whose programs printed a lot."""
    transcript = started()
    for number, word in enumerate(OUTPUTS[:rounds]):
        for event in (
            ev.RoundStarted(round=number),
            ev.GuidanceGiven(round=number, guidance=Guidance("code", f"guide {number}")),
            ev.AnswerGiven(round=number, text=f"answer {number}"),
            ev.ExecutionStarted(
                round=number, id=f"e{number}", purpose="answer", program=Program("x"), limits=Limits()
            ),
            ev.ExecutionFinished(
                round=number, id=f"e{number}", purpose="answer", result=printed(word * repeat)
            ),
            ev.RoundFinished(round=number),
        ):
            transcript.apply(event)
    return transcript


def length(messages: Sequence[Message]) -> int:
    return sum(len(message.content) for message in messages)


def call(model: Counting, transcript: Transcript) -> Call:
    def shorter(count: int) -> tuple[Message, ...] | None:
        seen = with_short_outputs(transcript, count)
        return None if seen is None else steerer_messages(seen, PACK)

    messages = steerer_messages(transcript, PACK)
    return Call(3, "steerer", model, messages, Sampling(), shorter=shorter)


async def test_what_fits_is_left_alone_and_not_even_counted_where_that_is_plain() -> None:
    transcript = told()
    messages = steerer_messages(transcript, PACK)
    roomy = Counting(length(messages) + AROUND * len(messages) + LEAST_REPLY)
    asked, noted = await fitted(call(roomy, transcript))
    assert (asked.messages, noted, roomy.counted) == (messages, None, 0)
    tight = Counting(length(messages) + LEAST_REPLY)
    asked, noted = await fitted(call(tight, transcript))
    assert (asked.messages, noted, tight.counted) == (messages, None, 1)


@pytest.mark.parametrize("count", [1, 2, 3])
async def test_only_as_many_outputs_are_shortened_as_have_to_be_the_oldest_first(count: int) -> None:
    transcript = told()
    short = with_short_outputs(transcript, count)
    assert short is not None
    wanted = steerer_messages(short, PACK)
    model = Counting(length(wanted) + LEAST_REPLY)
    asked, noted = await fitted(call(model, transcript))
    assert asked.messages == wanted
    assert noted is not None
    assert (noted.kind, noted.role, noted.round) == ("shortened", "steerer", 3)
    assert f"{length(steerer_messages(transcript, PACK)):,} tokens" in noted.text
    assert f"{model.context:,}" in noted.text
    assert "context_tokens" in noted.remedy
    whole = [word * 500 in "".join(m.content for m in asked.messages).replace("\n", "") for word in OUTPUTS]
    assert whole == [number >= count for number in range(3)]


async def test_the_only_program_is_not_called_the_oldest() -> None:
    transcript = told()
    several = call(Counting(LEAST_REPLY + 10), transcript)
    first = several.shorter
    assert first is not None
    _, noted = await fitted(replace(several, shorter=lambda count: first(1) if count == 1 else None))
    assert noted is not None
    assert "the output of the program was shortened" in noted.text


async def test_what_does_not_fit_even_so_is_left_for_the_model_to_refuse() -> None:
    transcript = told()
    asked, noted = await fitted(call(Counting(LEAST_REPLY + 10), transcript))
    assert noted is not None
    assert "3 oldest programs" in noted.text
    assert length(asked.messages) > 10


async def test_a_model_that_cannot_count_now_is_asked_as_it_is() -> None:
    class Broken(Counting):
        async def measure(self, messages: Sequence[Message]) -> int:
            raise WeightsError("The file is gone.")

    transcript = told()
    asked, noted = await fitted(call(Broken(600), transcript))
    assert (asked.messages, noted) == (steerer_messages(transcript, PACK), None)


def test_beginning_and_end_of_an_output_stay_and_the_run_itself_is_not_touched() -> None:
    transcript = told()
    short = with_short_outputs(transcript, 1)
    assert short is not None
    before, after = transcript.rounds[0].result, short.rounds[0].result
    assert before is not None
    assert after is not None
    assert len(before.stdout) == 3000
    assert after.stdout[:50] == before.stdout[:50]
    assert after.stdout.rstrip()[-50:] == before.stdout.rstrip()[-50:]
    assert len(after.stdout) < SHORT_CHARS + 100
    assert short.rounds[1] is transcript.rounds[1]
    assert with_short_outputs(transcript, 4) is None
    assert with_short_outputs(told(repeat=3), 1) is None


async def test_what_a_model_says_of_itself_becomes_events_of_its_role_and_round() -> None:
    class Talking(Counting):
        async def stream(self, messages, options):  # type: ignore[no-untyped-def]
            yield Loading("weights", 0.5)
            yield Remark("warning", "An idle GPU.", "pip install it")
            async for delta in super().stream(messages, options):
                yield delta

    asked = Call(2, "task_llm", Talking(9999, "hello"), (Message("user", "hi"),), Sampling())
    steps = [step async for step in Calls().make(asked)]
    assert ev.LoadingDelta(round=2, role="task_llm", what="weights", fraction=0.5) in steps
    assert (
        ev.Noted(round=2, role="task_llm", kind="warning", text="An idle GPU.", remedy="pip install it")
        in steps
    )
    assert isinstance(steps[-1], Said)


def test_the_transcript_keeps_notes_and_forgets_progress_with_the_first_text() -> None:
    transcript = started()
    loading = ev.LoadingDelta(round=0, role="steerer", what="prompt", fraction=0.25)
    noted = ev.Noted(round=0, role="steerer", kind="device", text="on the CPU")
    for event in (loading, noted):
        transcript.apply(event)
    assert transcript.round(0).loading == {"steerer": loading}
    transcript.apply(ev.GuidanceDelta(round=0, text="so"))
    assert transcript.round(0).loading == {}
    assert transcript.round(0).notes == [noted]


class Sure(ScriptedModel):
    """Tells the probabilities of the decisions it is asked for."""

    def __init__(self, reply: str, chances: dict[str, float]) -> None:
        super().__init__(reply)
        self.chances, self.asked = chances, Sampling()

    async def stream(self, messages, options):  # type: ignore[no-untyped-def]
        self.asked = options
        async for delta in super().stream(messages, options):
            done = hasattr(delta, "chances")
            yield type(delta)(delta.finish, delta.usage, self.chances) if done else delta


async def guidance(model: Sure, transcript: Transcript, *, forced: bool = False) -> Guidance:
    steerer = ModelSteerer(model, PACK, Sampling(), forced=forced)
    steps = [step async for step in steerer.guide(transcript)]
    assert isinstance(steps[-1], ev.GuidanceGiven)
    return steps[-1].guidance


async def test_a_decision_has_the_probability_that_the_model_gave_it() -> None:
    first = Sure("It computes. <<<Code>>>", {"<<<Code>>>": 0.8, "<<<Text>>>": 0.15})
    decided = await guidance(first, started())
    assert (decided.decision, decided.confidence) == ("code", 0.8)
    assert (first.asked.decisions, first.asked.only_decisions) == (FIRST, False)
    later = Sure("<<<Return Answer>>>", {"<<<Return Answer>>>": 0.7, "<<<Code>>>": 0.1})
    decided = await guidance(later, told(1), forced=True)
    assert (decided.decision, decided.confidence) == ("return_answer", 0.7)
    assert set(later.asked.decisions) == set(DECISIONS.values())
    assert not later.asked.only_decisions


async def test_guidance_of_its_own_has_what_the_decisions_leave() -> None:
    own = Sure("<<<Search all orders.>>>", {"<<<Code>>>": 0.3, "<<<Text>>>": 0.1})
    decided = await guidance(own, told(1))
    assert (decided.decision, decided.text) == ("refine", "Search all orders.")
    assert decided.confidence == pytest.approx(0.6)


async def test_without_probabilities_there_is_no_confidence() -> None:
    assert (await guidance(Sure("<<<Code>>>", {}), started())).confidence is None


async def test_only_the_first_decision_can_be_forced() -> None:
    model = Sure("<<<Text>>>", {})
    await guidance(model, started(), forced=True)
    assert model.asked.only_decisions

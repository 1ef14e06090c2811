"""Asking a model, whatever role it plays: the one place where a call is priced, sent, streamed and survived.

A call is `Call`; what comes of it are events, and at the end exactly one `Said`. Before a call that could go
beyond a limit the person is asked, and again where a stream broke in the middle. A call that fails for good is
a `CallFailed` with what had arrived, and then raises.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec

from codesteer_tui.errors import KEPT, ModelError, NotSent
from codesteer_tui.events import (
    AnswerDelta,
    Answered,
    AnswerGiven,
    Asked,
    CallFailed,
    GuidanceDelta,
    LoadingDelta,
    Noted,
    PromptSent,
    Retried,
)
from codesteer_tui.providers import (
    Completed,
    Loading,
    Remark,
    Retrying,
    TextDelta,
)
from codesteer_tui.providers.costs.estimating import estimated
from codesteer_tui.steering.budget import LIFT, STOP, Budget
from codesteer_tui.steering.call import Call, Said
from codesteer_tui.steering.execution import Ask
from codesteer_tui.steering.fitting import fitted
from codesteer_tui.steering.interrupted import UNUSED, interrupted
from codesteer_tui.steering.joining import joined
from codesteer_tui.text import storable
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import Channel, Finish, Message, Question, Role, Usage

AGAIN, GO_ON = "Ask again", "Continue where it broke off"

MAX_TEXT_CHARS = 400_000
"""Longest text that is kept of a channel; a model that goes on beyond it is cut off."""

MAX_QUESTIONS = 3
"""How often the person is asked about one call whose stream keeps breaking."""

PASSING = ("broken_stream", "overloaded", "rate_limit", "unreachable")
"""Failures in the middle of a reply after which the same call may well succeed."""

MAX_RETRIES_HERE = 2
"""How often a model on this machine is asked again by itself where it broke off without a word. Those behind a network
see to that themselves."""

COSTLY = ("broken_stream", "refused")
"""Failures that a provider may charge for although no text came: the prompt had been read."""

Step: TypeAlias = (
    PromptSent
    | GuidanceDelta
    | AnswerDelta
    | AnswerGiven
    | Asked
    | Answered
    | Retried
    | LoadingDelta
    | Noted
    | CallFailed
)


@dataclass
class _Stream:
    """What has arrived of one reply."""

    began: float = field(default_factory=time.monotonic)
    texts: dict[Channel, str] = field(default_factory=lambda: {"answer": "", "reasoning": ""})
    completed: Completed | None = None
    failure: ModelError | None = None
    cut: bool = False
    waits_until: float = 0.0
    """The end of the last wait for another try, by the monotonic clock."""
    billed: Usage | None = None

    @property
    def chars(self) -> int:
        return sum(map(len, self.texts.values()))

    @property
    def finish(self) -> Finish:
        """How the reply ended; one that neither ended nor was cut has broken off."""
        if self.completed and not self.failure:
            return self.completed.finish
        return "length" if self.cut else "broken"

    def said(self, before: Said | None, usage: Usage) -> Said:
        """The reply as it stands, joined to what it continues."""
        before = before or Said()
        return Said(
            joined(before.text, self.texts["answer"]),
            "\n\n".join(part for part in (before.reasoning, self.texts["reasoning"]) if part),
            self.finish,
            before.usage + usage,
            before.seconds + time.monotonic() - self.began,
            self.completed.chances if self.completed else {},
        )


class Calls:
    """One session's way to its models. What the person agreed to lives here and is never read from a record."""

    def __init__(self, *, ask: Ask | None = None, budget: Budget | None = None, first_id: int = 1) -> None:
        self.budget = budget or Budget()
        self._ask, self._next_id = ask, first_id
        # The checker has the most calls that are settled together: three programs, each asked for twice at most.
        self._streams: deque[tuple[Role, tuple[Message, ...], _Stream]] = deque(maxlen=8)

    async def make(self, call: Call) -> AsyncGenerator[Step | Said, None]:
        """Send a call and stream its reply; the last item is its one `Said`.

        Raises:
            ModelError: it failed for good; `CallFailed` has been yielded.
            NotSent: it could have gone beyond a limit, and the person did not agree.
        """
        call, noted = await fitted(call)
        if noted:
            yield noted
        messages, before, kept = call.messages, None, Said()
        tries = questions = 0
        while True:
            async with aclosing(self._admit(call, messages)) as steps:
                async for step in steps:
                    yield step
            stream = _Stream()
            self._streams.append((call.role, messages, stream))
            yield PromptSent(round=call.round, role=call.role, messages=messages)
            stream.began = time.monotonic()
            tries += 1
            async with aclosing(_streamed(call, messages, stream)) as deltas:
                async for delta in deltas:
                    yield delta
            usage = self.budget.spend(call.model.info, messages, _usage(stream, messages))
            stream.billed = usage
            if (failure := stream.failure) is None:
                yield stream.said(before, usage)
                return
            # What a failed call used up is its CallFailed's, and is not counted again with the reply.
            kept = stream.said(before, Usage()) if stream.chars else kept
            for fact in _failed(call, stream, failure, kept, usage):
                yield fact
            if not (kept.text or kept.reasoning):
                if not _may_pass_here(call, failure) or tries > MAX_RETRIES_HERE:
                    raise failure
                yield Retried(role=call.role, attempt=tries, after_s=0.0, reason=failure.message)
                continue
            if failure.kind not in PASSING:
                raise failure
            if call.role == "checker":
                if tries > 1:
                    raise failure
                yield Retried(role=call.role, attempt=tries, after_s=0.0, reason=failure.message)
                continue
            if self._ask is None:
                raise failure
            if questions == MAX_QUESTIONS:
                raise _given_up(failure)
            questions += 1
            question = _broken_off(call, failure, kept)
            asked = Asked(id=self._id(), question=question)
            yield asked
            reply = await self._ask(question)
            yield Answered(id=asked.id, reply=reply)
            if reply.choice == GO_ON and GO_ON in question.options:
                before = kept
                messages = (*call.messages, Message("assistant", kept.text), Message("user", call.go_on))
            elif reply.choice == AGAIN:
                before, messages = None, call.messages
            else:
                raise failure

    async def _admit(
        self, call: Call, messages: tuple[Message, ...]
    ) -> AsyncGenerator[Asked | Answered, None]:
        """Ask where this call could go beyond a limit.

        Raises:
            NotSent: the person did not agree, or nobody can be asked.
        """
        info = call.model.info
        forecast = self.budget.forecast(info, messages, call.options)
        if not (reason := self.budget.over(forecast, info)):
            return
        choice = STOP
        if self._ask is not None:
            question = self.budget.question(forecast, call.role, info, reason)
            asked = Asked(id=self._id(), question=question)
            yield asked
            reply = await self._ask(question)
            yield Answered(id=asked.id, reply=reply)
            choice = reply.choice if reply.choice in question.options else STOP
        if choice == STOP:
            raise NotSent(reason, "Raise [limits] in the configuration, or agree to the call when asked.")
        self.budget.lifted = choice == LIFT

    def interrupted(self, transcript: Transcript) -> Iterator[CallFailed]:
        """The calls that the session was stopped in, put on the bill.

        Of a run that has just been stopped all is known that had arrived; of an earlier one, what the transcript
        has.
        """
        for info, prompt, failed in interrupted(transcript):
            streams = (s for r, m, s in reversed(self._streams) if (r, m) == (prompt.role, prompt.messages))
            usage = failed.usage
            if stream := next(streams, None):
                usage = stream.billed or _usage(stream, prompt.messages)
                failed = msgspec.structs.replace(
                    failed,
                    text=stream.texts["answer"],
                    reasoning=stream.texts["reasoning"],
                    message=UNUSED if stream.billed else failed.message,
                    seconds=time.monotonic() - stream.began,
                )
            if stream is None or stream.billed is None:
                usage = self.budget.spend(info, prompt.messages, usage)
            yield msgspec.structs.replace(failed, usage=usage)

    def _id(self) -> str:
        self._next_id += 1
        return f"qm{self._next_id - 1}"


async def _streamed(
    call: Call, messages: tuple[Message, ...], stream: _Stream
) -> AsyncGenerator[AnswerDelta | GuidanceDelta | LoadingDelta | Noted | Retried, None]:
    """Stream one reply into `stream`, whose `failure` says how it failed, if it did."""
    try:
        async with aclosing(call.model.stream(messages, call.options)) as deltas:
            async for delta in deltas:
                match delta:
                    case TextDelta(text=piece, channel=channel):
                        piece = storable(piece)
                        stream.texts[channel] += piece
                        if call.role == "task_llm":
                            yield AnswerDelta(round=call.round, text=piece, channel=channel)
                        elif call.role == "steerer":
                            yield GuidanceDelta(round=call.round, text=piece, channel=channel)
                        if len(stream.texts[channel]) > MAX_TEXT_CHARS:
                            stream.cut = True
                            return
                    case Retrying(attempt=attempt, after_s=after, reason=reason):
                        stream.waits_until = time.monotonic() + after
                        yield Retried(role=call.role, attempt=attempt, after_s=after, reason=reason)
                    case Loading(what=what, fraction=fraction):
                        yield LoadingDelta(round=call.round, role=call.role, what=what, fraction=fraction)
                    case Remark(kind=kind, text=text, remedy=remedy, brief=brief):
                        yield Noted(
                            round=call.round,
                            role=call.role,
                            kind=kind,
                            text=text,
                            remedy=remedy,
                            brief=brief,
                        )
                    case Completed():
                        stream.completed = delta
    except ModelError as error:
        stream.failure = error


def _usage(stream: _Stream, messages: tuple[Message, ...]) -> Usage:
    """What a stream used up, by estimate where the provider has not said."""
    if stream.completed and not stream.failure:
        return stream.completed.usage
    failed = stream.failure is not None and stream.failure.kind not in COSTLY
    waits = stream.failure is None and time.monotonic() < stream.waits_until
    return Usage() if (failed or waits) and not stream.chars else estimated(messages, stream.chars)


def _failed(
    call: Call, stream: _Stream, failure: ModelError, kept: Said, usage: Usage
) -> Iterator[AnswerGiven | CallFailed]:
    if call.role == "task_llm" and (kept.text or kept.reasoning):
        yield AnswerGiven(
            round=call.round,
            text=kept.text,
            reasoning=kept.reasoning,
            finish="broken",
            seconds=kept.seconds,
        )
    yield CallFailed(
        round=call.round,
        role=call.role,
        kind=failure.kind,
        message=failure.message,
        remedy=failure.remedy,
        text=stream.texts["answer"],
        reasoning=stream.texts["reasoning"],
        usage=usage,
        seconds=time.monotonic() - stream.began,
    )


def _may_pass_here(call: Call, failure: ModelError) -> bool:
    """Whether a call without a word may succeed at once: the process of a local model died and is started anew."""
    return call.model.info.kind == "llama_cpp" and failure.kind == "broken_stream"


def _given_up(failure: ModelError) -> ModelError:
    """The last failure of a call whose stream kept breaking, which says that it is not tried for ever."""
    message = f"{failure.message} It broke off {MAX_QUESTIONS + 1} times, and is not asked again."
    return ModelError(failure.kind, message, failure.remedy, provider=failure.provider)


def _broken_off(call: Call, failure: ModelError, kept: Said) -> Question:
    whose = "TaskLLM's answer" if call.role == "task_llm" else "steerer's guidance"
    goes_on = bool(call.go_on and kept.text.strip())
    lines = (
        failure.message,
        f"{len(kept.text):,} characters of it had arrived, and are kept.",
        failure.remedy.removeprefix(KEPT).strip(),
    )
    return Question(
        kind="broken_stream",
        text=f"The {whose} broke off in the middle. What now?",
        options=(STOP, AGAIN, GO_ON) if goes_on else (STOP, AGAIN),
        detail="\n".join(line for line in lines if line),
    )

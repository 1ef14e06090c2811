"""The steering loop: the one place where the order of a round is written.

`solve` takes a transcript and goes on from wherever it stands: a step whose fact is already there is not
done again. So starting, resuming after a crash and forking are the same call.
"""

from __future__ import annotations

import ast
import itertools
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import msgspec

from codesteer_tui import events as ev
from codesteer_tui.errors import CodesteerError, ModelError, NotSent
from codesteer_tui.events import Event
from codesteer_tui.providers import ChatModel, Sampling
from codesteer_tui.steering import taking
from codesteer_tui.steering.answer_checker import AnswerChecker
from codesteer_tui.steering.asking import Calls
from codesteer_tui.steering.call import Call, Said
from codesteer_tui.steering.execution import Executor
from codesteer_tui.steering.extract import find_code, first_block_as_published
from codesteer_tui.steering.findings import task_messages
from codesteer_tui.steering.outcome import answer_of, kept_round, verdicts_of
from codesteer_tui.steering.prompts import PromptPack
from codesteer_tui.steering.shortening import with_short_outputs
from codesteer_tui.steering.steerers import Steerer
from codesteer_tui.steering.stepping import Stepping
from codesteer_tui.steering.symbolic_checker import judge
from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.values import Extraction, Message, Program, Verdict, Verdicts

OFF = "steering is off"
"""Why a run ends with its first answer, or as soon as steering is switched off."""

Facts: TypeAlias = AsyncGenerator[Event, None]


@dataclass(frozen=True)
class Method:
    """How the loop behaves. `published` is the paper's loop, quirks included (METHOD.md, section 1).

    `single` is why the first round is the only one; empty where others may follow.
    """

    max_rounds: int = 5
    show_output: bool = True
    published: bool = False
    score: Literal["default", "paper"] = "default"
    threshold: float = 2.0
    single: str = ""


Recast: TypeAlias = Callable[["Cast", int], Awaitable[tuple["Cast", Sequence[ev.RoleChanged]]]]
"""Who takes part from this round on, given who does now, and what has changed."""


@dataclass(frozen=True)
class Cast:
    """Who and what takes part in a run."""

    steerer: Steerer
    task_llm: ChatModel
    checker: AnswerChecker
    executor: Executor
    pack: PromptPack
    sampling: Sampling
    calls: Calls = field(default_factory=Calls)
    verify: Callable[[str], Verdict] | None = None
    recast: Recast | None = None
    """Consulted when a round begins, before anybody is asked in it."""
    stepping: Stepping = field(default_factory=Stepping)
    """What the person has a say in."""


async def solve(
    cast: Cast, transcript: Transcript, method: Method, *, clock: Callable[[], float] = time.monotonic
) -> AsyncGenerator[Event, None]:
    """Steer until the answer is returned, nothing more can be done, or the rounds are used up.

    Yields events stamped with `clock`, seconds since the session began, each already applied to `transcript`. A
    provider's failure ends the run with `Failed`; what had arrived stays, and the best answer so far is
    `outcome.best_so_far`. A call that is not sent because of a limit ends it with `Finished` and that answer.
    """
    run = _Run(cast, transcript, method)

    def happened(fact: Event) -> Event:
        event = msgspec.structs.replace(fact, at=clock())
        transcript.apply(event)
        return event

    for before in [*cast.calls.interrupted(transcript), *cast.stepping.facts(transcript)]:
        yield happened(before)
    async with aclosing(run.rounds()) as facts:
        try:
            async for fact in facts:
                yield happened(fact)
                for said in cast.stepping.facts(transcript):
                    yield happened(said)
        except NotSent as refused:
            yield happened(run.finish(refused.message))
        except CodesteerError as error:
            for lost in list(cast.calls.interrupted(transcript)):
                yield happened(lost)
            kind = error.kind if isinstance(error, ModelError) else type(error).__name__
            yield happened(ev.Failed(kind=kind, message=error.message, remedy=error.remedy))


class _Run:
    """One run of the loop. Its state is the transcript; it only remembers which answers came live."""

    def __init__(self, cast: Cast, transcript: Transcript, method: Method) -> None:
        self.cast, self.transcript, self.method = cast, transcript, method
        self.live_answers: set[int] = set()

    async def rounds(self) -> Facts:
        """All rounds in their order, then the end."""
        started = [r.number for r in self.transcript.rounds]
        for number in itertools.count(max(started, default=0)):
            if number not in started:
                yield ev.RoundStarted(round=number)
                for change in await self.recast(number):
                    yield change
            this = self.transcript.round(number)
            if not this.finished:
                async with aclosing(self.round(this)) as facts:
                    async for fact in facts:
                        yield fact
                yield ev.RoundFinished(round=number)
            if reason := self.reason_to_stop(this):
                yield self.finish(reason)
                return

    async def recast(self, number: int) -> Sequence[ev.RoleChanged]:
        """Let those come on stage who were chosen for this round; says which roles have changed hands."""
        if self.cast.recast is None:
            return ()
        self.cast, changes = await self.cast.recast(self.cast, number)
        return changes

    async def round(self, this: Round) -> Facts:
        """One round: guidance → prompt and answer → code → execution → checks."""
        steps = (
            self.guide,
            self.ask_task_llm,
            self.find_code,
            self.run_code,
            self.judge_code,
            self.check_answer,
            self.verify_answer,
        )
        for step in steps:
            async with aclosing(step(this)) as facts:
                async for fact in facts:
                    yield fact
            if self.guidance_stops(this):
                return

    async def guide(self, this: Round) -> Facts:
        """Have the steerer decide."""
        if this.guidance is None:
            cast = self.cast
            async with aclosing(cast.stepping.guide(cast.steerer, self.transcript, cast.pack)) as steps:
                async for step in steps:
                    yield step

    async def ask_task_llm(self, this: Round) -> Facts:
        """Have the TaskLLM answer the conversation; again where its answer had broken off."""
        if this.answer is not None and this.answer.finish != "broken":
            return
        cast = self.cast
        messages = task_messages(self.transcript, cast.pack, show_output=self.method.show_output)
        go_on = cast.pack.fill("task_llm.continue")
        call = Call(
            this.number, "task_llm", cast.task_llm, messages, cast.sampling, go_on, self.shorter_messages
        )
        self.live_answers.add(this.number)
        async with aclosing(cast.calls.make(call)) as steps:
            async for step in steps:
                if isinstance(step, Said):
                    yield ev.AnswerGiven(
                        round=this.number,
                        text=step.text,
                        reasoning=step.reasoning,
                        finish=step.finish,
                        usage=step.usage,
                        seconds=step.seconds,
                    )
                else:
                    yield step

    def shorter_messages(self, count: int) -> tuple[Message, ...] | None:
        """The TaskLLM's conversation with the outputs of so many of the oldest programs shortened."""
        seen = with_short_outputs(self.transcript, count) if self.method.show_output else None
        return task_messages(seen, self.cast.pack, show_output=True) if seen else None

    async def find_code(self, this: Round) -> Facts:
        """Look for a program in the answer."""
        if this.code is None:
            find = _find_as_published if self.method.published else find_code
            yield ev.CodeFound(round=this.number, code=find(this.answer_text))

    async def run_code(self, this: Round) -> Facts:
        """Run the answer's program, once."""
        run = this.execution("answer")
        if this.code is None or not this.code.source or (run and run.result):
            return
        demo = self.cast.task_llm.info.kind == "demo" and this.number in self.live_answers
        program = Program(this.code.source, "demo" if demo else "model")
        async with aclosing(self.cast.executor.run(this.number, "answer", program)) as steps:
            async for step in steps:
                yield step

    async def judge_code(self, this: Round) -> Facts:
        """Have the symbolic checker judge the program itself."""
        if this.code and this.code.source and this.judgement is None:
            judgement = judge(this.code.source, mode=self.method.score, threshold=self.method.threshold)
            yield ev.CodeJudged(round=this.number, judgement=judgement)

    async def check_answer(self, this: Round) -> Facts:
        """Have the self-answer checker test the answer. The published loop leaves out the last one."""
        last = this.number >= self.method.max_rounds
        left_out = self.method.published and last and not self.method.single
        if this.check is None and not left_out:
            async with aclosing(self.cast.checker.check(self.transcript, this)) as steps:
                async for step in steps:
                    yield step

    async def verify_answer(self, this: Round) -> Facts:
        """Compare with ground truth where the task is known. No role is ever shown this."""
        if this.truth is None and self.cast.verify and self.transcript.problem:
            answer = answer_of(this)
            verdict = self.cast.verify(f"<<<{answer.text}>>>" if answer.found else "")
            yield ev.AnswerVerified(round=this.number, task=self.transcript.problem.task, verdict=verdict)

    def guidance_stops(self, this: Round) -> bool:
        """Whether the round ends with its guidance."""
        return this.guidance is not None and (
            this.guidance.decision in ("return_answer", "terminate") or self.guidance_repeats(this)
        )

    def guidance_repeats(self, this: Round) -> bool:
        """Whether the steerer gave the same refinement before; the published loop does not look.

        What the person wrote, or added to it, is theirs to repeat.
        """
        if self.method.published or this.guidance is None or this.guidance.decision != "refine":
            return False
        if this.guidance.by != "steerer" or this.guidance.hint:
            return False
        text = " ".join(this.guidance.text.split())
        earlier = [r for r in self.transcript.rounds if r.number < this.number and r.guidance]
        return any(r.guidance and " ".join(r.guidance.text.split()) == text for r in earlier)

    def reason_to_stop(self, this: Round) -> str:
        """Why the run ends after this round, or an empty string."""
        if self.method.single:
            return self.method.single
        stepping, last = self.cast.stepping, this.number >= self.method.max_rounds
        if stepping.goes_on(self.transcript, last=last):
            return ""
        decision = this.guidance.decision if this.guidance else None
        who = "the person" if this.guidance and this.guidance.by == "person" else "the steerer"
        if decision == "return_answer" and who == "the person" and not self.transcript.answered:
            return "the person ended it before there was an answer"
        if decision == "return_answer":
            return OFF if this.guidance and this.guidance.by == "nobody" else f"{who} returned the answer"
        if decision == "terminate":
            return f"{who} gave up"
        if stepping.mode == "off" and this.answer is not None:
            return OFF
        if stepping.mode == "manual":
            return ""  # whoever steers decides when it ends
        if self.guidance_repeats(this):
            return "the steerer gave the same guidance twice"
        if not self.method.published and self.answer_repeats(this):
            return "the TaskLLM gave the same answer twice"
        if last:
            return f"all {self.method.max_rounds} rounds of guidance were used"
        return ""

    def answer_repeats(self, this: Round) -> bool:
        """Whether an earlier round had the same program, or the same text where there is no program."""
        mine = _fingerprint(this)
        earlier = (r for r in self.transcript.answered if r.number < this.number)
        return bool(mine) and any(_fingerprint(r) == mine for r in earlier)

    def finish(self, reason: str) -> ev.Finished:
        """The end: the best answer so far, or the one that the person took, with the three opinions on it."""
        if self.transcript.taken:
            method = self.method
            return taking.finish(
                self.transcript, verify=self.cast.verify, score=method.score, threshold=method.threshold
            )
        kept = kept_round(self.transcript, published=self.method.published)
        decision = self.transcript.current.guidance if self.transcript.current else None
        if kept is None:
            return ev.Finished(answer="", answer_round=None, reason=reason, verdicts=Verdicts())
        answer = answer_of(kept)
        return ev.Finished(
            answer=answer.text,
            answer_round=kept.number if answer.found else None,
            reason=reason,
            verdicts=verdicts_of(kept),
            decision=decision.decision if decision else None,
        )


def _fingerprint(this: Round) -> str:
    """What makes two answers the same: the program without layout and comments, else the words."""
    source = this.code.source if this.code else ""
    if not source:
        return "text " + " ".join(this.answer_text.split()) if this.answer_text.strip() else ""
    try:
        return "code " + ast.dump(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "code " + " ".join(source.split())


def _find_as_published(text: str) -> Extraction:
    source = first_block_as_published(text)
    return Extraction("none") if source is None else Extraction("found", source, 1)

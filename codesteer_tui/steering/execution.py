"""Runs programs of a session: asks where a person has to decide, and turns every ending into events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from codesteer_tui.errors import SandboxError
from codesteer_tui.events import (
    Answered,
    Asked,
    ExecutionFinished,
    ExecutionStarted,
    OutputDelta,
)
from codesteer_tui.sandbox import Output, Sandbox
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import ExecutionResult, Limits, NotRun, Program, Purpose, Question, Reply

Ask: TypeAlias = Callable[[Question], Awaitable[Reply]]
Step: TypeAlias = Asked | Answered | ExecutionStarted | OutputDelta | ExecutionFinished

NO, YES, ALWAYS = "Do not run it", "Run it, for this session", "Run it, from now on"
ONCE, ALL = "Run it, this once", "Run it, and every other one of this session"

WHOSE: dict[Purpose, str] = {
    "answer": "the program of the answer",
    "self_check": "the program that tests the answer",
    "own": "your program",
}
"""What a program is for, as people are told."""

Remember: TypeAlias = Callable[[], str]
"""Saves that the person agreed for good; returns a sentence for the record: where it was saved, or why not."""


@dataclass
class Approval:
    """Whether the person wants to see and allow each program of a model before it runs."""

    each: bool = False


def runs_so_far(transcript: Transcript) -> int:
    """How many programs the session has run; their ids count up to it."""
    return sum(len(r.executions) for r in transcript.rounds)


class Executor:
    """One session's way to its sandbox. Consent lives here and is never read from a record."""

    def __init__(
        self,
        sandbox: Sandbox,
        limits: Limits,
        ask: Ask,
        *,
        first_id: int = 1,
        remember: Remember | None = None,
        approval: Approval | None = None,
    ) -> None:
        self._sandbox, self._limits, self._ask, self._remember = sandbox, limits, ask, remember
        self._next_id = first_id
        self._consent: bool | None = None
        self._approval = approval or Approval()
        self._asking = asyncio.Lock()

    async def run(self, number: int, purpose: Purpose, program: Program) -> AsyncGenerator[Step, None]:
        """Run one program of round `number`; ends with exactly one `ExecutionFinished`."""
        run_id = f"x{self._next_id}"
        self._next_id += 1
        admission = self._sandbox.admits(program)
        if admission == "ask" and self._consent is None:
            async with self._asking:  # a program of the person's own may come to it at the same time
                async for fact in self._ask_for_consent(run_id):
                    yield fact
        if admission == "ask" and not self._consent:
            admission = NotRun(
                "code from a model was not allowed to run with reduced isolation",
                self._sandbox.info.remedy or "Start Docker, or set [sandbox] reduced_isolation.",
            )
        if self._approval.each and purpose != "own" and not isinstance(admission, NotRun):
            question = self._approve(number, purpose, program)
            yield Asked(id=f"qa{run_id}", question=question)
            reply = await self._ask(question)
            yield Answered(id=f"qa{run_id}", reply=reply)
            self._approval.each = self._approval.each and reply.choice != ALL
            if reply.choice not in (ONCE, ALL):
                admission = NotRun(f"{WHOSE[purpose]} was not allowed to run by the person")
        yield ExecutionStarted(round=number, id=run_id, purpose=purpose, program=program, limits=self._limits)
        result: ExecutionResult | NotRun = NotRun("the sandbox gave no result")
        if isinstance(admission, NotRun):
            result = admission
        else:
            try:
                async with aclosing(self._sandbox.run(program, self._limits)) as pieces:
                    async for piece in pieces:
                        if isinstance(piece, Output):
                            yield OutputDelta(round=number, id=run_id, stream=piece.stream, text=piece.text)
                        else:
                            result = piece
            except SandboxError as error:
                result = NotRun(f"the sandbox failed: {error.message}", error.remedy)
        yield ExecutionFinished(round=number, id=run_id, purpose=purpose, result=result)

    async def _ask_for_consent(self, run_id: str) -> AsyncGenerator[Asked | Answered, None]:
        """Ask whether programs may run with reduced isolation, unless that has been decided meanwhile."""
        if self._consent is not None:
            return
        question = self._question()
        yield Asked(id=f"q{run_id}", question=question)
        reply = await self._ask(question)
        self._consent = reply.choice in (YES, ALWAYS)
        if reply.choice == ALWAYS and self._remember is not None:
            reply = msgspec.structs.replace(reply, note=self._remember())
        yield Answered(id=f"q{run_id}", reply=reply)

    def _approve(self, number: int, purpose: Purpose, program: Program) -> Question:
        """Whether this one program may run; it is shown whole."""
        lines = program.source.count("\n") + (not program.source.endswith("\n"))
        return Question(
            kind="approve_code",
            text=f"May {WHOSE[purpose]} run? Round {number}, {lines} line{'' if lines == 1 else 's'}.",
            options=(NO, ONCE, ALL),
            detail=f"It runs here: {self._sandbox.info.label}.",
            draft=program.source,
        )

    def _question(self) -> Question:
        """What the person agrees to, why it comes to this, and what would be better."""
        info = self._sandbox.info
        lines = [
            "They run on this machine in Linux namespaces: no network, none of your files, limits on time"
            " and memory. But they share the kernel of this machine, and no memory cgroup holds them.",
            f"Why: {info.detail}" if info.detail else "",
            f"Better: {info.remedy}" if info.remedy else "",
            "More about it: docs/sandbox.md",
        ]
        return Question(
            kind="run_with_reduced_isolation",
            text="May programs written by the model run here with reduced isolation?",
            options=(NO, YES, ALWAYS) if self._remember else (NO, YES),
            detail="\n".join(line for line in lines if line),
        )

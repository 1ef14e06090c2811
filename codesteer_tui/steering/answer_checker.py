"""The self-answer checker: a model writes a program that tests the answer, and the sandbox runs it.

The verdict is the last `VERDICT:` line that the program prints. A program that reaches none is written again,
with what went wrong, up to a number of attempts. Whatever cannot be tested is `could_not_check`, with the
cause.
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Protocol, TypeAlias

from codesteer_tui.errors import ModelError, NotSent
from codesteer_tui.events import AnswerChecked, ExecutionFinished
from codesteer_tui.providers import ChatModel, Sampling
from codesteer_tui.steering import asking, execution
from codesteer_tui.steering.asking import Calls
from codesteer_tui.steering.call import Call, Said
from codesteer_tui.steering.execution import Executor
from codesteer_tui.steering.extract import find_code
from codesteer_tui.steering.outcome import answer_of, not_run_reason
from codesteer_tui.steering.prompts import PromptPack, shorten, shown_output
from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.values import (
    ExecutionResult,
    Message,
    NotRun,
    Program,
    Usage,
    Verdict,
)

Step: TypeAlias = asking.Step | execution.Step | AnswerChecked

_VERDICT = re.compile(r"^\s*VERDICT:\s*(PASS|FAIL)\b[ \t:.-]*(.*)$", re.IGNORECASE | re.MULTILINE)


def read_verdict(output: str) -> Verdict | None:
    """The verdict that a test program printed last, or None where it printed none."""
    found = _VERDICT.findall(output)
    if not found:
        return None
    word, reason = found[-1]
    if word.upper() == "PASS":
        return Verdict("pass", reason.strip() or "every tested condition holds")
    return Verdict("fail", reason.strip() or "the test program gave no reason")


class AnswerChecker(Protocol):
    """Judges a round's answer."""

    def check(self, transcript: Transcript, this: Round) -> AsyncGenerator[Step, None]:
        """Judge the answer of `this` round; the last step is `AnswerChecked`."""
        ...


class NoChecker:
    """The checker is switched off, and says so."""

    async def check(self, transcript: Transcript, this: Round) -> AsyncGenerator[Step, None]:
        """Nothing is checked."""
        yield AnswerChecked(
            round=this.number, verdict=Verdict("could_not_check", "the checker is switched off")
        )


class ModelChecker:
    """Has a chat model write the test program, and runs it."""

    def __init__(
        self,
        model: ChatModel,
        pack: PromptPack,
        options: Sampling,
        executor: Executor,
        *,
        attempts: int = 3,
        calls: Calls | None = None,
    ) -> None:
        self._model, self._pack, self._options = model, pack, options
        self._executor, self._attempts = executor, attempts
        self._calls = calls or Calls()

    async def check(self, transcript: Transcript, this: Round) -> AsyncGenerator[Step, None]:
        """Write a test program, run it, read its verdict; again where it broke."""
        began, usage, source, run_id = time.monotonic(), Usage(), "", ""
        verdict, attempt = _nothing_to_check(this), 0
        messages = self._opening(transcript, this)
        while verdict is None:
            attempt += 1
            reply = ""
            call = Call(this.number, "checker", self._model, tuple(messages), self._options)
            try:
                async with aclosing(self._calls.make(call)) as replies:
                    async for part in replies:
                        if isinstance(part, Said):
                            reply, usage = part.text, usage + part.usage
                        else:
                            yield part
            except ModelError as error:
                verdict = Verdict("could_not_check", f"the checker's model failed: {error.message}")
                break
            except NotSent as refused:
                verdict = Verdict("could_not_check", f"the checker was not asked: {refused.message}")
                break
            code = find_code(reply)
            if not code.source:
                said = " ".join(reply.split()) or "nothing"
                verdict = Verdict(
                    "could_not_check", f"the checker wrote no test program: {shorten(said, 300)}"
                )
                break
            source = code.source
            result: ExecutionResult | NotRun | None = None
            program = Program(source, "demo" if self._model.info.kind == "demo" else "model")
            async with aclosing(self._executor.run(this.number, "self_check", program)) as steps:
                async for step in steps:
                    if isinstance(step, ExecutionFinished):
                        result, run_id = step.result, step.id
                    yield step
            verdict = self._judge(result, attempt)
            if verdict is None and isinstance(result, ExecutionResult):
                messages += [Message("assistant", reply), self._again(result)]
        seconds = time.monotonic() - began
        yield AnswerChecked(
            round=this.number,
            verdict=verdict,
            source=source,
            execution=run_id,
            attempts=attempt,
            usage=usage,
            seconds=seconds,
        )

    def _opening(self, transcript: Transcript, this: Round) -> list[Message]:
        question = transcript.problem.question if transcript.problem else ""
        answer = answer_of(this).text
        marked = f"\n\nFinal answer: <<<{answer}>>>" if this.result and answer else ""
        output = shown_output(this.result) if this.result else "(no program was run)"
        user = self._pack.fill(
            "checker.user",
            question=question,
            answer=shorten(this.answer_text, 12_000) + marked,
            output=output,
        )
        return [Message("system", self._pack.fill("checker.system")), Message("user", user)]

    def _judge(self, result: ExecutionResult | NotRun | None, attempt: int) -> Verdict | None:
        """The verdict of a run, or None where the program should be written again."""
        if result is None or isinstance(result, NotRun):
            reason = result.reason if result else "the test program was not run"
            return Verdict("could_not_check", f"the test program was not run: {reason}")
        found = read_verdict(result.stdout + "\n" + result.tail_stdout)
        if found and result.ok:
            return found
        if attempt < self._attempts:
            return None
        lines = [line.strip() for line in result.stderr.splitlines() if line.strip()]
        cause = lines[-1] if lines else "it printed no verdict"
        return Verdict(
            "could_not_check", f"{attempt} test programs broke; the last ended with {result.verdict}: {cause}"
        )

    def _again(self, result: ExecutionResult) -> Message:
        return Message(
            "user", self._pack.fill("checker.retry", ending=result.verdict, output=shown_output(result))
        )


def _nothing_to_check(this: Round) -> Verdict | None:
    """Why a round has no answer that could be tested, as a verdict; None where there is one."""
    if answer_of(this).found:
        return None
    if not_run := not_run_reason(this):
        return Verdict("could_not_check", f"the program was not run, so there is no answer: {not_run.reason}")
    if this.result and not this.result.ok:
        return Verdict(
            "could_not_check", f"the program ended with {this.result.verdict}, so there is no answer"
        )
    if this.result:
        return Verdict("could_not_check", "the program printed nothing, so there is no answer")
    return Verdict("could_not_check", "no final answer was found in the text")

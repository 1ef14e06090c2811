"""What a round brought to light, put into words for a steering model, and conversations rebuilt from facts."""

from __future__ import annotations

from codesteer_tui.steering.outcome import not_run_reason
from codesteer_tui.steering.prompts import PromptPack, shorten, shown_output
from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.values import Message

_CHECK = {
    "pass": "findings.check_pass",
    "fail": "findings.check_fail",
    "could_not_check": "findings.check_unknown",
}


def findings(this: Round, pack: PromptPack) -> str:
    """The round's answer, what its program did, and what the checkers say, as text."""
    parts = [pack.fill("findings.answer", answer=shorten(this.answer_text, 12_000))]
    if this.result:
        parts.append(
            pack.fill("findings.execution", ending=this.result.verdict, output=shown_output(this.result))
        )
    elif not_run := not_run_reason(this):
        parts.append(pack.fill("findings.not_run", reason=not_run.reason))
    elif this.code and this.code.outcome not in ("none", "found"):
        parts.append(pack.fill("findings.no_code", note=this.code.note))
    if this.check:
        verdict = this.check.verdict
        parts.append(pack.fill(_CHECK[verdict.outcome], reason=verdict.reason or "no reason was given"))
    if this.judgement:
        parts.append(pack.fill("findings.symbolic", summary=this.judgement.summary))
    return "\n\n".join(parts)


def steerer_messages(transcript: Transcript, pack: PromptPack) -> tuple[Message, ...]:
    """The steerer's conversation: the question, then guidance and findings in turn (METHOD.md, section 1)."""
    question = transcript.problem.question if transcript.problem else ""
    messages = [Message("user", pack.fill("steerer.first", question=question))]
    for this in transcript.answered:
        if this.guidance:
            messages.append(Message("assistant", this.guidance.raw or this.guidance.text))
        messages.append(Message("user", pack.fill("steerer.next", findings=findings(this, pack))))
    return tuple(messages)


def task_messages(transcript: Transcript, pack: PromptPack, *, show_output: bool) -> tuple[Message, ...]:
    """The TaskLLM's conversation: guidance and question, then answers and further guidance in turn.

    With `show_output` it is told how its last program ended and what it printed, as quoted data; the
    published method keeps that from it.
    """
    question = transcript.problem.question if transcript.problem else ""
    messages: list[Message] = []
    before: Round | None = None
    for this in transcript.rounds:
        answer = None if this.answer and this.answer.finish == "broken" else this.answer
        if this.guidance is None or (answer is None and this is not transcript.current):
            continue
        if before is None:
            content = pack.fill("task_llm.first", guidance=this.guidance.text, question=question)
        else:
            execution = _execution_note(before, pack) if show_output else ""
            content = pack.fill("task_llm.next", execution=execution, guidance=this.guidance.text)
        messages.append(Message("user", content))
        if answer is not None:
            messages.append(Message("assistant", answer.text))
            before = this
    return tuple(messages)


def _execution_note(this: Round, pack: PromptPack) -> str:
    if not this.result:
        return ""
    return pack.fill_raw(
        "task_llm.execution", ending=this.result.verdict, output=shown_output(this.result)
    ).lstrip("\n")

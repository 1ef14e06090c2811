"""What a round brought to light, put into words for a steering model, and conversations rebuilt from facts."""

from __future__ import annotations

from codesteer_tui.providers.costs.estimating import tokens
from codesteer_tui.steering.outcome import not_run_reason
from codesteer_tui.steering.prompts import PromptPack, shorten, shown_output, streams_of
from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.values import Message

_CHECK = {
    "pass": "findings.check_pass",
    "fail": "findings.check_fail",
    "could_not_check": "findings.check_unknown",
}

MOST_TOKENS = 2000
"""Output that a steerer trained on one form of a turn is shown; of more it is told that it is too long."""


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
    if checked := _checked(this, pack):
        parts.append(checked)
    if this.judgement:
        parts.append(pack.fill("findings.symbolic", summary=this.judgement.summary))
    return "\n\n".join(parts)


def _checked(this: Round, pack: PromptPack) -> str:
    if this.check is None:
        return ""
    verdict = this.check.verdict
    return pack.fill(_CHECK[verdict.outcome], reason=verdict.reason or "no reason was given")


def later_turn(this: Round, question: str, pack: PromptPack) -> str:
    """What the steerer is told of a round: the pack's own form of the whole turn, where it has one."""
    if not pack.has("steerer.with_code"):
        return pack.fill("steerer.next", findings=findings(this, pack), question=question)
    answer = shorten(this.answer_text, 12_000) + _appended(this, pack)
    check = _checked(this, pack)
    if this.judgement is None:
        return pack.fill("steerer.without_code", answer=answer, check=check, question=question)
    symbolic = this.judgement.summary
    return pack.fill("steerer.with_code", answer=answer, check=check, symbolic=symbolic, question=question)


def _appended(this: Round, pack: PromptPack) -> str:
    """What became of the answer's program, as it is put behind the answer in a pack's own form of a turn."""
    if this.result is None:
        not_run = not_run_reason(this)
        return "\n" + pack.fill("findings.not_run", reason=not_run.reason) if not_run else ""
    if not pack.has("findings.ran"):
        filled = pack.fill("findings.execution", ending=this.result.verdict, output=shown_output(this.result))
        return "\n" + filled
    output, errors = streams_of(this.result)
    if pack.has("findings.too_long") and tokens(len(output) + len(errors)) > MOST_TOKENS:
        return pack.fill("findings.too_long")
    if not this.result.ok and not errors.strip():
        errors = (
            f"{errors}\n{this.result.verdict}"  # a limit of the sandbox, which the program could not tell
        )
    return pack.fill("findings.ran", output=output, errors=errors)


def steerer_messages(transcript: Transcript, pack: PromptPack) -> tuple[Message, ...]:
    """The steerer's conversation: the question, then guidance and findings in turn (METHOD.md, section 1)."""
    question = transcript.problem.question if transcript.problem else ""
    messages = [Message("user", pack.fill("steerer.first", question=question))]
    for this in transcript.answered:
        if this.guidance:
            messages.append(
                Message("assistant", (this.guidance.raw or this.guidance.text) + _hint(this, pack))
            )
        messages.append(Message("user", later_turn(this, question, pack)))
    if transcript.current:
        for refused, reason in transcript.current.vetoed:
            messages.append(Message("assistant", refused.raw or refused.text))
            messages.append(Message("user", pack.fill("steerer.vetoed", reason=reason)))
    return tuple(messages)


def _hint(this: Round, pack: PromptPack) -> str:
    """What the person added to the guidance, as it is said behind it; empty where they added nothing."""
    hint = this.guidance.hint if this.guidance else ""
    return "\n\n" + pack.fill("task_llm.hint", hint=hint) if hint else ""


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
            content = question  # where nothing is said with it, it stands alone
            if guidance := this.guidance.text + _hint(this, pack):
                content = pack.fill("task_llm.first", guidance=guidance, question=question)
        else:
            execution = _execution_note(before, pack) if show_output else ""
            guidance = this.guidance.text + _hint(this, pack)
            content = pack.fill("task_llm.next", execution=execution, guidance=guidance)
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

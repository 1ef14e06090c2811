"""A session in words: one or a few lines of plain text for every event that matters."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from codesteer_tui import events as ev
from codesteer_tui.events import Event
from codesteer_tui.providers.demo_problems import DemoProblem, recognise
from codesteer_tui.steering.interrupted import KIND as INTERRUPTED
from codesteer_tui.steering.outcome import best_so_far
from codesteer_tui.text import money, plain, used
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import (
    Bill,
    ExecutionResult,
    GuidedBy,
    Outcome,
    Purpose,
    Role,
    RoleInfo,
    Usage,
    Verdicts,
)

GUIDED_BY: dict[GuidedBy, str] = {
    "steerer": "guidance",
    "edited": "guidance by the steerer, edited by the person",
    "person": "guidance by the person",
    "nobody": "no steering",
}
"""Whose words a guidance is."""

RUN_FOR: dict[Purpose, str] = {
    "answer": "answer",
    "self_check": "self check",
    "own": "the person ran a program of their own; it does not count as the answer",
}
"""What a program was run for."""

MARKS: dict[Outcome, str] = {"pass": "pass", "fail": "FAIL", "could_not_check": "could not check"}
"""The verdicts as a person reads them."""

SHOWN = 120
"""Characters of a model's guidance that a line has where its whole text is not given."""


def as_text(events: Iterable[Event]) -> str:
    """A whole session as plain text, in the order of its events, without the cosmetic ones, and what it came to."""
    transcript = Transcript()
    lines: list[str] = []
    for event in events:
        transcript.apply(event)
        lines += lines_of(event)
    return "\n".join([*lines, *reached_lines(transcript), *usage_lines(transcript)]) + "\n"


def reached_lines(transcript: Transcript) -> list[str]:
    """The best answer that a failed run had reached, with the opinions on it; nothing where there is none."""
    reached = best_so_far(transcript)
    if reached is None:
        return []
    said = plain(f"best answer so far (round {reached.round}): {reached.answer}").split("\n")
    return [*said, f"    {verdict_line(reached.verdicts)}"]


def usage_lines(transcript: Transcript) -> list[str]:
    """What a session used up: in all, by role, and by round where there are several. Nothing where nothing was."""
    bill = transcript.bill
    if not bill.usage.tokens:
        return []
    by_role = _by_role(transcript.usage)
    lines = [f"used: {spent(bill)}", *(f"    {line}" for line in by_role)]
    rounds = [this for this in transcript.rounds if any(u.tokens for u in this.usage.values())]
    for this in rounds if len(rounds) > 1 else ():
        lines.append(f"    round {this.number}: " + "; ".join(_by_role(this.usage)))
    return lines


def spent(bill: Bill) -> str:
    """Tokens and money of several calls: `1,234 tokens, $0.0123`."""
    usage = bill.usage
    return used(usage.tokens, bill.usd, estimated=usage.estimated, unknown=bill.unknown)


def _by_role(usage: dict[Role, Usage]) -> list[str]:
    return [f"{role}: {spent(Bill() + calls)}" for role, calls in usage.items() if calls.tokens]


def _price(usage: Usage) -> str:
    price = money(usage.usd or 0.0, estimated=usage.estimated)
    return f", {price}" if price else ""


def lines_of(event: Event, *, full: bool = True) -> list[str]:
    """An event as lines of text; none for cosmetic events.

    The first line has the time, in seconds since the session began; the others stand under it. With `full` the
    texts, programs and outputs are given as well, else only what happened.
    """
    if ev.is_delta(event):
        return []
    stamp = f"{event.at:8.2f}s  "
    lines = [line for text in _describe(event, full) for line in plain(text).split("\n")]
    margins = [stamp, *[" " * len(stamp)] * (len(lines) - 1)]
    return [f"{margin}{line}".rstrip() for margin, line in zip(margins, lines, strict=False)]


def _describe(event: Event, full: bool) -> Iterator[str]:
    match event:
        case ev.SessionStarted():
            yield f"session {event.session}"
            if event.forked_from:
                yield f"forked from {event.forked_from}"
            if made_of := event.problem.made_of:
                yield f"task: {made_of}"
            yield from _block(event.problem.question, full)
            for role, info in event.roles.items():
                yield f"{role}: {_who(info)}"
            yield f"sandbox: {event.sandbox.label}" + (
                f" ({event.sandbox.detail})" if event.sandbox.detail else ""
            )
            if event.prompt_pack not in ("", "default"):
                yield f"prompt pack: {event.prompt_pack}"
            if event.mode != "auto":
                yield f"steering mode: {event.mode}"
        case ev.SessionResumed(mode=mode):
            yield "the session goes on" + (f"; steering mode: {mode}" if mode not in (None, "auto") else "")
        case ev.RoundStarted(round=number):
            yield f"── round {number}"
        case ev.GuidanceGiven(guidance=guidance):
            sure = f" ({guidance.confidence:.0%} sure)" if guidance.confidence is not None else ""
            own = guidance.decision == "refine"
            told = guidance.why or (_begins(guidance.text) if own and not full else "")
            why = f" — {told}" if told else ""
            yield f"{GUIDED_BY[guidance.by]}: {guidance.decision.replace('_', ' ')}{sure}{why}"
            yield from _block(guidance.text, full)
            if guidance.hint:
                yield from _block(guidance.hint, True, "said behind it, from the person")
        case ev.PromptSent(role=role, messages=messages):
            chars = sum(len(m.content) for m in messages)
            yield f"prompt to {role}: {_count(len(messages), 'message')}, {_count(chars, 'character')}"
        case ev.AnswerGiven():
            whole = "" if event.finish == "stop" else f", not whole: {event.finish}"
            about = "about " if event.usage.estimated else ""
            tokens = f"{about}{_count(event.usage.output_tokens, 'token')}"
            counted = "" if event.finish == "broken" else f"{tokens}{_price(event.usage)} in "
            yield f"answer: {counted}{lasting(event.seconds)}{whole}"
            yield from _block(event.text, full)
        case ev.CodeFound(code=code):
            yield f"code: {code.outcome.replace('_', ' ')}" + (f" — {code.note}" if code.note else "")
        case _:
            yield from _describe_stepping(event, full)
            yield from _describe_checks(event, full)


def _describe_stepping(event: Event, full: bool) -> Iterator[str]:
    """What the person did."""
    match event:
        case ev.GuidanceProposed(guidance=guidance):
            why = f" — {guidance.why}" if guidance.why else ""
            yield f"proposed by the steerer: {guidance.decision.replace('_', ' ')}{why}"
            yield from _block(guidance.text, full)
        case ev.GuidanceVetoed(reason=reason):
            yield "the person vetoed that" + (f": {reason}" if reason else "")
        case ev.ModeChanged(before=before, after=after, approve_code=approve):
            waits = "each program waits for the person" + ("" if approve else " no longer")
            changed = [f"steering mode: {before} -> {after}"] if before != after else []
            yield "; ".join([*changed, *([waits] if approve is not None else [])])
        case ev.OwnAnswerTaken(execution=run, answer=answer):
            yield f"the person took the answer of their own run {run}: {answer}"
        case ev.HintGiven(text=text) if not text:
            yield "the person took back what they had written for the next guidance"
        case ev.HintGiven(text=text, replaces=replaces):
            yield f"the person's {'own next guidance' if replaces else 'hint for the next guidance'}"
            yield from _block(text, full)


def _describe_checks(event: Event, full: bool) -> Iterator[str]:
    match event:
        case ev.ExecutionStarted(purpose=purpose, id=run):
            yield f"execution {run} ({RUN_FOR[purpose]}) started"
            if purpose != "answer":
                yield from _block(event.program.source, full)
        case ev.ExecutionFinished(id=run, result=result):
            if isinstance(result, ExecutionResult):
                yield f"execution {run}: {result.verdict} after {lasting(result.wall_ms / 1000)}"
                yield from _block(result.stdout, full, "stdout")
                yield from _block(result.stderr, full, "stderr")
            else:
                yield f"execution {run}: not run — {result.reason}" + _remedy(result.remedy)
        case ev.CodeJudged(judgement=judgement):
            yield f"symbolic checker: {MARKS[judgement.outcome]} — complexity {judgement.score:g}"
            for finding in judgement.findings if full else ():
                lines = ", ".join(map(str, finding.lines[:8]))
                yield f"    {finding.kind.replace('_', ' ')}: {finding.message}" + (
                    f" (line {lines})" if lines else ""
                )
        case ev.AnswerChecked(verdict=verdict):
            yield f"self-check: {MARKS[verdict.outcome]} — {verdict.reason}"
        case ev.AnswerVerified(task=task, verdict=verdict):
            yield f"ground truth ({task}): {MARKS[verdict.outcome]} — {verdict.reason}"
        case ev.RoleChanged(role=role, before=before, after=after, round=number):
            yield f"{role}: {_named(before)} -> {_named(after)}, from round {number} on"
        case ev.Asked(question=question):
            yield f"asked: {question.text}"
        case ev.Answered(reply=reply):
            yield f"answered by {reply.by}: {reply.choice}" + (f" ({reply.note})" if reply.note else "")
        case ev.Retried(role=role, attempt=attempt, after_s=after, reason=reason):
            yield f"{role}: attempt {attempt} failed ({reason}); again in {after:.1f} s"
        case ev.Noted(role=role, text=text, remedy=remedy):
            yield f"{role}: {text}" + _remedy(remedy)
        case ev.CallFailed(role=role, message=message, usage=usage):
            lost = f" ({spent(Bill() + usage)})" if usage.tokens else ""
            stopped = event.kind == INTERRUPTED
            yield f"{role}: {'' if stopped else 'the call failed: '}{message}{lost}"
            # The TaskLLM's broken answer was given already; one that the run was stopped in was not.
            shown = full and (stopped or role != "task_llm")
            yield from _block(event.reasoning, shown and stopped, "the reasoning that had arrived")
            yield from _block(event.text, shown, "what had arrived")
        case ev.Finished():
            yield f"finished: {event.reason}"
            own = f" (of the person's own run {event.own_run})" if event.own_run else ""
            yield f"answer{own}: {event.answer}" if event.answer_round is not None else "no answer"
            yield verdict_line(event.verdicts)
        case ev.Failed(message=message, remedy=remedy):
            yield f"failed: {message}" + _remedy(remedy)
        case ev.Cancelled(by=by):
            yield "broken off: the record has no end" if event.broke_off else f"stopped by {by}"


def verdict_line(verdicts: Verdicts) -> str:
    """The three verdicts side by side."""
    return (
        f"symbolic: {MARKS[verdicts.symbolic]} | self-check: {MARKS[verdicts.self_check]} | "
        f"ground truth: {MARKS[verdicts.ground_truth]}"
    )


def lasting(seconds: float) -> str:
    """How long something took: in milliseconds below a second, else in seconds."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms" if seconds >= 0.0005 else "less than 1 ms"
    return f"{seconds:.1f} s"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def demo_advice(transcript: Transcript) -> tuple[str, str] | None:
    """Why there is no answer and what to do, where the built-in demo was asked something that it cannot do."""
    task_llm, ending = transcript.roles.get("task_llm"), transcript.ending
    if task_llm is None or task_llm.kind != "demo" or not isinstance(ending, ev.Finished) or ending.answer:
        return None
    if transcript.rounds and not any(this.answer for this in transcript.rounds):
        return None  # nothing was asked of it
    steerer = transcript.roles.get("steerer")
    known = transcript.problem and isinstance(recognise(transcript.problem.question), DemoProblem)
    if known and steerer and steerer.kind != "rules":
        return (
            "The built-in demo knows this kind of problem, and could not follow the steerer's guidance.",
            "let the built-in rules guide it: --steerer rules; or choose a real model: --task-llm NAME",
        )
    return (
        "The built-in demo knows only a few kinds of problem.",
        "for a real model set OPENAI_API_KEY or ANTHROPIC_API_KEY; codesteer doctor shows what is there",
    )


def _begins(text: str) -> str:
    """A text in one line, or how it begins, in quotation marks; nothing of none."""
    words = " ".join(plain(text).split())
    return f'"{words if len(words) <= SHOWN else words[: SHOWN - 1].rstrip() + "…"}"' if words else ""


def _named(info: RoleInfo) -> str:
    """Who plays, told apart from others: there may be several demos."""
    return f"{info.provider}, {info.label}" if info.kind == "demo" else info.label


def _who(info: RoleInfo) -> str:
    return info.label + (f" ({info.note})" if info.note else "")


def _remedy(remedy: str) -> str:
    return f"\n    → {remedy}" if remedy else ""


def _block(text: str, full: bool, title: str = "") -> Iterator[str]:
    if not full or not text.strip():
        return
    if title:
        yield f"  {title}:"
    for line in text.strip("\n").splitlines():
        yield textwrap.indent(line, "    ") or ""

"""A session, or one round of it, as Markdown: every text whole and as it was, in fences that it cannot close."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codesteer_tui.sessions.export import GUIDED_BY, MARKS, spent
from codesteer_tui.text import storable
from codesteer_tui.transcript import Execution, Round, Transcript
from codesteer_tui.values import ExecutionResult, NotRun, RoleInfo, Verdict


def session_markdown(transcript: Transcript) -> str:
    """The whole session: the problem, who played, every round, how it ended, and what it used up."""
    return _written(_session(transcript))


def round_markdown(transcript: Transcript, this: Round) -> str:
    """One round: guidance, answer, program, output and verdicts."""
    return _written(_round(transcript, this))


def fenced(text: str, language: str = "") -> str:
    """A text between fences that are longer than any run of backticks in it."""
    longest = max(map(len, re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    end = "" if text.endswith("\n") else "\n"
    return f"{fence}{language}\n{text}{end}{fence}"


def _written(parts: Iterator[str]) -> str:
    return storable("\n\n".join(part for part in parts if part)) + "\n"


def _session(transcript: Transcript) -> Iterator[str]:
    problem = transcript.problem
    yield f"# {problem.title if problem and problem.task else 'Session'} {transcript.session}".rstrip()
    if problem:
        yield fenced(problem.question)
    roles = [f"- task: {problem.made_of}"] if problem and problem.task else []
    roles += [f"- {role}: {_who(info)}" for role, info in transcript.roles.items()]
    if transcript.sandbox:
        roles.append(f"- sandbox: {transcript.sandbox.label}")
    if transcript.started:
        roles.append(f"- started: {transcript.started}")
    yield "\n".join(roles)
    for this in transcript.rounds:
        yield from _round(transcript, this)
    yield from _ending(transcript)
    if transcript.bill.usage.tokens:
        yield f"Used: {spent(transcript.bill)}"


def _who(info: RoleInfo) -> str:
    model = info.label or info.model
    return f"{info.provider} {model}".strip() if model != info.provider else info.provider


def _round(transcript: Transcript, this: Round) -> Iterator[str]:
    yield f"## Round {this.number}"
    if guidance := this.guidance:
        yield f"### {GUIDED_BY[guidance.by].capitalize()}: {guidance.decision.replace('_', ' ')}"
        yield fenced(guidance.text) if guidance.text else ""
        yield f"Why:\n\n{fenced(guidance.why)}" if guidance.why else ""
        yield f"The person's hint:\n\n{fenced(guidance.hint)}" if guidance.hint else ""
    reasoning = this.answer.reasoning if this.answer else this.reasoning_so_far
    if reasoning:
        yield f"### Reasoning\n\n{fenced(reasoning)}"
    if this.answer_text:
        yield f"### Answer\n\n{fenced(this.answer_text)}"
    if this.code and this.code.source:
        yield f"### Program\n\n{fenced(this.code.source, 'python')}"
    for run in this.executions.values():
        yield from _execution(run)
    yield from _verdicts(this)


def _execution(run: Execution) -> Iterator[str]:
    names = {
        "answer": "Output",
        "self_check": "Output of the test program",
        "own": "Output of the person's own program",
    }
    yield f"### {names[run.purpose]}"
    if run.purpose != "answer":
        yield fenced(run.program.source, "python")
    match run.result:
        case NotRun(reason=reason):
            yield f"Not run: {reason}"
        case ExecutionResult() as result:
            yield result.verdict
    out, err = run.output
    yield f"Standard output:\n\n{fenced(out)}" if out else ""
    yield f"Standard error:\n\n{fenced(err)}" if err else ""


def _verdicts(this: Round) -> Iterator[str]:
    lines: list[str] = []
    if this.judgement:
        lines.append(f"- symbolic checker: {MARKS[this.judgement.outcome]}, score {this.judgement.score:g}")
        lines += [f"  - {' '.join(found.message.split())}" for found in this.judgement.findings]
    if this.check:
        lines.append(_verdict("self-check", this.check.verdict))
    if this.truth:
        lines.append(_verdict("ground truth", this.truth))
    if lines:
        yield "### Verdicts"
        yield "\n".join(lines)


def _verdict(name: str, verdict: Verdict) -> str:
    said = f": {' '.join(verdict.reason.split())}" if verdict.reason else ""
    return f"- {name}: {MARKS[verdict.outcome]}{said}"


def _ending(transcript: Transcript) -> Iterator[str]:
    from codesteer_tui.sessions.export import lines_of

    if transcript.ending:
        lines = [line.strip() for line in lines_of(transcript.ending)]
        yield "## End"
        yield fenced("\n".join(lines))

"""A session as a web page of its own: one file that loads nothing, runs nothing, and in which no text is markup."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from codesteer_tui.sessions.export import GUIDED_BY, MARKS, lines_of, spent
from codesteer_tui.text import plain
from codesteer_tui.transcript import Execution, Round, Transcript
from codesteer_tui.values import ExecutionResult, NotRun, Outcome

_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
pre {{ font: 14px/1.4 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0;
  padding: .6rem .8rem; border-left: 3px solid #8888; background: #8881; }}
h2 {{ margin-top: 2.5rem; border-bottom: 1px solid #8888; }}
h3 {{ margin: 1.2rem 0 .2rem; font-size: 1rem; }}
.pass {{ border-left: 4px solid #2a8; padding-left: .5rem; }}
.fail {{ border-left: 4px solid #d44; padding-left: .5rem; }}
.could_not_check {{ border-left: 4px solid #c90; padding-left: .5rem; }}
</style>
</head>
<body>
"""

RUNS = {
    "answer": "Output",
    "self_check": "Output of the test program",
    "own": "Output of the person's own program",
}


def session_page(transcript: Transcript) -> str:
    """The whole session as HTML: the problem, who played, every round, how it ended, and what it used up.

    Every text is there, escaped, without the characters that act on a terminal or turn its order round.
    """
    problem = transcript.problem
    title = f"{problem.title if problem and problem.task else 'Session'} {transcript.session}".strip()
    parts = [_HEAD.format(title=_safe(title)), f"<h1>{_safe(title)}</h1>"]
    if problem:
        parts.append(_pre(problem.question))
    roles = [f"task: {problem.made_of}"] if problem and problem.task else []
    roles += [f"{role}: {' '.join((i.provider, i.label or i.model))}" for role, i in transcript.roles.items()]
    if transcript.sandbox:
        roles.append(f"sandbox: {transcript.sandbox.label}")
    if transcript.started:
        roles.append(f"started: {transcript.started}")
    parts += ["<ul>", *(f"<li>{_safe(line)}</li>" for line in roles), "</ul>"]
    for this in transcript.rounds:
        parts += _round(this)
    if transcript.ending:
        parts += ["<h2>End</h2>", _pre("\n".join(line.strip() for line in lines_of(transcript.ending)))]
    if transcript.bill.usage.tokens:
        parts.append(f"<p>Used: {_safe(spent(transcript.bill))}</p>")
    return "\n".join([*parts, "</body>", "</html>"]) + "\n"


def _safe(text: str) -> str:
    return escape(plain(text))


def _pre(text: str) -> str:
    return f"<pre>{_safe(text)}</pre>"


def _part(heading: str, text: str) -> list[str]:
    return [f"<h3>{_safe(heading)}</h3>", _pre(text)] if text else []


def _round(this: Round) -> Iterator[str]:
    yield f"<h2>Round {this.number}</h2>"
    if guidance := this.guidance:
        whose = f"{GUIDED_BY[guidance.by].capitalize()}: {guidance.decision.replace('_', ' ')}"
        yield f"<h3>{_safe(whose)}</h3>"
        yield _pre(guidance.text) if guidance.text else ""
        yield from _part("Why", guidance.why)
        yield from _part("The person's hint", guidance.hint)
    yield from _part("Reasoning", this.answer.reasoning if this.answer else this.reasoning_so_far)
    yield from _part("Answer", this.answer_text)
    yield from _part("Program", this.code.source if this.code else "")
    for run in this.executions.values():
        yield from _execution(run)
    yield from _verdicts(this)


def _execution(run: Execution) -> Iterator[str]:
    yield f"<h3>{_safe(RUNS[run.purpose])}</h3>"
    if run.purpose != "answer":
        yield _pre(run.program.source)
    match run.result:
        case NotRun(reason=reason):
            yield f"<p>Not run: {_safe(reason)}</p>"
        case ExecutionResult() as result:
            yield f"<p>{_safe(result.verdict)}</p>"
    out, err = run.output
    yield from _part("Standard output", out)
    yield from _part("Standard error", err)


def _verdicts(this: Round) -> Iterator[str]:
    found: list[tuple[str, Outcome, str]] = []
    if judged := this.judgement:
        reasons = "\n".join(finding.message for finding in judged.findings)
        found.append((f"symbolic checker (score {judged.score:g})", judged.outcome, reasons))
    if this.check:
        found.append(("self-check", this.check.verdict.outcome, this.check.verdict.reason))
    if this.truth:
        found.append(("ground truth", this.truth.outcome, this.truth.reason))
    if found:
        yield "<h3>Verdicts</h3>"
    for name, outcome, reason in found:
        yield f'<p class="{outcome}">{_safe(name)}: {MARKS[outcome]}</p>'
        yield _pre(reason) if reason else ""

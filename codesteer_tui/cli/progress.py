"""The run as it happens, in lines for a person: at most a few for each completed fact, none for deltas."""

from __future__ import annotations

from collections.abc import Iterator

from codesteer_tui import events as ev
from codesteer_tui.events import Event
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import CodeFound, ExecutionResult, NotRun

WIDTH = 10
LONGEST = 160


def progress(event: Event, transcript: Transcript) -> Iterator[str]:
    """What to say about an event; `transcript` already has it."""
    match event:
        case ev.SessionStarted() | ev.SessionResumed():
            yield from _opening(transcript)
        case ev.RoundStarted(round=number):
            yield f"round {number}"
        case ev.GuidanceGiven(guidance=guidance):
            why = guidance.why or guidance.text
            yield _line("guidance", f"{_words(guidance.decision)}{_because(why)}")
        case ev.AnswerGiven(text=text, seconds=seconds, usage=usage, finish=finish):
            cut = "" if finish == "stop" else f", {finish}"
            yield _line("answer", f"{_tokens(usage.output_tokens, len(text))}, {seconds:.1f} s{cut}")
        case ev.CodeExtracted(code=code):
            yield from _code(code)
        case ev.ExecutionFinished(purpose=purpose, result=result):
            yield _line("ran" if purpose == "answer" else "test ran", _result(result))
        case ev.CodeJudged(judgement=judgement):
            mark = "too simple" if judgement.too_simple else judgement.outcome
            yield _line("symbolic", f"{mark}, complexity {judgement.score:g}{_because(judgement.summary)}")
        case ev.AnswerChecked(verdict=verdict):
            yield _line("self-check", f"{_words(verdict.outcome)}{_because(verdict.reason)}")
        case ev.AnswerVerified(verdict=verdict):
            yield _line("truth", f"{_words(verdict.outcome)}{_because(verdict.reason)}")
        case ev.Retried(role=role, attempt=attempt, after_s=after_s, reason=reason):
            yield _line("waiting", f"{after_s:g} s before attempt {attempt + 1} of {role}: {reason}")
        case ev.Finished(reason=reason, verdicts=verdicts):
            yield _line("ended", reason, indent="")
            yield _line(
                "verdict",
                f"symbolic {_words(verdicts.symbolic)} · self-check {_words(verdicts.self_check)}"
                f" · ground truth {_words(verdicts.ground_truth)}",
                indent="",
            )
        case ev.Failed(kind=kind):
            yield _line("failed", kind.replace("_", " "), indent="")
        case ev.Cancelled(by=by):
            yield _line("stopped", f"by {by}", indent="")
        case _:
            return


def _opening(transcript: Transcript) -> Iterator[str]:
    yield _line("session", transcript.session, indent="")
    if transcript.problem:
        yield _line("problem", transcript.problem.title, indent="")
    for role, info in transcript.roles.items():
        note = f" ({info.note})" if info.note else ""
        yield _line(role.replace("task_llm", "TaskLLM"), f"{info.label}{note}", indent="")
    if box := transcript.sandbox:
        yield _line("sandbox", f"{box.label}{_because(box.detail)}", indent="")


def _code(code: CodeFound) -> Iterator[str]:
    if code.source:
        count = code.source.count("\n") + 1
        yield _line("code", f"{count} line{'s' if count > 1 else ''}{_because(code.note)}")
    else:
        yield _line("code", f"none{_because(code.note)}")


def _result(result: ExecutionResult | NotRun) -> str:
    if isinstance(result, NotRun):
        return f"not run: {result.reason}" + (f" → {result.remedy}" if result.remedy else "")
    said = result.stdout.strip() or result.stderr.strip()
    last = said.splitlines()[-1] if said else "no output"
    return f"{result.verdict}, {result.wall_ms / 1000:.2f} s: {last}"


def _tokens(count: int, chars: int) -> str:
    return f"{count} tokens" if count else f"{chars} characters"


def _words(outcome: str) -> str:
    return outcome.replace("_", " ")


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""


def _line(label: str, text: str, indent: str = "  ") -> str:
    one = " ".join(text.split())
    short = one if len(one) <= LONGEST else one[: LONGEST - 1] + "…"
    return f"{indent}{label:<{WIDTH}} {short}"

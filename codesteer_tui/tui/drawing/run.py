"""The RUN pane: how the answer's program ended and what it printed."""

from __future__ import annotations

from codesteer_tui.text import plain
from codesteer_tui.transcript import Execution, Round, Transcript
from codesteer_tui.tui.blocks import Block, BlockKind, Bounds, block, bounded
from codesteer_tui.tui.course import DECISION, cut_short, goes_on, never, waits_for_person
from codesteer_tui.tui.drawing.stepping import (
    allow_blocks,
    own_heading,
    own_runs,
    program_to_allow,
)
from codesteer_tui.tui.words import ISOLATION, cut, duration, execution_mark, size
from codesteer_tui.values import ExecutionResult, NotRun

ENDINGS = {
    "timeout": "It did not finish in the time it may take and was stopped.",
    "oom": "It used more memory than it may have and was stopped.",
    "output_limit": "It printed without end and was stopped.",
    "cancelled": "It was stopped by you.",
    "killed_by_host": "It was stopped from outside, not by this app.",
    "protocol_error": "It broke the connection that reports how it went.",
}

NO_CODE = {
    "none": "The answer has no code, so nothing ran.",
    "not_python": "The answer has code that is not Python; it is not run.",
    "unclosed": "The code in the answer is not closed, as if it were cut off.",
}


def title(transcript: Transcript, this: Round | None) -> str:
    """How the program of the round ended."""
    run = this.execution("answer") if this else None
    if this is None or run is None:
        return ""
    mark = execution_mark(run, over=not goes_on(transcript, this))
    took = f"  {duration(run.result.wall_ms / 1000)}" if isinstance(run.result, ExecutionResult) else ""
    return f"{mark.word}{took}"


def blocks(transcript: Transcript, this: Round | None, bounds: Bounds) -> list[Block]:
    """The end of the program, its times and sizes, and both streams."""
    shown = [_where(transcript)] if transcript.sandbox else []
    run = this.execution("answer") if this else None
    if this and (question := program_to_allow(transcript, this)):
        return [*shown, *allow_blocks(question, bounds), *_own(transcript, this, bounds)]
    if this is None or run is None:
        return [*shown, *_no_run(transcript, this), *_own(transcript, this, bounds)]
    ended = execution_blocks(run, bounds, over=not goes_on(transcript, this))
    return [*shown, *ended, *_own(transcript, this, bounds)]


def _own(transcript: Transcript, this: Round | None, bounds: Bounds) -> list[Block]:
    """What the person ran themselves, below the model's program and never mixed up with it."""
    shown: list[Block] = []
    for run in own_runs(this):
        shown += [
            own_heading(transcript, run),
            *execution_blocks(run, bounds, over=transcript.is_cut_off(run)),
        ]
        if run.program.origin == "user":
            shown += [block("dim", "your copy"), *bounded("code", run.program.source.rstrip("\n"), bounds)]
    return shown


def execution_blocks(run: Execution, bounds: Bounds, *, over: bool) -> list[Block]:
    """One execution, whatever it was for. `over`: nothing more of it is to come."""
    match run.result:
        case None if over:
            mark = execution_mark(run, over=True)
            words = ("   the run ended before the program did", "dim")
            return [block("heading", (str(mark), mark.style), words), *_streams(run, bounds)]
        case None:
            limit = duration(run.limits.wall_s)
            return [block("heading", (f"~ running, at most {limit}", "$text-accent")), *_streams(run, bounds)]
        case NotRun(reason=reason, remedy=remedy):
            shown = [
                block(
                    "heading",
                    ("? not run", "bold $text-warning"),
                    ("   this says nothing about the program", "dim"),
                )
            ]
            shown.append(block("prose", reason))
            return shown + ([block("note", remedy)] if remedy else [])
        case ExecutionResult() as result:
            return [*_how_it_ended(run, result), *_streams(run, bounds), *_after(result)]


def _where(transcript: Transcript) -> Block:
    assert transcript.sandbox is not None
    mark = ISOLATION[transcript.sandbox.isolation]
    return block("dim", "in  ", (f"{mark.sign} {transcript.sandbox.label or mark.word}", mark.style))


def _no_run(transcript: Transcript, this: Round | None) -> list[Block]:
    if this is None:
        return [block("dim", "Nothing ran yet.")]
    if waits_for_person(transcript, this, "run") and this.code and this.code.source:
        return [
            block("unsure", f"~ {DECISION}"),
            block("dim", "whether programs written by the model may run"),
        ]
    if this.code and this.code.outcome in NO_CODE and not this.code.source:
        return [block("dim", NO_CODE[this.code.outcome])]
    if cut_short(transcript, this):
        return [block("dim", f"Nothing ran: the {never(transcript, this)}.")]
    if this.finished or transcript.ending or (this.guidance and this.guidance.decision == "return_answer"):
        return [block("dim", "Nothing ran in this round.")]
    return [block("dim", "waiting for code ...")]


def _how_it_ended(run: Execution, result: ExecutionResult) -> list[Block]:
    mark = execution_mark(run)
    took = f"   {duration(result.wall_ms / 1000)} of {duration(run.limits.wall_s)}"
    memory = f"   memory {size(result.peak_bytes)}" if result.peak_bytes else ""
    head = block("heading", (str(mark), mark.style), (f"{took}{memory}", "dim"))
    words = ENDINGS.get(result.status)
    return [head, block("bad", words)] if words else [head]


def _streams(run: Execution, bounds: Bounds) -> list[Block]:
    out, err = run.output
    result = run.result if isinstance(run.result, ExecutionResult) else None
    shown = _stream("stdout", "output", out, bounds)
    if result and result.stdout_truncated:
        shown += _truncated(result.stdout_bytes, "output", result.tail_stdout, bounds)
    shown += _stream("stderr", "error", err, bounds)
    if result and result.stderr_truncated:
        shown += _truncated(result.stderr_bytes, "error", result.tail_stderr, bounds)
    return shown


def _stream(name: str, kind: BlockKind, text: str, bounds: Bounds) -> list[Block]:
    if not text:
        return [block("dim", f"{name}  (empty)")]
    return [block("dim", name), *bounded(kind, text.rstrip("\n"), bounds)]


def _truncated(total: int, kind: BlockKind, tail: str, bounds: Bounds) -> list[Block]:
    note = block("note", f"... cut: the program wrote {size(total)}; the end of it follows ...")
    return [note, *bounded(kind, tail.rstrip("\n"), bounds)] if tail else [note]


def _after(result: ExecutionResult) -> list[Block]:
    facts = {
        "processes were stopped for lack of memory": result.oom_kills,
        "times it was denied another process": result.pids_denied,
        "processes it left behind were ended": result.stragglers,
    }
    shown = [block("note", f"{count} {words}") for words, count in facts.items() if count]
    return shown + ([block("note", "its disk space was full")] if result.disk_full else [])


def peek(transcript: Transcript, this: Round | None) -> str:
    """What the program printed, in one line, or how it ended."""
    run = this.execution("answer") if this else None
    if this is None or run is None:
        return ""
    out = cut(plain(run.output[0][:400]), 200)
    return out if out else execution_mark(run, over=not goes_on(transcript, this)).word


def to_copy(transcript: Transcript, this: Round | None) -> str:
    """What `y` copies: standard output, else standard error."""
    run = this.execution("answer") if this else None
    return (run.output[0] or run.output[1]) if run else ""

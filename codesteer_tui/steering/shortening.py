"""What is left out first where a conversation does not fit a model's context: the outputs of the oldest programs."""

from __future__ import annotations

import copy
from dataclasses import replace

import msgspec

from codesteer_tui.steering.prompts import shorten
from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.values import ExecutionResult

SHORT_CHARS = 400
"""What is left of each stream of an output, its beginning and its end: enough to see what kind of thing it was."""


def with_short_outputs(transcript: Transcript, count: int) -> Transcript | None:
    """The same run, with the outputs of its `count` oldest programs shortened; None where it has not so many.

    Only programs that answered count, and only those that printed more than is left.
    """
    long = [this.number for this in transcript.rounds if _is_long(this)][:count]
    if len(long) < count:
        return None
    seen = copy.copy(transcript)
    seen.rounds = [_short(this) if this.number in long else this for this in transcript.rounds]
    return seen


def _is_long(this: Round) -> bool:
    found = this.result
    return found is not None and any(len(text) > SHORT_CHARS for text in (_whole(found)))


def _whole(result: ExecutionResult) -> tuple[str, str]:
    return (
        result.stdout + (f"\n{result.tail_stdout}" if result.tail_stdout else ""),
        result.stderr + (f"\n{result.tail_stderr}" if result.tail_stderr else ""),
    )


def _short(this: Round) -> Round:
    run = this.execution("answer")
    if run is None or not isinstance(run.result, ExecutionResult):
        return this
    out, err = (shorten(text.strip("\n"), SHORT_CHARS) for text in _whole(run.result))
    result = msgspec.structs.replace(run.result, stdout=out, stderr=err, tail_stdout="", tail_stderr="")
    return replace(this, executions={**this.executions, run.id: replace(run, result=result)})

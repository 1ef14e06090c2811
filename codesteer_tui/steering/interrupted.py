"""Calls that a run was stopped in the middle of: they were sent, and nothing says how they ended.

Whoever reads a session counts them by this one rule: the prompt and what had arrived, by estimate. A run that is
stopped writes them down itself, with their price; a process that was killed cannot, and older versions did not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from codesteer_tui.events import CallFailed, PromptSent
from codesteer_tui.providers.costs.estimating import estimated
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import FREE_KINDS, RoleInfo

KIND = "interrupted"
STOPPED = "The run was stopped before the reply was whole."
UNUSED = "The run was stopped before the reply was used."


class Interrupted(NamedTuple):
    """A call without an end: who was asked what, and the failure that it counts as, unpriced where it costs."""

    info: RoleInfo
    prompt: PromptSent
    failed: CallFailed


def interrupted(transcript: Transcript) -> Iterator[Interrupted]:
    """The calls of a run that is over which have neither a result nor a failure, in their order."""
    for role, sent in transcript.open_calls.items():
        for place, (info, prompt) in enumerate(sent):
            # Earlier calls of the checker were answered, but what they said is in no event.
            last = place == len(sent) - 1
            text, reasoning = transcript.round(prompt.round).arrived(role) if last else ("", "")
            usage = estimated(prompt.messages, len(text) + len(reasoning))
            if info.kind in FREE_KINDS:
                usage = msgspec.structs.replace(usage, usd=0.0)
            yield Interrupted(
                info,
                prompt,
                CallFailed(
                    round=prompt.round,
                    role=role,
                    kind=KIND,
                    message=STOPPED,
                    text=text,
                    reasoning=reasoning,
                    usage=usage,
                ),
            )

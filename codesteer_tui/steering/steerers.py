"""Who writes the guidance: built-in rules, or any chat model with a prompt pack.

A steerer reads the transcript and yields what it was shown (`PromptSent`), pieces of guidance, and exactly
one `GuidanceGiven`. It never looks at ground truth.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Protocol, TypeAlias

from codesteer_tui.events import GuidanceDelta, GuidanceGiven, PromptSent, Retried
from codesteer_tui.providers import ChatModel, Completed, Retrying, Sampling, TextDelta
from codesteer_tui.steering import guidance as reading
from codesteer_tui.steering.findings import steerer_messages
from codesteer_tui.steering.prompts import PromptPack
from codesteer_tui.steering.rules import decide
from codesteer_tui.text import storable
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import Guidance, RoleInfo, Usage

Step: TypeAlias = PromptSent | GuidanceDelta | Retried | GuidanceGiven


class Steerer(Protocol):
    """Decides what the TaskLLM is told next."""

    @property
    def info(self) -> RoleInfo:
        """Who this is."""
        ...

    def guide(self, transcript: Transcript) -> AsyncGenerator[Step, None]:
        """Guidance for the current round.

        Raises:
            ModelError: the model behind it failed.
        """
        ...


class RuleSteerer:
    """Guides by rules, without a model: see `codesteer_tui.steering.rules`."""

    def __init__(self, pack: PromptPack) -> None:
        self._pack = pack

    @property
    def info(self) -> RoleInfo:
        """Built-in rules."""
        return RoleInfo("rules", "rules", "", "built-in rules", note="no model")

    async def guide(self, transcript: Transcript) -> AsyncGenerator[Step, None]:
        """Decide from the problem and the checkers' findings."""
        number = transcript.current.number if transcript.current else 0
        yield GuidanceGiven(round=number, guidance=decide(transcript, self._pack))


class ModelSteerer:
    """Guides by a chat model that is shown the question and each round's findings."""

    def __init__(
        self,
        model: ChatModel,
        pack: PromptPack,
        options: Sampling,
        *,
        published: bool = False,
        fine_tuned: bool = False,
    ) -> None:
        self._model, self._pack, self._options = model, pack, options
        self._published, self._fine_tuned = published, fine_tuned

    @property
    def info(self) -> RoleInfo:
        """The model behind it."""
        return self._model.info

    async def guide(self, transcript: Transcript) -> AsyncGenerator[Step, None]:
        """Ask the model, and read its reply."""
        number = transcript.current.number if transcript.current else 0
        messages = steerer_messages(transcript, self._pack)
        yield PromptSent(round=number, role="steerer", messages=messages)
        began, reply, usage = time.monotonic(), "", Usage()
        async with aclosing(self._model.stream(messages, self._options)) as deltas:
            async for delta in deltas:
                match delta:
                    case TextDelta(text=text, channel=channel):
                        text = storable(text)
                        if channel == "answer":
                            reply += text
                        yield GuidanceDelta(round=number, text=text, channel=channel)
                    case Retrying(attempt=attempt, after_s=after, reason=reason):
                        yield Retried(role="steerer", attempt=attempt, after_s=after, reason=reason)
                    case Completed(usage=usage):
                        pass
        seconds = time.monotonic() - began
        decided = self._read(reply, first=not transcript.answered)
        yield GuidanceGiven(round=number, guidance=decided, usage=usage, seconds=seconds)

    def _read(self, reply: str, *, first: bool) -> Guidance:
        if not self._published:
            return reading.read_guidance(reply, self._pack)
        read = reading.first_as_published if first else reading.as_published
        return read(reply, self._pack, fine_tuned=self._fine_tuned)
